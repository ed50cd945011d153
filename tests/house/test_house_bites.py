"""Every rule fails on a house that breaks it."""

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from django.db import models
from django.test.utils import isolate_apps

from serein.foundation.people.keys import OpenChart
from serein.foundation.people.models import Clinic

from . import rules


@pytest.fixture
def house(tmp_path):
    """An empty house; `put` adds a file to it."""
    root = tmp_path / "serein"

    def put(path: str, text: str) -> Path:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        for folder in file.relative_to(root).parents:
            (root / folder / "__init__.py").touch()
        file.write_text(text)
        return root

    return put


def model_of(app: str, name: str, **fields: object) -> type[models.Model]:
    meta = type("Meta", (), {"app_label": app})
    stage = "foundation" if app in rules.FOUNDATION else "care"
    return type(name, (models.Model,), {"__module__": f"serein.{stage}.{app}.models", "Meta": meta, **fields})


@isolate_apps("serein.care.access", "serein.care.prescribing", "serein.foundation.people")
def test_a_foreign_key_and_a_many_to_many_that_point_ahead_are_found():
    order = model_of("prescribing", "Order")
    early = model_of(
        "access", "Early", order=models.ForeignKey(order, models.CASCADE), orders=models.ManyToManyField(order, related_name="+")
    )
    lowest = model_of("people", "Lowest", order=models.ForeignKey(order, models.CASCADE, related_name="+"))
    assert rules.relations_ahead([order]) == []
    assert {v.split(":")[0] for v in rules.relations_ahead([early, lowest])} == {"Early.order", "Early.orders", "Lowest.order"}


@dataclass(frozen=True)
class Leaky:
    clinic: Clinic


def reads(*functions: object) -> ModuleType:
    module = ModuleType("leaky.reads")
    for function in functions:
        function.__module__ = "leaky.reads"
        setattr(module, function.__name__, function)
    return module


def test_a_read_without_a_key_or_with_rows_in_its_hands_is_found():
    def plain(chart: OpenChart) -> list[str]:
        return []

    def keyless(name: str) -> int:
        return 0

    def wrongly_typed_key(chart: str) -> int:
        return 0

    def row(chart: OpenChart) -> Clinic | None:
        return None

    def rows(chart: OpenChart) -> "models.QuerySet[Clinic]":
        return Clinic.objects.none()

    def wrapped(chart: OpenChart) -> tuple[Leaky, ...]:
        return ()

    def silent(chart: OpenChart):
        return None

    assert rules.open_reads(reads(plain)) == []
    assert [v.split()[0] for v in rules.open_reads(reads(row, rows, wrapped, silent))] == [
        f"leaky.reads.{name}" for name in ("row", "rows", "silent", "wrapped")
    ]
    assert len(rules.open_reads(reads(keyless, wrongly_typed_key))) == 2


@pytest.mark.parametrize("forged", ["OpenChart(1, 2)", "keys.OpenJob()", "replace(chart, patient_id=2)"])
def test_a_forged_key_is_found(house, forged):
    assert rules.forged_keys(house("foundation/people/keys.py", forged)) == []
    assert rules.forged_keys(house("care/access/actions.py", forged)) == ["care/access/actions.py:1"]
    assert rules.forged_keys(house("foundation/keys.py", forged)) != ["care/access/actions.py:1"]


@pytest.mark.parametrize("text", ["x = 0.5", "x = float('1')"])
@pytest.mark.parametrize("path", ["clinical/quantities.py", "clinical/dosing/limits.py", "clinical/taper/plan.py"])
def test_a_float_in_a_dose_is_found(house, path, text):
    root = house("clinical/quantities.py", "x = 1")
    assert rules.floats_where_doses_are_decided(root) == []
    assert rules.floats_where_doses_are_decided(house(path, text)) == [f"{path}:1"]


@pytest.mark.parametrize("text", ["datetime.now(UTC)", "datetime.date.today()", "timezone.now()", "time.time()"])
def test_a_clock_inside_is_found(house, text):
    assert rules.clocks_inside(house("interfaces/cli/up.py", text)) == []
    assert rules.clocks_inside(house("care/visits/actions.py", text)) == ["care/visits/actions.py:1"]


def test_a_long_file_and_a_long_function_are_found(house):
    root = house("care/long.py", "\n" * 401)
    body = "def f():\n" + "    x = 1\n" * 60
    assert rules.rooms_too_large(root) == ["care/long.py has 401 lines"]
    assert "care/slow.py:f" in rules.rooms_too_large(house("care/slow.py", body))


@pytest.mark.parametrize("path", ["care/utils.py", "care/common/doses.py"])
def test_a_name_that_means_nothing_is_found(house, path):
    assert path in rules.names_that_mean_nothing(house(path, ""))


def test_a_page_that_takes_a_name_of_its_frame_is_found(house):
    context = 'context = {"plans": 1, "versions": 2}'
    assert rules.frames_overwritten(house("interfaces/web/shell/context.py", context)) == []
    found = rules.frames_overwritten(house("interfaces/web/clinician/chart.py", context))
    assert found == ["interfaces/web/clinician/chart.py:1: versions"]


@isolate_apps("serein.care.access")
def test_a_patient_table_without_clinic_or_key_is_found():
    bare = model_of("access", "Bare", patient_id=models.UUIDField())
    assert rules.patient_tables_without_furniture([bare]) == ["Bare has no clinic", "Bare has no time-ordered key"]


def test_a_core_that_needs_django_is_found(house):
    root = house("clinical/quiet.py", "import decimal")
    assert not rules.needs_django("serein.clinical", root)
    house("clinical/loud/deep.py", "import django")
    assert rules.needs_django("serein.clinical", root)
    assert "serein.clinical.loud" not in sys.modules
