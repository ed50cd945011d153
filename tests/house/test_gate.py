"""One permission table: what has no row in it is neither done, nor shown, nor imported."""

import inspect
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

import pytest

from serein.foundation.people import deeds, permissions, wards
from serein.foundation.people.gate import address, deed, shown
from serein.foundation.people.keys import OpenChart
from serein.interfaces.web.doors import DOORS
from tests.house.rules import FOUNDATION, STAGES, takes_a_key
from tests.house.walls import BEFORE_THE_WALL, patient_tables
from tests.matrix.addresses import EVERY

ROOMS = {**{r: f"serein.foundation.{r}" for r in FOUNDATION}, **{s: f"serein.care.{s}" for s in STAGES}}


def functions(part: str):
    """Every function that a room's `reads` or `actions` hands out, by its address."""
    for name in ROOMS.values():
        if find_spec(f"{name}.{part}") is None:
            continue
        module = import_module(f"{name}.{part}")
        for _, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__.startswith(module.__name__) and not function.__name__.startswith("_"):
                yield address(function), function


def behind_the_gate(function) -> bool:
    return function.__code__.co_filename.endswith("people/gate.py")


def test_every_read_has_a_row_and_stands_behind_the_gate():
    found = dict(functions("reads"))
    assert len(found) > 50
    assert {a for a in found if a not in wards.READS} == set()
    assert {a for a, f in found.items() if not behind_the_gate(f)} == set()


def test_every_action_has_a_row_and_stands_behind_the_gate():
    found = {a: f for a, f in functions("actions") if not a.startswith("tasks.")}
    keyed = {a for a, f in found.items() if takes_a_key(f)}
    assert len(keyed) > 50
    assert keyed - set(deeds.RIGHTS) - set(deeds.KEYLESS) == set()
    assert {a for a in keyed if a in deeds.RIGHTS and not behind_the_gate(found[a])} == set()


def test_every_row_names_something_that_is_there():
    for row in [*wards.READS, *deeds.RIGHTS, *deeds.KEYLESS]:
        room, name = row.split(".")
        modules = [m for part in ("reads", "actions") for m in submodules(f"{ROOMS[room]}.{part}")]
        assert any(hasattr(m, name) for m in modules), row


def submodules(name: str):
    if find_spec(name) is None:
        return []
    module = import_module(name)
    path = getattr(module, "__path__", None)
    return [module, *(import_module(f"{name}.{m.name}") for m in iter_modules(path or []))]


@pytest.mark.parametrize("decorator", [deed, shown])
def test_a_function_without_a_row_cannot_be_imported(decorator):
    def forgotten(key):
        return key

    forgotten.__module__ = "serein.care.planning.reads"
    with pytest.raises(KeyError, match=r"planning\.forgotten"):
        decorator(forgotten)


def test_every_right_is_needed_by_some_action_and_granted_by_some_rule():
    rules = [
        *permissions.CHART_RULES,
        *permissions.NEW_CHART_RULES,
        *permissions.LIST_RULES,
        *permissions.SLIP_RULES,
        *permissions.FIND_RULES,
    ]
    granted = {r for rule in [*rules, *permissions.JOB_RULES] for r in rule.may} | permissions.ON_ROTA
    assert set(deeds.RIGHTS.values()) == set(permissions.Right) == granted | {permissions.Right.LOG}


@pytest.mark.django_db
def test_every_table_of_a_patient_belongs_to_a_part_and_its_policy_asks_for_it(as_owner):
    walled = {t for t in patient_tables(as_owner) if t not in BEFORE_THE_WALL and t != "audit_trailrow"}
    assert walled == set(wards.TABLES)
    for table, part in wards.TABLES.items():
        using, check = as_owner.execute(
            "SELECT pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy"
            " WHERE polname = 'wall' AND polrelid = %s::regclass",
            [table],
        ).fetchone()
        assert "serein.sees" in using and f"',{part},'" in using, table
        assert "serein.writes" in check and f"',{part},'" in check, table


def test_every_address_has_a_row_and_every_row_an_address():
    assert {name for name, _ in EVERY} == set(DOORS)


def test_an_address_without_a_row_is_answered_to_nobody(client, db, monkeypatch):
    monkeypatch.setattr("serein.interfaces.web.doors.DOORS", {n: d for n, d in DOORS.items() if n != "jwks"})
    assert client.get("/.well-known/jwks.json").status_code == 403


def test_a_key_made_by_hand_opens_nothing():
    assert OpenChart(None, None, None, "care", None).sees == OpenChart(None, None, None, "care", None).may == frozenset()
