"""Visits: recorded by the care team, after they took place."""

from datetime import timedelta

import pytest

from serein.care.visits.actions import NewEncounter, PastEncounter, record_encounter, record_past_encounters
from serein.care.visits.reads import visits
from serein.foundation.people.keys import Refused
from tests.people import AT, four_people, given, open_for, own_chart

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_visit_is_read_back_beside_those_of_another_record():
    people = four_people()
    chart = open_for(people.clinician, people.patient)
    given(
        record_encounter(chart, NewEncounter(kind="video", started_at=AT - HOUR, ended_at=AT, reason="first visit", note="calm"))
    )
    record_past_encounters(
        chart,
        "urn:other",
        [
            PastEncounter(kind="Encounter for problem", source_id="1", started_at=AT - 9 * HOUR),
            PastEncounter(kind="?", source_id="2"),
        ],
    )
    seen = [(e.kind, e.clinician, e.note, e.source_system) for e in visits(chart)]
    assert seen == [
        ("video", "Ada Okafor", "calm", ""),
        ("Encounter for problem", "", "", "urn:other"),
        ("?", "", "", "urn:other"),
    ]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind": "telepathy"}, "kind-unknown"),
        ({"started_at": AT + HOUR}, "not-yet"),
        ({"ended_at": AT - 2 * HOUR}, "not-yet"),
        ({"ended_at": AT + HOUR}, "not-yet"),
    ],
)
def test_a_visit_that_cannot_have_been_is_refused(wrong: dict[str, object], code: str):
    people = four_people()
    fields: dict[str, object] = {"kind": "in person", "started_at": AT - HOUR, **wrong}
    answer = record_encounter(open_for(people.clinician, people.patient), NewEncounter(**fields))  # type: ignore[arg-type]
    assert isinstance(answer, Refused) and answer.code == code
    assert visits(open_for(people.clinician, people.patient)) == ()


def test_a_patient_does_not_record_visits():
    people = four_people()
    answer = record_encounter(own_chart(people.patient), NewEncounter(kind="video", started_at=AT))
    assert isinstance(answer, Refused) and answer.code == "not-permitted"
