"""Open and close tasks. Called by actions of the stages, inside their transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenChart, OpenJob
from serein.foundation.people.persons import lead_of, still_cares

from .models import Task


@dataclass(frozen=True)
class NewTask:
    kind: str
    tier: str
    title: str
    why: str
    source: str
    finished_by: str
    due_at: datetime
    owner_id: UUID | None = None
    subject_id: UUID | None = None


def open_task(chart: OpenChart | OpenJob, new: NewTask, *, patient_id: UUID | None = None) -> UUID:
    """Open a task, or return the one that is already open for the same reason. With a job's key `patient_id` says whose it is."""
    patient = chart.patient_id if isinstance(chart, OpenChart) else patient_id
    assert patient is not None, "a task belongs to a patient"
    same = Task.objects.filter(patient=patient, kind=new.kind, subject_id=new.subject_id, done_at=None).first()
    if same is not None:
        return same.id
    task = Task(
        clinic_id=chart.clinic_id, patient_id=patient, kind=new.kind, tier=new.tier, title=new.title, why=new.why, source=new.source,
        finished_by=new.finished_by, due_at=new.due_at, owner_id=_owner(new, patient, chart.at), subject_id=new.subject_id, opened_at=chart.at,
    )  # fmt: skip
    task.save(force_insert=True)
    by = chart.by.account_id if chart.by else None
    record(
        Entry(chart.clinic_id, chart.at, by, "open_task").about(patient, "task", task.id),
        facts={"kind": new.kind, "tier": new.tier},
    )
    return task.id


def open_tasks(job: OpenJob, new: NewTask, patients: set[UUID]) -> None:
    """Open a task for each of them who has none open for the same reason. One look finds those, however many they are."""
    same = Task.objects.filter(patient__in=patients, kind=new.kind, subject_id=new.subject_id, done_at=None)
    for patient_id in sorted(patients - set(same.values_list("patient_id", flat=True))):
        open_task(job, new, patient_id=patient_id)


def _owner(new: NewTask, patient: UUID, at: datetime) -> UUID | None:
    """Whoever is meant; where they have left the care team (the patient was handed over), whoever answers for the patient now."""
    if new.owner_id is None or still_cares(new.owner_id, patient, at=at):
        return new.owner_id
    lead = lead_of(patient, at=at)
    return lead.account_id if lead else None


def close_tasks(chart: OpenChart, *, kind: str, why: str, subject_id: UUID | None = None) -> int:
    """Close what is open of one kind because its cause is gone or its deed was done. Returns how many."""
    tasks = Task.objects.filter(patient=chart.patient_id, kind=kind, done_at=None)
    if subject_id is not None:
        tasks = tasks.filter(subject_id=subject_id)
    by = chart.by.account_id if chart.by else None
    ids = list(tasks.values_list("id", flat=True))
    count = Task.objects.filter(pk__in=ids, done_at=None).update(done_at=chart.at, done_by=by, done_why=why)
    for one in ids:
        record(Entry(chart.clinic_id, chart.at, by, "close_task").about(chart.patient_id, "task", one), facts={"kind": kind})
    return count


def close_every_task(chart: OpenChart, *, why: str) -> int:
    """Close all that is open for a patient who is nobody's here any more. Returns how many."""
    kinds = Task.objects.filter(patient=chart.patient_id, done_at=None).values_list("kind", flat=True)
    return sum(close_tasks(chart, kind=kind, why=why) for kind in sorted(set(kinds)))


def pass_tasks(chart: OpenChart, *, from_id: UUID, to_id: UUID) -> int:
    """What was one person's to do for this patient is now another's. Returns how many."""
    return Task.objects.filter(patient=chart.patient_id, owner=from_id, done_at=None).update(owner=to_id)
