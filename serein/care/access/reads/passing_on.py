"""To whom a patient lets their substance-use records go, and until when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.care.access.models import PassingOn
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart


@dataclass(frozen=True)
class PassingOnLine:
    """`in_force` at the instant of the key. `until` is the first instant at which it is over."""

    id: UUID
    recipient: str
    recipient_clinic: str
    purpose: str
    segment: str
    given_at: datetime
    until: datetime
    withdrawn_at: datetime | None
    in_force: bool


@shown
def passings_on(chart: OpenChart) -> tuple[PassingOnLine, ...]:
    """Every one ever given, newest first."""
    rows = PassingOn.objects.filter(patient=chart.patient_id).order_by("-given_at", "-id")
    return tuple(
        PassingOnLine(
            r.id, r.recipient, r.recipient_clinic, r.purpose, r.segment, r.given_at, r.until, r.withdrawn_at,
            r.given_at <= chart.at < min(r.until, r.withdrawn_at or r.until),
        )
        for r in rows
    )  # fmt: skip
