"""Founding a clinic, on the operator's console: nobody is here yet who could hold a key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.validators import validate_email
from django.db import transaction

from serein.care.access.numbers import is_jurisdiction
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import open_job
from serein.foundation.people.models import Clinic, Role

from .inviting import Invited, Invitee, make_invitation, plain_email


@dataclass(frozen=True)
class NewClinic:
    """Raises ValueError for a jurisdiction that is not ISO 3166-2, and ZoneInfoNotFoundError for an unknown time zone."""

    name: str
    jurisdiction: str
    time_zone: str
    phone: str
    emergency_number: str
    crisis_line: str
    address: str = ""
    demonstration: bool = False

    def __post_init__(self) -> None:
        if not is_jurisdiction(self.jurisdiction):
            raise ValueError(f"{self.jurisdiction!r} is not an ISO 3166-2 code such as US-CA")
        ZoneInfo(self.time_zone)
        for what in ("name", "phone", "emergency_number", "crisis_line"):
            if not getattr(self, what).strip():
                raise ValueError(f"a clinic needs its {what.replace('_', ' ')}")


@dataclass(frozen=True)
class FirstOfficer:
    """The first compliance officer. Raises ValidationError for a malformed address."""

    name: str
    email: str

    def __post_init__(self) -> None:
        validate_email(self.email)


@dataclass(frozen=True)
class Founded:
    clinic_id: UUID
    officer: Invited


def found_clinic(new: NewClinic, officer: FirstOfficer, at: datetime) -> Founded:
    """Make the clinic and the first officer's invitation. The token is for the console: no letter is written."""
    with transaction.atomic():
        clinic = Clinic(**{name: getattr(new, name) for name in NewClinic.__dataclass_fields__})
        clinic.save(force_insert=True)
        open_job(clinic.id, purpose="registration", at=at)
        record(
            Entry(clinic.id, at, None, "found_clinic").about(None, "clinic", clinic.id), facts={"jurisdiction": new.jurisdiction}
        )
        invitee = Invitee(clinic.id, officer.name, plain_email(officer.email), Role.COMPLIANCE)
        return Founded(clinic.id, make_invitation(invitee, by_id=None, at=at))
