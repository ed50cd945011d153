"""The worker's round over birthdays from which patients decide alone: a task ahead, and what was shared before ends on the day."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.ages import Majority, birthday, majority_of, of_age_at
from serein.foundation.people.keys import OpenJob
from serein.foundation.people.models import Caregiving, Invitation, Patient, Role
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.foundation.tasks.actions import NewTask, open_task

AGE_TASK = "comes-of-age"
AHEAD = timedelta(days=30)
# How long a round may have been missed: whoever came of age since is found all the same.
BEHIND = timedelta(days=90)


def birthday_round(job: OpenJob) -> int:
    """Open tasks for patients who come of age within 30 days and share with somebody, and end at their birthday what they shared before.
    Returns how many sharings ended. Doing it twice is doing it once; where the age is unknown nothing is done."""
    law = majority_of(clinic_card(job.clinic_id).jurisdiction)
    return sum(_of_one(job, one, law) for one in _near(job, law)) if law else 0


def _near(job: OpenJob, law: Majority) -> list[Patient]:
    today = clinic_day(job.clinic_id, job.at)
    born = date(today.year - law.years, today.month, min(today.day, 28))
    near = Patient.objects.filter(
        clinic=job.clinic_id, birth_date__gte=born - BEHIND, birth_date__lte=born + AHEAD + timedelta(days=5)
    )
    return [p for p in near.order_by("id") if p.birth_date and birthday(p.birth_date, law.years) <= today + AHEAD]


def _shared(patient: Patient, before: datetime, at: datetime) -> QuerySet[Caregiving]:
    return Caregiving.objects.filter(patient_id=patient.id, since__lt=before, until__gt=at)


def _of_one(job: OpenJob, patient: Patient, law: Majority) -> int:
    assert patient.birth_date is not None
    day = of_age_at(patient.birth_date, patient.time_zone, law)
    ended = 0
    if day <= job.at:
        for sharing in _shared(patient, day, job.at):
            ended += Caregiving.objects.filter(pk=sharing.id, until__gt=job.at).update(until=job.at)
            entry = Entry(job.clinic_id, job.at, None, "end_sharing", purpose=job.purpose)
            record(entry.about(patient.id, "caregiving", sharing.id), facts={"why": "comes-of-age"})
        asked = Invitation.objects.filter(patient_id=patient.id, role=Role.CAREGIVER, used_at=None, invited_at__lt=day)
        asked.filter(expires_at__gt=job.at).update(expires_at=job.at)
    if ended or (job.at < day and _shared(patient, day, job.at).exists()):
        open_task(job, _task(patient, day, law), patient_id=patient.id)
    return ended


def _task(patient: Patient, day: datetime, law: Majority) -> NewTask:
    said = f"From {day:%d-%b-%Y} on they decide alone ({law.years} years: {law.source}). What they shared before ends then. Ask them, alone."
    return NewTask(
        kind=AGE_TASK, tier="week", title="Comes of age: ask again who may see what", why=said[:300], source="Birthday round",
        finished_by="record_contact", due_at=day,
    )  # fmt: skip
