"""Who looked and who did what: for compliance over the clinic, for patients about themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from serein.foundation.people.keys import OpenChart, OpenList
from serein.foundation.people.persons import name_of

from .models import TrailRow


@dataclass(frozen=True)
class Line:
    id: UUID
    at: datetime
    who: str
    by_id: UUID | None
    deed: str
    outcome: str
    purpose: str
    patient_id: UUID | None
    subject_type: str
    subject_id: UUID | None
    why: str
    facts: dict[str, Any]


def _lines(rows: "QuerySet[TrailRow]") -> list[Line]:
    names: dict[UUID | None, str] = {}
    lines = []
    for row in rows:
        if row.by_id not in names:
            names[row.by_id] = name_of(row.by_id)
        lines.append(
            Line(row.id, row.at, names[row.by_id], row.by_id, row.deed, row.outcome, row.purpose, row.patient_id, row.subject_type,
                 row.subject_id, row.why, row.facts)
        )  # fmt: skip
    return lines


def trail(listing: OpenList, *, before: UUID | None = None, limit: int = 100) -> list[Line]:
    """The clinic's trail, newest first, a page at a time: pass the last line's id as `before` for the next page."""
    rows = TrailRow.objects.filter(clinic=listing.clinic_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return _lines(rows.order_by("-id")[:limit])


def who_looked(chart: OpenChart, *, limit: int = 100) -> list[Line]:
    """Everything that was opened, done or refused in one patient's record, newest first."""
    return _lines(TrailRow.objects.filter(patient_id=chart.patient_id).order_by("-id")[:limit])
