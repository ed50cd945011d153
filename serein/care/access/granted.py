"""Who holds the right to sign, and what a request for it stands for. Asked anew at each deed: nothing here is remembered."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from serein.care.access.models import SigningGrant
from serein.foundation.people.licences import PRESCRIBER, NoLicence, may_practise
from serein.foundation.people.models import Account, Clinic, Practitioner, Role
from serein.foundation.people.persons import Person, person


@dataclass(frozen=True)
class Lacking:
    """Why somebody cannot be given the right, or does not hold it: a stable code and a sentence."""

    code: str
    why: str


def request_digest(grant: SigningGrant) -> str:
    """What the approver's two factors are bound to: this request, for this person, with these numbers."""
    numbers = Practitioner.objects.values_list("npi", "dea").get(pk=grant.practitioner_id)
    name, email = Account.objects.values_list("name", "email").get(pk=grant.account_id)
    parts = (grant.id, grant.clinic_id, grant.practitioner_id, grant.account_id, grant.entered_by_id, name, email, *numbers)
    return sha256("\0".join(("serein.signing-grant.v1", *map(str, parts))).encode()).hexdigest()


def not_eligible(who: Person | None, at: datetime) -> Lacking | None:
    """What this person lacks to be given the right; None when nothing."""
    if who is None or who.practitioner_id is None or not who.has(Role.CLINICIAN):
        return Lacking("not-a-clinician", "Only a clinician who works here can be given the right to sign.")
    licence = may_practise(who, kind=PRESCRIBER, at=at)
    if isinstance(licence, NoLicence):
        return Lacking(licence.code, "This person has no prescriber licence in force here. Record and verify it first.")
    us = Clinic.objects.values_list("jurisdiction", flat=True).get(pk=who.clinic_id).startswith("US")
    if us and not Practitioner.objects.filter(pk=who.practitioner_id).exclude(dea="").exists():
        return Lacking("dea-missing", "This person's DEA number is not recorded. Record it first.")
    return None


def grant_in_force(account_id: UUID, at: datetime) -> SigningGrant | None:
    return SigningGrant.objects.filter(account=account_id, approved_at__lte=at, ended_at=None).first()


def not_a_registrant(account_id: UUID, at: datetime) -> Lacking | None:
    """Why this account may not vouch for somebody else's right to sign; None when it may."""
    if grant_in_force(account_id, at) is None:
        return Lacking("not-a-registrant", "Only a colleague who holds the right to sign can do this.")
    return not_eligible(person(account_id, at=at), at)


def has_registrant(clinic_id: UUID, at: datetime) -> bool:
    """Whether anybody here could approve a colleague's request."""
    holders = SigningGrant.objects.filter(clinic=clinic_id, approved_at__lte=at, ended_at=None).values_list(
        "account_id", flat=True
    )
    return any(not_a_registrant(one, at) is None for one in holders)
