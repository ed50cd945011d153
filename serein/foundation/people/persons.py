"""A signed-in person as a plain value, and what lets somebody sign."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from serein.foundation.remembering import remembered
from serein.foundation.rows import answer

from .models import Account, Clinic, Patient


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
class Lead:
    """The clinician who answers for a patient, and since when."""

    account_id: UUID
    since: datetime


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


# Every request asks this, so it is one statement, and written out.
PERSON = """
SELECT id, clinic_id, name, email,
       ARRAY(SELECT role FROM people_rolegrant WHERE account_id = a.id AND granted_at <= %s AND revoked_at IS NULL), patient_id,
       (SELECT p.id FROM people_practitioner p WHERE p.account_id = a.id ORDER BY p.id LIMIT 1)
FROM people_account a WHERE id = %s AND is_active
"""
CLINIC = """
SELECT id, name, jurisdiction, time_zone, address, phone, emergency_number, crisis_line, demonstration FROM people_clinic WHERE id = %s
"""
# Every chart asks these.
IN_FORCE = "since <= %s AND (until IS NULL OR until > %s)"
LEAD = (
    f"SELECT account_id, since FROM people_careteam WHERE patient_id = %s AND lead AND {IN_FORCE} ORDER BY since DESC, id LIMIT 1"  # noqa: S608
)
CARES = f"SELECT true FROM people_careteam WHERE patient_id = %s AND account_id = %s AND {IN_FORCE} LIMIT 1"  # noqa: S608


def person(account_id: UUID, *, at: datetime) -> Person | None:
    """The person behind an account, or None when there is none in force."""
    found = answer(PERSON, [at, account_id])
    if not found:
        return None
    account, clinic, name, email, roles, patient, practitioner = found[0]
    return Person(account, clinic, name, email, frozenset(roles), patient, practitioner)


def standing(account: Account, *, at: datetime) -> tuple[Person | None, ClinicCard | None]:
    """`person` and clinic of an account that was just read: what came with it is not asked of the database again."""
    if not account.stood or not account.is_active:
        return person(account.pk, at=at), None
    roles, granted, practitioner, *clinic = account.stood
    held = frozenset(role for role, since in zip(roles, granted, strict=True) if since <= at)
    return Person(account.pk, account.clinic_id, account.name, account.email, held, account.patient_id, practitioner), ClinicCard(
        *clinic
    )


@remembered
def clinic_card(clinic_id: UUID) -> ClinicCard:
    found = answer(CLINIC, [clinic_id])
    if not found:
        raise Clinic.DoesNotExist
    return ClinicCard(*found[0])


@remembered
def clinic_day(clinic_id: UUID, at: datetime) -> date:
    """The date at the clinic at that instant: what staff mean by today, and the day a licence is asked about."""
    return at.astimezone(ZoneInfo(clinic_card(clinic_id).time_zone)).date()


def letterbox(patient_id: UUID) -> str:
    """Where letters to a patient go: the address they sign in with, else the one on their record; empty when there is none."""
    own = Account.objects.filter(patient_id=patient_id, is_active=True).values_list("email", flat=True).first()
    return own or Patient.objects.filter(pk=patient_id).values_list("email", flat=True).first() or ""


@remembered
def name_of(account_id: UUID | None) -> str:
    """The name to print beside a deed; 'the operator' where no account stands behind it."""
    if account_id is None:
        return "the operator"
    found = answer("SELECT name FROM people_account WHERE id = %s", [account_id])
    return (found[0][0] if found else "") or "someone no longer here"


def record_number(patient_id: UUID) -> str:
    """How a record is called where its patient is not named."""
    return f"record {str(patient_id)[-12:]}"


def lead_of(patient_id: UUID, *, at: datetime) -> Lead | None:
    """Who answers for the patient at that instant; None where nobody is named."""
    found = answer(LEAD, [patient_id, at, at])
    return Lead(*found[0]) if found else None


def still_cares(account_id: UUID | None, patient_id: UUID, *, at: datetime) -> bool:
    """Whether this account is in the patient's care team at that instant."""
    return account_id is not None and bool(answer(CARES, [patient_id, account_id, at, at]))
