"""A switch that tests start from: alprazolam 1 mg in the morning and at night become 10 mg of diazepam each, the night's first."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from serein.care.evaluation.actions.record import NewEntry, Recorded, record_entry
from serein.care.planning.text import PlannedDose
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import TaperCard, running_taper
from serein.care.tapering.switching import SwitchText
from serein.clinical.case import Concept, Dosage, Medicine, Timing
from serein.clinical.quantities import Amount, Interval, Unit
from tests.care.plans import agreed
from tests.people import AT, FourPeople, open_for, own_chart

FIRST = date(2026, 12, 1)
# The end of the switch, as an agreed plan names it: 10 mg in the morning and at night.
PLAN = {
    "product": "diazepam-tablet-10", "doses": (PlannedDose("morning", "1"), PlannedDose("night", "1")), "ends_on": date(2027, 2, 22),
    "reassess_on": date(2027, 1, 25),
}  # fmt: skip


def takes(people: FourPeople, at=AT, *, name: str = "alprazolam", mg: str = "1", times: str = "2") -> UUID:
    """The record says that this is taken."""
    dose = Dosage(
        text=f"{mg} mg, {times} times a day", low=Amount(Decimal(mg), Unit.MG),
        timing=Timing(times=Decimal(times), per=Interval(Decimal(24))),
    )  # fmt: skip
    value = Medicine(reference="told at the visit", medicine=Concept(text=name), dosages=(dose,), source="statement")
    answer = record_entry(open_for(people.clinician, people.patient, at), NewEntry(value, name))
    assert isinstance(answer, Recorded), answer
    return answer.entry_id


def switch_text(**changes: object) -> SwitchText:
    fields: dict[str, object] = {
        "substance": "alprazolam", "doses": (("morning", "1"), ("night", "1")), "tablets": ("1",), "halves": False, "chosen_mg": "1",
        "why": "The lower end: she gets sleepy easily", "every_days": 7, "starts_on": FIRST,
        "products": ("diazepam-tablet-2", "diazepam-tablet-5", "diazepam-tablet-10"),
    }  # fmt: skip
    return SwitchText(**{**fields, **changes})


def kept(people: FourPeople, at=AT, **changes: object) -> UUID:
    """A draft under an agreed plan."""
    takes(people, at)
    agreed(people.clinician, people.patient, at, **PLAN)
    answer = tapering.propose_switch(open_for(people.clinician, people.patient, at), switch_text(**changes))
    assert isinstance(answer, tapering.Proposed), answer
    return answer.course_id


def running(people: FourPeople, at=AT, **changes: object) -> TaperCard:
    course_id = kept(people, at, **changes)
    sent = tapering.send_taper(open_for(people.clinician, people.patient, at), course_id)
    assert isinstance(sent, tapering.Sent), sent
    answer = tapering.agree_taper(own_chart(people.patient, at), course_id)
    assert isinstance(answer, tapering.Agreed), answer
    found = running_taper(open_for(people.clinician, people.patient, at))
    assert found is not None
    return found
