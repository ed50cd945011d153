"""The only pen of the trail. Keys and actions use it; everybody else reads."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from serein.foundation.remembering import forget
from serein.foundation.rows import asked_of_the_database, new_id


@dataclass(frozen=True)
class Entry:
    """One line of the trail. `deed` and `why` are codes, so that no name, answer or dose ever stands here."""

    clinic_id: UUID
    at: datetime
    by_id: UUID | None
    deed: str
    outcome: str = "done"
    purpose: str = ""
    patient_id: UUID | None = None
    subject_type: str = ""
    subject_id: UUID | None = None
    why: str = ""

    def about(self, patient_id: UUID | None, subject_type: str, subject_id: UUID | None) -> "Entry":
        return replace(self, patient_id=patient_id, subject_type=subject_type, subject_id=subject_id)


# Every page writes a line, so the statement is made once.
FIELDS = tuple(Entry.__dataclass_fields__)
LINE = f"INSERT INTO audit_trailrow (id, {', '.join(FIELDS)}, facts) VALUES (%s, {'%s, ' * len(FIELDS)}%s)"  # noqa: S608


def record(entry: Entry, *, facts: dict[str, Any] | None = None) -> UUID:
    """Write the line in the running transaction; the wall must be set to the same clinic. Returns the row's id."""
    row = new_id()
    asked_of_the_database(LINE, [row, *(getattr(entry, name) for name in FIELDS), json.dumps(facts or {})])
    if entry.outcome != "looked":
        forget()
    return row
