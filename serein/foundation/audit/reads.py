"""Who looked and who did what: for compliance over the clinic, for patients about themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenList
from serein.foundation.people.models import Account
from serein.foundation.people.persons import name_of, record_number

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


@dataclass(frozen=True)
class TrailFilter:
    """Which rows are asked for; what is None does not count. `since` belongs to the span, `until` does not.

    `by` is an account, or the word "nobody" for rows that no account stands behind.
    """

    by: UUID | str | None = None
    deed: str | None = None
    outcome: str | None = None
    patient_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> Q:
        asked = {
            "by": None if self.by == "nobody" else self.by, "deed": self.deed, "outcome": self.outcome, "patient_id": self.patient_id,
            "at__gte": self.since, "at__lt": self.until,
        }  # fmt: skip
        found = Q(**{name: value for name, value in asked.items() if value is not None})
        return found & Q(by=None) if self.by == "nobody" else found


ALL = TrailFilter()


def _name(account_id: UUID | None, *, patients_named: bool) -> str:
    """Whose deed it was. Where patients are not named, one of them is called by the record."""
    own = (
        None
        if patients_named or account_id is None
        else Account.objects.filter(pk=account_id).values_list("patient_id", flat=True).first()
    )
    return name_of(account_id) if own is None else f"the patient of {record_number(own)}"


def _lines(rows: "QuerySet[TrailRow]", *, patients_named: bool) -> list[Line]:
    names: dict[UUID | None, str] = {}
    lines = []
    for row in rows:
        if row.by_id not in names:
            names[row.by_id] = _name(row.by_id, patients_named=patients_named)
        lines.append(
            Line(row.id, row.at, names[row.by_id], row.by_id, row.deed, row.outcome, row.purpose, row.patient_id, row.subject_type,
                 row.subject_id, row.why, row.facts)
        )  # fmt: skip
    return lines


@shown
def trail(listing: OpenList, *, of: TrailFilter = ALL, before: UUID | None = None, limit: int = 100) -> list[Line]:
    """The clinic's trail, newest first, a page at a time: pass the last line's id as `before` for the next page. Patients are not named."""
    rows = TrailRow.objects.filter(of.conditions(), clinic=listing.clinic_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return _lines(rows.order_by("-id")[:limit], patients_named=False)


@shown
def trail_counts(listing: OpenList, *, since: datetime) -> dict[str, int]:
    """How many rows of each outcome there are since then."""
    rows = TrailRow.objects.filter(clinic=listing.clinic_id, at__gte=since).values_list("outcome").annotate(n=Count("id"))
    return {"done": 0, "refused": 0, "looked": 0, **dict(rows)}


@shown
def who_looked(chart: OpenChart, *, limit: int = 100) -> list[Line]:
    """Everything that was opened, done or refused in one patient's record, newest first. Seeing it in a list of many is not among it: a list
    keeps one row with a digest of its patients (see `people.keys.open_list`)."""
    return _lines(TrailRow.objects.filter(patient_id=chart.patient_id).order_by("-id")[:limit], patients_named=True)
