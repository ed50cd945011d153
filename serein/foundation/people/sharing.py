"""Who shares with whom: asked before any key exists, by the person themselves. What is shared needs a key of its own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .models import Account, Caregiving, Invitation, Role
from .persons import Person


@dataclass(frozen=True)
class SharedWithMe:
    """Somebody who shares with this person now. `name` is that of the account which gave it: no record is opened to say it."""

    patient_id: UUID
    name: str
    scopes: tuple[str, ...]
    until: datetime


@dataclass(frozen=True)
class OfferedToMe:
    """An invitation to help that was sent to this person's own address and waits."""

    invitation_id: UUID
    name: str
    scopes: tuple[str, ...]
    until: datetime


def shared_with(who: Person, *, at: datetime) -> tuple[SharedWithMe, ...]:
    """Everybody who shares with this person at that instant, by name."""
    rows = Caregiving.objects.filter(clinic=who.clinic_id, account=who.account_id, since__lte=at, until__gt=at)
    found = rows.select_related("given_by").order_by("given_by__name", "id")
    return tuple(SharedWithMe(c.patient_id, c.given_by.name, tuple(c.scopes), c.until) for c in found)


def offered_to(who: Person, *, at: datetime) -> tuple[OfferedToMe, ...]:
    """Invitations to help that wait for this address; one's own record is never among them."""
    rows = Invitation.objects.filter(
        clinic=who.clinic_id, email=who.email.lower(), role=Role.CAREGIVER, used_at=None, expires_at__gt=at, share_until__gt=at
    ).exclude(patient_id=who.patient_id)
    givers = {a.id: a.name for a in Account.objects.filter(pk__in=[i.invited_by_id for i in rows])}
    return tuple(
        OfferedToMe(i.id, givers.get(i.invited_by_id, ""), tuple(i.scopes), i.share_until)
        for i in rows.order_by("invited_at", "id")
        if i.share_until is not None and i.invited_by_id is not None
    )
