"""Open tasks as values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from serein.foundation.people.chosen import WHOSE, Chosen
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenList
from serein.foundation.rows import answer

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


@dataclass(frozen=True)
class Pressing:
    """The most pressing open task of one patient, and how many more are open."""

    task: OpenTask
    more: int


@dataclass(frozen=True)
class Worklist:
    """Patients for whom something is open, the most pressing first: a page of them, and how many there are in each tier."""

    page: tuple[Pressing, ...]
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def _open(rows: list[Task]) -> list[OpenTask]:
    values = [
        OpenTask(t.id, t.patient_id, t.kind, t.tier, t.title, t.why, t.source, t.finished_by, t.subject_id, t.opened_at, t.due_at)
        for t in rows
    ]
    return sorted(values, key=lambda t: (ORDER[t.tier], t.due_at, t.id))


@shown
def tasks_of_patient(chart: OpenChart) -> list[OpenTask]:
    return _open(list(Task.objects.filter(done_at=None, patient=chart.patient_id)))


# The database orders and counts: of a long list only the page that is looked at comes over. The wall stands around it as around every table.
WORKLIST = """
WITH open AS (
  SELECT id, patient_id, kind, tier, title, why, source, finished_by, subject_id, opened_at, due_at,
         array_position(%(order)s, tier::text) AS rank, count(*) OVER (PARTITION BY patient_id) - 1 AS more
  FROM tasks_task WHERE done_at IS NULL AND {whose}
), first AS (SELECT DISTINCT ON (patient_id) * FROM open ORDER BY patient_id, rank, due_at, id)
SELECT id, patient_id, kind, tier, title, why, source, finished_by, subject_id, opened_at, due_at, more,
       count(*) FILTER (WHERE rank = 1) OVER (), count(*) FILTER (WHERE rank = 2) OVER (), count(*) FILTER (WHERE rank = 3) OVER ()
FROM first ORDER BY rank, due_at, id LIMIT %(limit)s OFFSET %(offset)s
"""
OF_SOME = WORKLIST.format(whose="patient_id = ANY(%(patients)s)")
# Of all patients of a list, the list's own predicate: sending thousands of ids costs more than asking for them. CASE keeps the set a table of
# its own, made once: as a join it is planned for one row and walked for each of thousands.
OF_ALL = WORKLIST.format(whose=f"CASE WHEN patient_id IN (SELECT patient_id {WHOSE}) THEN true END")


@shown
def worklist(listing: OpenList, *, offset: int = 0, limit: int = 25) -> Worklist:
    """One line for each patient of the list who has an open task. A page beyond the end is the first page."""
    asked: dict[str, Any] = {"order": list(ORDER), "limit": limit, "offset": offset}
    if isinstance(listing.patients, Chosen) and listing.purpose == "my patients":
        rows = answer(OF_ALL, asked | {"account": listing.by.account_id, "clinic": listing.clinic_id, "at": listing.at})
    else:
        rows = answer(OF_SOME, asked | {"patients": list(listing.patients)})
    if not rows and offset:
        return worklist(listing, limit=limit)
    counts = dict(zip(ORDER, rows[0][12:], strict=True)) if rows else dict.fromkeys(ORDER, 0)
    return Worklist(tuple(Pressing(OpenTask(*row[:11]), row[11]) for row in rows), counts)
