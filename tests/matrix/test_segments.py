"""What has a wall of its own appears through no read, page, document, paper, letter, trail or log of whoever may not meet it.

One patient with four canaries: a psychotherapy note, a substance-use condition, a substance-use medicine, and a dose kept from helpers. Every
read of the permission table is asked with every key that somebody gets, with whatever arguments a read of its kind takes.
"""

import inspect
import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.continuity.facts import written
from serein.care.evaluation.actions import NewEntry, mark_segment, record_entry
from serein.care.monitoring.actions import NewDose, log_dose
from serein.care.visits.actions import keep_psychotherapy_note
from serein.clinical.case import Concept, Condition, Medicine
from serein.foundation.audit.models import TrailRow
from serein.foundation.outbox.models import Letter
from serein.foundation.people import wards
from serein.foundation.people.gate import NotShown
from serein.foundation.people.keys import Key, Refused, open_chart, open_job, open_list
from serein.foundation.people.models import BrokenGlass, Rota
from serein.foundation.people.permissions import JOB_PURPOSES
from serein.foundation.people.persons import Person, clinic_card
from serein.interfaces.paper.handover import handover_pdf
from serein.interfaces.translate.handover import to_document
from tests.care.handed import Treated, settled
from tests.house.test_gate import ROOMS, submodules
from tests.matrix.addresses import ROUTES
from tests.matrix.test_canaries import words_of
from tests.people import PASSWORD, given, made, make_clinic, open_for, own_chart
from tests.web import client_of

pytestmark = pytest.mark.django_db
NOTE, CONDITION, MEDICINE = "siskinveil", "kestrelmoss", "plovermint"
HOUR = timedelta(hours=1)


class World:
    """The four canaries, and everybody who stands near the record. `dose` is the id of the kept line, which is its only name."""

    def __init__(self) -> None:
        self.sick: Treated = settled()
        people, self.at = self.sick.people, self.sick.at
        for value, words in (
            (Condition(reference="visit", concept=Concept(text=CONDITION)), CONDITION),
            (Medicine(reference="visit", medicine=Concept(text=MEDICINE), source="statement"), MEDICINE),
        ):
            entry = given(record_entry(self.sick.chart(), NewEntry(value, words)))
            given(mark_segment(self.sick.chart(), entry.entry_id))
        given(keep_psychotherapy_note(self.notes_of(people.clinician), NOTE))
        logged = log_dose(own_chart(people.patient, self.at), NewDose("morning", private=True))
        self.dose = str(given(logged).entry_id)  # type: ignore[union-attr]
        self.helper = self._helper()
        self.rota, self.glass = people.clinic.clinician("Rota Rosa"), people.stranger
        row = {"clinic_id": people.clinic.id, "since": self.at - HOUR / 4, "until": self.at + HOUR / 4}
        Rota(
            **row, account_id=self.rota.account_id, rights=["decide", "sign"], made_by_id=self.rota.account_id, made_at=self.at
        ).save(force_insert=True)
        BrokenGlass(**row, account_id=self.glass.account_id, patient_id=self.sick.patient_id, reason="danger").save(
            force_insert=True
        )
        self.elsewhere = make_clinic(name="Hill Clinic").clinician("Else Where")

    def notes_of(self, who: Person) -> Any:
        return given(open_chart(who, self.sick.patient_id, purpose="psychotherapy notes", at=self.at))

    def _helper(self) -> Person:
        last = self.at.date() + timedelta(days=30)
        new = access.NewHelper("Hana", "hana@example.test", access.Sharing(("plan", "diary", "check-ins"), last))
        invited = access.invite_helper(own_chart(self.sick.people.patient, self.at), new)
        assert isinstance(invited, access.HelperInvited)
        return made(given(access.accept_invitation(invited.token, PASSWORD, self.at)).account_id, self.at)

    @property
    def canaries(self) -> tuple[str, ...]:
        return NOTE, CONDITION, MEDICINE, self.dose


@pytest.fixture
def world() -> World:
    return World()


def found_in(text: str, world: World) -> set[str]:
    return {c for c in world.canaries if c in text}


def every_read() -> Iterator[tuple[str, Callable[..., Any]]]:
    for address in wards.READS:
        room, name = address.split(".")
        yield address, next(getattr(m, name) for m in submodules(f"{ROOMS[room]}.reads") if callable(getattr(m, name, None)))


def arguments(read: Callable[..., Any], world: World) -> dict[str, object]:
    """Something of the right kind for each argument that must be given; what only another read makes stays out."""
    asked = list(inspect.signature(read).parameters.values())[1:]
    today = world.at.date()
    kinds: dict[object, object] = {date: today, datetime: world.at, UUID: world.sick.patient_id}
    spans = {"first": today - timedelta(days=9), "since": today - timedelta(days=9), "last": today}
    return {
        p.name: spans[p.name] if p.name in spans and p.annotation is date else kinds[p.annotation]
        for p in asked
        if p.default is p.empty and p.annotation in kinds
    }


