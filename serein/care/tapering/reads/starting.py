"""Starting points that were written down, as values."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import name_of
from serein.foundation.remembering import remembered

from ..models import StartNote
from ..starting import KINDS, NALOXONE, QUESTIONS, UNPRESCRIBED
from ..words import part_words, together


@dataclass(frozen=True)
class StartCard:
    """`told` are (question, answer) in words; `steps` are (day, days a week, each use in words)."""

    id: UUID
    kind: str
    told: tuple[tuple[str, str], ...]
    steps: tuple[tuple[date, int, str], ...]
    steady: bool
    again_on: date | None
    by: str
    at: datetime

    @property
    def words(self) -> str:
        return KINDS[self.kind]


@shown
@remembered
def start_notes(chart: OpenChart) -> tuple[StartCard, ...]:
    """Every note, newest first."""
    rows = StartNote.objects.filter(patient=chart.patient_id).order_by("-at", "-id")
    return tuple(
        StartCard(r.id, r.kind, _told(r), tuple(_step(s) for s in r.steps), r.steady, r.again_on, name_of(r.by_id), r.at)
        for r in rows
    )


def _told(row: StartNote) -> tuple[tuple[str, str], ...]:
    if row.kind == UNPRESCRIBED:
        naloxone = ("Naloxone", NALOXONE.get(row.told.get("naloxone", ""), ""))
        return (*((q, row.told.get(key, "")) for key, q in QUESTIONS.items()), naloxone)
    return (
        ("Now", f"{row.told['mg_per_use']} mg on {row.told['uses']} days a week"),
        ("To", f"{row.told['goal_uses']} days a week"),
    )


def _step(step: dict[str, object]) -> tuple[date, int, str]:
    each = step["each_use"]
    assert isinstance(each, dict)
    parts = together([part_words(p["product"], Decimal(p["units"])) for p in each["parts"]])
    return date.fromisoformat(str(step["from"])), int(str(step["days_per_week"])), f"{each['mg']} mg: {parts}"
