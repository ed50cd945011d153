"""What a clinician did about something that the patient told. Only this takes it off the list."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from serein.care.access.actions import AGE_TASK, SHARED_TASK
from serein.care.evaluation.actions.own import put_on_trail
from serein.care.evaluation.answering import text_problem
from serein.care.evaluation.safety import NOT_REACHED, WAYS
from serein.care.planning.text import Mistaken
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.models import Patient
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import close_tasks

from ..models import CheckIn, Contact
from ..reads.check_ins import check_in, root_of
from .checking_in import FLAG_TASK
from .taking import ABOVE_TASK, MISSED_TASK

ABOUT = {
    FLAG_TASK: "A check-in",
    MISSED_TASK: "Missed doses",
    ABOVE_TASK: "More doses than the plan allows",
    "diary-silent": "A silent diary",
    "emergency-opened": "A record opened for an emergency",
    SHARED_TASK: "An address that two people use",
    AGE_TASK: "Coming of age",
}
LONGEST_WORDS = 5000
EMERGENCY_TASK = "emergency-opened"
OWN_NOTICE = Refused("own-emergency", "The care team takes this off the list, not whoever opened the record for an emergency.")
NOT_YOURS = Refused("not-your-role", "Only a clinician of the care team may record this.")
CHANGED = Refused("changed-meanwhile", "The patient has answered more since you opened this page. Read it first.")


@dataclass(frozen=True)
class NewContact:
    """`about` is the kind of the task; for a check-in, `check_in_id` and `seen` (`CheckInLine.seen` of the page) say which wording was read."""

    about: str
    how: str
    words: str
    check_in_id: UUID | None = None
    seen: str = ""


@dataclass(frozen=True)
class Contacted:
    contact_id: UUID
    closed: int


@deed
@transaction.atomic
def record_contact(chart: OpenChart, new: NewContact) -> Contacted | Mistaken | Refused:
    """Record how the patient was reached and what was done. "Not reached" is kept, and the task stays."""
    if chart.by is None or treating(chart) is None:
        return refuse_on_record(chart, "record_contact", NOT_YOURS)
    if new.about == EMERGENCY_TASK and chart.purpose == "emergency":
        return refuse_on_record(chart, "record_contact", OWN_NOTICE)
    wrong = tuple(_mistakes(new))
    if wrong:
        return Mistaken(wrong)
    Patient.objects.select_for_update(no_key=True).get(
        pk=chart.patient_id
    )  # an answer that arrives now opens its own task afterwards
    root = None
    if new.about == FLAG_TASK:
        line = check_in(chart, new.check_in_id) if new.check_in_id else None
        newest = None if line is None else _newest(chart, line.root)
        if newest is None or newest != new.seen:
            return refuse_on_record(chart, "record_contact", CHANGED)
        root = root_of(chart, new.check_in_id) if new.check_in_id else None
    row = Contact(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, about=new.about, check_in_id=root, how=new.how,
        words=new.words.strip(), by_id=chart.by.account_id, at=chart.at,
    )  # fmt: skip
    row.save(force_insert=True)
    put_on_trail(chart, "record_contact", ("contact", row.id), about=new.about, how=new.how)
    if new.how == NOT_REACHED:
        return Contacted(row.id, 0)
    return Contacted(row.id, close_tasks(chart, kind=new.about, why="a contact was recorded", subject_id=root))


def _newest(chart: OpenChart, root: UUID) -> str | None:
    """What a page shows now of the last wording of this check-in."""
    rows = CheckIn.objects.filter(patient=chart.patient_id).order_by("started_at", "id")
    mine = [r for r in rows if root_of(chart, r.id) == root]
    line = check_in(chart, mine[-1].id) if mine else None
    return line.seen if line else None


def _mistakes(new: NewContact) -> Iterator[tuple[str, str]]:
    if new.about not in ABOUT:
        yield "about", "Choose from the list."
    if new.how not in dict(WAYS):
        yield "how", "Choose how you reached the patient."
    if not new.words.strip():
        yield "words", "Write what was said and done."
    elif text_problem(new.words, LONGEST_WORDS):
        yield "words", f"Use {LONGEST_WORDS} ordinary characters or fewer."
