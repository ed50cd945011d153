"""With whom a patient shares, what, and until when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.models import Caregiving, Invitation


@dataclass(frozen=True)
class HelperLine:
    """Somebody with whom the patient shares `scopes` until an instant; `waiting` while they have not accepted."""

    id: UUID
    name: str
    email: str
    scopes: tuple[str, ...]
    until: datetime
    waiting: bool = False


@shown
def helpers(chart: OpenChart) -> tuple[HelperLine, ...]:
    """With whom this patient shares now, and who was invited and has not come yet."""
    sharing = (
        Caregiving.objects.filter(patient_id=chart.patient_id, until__gt=chart.at)
        .select_related("account")
        .order_by("since", "id")
    )
    waiting = Invitation.objects.filter(
        patient_id=chart.patient_id, role="caregiver", used_at=None, expires_at__gt=chart.at, share_until__gt=chart.at
    )
    now = [HelperLine(c.id, c.account.name, c.account.email, tuple(c.scopes), c.until) for c in sharing]
    later = [
        HelperLine(i.id, i.name, i.email, tuple(i.scopes), i.share_until, waiting=True)
        for i in waiting.order_by("invited_at", "id")
        if i.share_until is not None
    ]
    return (*now, *later)
