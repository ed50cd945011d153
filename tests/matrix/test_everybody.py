"""The authorisation matrix, all of it: everybody in every relation, every key with its parts and rights, every exported action and read, and
every address, each compared with what the issue's words say.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from serein.care.prescribing.actions.signing import Signed
from serein.foundation.people.keys import open_chart
from serein.foundation.people.models import Account
from serein.interfaces.web.clinician import desk as clinician_desk
from tests.care.prescribed import desk
from tests.people import FourPeople, four_people
from tests.people import maria as new_patient

from . import by_keys
from .addresses import ROUTES
from .by_address import Asker, addresses
from .by_keys import Compared, actions_and_reads, keys_given, parts_and_rights
from .world import RELATIONS, ROLES, Cell, World, everybody

LEAST_CELLS = 20_000


@pytest.fixture
def people(db, settings, tmp_path) -> FourPeople:
    settings.STATE, settings.SEREIN_CLOCK = tmp_path, "tests.people.clock"
    return four_people()


@pytest.fixture
def code(people) -> str:
    """Of a prescription of another patient, so that the record which is asked for stays short."""
    found = desk(people=replace(people, patient=people.clinic.patient(of=people.clinician, new=new_patient(given="Second"))))
    found.answer_warnings()
    signed = found.sign()
    assert isinstance(signed, Signed)
    return signed.code


@pytest.fixture
def world(people) -> World:
    records = [people.clinic.patient(of=people.stranger, new=new_patient(given=f"Own{n}")).patient_id for n in range(len(ROLES))]
    Account.objects.filter(patient_id__in=records).update(patient_id=None)
    return everybody(people.clinic, people.patient, dict(zip(ROLES, records, strict=True)))


def quickly(world: World) -> list[Cell]:
    """Whoever stands in no relation, at every address, and whoever opens the record. The others are refused like the former, and a licence that
    lapsed takes no page away."""
    return [c for c in world.cells if c.relation == "same clinic" or (c.opens is not None and c.relation != "lapsed")]


def whole(world: World, at_the_door: list[Cell], asker: Asker) -> dict[str, Compared]:
    return {
        "keys": keys_given(world.cells), "parts and rights": parts_and_rights(world.cells),
        "actions and reads": actions_and_reads(world.cells), "addresses": addresses(at_the_door, asker),
    }  # fmt: skip


@pytest.mark.timeout(900)
def test_everybody_at_every_key_part_right_action_read_and_address(world, code, monkeypatch):
    assert len(world.cells) == len(ROLES) * len(RELATIONS) == 81
    found = whole(world, quickly(world), Asker(code, monkeypatch))
    counted = {what: asked for what, (asked, _) in found.items()}
    print(f"authorisation matrix: {sum(counted.values())} cells, {counted}")
    assert {what: wrong for what, (_, wrong) in found.items() if wrong} == {}
    assert sum(counted.values()) >= LEAST_CELLS and all(counted.values()), counted


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_everybody_at_every_address(world, code, monkeypatch):
    """The relations that the quick run leaves out, at every address where a relation decides."""
    asked, wrong = addresses(world.cells, Asker(code, monkeypatch))
    assert wrong == [] and asked > 7_000


def colleague(world: World) -> list[Cell]:
    return [c for c in world.cells if (c.role, c.relation) == ("clinician", "same clinic")]


def treating(world: World) -> Callable[..., object]:
    """A key for everybody who asks: made in the name of whoever treats."""
    who = next(c.who for c in world.people() if (c.role, c.relation) == ("clinician", "care team"))
    return lambda _, patient_id, *, purpose, at: open_chart(who, patient_id, purpose="care", at=at)


def test_a_page_that_opens_with_somebody_elses_key_is_seen(world, monkeypatch):
    """The control: a desk that forgot to ask who it is."""
    monkeypatch.setattr(clinician_desk, "open_chart", treating(world))
    weak = ("clinician:chart", "clinician:plan", "clinician:team")
    _, wrong = addresses(colleague(world), Asker("no-such-code", monkeypatch), [r for r in ROUTES if r[0] in weak])
    assert {name for *_, name in wrong} == set(weak)


def test_a_key_that_is_given_to_anybody_is_seen(world, monkeypatch):
    """The control: keys made without asking the table."""
    monkeypatch.setattr(by_keys, "open_chart", treating(world))
    for compared in (keys_given, actions_and_reads):
        assert compared(colleague(world))[1] != []
