"""What is known about visits, as values. Every read takes a key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import name_of

from .models import Encounter, PsychotherapyNote


@dataclass(frozen=True)
class Visit:
    """A visit. `source_system` is empty for our own; instants may be unknown in another system's."""

    id: UUID
    kind: str
    started_at: datetime | None
    ended_at: datetime | None
    reason: str
    source_system: str
    clinician: str = ""
    note: str = ""


@shown
def visits(chart: OpenChart, *, limit: int = 100) -> tuple[Visit, ...]:
    """Visits of the patient, newest first; those without a date come last."""
    rows = Encounter.objects.filter(patient=chart.patient_id).order_by("-started_at", "-id")
    dated = [*rows.filter(started_at__isnull=False)[:limit], *rows.filter(started_at=None)[:limit]][:limit]
    return tuple(Visit(r.id, r.kind, r.started_at, r.ended_at, r.reason, r.source_system, _name(r), r.note) for r in dated)


def _name(row: Encounter) -> str:
    return name_of(row.clinician_id) if row.clinician_id else ""


@dataclass(frozen=True)
class NoteLine:
    words: str
    written_at: datetime


@shown
def psychotherapy_notes(chart: OpenChart) -> tuple[NoteLine, ...]:
    """The notes that whoever holds the key wrote themselves, newest first."""
    author = chart.by.account_id if chart.by else None
    rows = PsychotherapyNote.objects.filter(patient=chart.patient_id, author=author).order_by("-written_at", "-id")
    return tuple(NoteLine(r.words, r.written_at) for r in rows)
