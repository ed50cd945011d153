"""What is done about visits: those that took place elsewhere are recorded as they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenChart

from .models import Encounter

LONGEST_KIND = 120


@dataclass(frozen=True, kw_only=True)
class PastEncounter:
    """A visit in another system; `source_id` is its name there. Instants may be unknown."""

    kind: str
    source_id: str
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Recorded:
    added: int
    known: int


def record_past_encounters(chart: OpenChart, source_system: str, visits: Sequence[PastEncounter]) -> Recorded:
    """Record visits of another system; one that is known by its name there stays as it is."""
    mine = Encounter.objects.filter(patient=chart.patient_id, source_system=source_system)
    known = set(mine.values_list("source_id", flat=True))
    new = [
        Encounter(
            clinic_id=chart.clinic_id, patient_id=chart.patient_id, kind=shortened(v.kind, LONGEST_KIND), started_at=v.started_at,
            ended_at=v.ended_at, source_system=source_system, source_id=v.source_id, recorded_at=chart.at,
        )
        for v in {v.source_id: v for v in visits}.values()
        if v.source_id not in known
    ]  # fmt: skip
    Encounter.objects.bulk_create(new)
    if new:
        by = chart.by.account_id if chart.by else None
        entry = Entry(chart.clinic_id, chart.at, by, "record_past_encounters")
        record(entry.about(chart.patient_id, "patient", chart.patient_id), facts={"added": len(new)})
    return Recorded(len(new), len(visits) - len(new))


def shortened(text: str, longest: int) -> str:
    """For a label beside which the whole is kept elsewhere."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