def told(make: Callable[[], Key | Refused], world: World) -> tuple[set[str], int]:
    """What every read tells to such a key, and how many answered."""
    key, seen, answered = make(), set[str](), 0
    for _, read in every_read() if not isinstance(key, Refused) else ():
        try:
            said = read(key, **arguments(read, world))
        except (NotShown, TypeError, AttributeError, AssertionError, LookupError, ValueError, ObjectDoesNotExist):
            continue  # not shown, of another kind of key, or it wants what only another read makes
        answered += 1
        seen |= found_in(repr(said), world)
    return seen, answered


def chart_of(world: World, who: Person, purpose: str) -> Callable[[], Key | Refused]:
    return lambda: open_chart(who, world.sick.patient_id, purpose=purpose, at=world.at)


def test_whoever_treats_and_the_author_meet_them(world):
    """The positive control: what is asked so finds what is there."""
    ada = world.sick.people.clinician
    seen, answered = told(chart_of(world, ada, "care"), world)
    assert seen == {CONDITION, MEDICINE, world.dose} and answered > 60
    assert told(chart_of(world, ada, "psychotherapy notes"), world)[0] == {NOTE}


def test_no_read_tells_a_helper_or_another_clinic(world):
    seen, answered = told(chart_of(world, world.helper, "caregiving"), world)
    assert seen == set() and answered > 15
    for purpose in ("care", "emergency", "caregiving", "handover", "psychotherapy notes", "own record"):
        assert told(chart_of(world, world.elsewhere, purpose), world) == (set(), 0)


def test_no_read_tells_the_note_on_the_rota_in_an_emergency_in_a_list_or_to_a_job(world):
    people, at = world.sick.people, world.at
    for make in (
        chart_of(world, world.rota, "care"),
        chart_of(world, world.glass, "emergency"),
        lambda: own_chart(people.patient, at),
    ):
        seen, answered = told(make, world)
        assert NOTE not in seen and answered > 60
    for purpose in ("my patients", "on the rota", "trail", "emergencies", "people and licences", "the system"):
        for who in (people.clinician, world.rota, people.clinic.officer):
            assert NOTE not in told(lambda w=who, p=purpose: open_list(w, purpose=p, at=at), world)[0]
    for purpose in JOB_PURPOSES:
        assert NOTE not in told(lambda p=purpose: open_job(people.clinic.id, purpose=p, at=at), world)[0]


def test_nothing_of_them_leaves_the_house(world, caplog):
    caplog.set_level(logging.INFO)
    facts = world.sick.facts()
    # The document carries the facts a second time, in base64: they are asked by themselves.
    assert found_in(to_document(facts).decode(), world) == found_in(written(facts).decode(), world) == set()
    pdf = handover_pdf(facts, clinic_card(world.sick.people.clinic.id), "somebody")
    answer = type("Answer", (), {"streaming": False, "content": pdf, "headers": {"Content-Type": "application/pdf"}})
    assert "withheld" in words_of(answer) and found_in(words_of(answer), world) == set()
    given(open_list(world.sick.people.clinic.officer, purpose="trail", at=world.at))
    # The trail names the kept line by its id, and nothing of what it says.
    assert found_in(repr([vars(r) for r in TrailRow.objects.all()]), world) <= {world.dose}
    open_job(world.sick.people.clinic.id, purpose="deliver outbox", at=world.at)
    assert found_in(repr([vars(x) for x in Letter.objects.all()]), world) == set()
    assert found_in(caplog.text, world) == set()


def pages(world: World, who: Person, desk: str) -> Iterator[tuple[str, str]]:
    """Every page of a desk that needs no more than this patient."""
    client = client_of(who)
    for name, pattern in ROUTES:
        if name.startswith(desk) and set(pattern.pattern.converters) <= {"patient_id"}:
            ids = dict.fromkeys(pattern.pattern.converters, world.sick.patient_id)
            answer = client.get(reverse(name, kwargs=ids))
            if answer.status_code == 200:
                yield name, words_of(answer)


def test_no_page_tells_them(world, monkeypatch):
    monkeypatch.setattr("serein.interfaces.web.shell.clock.now", lambda: world.at)
    for who, desk, allowed in (
        (world.helper, "helping:", set()), (world.rota, "clinician:", {CONDITION, MEDICINE, world.dose}),
        (world.glass, "clinician:", {CONDITION, MEDICINE, world.dose}), (world.elsewhere, "clinician:", set()),
    ):  # fmt: skip
        read = dict(pages(world, who, desk))
        assert read, desk
        assert {name: found for name, words in read.items() if (found := found_in(words, world) - allowed)} == {}
    open_for(world.sick.people.clinician, world.sick.people.patient, world.at)
    mine = dict(pages(world, world.sick.people.clinician, "clinician:"))
    assert NOTE in mine["clinician:own_notes"] and all(
        NOTE not in words for name, words in mine.items() if name != "clinician:own_notes"
    )
