"""T3: whatever is asked with a key to one record, with the ids of another in every place that takes one, nothing of the other comes back.

Two patients of one clinic. Every text of the second is a canary; every read of the permission table is asked with the keys of the first.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from serein.care.visits.actions import NewEncounter, record_encounter
from serein.foundation.people.gate import NotShown
from serein.foundation.people.keys import Key
from tests.care.prescribed import allergy, desk
from tests.matrix.test_segments import arguments, every_read
from tests.people import AT, FourPeople, four_people, maria, my_patients, open_for, own_chart

pytestmark = pytest.mark.django_db
CANARIES = ("Siskin", "Kestrel", "Plover", "Dunlin", "Whimbrel", "Turnstone")
# What an answer may be that names nothing: the read wants another kind of key, or what only another read makes.
NO_ANSWER = (NotShown, TypeError, AttributeError, AssertionError, LookupError, ValueError, ObjectDoesNotExist)


@dataclass(frozen=True)
class TwoRecords:
    people: FourPeople
    ids: tuple[UUID, ...]
    at = AT

    @property
    def sick(self) -> SimpleNamespace:
        """As `arguments` asks for it: whose id stands where a read asks for one."""
        return SimpleNamespace(patient_id=self.ids[0])


@pytest.fixture
def two() -> TwoRecords:
    people = four_people()
    given, family, street, goal, reason, nuts = CANARIES
    second = people.clinic.patient(of=people.stranger, new=maria(given=given, family=family, address=f"3 {street} Lane"))
    other = desk(people=replace(people, clinician=people.stranger, patient=second), goal=f"Sleep like a {goal}")
    other.learn(allergy(nuts))
    record_encounter(other.chart(), NewEncounter(kind="video", started_at=AT, reason=reason, note=reason))
    desk(people=people)
    assert second.patient_id is not None
    return TwoRecords(people, (second.patient_id, other.plan_id, other.draft_id, second.account_id))


def filled(read: Callable[..., Any], ids: tuple[UUID, ...]) -> Iterator[dict[str, object]]:
    """The arguments of a read, once for each id that could stand in them."""
    takes = [p.name for p in list(inspect.signature(read).parameters.values())[1:] if p.annotation in (UUID, UUID | None)]
    for one in ids if takes else ids[:1]:
        yield dict.fromkeys(takes, one)


def told(key: Key, two: TwoRecords) -> tuple[set[str], int]:
    """What every read tells to that key about the second patient, and how many answered."""
    seen, answered = set[str](), 0
    for _, read in every_read():
        for more in filled(read, two.ids):
            asked = arguments(read, two) | more
            try:
                with transaction.atomic():
                    said = repr(read(key, **asked))
            except NO_ANSWER:
                continue
            answered += 1
            seen |= {c for c in CANARIES if c.lower() in said.lower()}
    return seen, answered


KEYS: dict[str, Callable[[FourPeople], Key]] = {
    "own record": lambda people: own_chart(people.patient),
    "care": lambda people: open_for(people.clinician, people.patient),
    "my patients": lambda people: my_patients(people.clinician),
}


@pytest.mark.parametrize("key", KEYS)
def test_no_read_tells_of_another_record_in_the_same_clinic(two, key):
    seen, answered = told(KEYS[key](two.people), two)
    assert seen == set() and answered > 10, (seen, answered)


def test_a_key_to_that_record_is_told_all_of_it(two):
    """The control: the same questions with the key of whoever treats the second patient find every canary."""
    seen, _ = told(open_for(two.people.stranger, two.ids[0]), two)
    assert seen == set(CANARIES)
