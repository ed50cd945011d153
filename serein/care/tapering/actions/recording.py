"""What every deed about a taper shares: who may, the row on the trail, the refusal that stays."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from serein.care.planning.text import Mistaken, printable
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import clinic_day
from serein.foundation.tasks.actions import close_tasks

SILENT_TASK, UNCONFIRMED_TASK, STEP_TASK = "taper-step-silent", "taper-step-unconfirmed", "prescribe-taper-step"
WISH_TASK, RESUME_TASK, DECIDE_TASK, LOST_TASK = "answer-taper-wish", "resume-taper", "decide-taper-step", "lost-tablets"
# Every question about one step; none of them outlives its course.
STEP_TASKS = (SILENT_TASK, DECIDE_TASK, UNCONFIRMED_TASK, STEP_TASK)
LONGEST_WHY, LONGEST_WORDS = 300, 2000
NOT_CLINICIAN = ("not-your-role", "Only a clinician of the care team may do this.")
NOT_PATIENT = ("not-the-patient", "Only the patient can say this.")


def clinician(chart: OpenChart) -> UUID | None:
    """The account of the clinician who holds this key for care, or None."""
    return treating(chart)


def patient(chart: OpenChart) -> UUID | None:
    """The account of the patient whose own record this is, or None."""
    return chart.by.account_id if chart.by is not None and chart.by.patient_id == chart.patient_id else None


def done(chart: OpenChart, deed: str, course_id: UUID, **facts: Any) -> None:
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, deed, purpose=chart.purpose)
    record(entry.about(chart.patient_id, "taper", course_id), facts=facts)


def refuse(chart: OpenChart, deed: str, why: tuple[str, str], course_id: UUID | None = None) -> Refused:
    return refuse_on_record(chart, deed, Refused(*why), subject=("taper", course_id) if course_id else None)


def note(chart: OpenChart, deed: str, subject: tuple[str, UUID]) -> None:
    """A row about something else than a taper. It says that something was done, never what: the trail is read by more than the record is."""
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, deed, purpose=chart.purpose)
    record(entry.about(chart.patient_id, *subject))


def refuse_about(chart: OpenChart, deed: str, why: tuple[str, str], course_id: UUID | None = None) -> Refused:
    return refuse_on_record(chart, deed, Refused(*why), subject=("supervised_course", course_id) if course_id else None)


def one_at_a_time(chart: OpenChart) -> None:
    """Deeds about one patient's tapers happen one after the other."""
    Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)


def clinic_today(chart: OpenChart) -> date:
    return clinic_day(chart.clinic_id, chart.at)


def patient_today(chart: OpenChart) -> date:
    return day_at(Patient.objects.values_list("time_zone", flat=True).get(pk=chart.patient_id), chart.at)


def day_at(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def why_wrong(field: str, words: str, *, longest: int, needed: bool = True) -> Mistaken | None:
    if needed and not words.strip():
        return Mistaken(((field, "Say why." if field == "why" else "Write a few words."),))
    if len(words) > longest or not printable(words):
        return Mistaken(((field, f"Use {longest} ordinary characters or fewer."),))
    return None


def close_step_tasks(chart: OpenChart, step_ids: list[UUID], why: str, kinds: tuple[str, ...]) -> None:
    for step_id in step_ids:
        for kind in kinds:
            close_tasks(chart, kind=kind, why=why, subject_id=step_id)
