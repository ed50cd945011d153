"""Which of two dates of birth is right. Age decides doses and prescriptions name it: a person finds out and says how, and both dates stay."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.models import Patient
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import close_tasks

from ..answering import text_problem
from ..models import BirthDateFinding
from ..reads.birth_date import birth_dates
from .own import put_on_trail
from .told import BIRTH_DATE_TASK

RECORDED, TOLD = "recorded", "told"
LONGEST_WHY = 300
NOT_YOURS = Refused("not-your-role", "Only a clinician of the care team may settle this.")
CHANGED = Refused("changed-meanwhile", "The dates have changed since you opened this page. Read them first.")


@dataclass(frozen=True)
class NewFinding:
    """`right` is recorded or told; `seen` is `BirthDates.seen` of the page."""

    right: str
    why: str
    seen: str


@dataclass(frozen=True)
class Settled:
    finding_id: UUID


@deed
@transaction.atomic
def settle_birth_date(chart: OpenChart, new: NewFinding) -> Settled | Refused:
    """Write the finding, take the right date for the record, and close the task. Raises ValueError for a choice or a reason that no page lets
    through."""
    if chart.by is None or treating(chart) is None:
        return refuse_on_record(chart, "settle_birth_date", NOT_YOURS)
    if new.right not in (RECORDED, TOLD) or not new.why.strip() or text_problem(new.why, LONGEST_WHY):
        raise ValueError("a finding says which date is right, and why")
    patient = Patient.objects.select_for_update().get(pk=chart.patient_id)
    dates = birth_dates(chart)
    if dates is None or dates.seen != new.seen:
        return refuse_on_record(chart, "settle_birth_date", CHANGED)
    right, wrong = (dates.recorded, dates.told) if new.right == RECORDED else (dates.told, dates.recorded)
    row = BirthDateFinding(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, right=right, wrong=wrong, why=new.why.strip(),
        by_id=chart.by.account_id, at=chart.at,
    )  # fmt: skip
    row.save(force_insert=True)
    if patient.birth_date != right:
        patient.birth_date = right
        patient.save(update_fields=["birth_date"])
    put_on_trail(chart, "settle_birth_date", ("birth_date_finding", row.id), right=new.right)
    close_tasks(chart, kind=BIRTH_DATE_TASK, why="a clinician found out which date is right")
    return Settled(row.id)
