"""A signed-in person as a plain value, and what lets somebody sign."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery

from .models import Account, Clinic, Patient, Practitioner, RoleGrant


@dataclass(frozen=True)
class Person:
    """Who is acting. Roles are those in force at the instant asked about; `patient_id` is the person's own record."""

    account_id: UUID
    clinic_id: UUID
    name: str
    email: str
    roles: frozenset[str]
    patient_id: UUID | None = None
    practitioner_id: UUID | None = None

    def has(self, role: str) -> bool:
        return role in self.roles


@dataclass(frozen=True)
class ClinicCard:
    """What screens say about the clinic: names, numbers to call, zone, jurisdiction."""

    id: UUID
    name: str
    jurisdiction: str
    time_zone: str
    address: str
    phone: str
    emergency_number: str
    crisis_line: str
    demonstration: bool


def person(account_id: UUID, *, at: datetime) -> Person | None:
    """The person behind an account, or None when there is none in force."""
    in_force = RoleGrant.objects.filter(account=OuterRef("pk"), granted_at__lte=at, revoked_at=None).values("role")
    practitioner = Practitioner.objects.filter(account=OuterRef("pk")).order_by("id").values("id")[:1]
    # Every request asks this: one statement instead of three.
    known = Account.objects.filter(pk=account_id, is_active=True).annotate(
        roles=ArraySubquery(in_force), acts_as=Subquery(practitioner)
    )
    row = known.values_list("id", "clinic_id", "name", "email", "roles", "patient_id", "acts_as").first()
    return None if row is None else Person(*row[:4], frozenset(row[4]), *row[5:])


def clinic_card(clinic_id: UUID) -> ClinicCard:
    c = Clinic.objects.get(pk=clinic_id)
    return ClinicCard(
        c.id, c.name, c.jurisdiction, c.time_zone, c.address, c.phone, c.emergency_number, c.crisis_line, c.demonstration
    )


def clinic_day(clinic_id: UUID, at: datetime) -> date:
    """The date at the clinic at that instant: what staff mean by today, and the day a licence is asked about."""
    return at.astimezone(ZoneInfo(Clinic.objects.values_list("time_zone", flat=True).get(pk=clinic_id))).date()


def letterbox(patient_id: UUID) -> str:
    """Where letters to a patient go: the address they sign in with, else the one on their record; empty when there is none."""
    own = Account.objects.filter(patient_id=patient_id, is_active=True).values_list("email", flat=True).first()
    return own or Patient.objects.filter(pk=patient_id).values_list("email", flat=True).first() or ""


def name_of(account_id: UUID | None) -> str:
    """The name to print beside a deed; 'the operator' where no account stands behind it."""
    if account_id is None:
        return "the operator"
    return Account.objects.filter(pk=account_id).values_list("name", flat=True).first() or "someone no longer here"


def record_number(patient_id: UUID) -> str:
    """How a record is called where its patient is not named."""
    return f"record {str(patient_id)[-12:]}"
