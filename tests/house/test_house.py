"""The house as it stands keeps its rules. That each rule can also be broken is shown in test_house_bites.py."""

from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps

from . import rules
from .rules import FOUNDATION, PATH, ROOT, STAGES


def test_every_stage_is_on_the_path():
    folders = [p for d in ("foundation", "care") for p in (ROOT / d).iterdir()]
    assert {p.name for p in folders if (p / "models.py").exists() or (p / "models").is_dir()} == set(PATH)


def test_relations_never_point_ahead():
    assert rules.relations_ahead(apps.get_models(include_auto_created=True)) == []


@pytest.mark.parametrize(
    "module", [f"serein.care.{s}.reads" for s in STAGES] + [f"serein.foundation.{s}.reads" for s in FOUNDATION]
)
def test_reads_take_a_key_and_hand_out_values(module):
    if find_spec(module) is None:
        assert module in {"serein.foundation.people.reads", "serein.foundation.outbox.reads"}, f"{module} is missing"
        return
    assert rules.open_reads(import_module(module)) == []


def test_only_keys_py_makes_keys():
    assert rules.forged_keys() == []


def test_no_float_where_doses_are_decided():
    assert rules.floats_where_doses_are_decided() == []


def test_nobody_inside_asks_the_machine_for_the_time():
    assert rules.clocks_inside() == []


def test_rooms_stay_small():
    assert rules.rooms_too_large() == []


def test_names_say_what_is_in_a_room():
    assert rules.names_that_mean_nothing() == []


def test_no_page_takes_a_name_of_its_frame():
    assert rules.frames_overwritten() == []


def test_patient_tables_have_their_furniture():
    assert rules.patient_tables_without_furniture(apps.get_models()) == []


def test_the_clinical_core_needs_no_django():
    assert not rules.needs_django("serein.clinical")


def test_translation_needs_no_django():
    assert not rules.needs_django("serein.interfaces.translate")


@pytest.mark.parametrize("command", ["assess", "levels", "taper"])
def test_the_commands_of_the_contract_need_no_django(command):
    from serein.interfaces.cli.main import COMMANDS

    if command in COMMANDS:
        assert not rules.needs_django(COMMANDS[command].at.partition(":")[0])
    else:
        assert find_spec(f"serein.interfaces.cli.{command}") is None, f"{command} exists and is not in the table"
