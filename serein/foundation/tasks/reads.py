"""Open tasks as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.foundation.people.keys import OpenChart, OpenList

from .models import Task

ORDER = {"now": 0, "today": 1, "week": 2}


@dataclass(frozen=True)
class OpenTask:
    id: UUID
    patient_id: UUID
    kind: str
    tier: str
    title: str
    why: str
    source: str
    finished_by: str
    subject_id: UUID | None
    opened_at: datetime
    due_at: datetime


def _open(rows: list[Task]) -> list[OpenTask]:
    values = [
        OpenTask(t.id, t.patient_id, t.kind, t.tier, t.title, t.why, t.source, t.finished_by, t.subject_id, t.opened_at, t.due_at)
        for t in rows
    ]
    return sorted(values, key=lambda t: (ORDER[t.tier], t.due_at, t.id))


def tasks_of_my_patients(listing: OpenList) -> list[OpenTask]:
    """Every open task of the patients in the list, the most pressing first."""
    return _open(list(Task.objects.filter(done_at=None, patient_id__in=listing.patients)))


def tasks_of_patient(chart: OpenChart) -> list[OpenTask]:
    return _open(list(Task.objects.filter(done_at=None, patient=chart.patient_id)))
