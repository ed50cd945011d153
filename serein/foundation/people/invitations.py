"""The way in: a link that works once. The token is the invited person's key to their own invitation; only its digest is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .keys import Refused
from .models import Clinic, Invitation

# One refusal for unknown, used, ended and expired: whoever tries tokens learns nothing from the answer.
NOT_USABLE = Refused(
    "invitation-not-usable", "This invitation cannot be used. It may have been used already, or its time may be over."
)


@dataclass(frozen=True)
class WaitingInvitation:
    """What the acceptance page may show to the bearer of the token."""

    id: UUID
    clinic_id: UUID
    clinic_name: str
    clinic_phone: str
    name: str
    email: str
    role: str
    patient_id: UUID | None
    expires_at: datetime


def new_token() -> str:
    """256 bits, so that guessing is hopeless and no rate limit has to guard it."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def waiting_invitation(token: str, *, at: datetime) -> WaitingInvitation | Refused:
    """The invitation behind a token, as long as it can still be used. Looking does not use it: mail programs follow links too."""
    found = Invitation.objects.filter(token_digest=token_digest(token), used_at=None, expires_at__gt=at).first()
    if found is None:
        return NOT_USABLE
    clinic = Clinic.objects.get(pk=found.clinic_id)
    return WaitingInvitation(
        found.id, clinic.id, clinic.name, clinic.phone, found.name, found.email, found.role, found.patient_id, found.expires_at
    )


def still_waits(invitation_id: UUID, *, at: datetime) -> bool:
    """Whether it can still be used: a letter about one that was taken back would tell of it."""
    return Invitation.objects.filter(pk=invitation_id, used_at=None, expires_at__gt=at).exists()
