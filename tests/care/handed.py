"""A patient in the middle of a taper, with a past hold, an unconfirmed change and a record: what handovers are tested on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from serein.care.continuity import actions as continuity
from serein.care.continuity.facts import HandoverFacts
from serein.care.continuity.reads import handover_facts
from serein.care.evaluation.actions import NewEntry, record_entry
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import TaperCard, running_taper, tapers
from serein.clinical.case import Allergy, Concept, Condition, Dosage, Medicine
from serein.foundation.people.keys import OpenChart, open_chart
from serein.foundation.people.persons import Person
from serein.interfaces.translate.handover import to_document
from tests.care.plans import agreed
from tests.care.tapers import noon, running
from tests.care.tapers_supplied import supply
from tests.people import AT, FourPeople, four_people, given, open_for, own_chart

ENTRIES = (
    Allergy(reference="visit", concept=Concept(text="Penicillin"), kind="allergy", criticality="high"),
    Condition(reference="visit", concept=Concept(text="Asthma"), onset=date(2001, 5, 1)),
    Medicine(reference="visit", medicine=Concept(text="Omeprazole"), dosages=(Dosage(text="20 mg a day"),), source="statement"),
)


@dataclass(frozen=True)
class Treated:
    """`at`: the second step of the version after the hold has come, and nobody has confirmed it."""

    people: FourPeople
    at: datetime

    @property
    def patient_id(self) -> UUID:
        assert self.people.patient.patient_id is not None
        return self.people.patient.patient_id

    def chart(self, at: datetime | None = None) -> OpenChart:
        return open_for(self.people.clinician, self.people.patient, at or self.at)

    def offered(self, who: Person | None = None, at: datetime | None = None) -> OpenChart:
        return given(open_chart(who or self.people.stranger, self.patient_id, purpose="handover", at=at or self.at))

    def facts(self, at: datetime | None = None) -> HandoverFacts:
        return handover_facts(self.chart(at))

    def prepared(self, at: datetime | None = None, **to: object) -> UUID:
        new = continuity.NewHandover(**({"why": "I move away", "to_account_id": self.people.stranger.account_id} | to))  # type: ignore[arg-type]
        answer = continuity.prepare_handover(self.chart(at), new, to_document)
        assert isinstance(answer, continuity.Prepared), answer
        return answer.handover_id

    def sent(self, at: datetime | None = None, **to: object) -> UUID:
        handover_id = self.prepared(at, **to)
        answer = continuity.send_handover(self.chart(at), handover_id)
        assert isinstance(answer, continuity.HandedOn), answer
        return handover_id


ELSEWHERE = {"to_account_id": None, "to_name": "Dr Rosa Klein", "to_clinic": "Hill Clinic", "to_address": "555-0900"}


def learned(people: FourPeople) -> None:
    for value in ENTRIES:
        words = value.medicine.words if isinstance(value, Medicine) else value.concept.words
        given(record_entry(open_for(people.clinician, people.patient, AT), NewEntry(value, words)))


def treated(*, held: bool = False, people: FourPeople | None = None) -> Treated:
    """`held`: stop in the middle of the hold instead of after it."""
    people = people or four_people()
    learned(people)
    first = running(people)
    day = first.steps[0].from_on
    supply(people, first.steps[0], noon(day - timedelta(days=1)))
    confirmed = tapering.confirm_step(own_chart(people.patient, noon(day)), first.steps[0].id)
    assert isinstance(confirmed, tapering.Confirmed), confirmed
    hold = noon(day + timedelta(days=5))
    kept = tapering.hold_taper(open_for(people.clinician, people.patient, hold), first.id, tapering.HoldText(why="Sleeps badly"))
    assert isinstance(kept, tapering.Held), kept
    if held:
        return Treated(people, hold + timedelta(days=1))
    return Treated(people, noon(_after_the_hold(people, first, hold).steps[0].from_on))


def settled() -> Treated:
    """Quicker, for what is not about doses: an agreed plan, and a record."""
    people = four_people()
    learned(people)
    agreed(people.clinician, people.patient)
    return Treated(people, AT + timedelta(hours=1))


def _after_the_hold(people: FourPeople, first: TaperCard, hold: datetime) -> TaperCard:
    text = tapering.ResumeText(resume_on=first.steps[1].from_on + timedelta(days=10))
    draft = tapering.resume_taper(open_for(people.clinician, people.patient, hold), first.id, text)
    assert isinstance(draft, tapering.Proposed), draft
    assert isinstance(tapering.send_taper(open_for(people.clinician, people.patient, hold), draft.course_id), tapering.Sent)
    assert isinstance(tapering.agree_taper(own_chart(people.patient, hold), draft.course_id), tapering.Agreed)
    found = running_taper(own_chart(people.patient, hold))
    assert found is not None and len(tapers(own_chart(people.patient, hold))) == 2
    return found
