"""The right to sign controlled medicines: one person asks, another who holds the right approves with two factors, and neither for themselves.

21 CFR 1311.125: two people manage who may sign, one of them a registrant who approves with both factors. Here the approver is always the
registrant. Only a clinic's first registrant cannot be approved by one: the operator enters that one request on the server's console and the
compliance officer approves it there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from serein.care.access.granted import has_registrant, not_a_registrant, not_eligible, request_digest
from serein.care.access.humans import same_human, traits_of
from serein.care.access.models import SigningGrant
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.door import hold_account
from serein.foundation.people.factors import Proof, holds
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenList, Refused, open_job, refuse_on_record
from serein.foundation.people.models import Account, Clinic, Licence, Practitioner, Role, RoleGrant
from serein.foundation.people.persons import person

from .inviting import NOT_HERE, WRONG_KEY, plain_email

Prove = Callable[[str], Proof | Refused]
ProveAs = Callable[[UUID, str], Proof | Refused]
ENTER, APPROVE, END, FIRST = "enter_signing_grant", "approve_signing_grant", "end_signing_grant", "grant_first_registrant"
COMPLIANCE, REGISTRANT = "people and licences", "right to sign"
NOT_WAITING = Refused("request-not-waiting", "This request is not waiting any more.")
CHANGED = Refused("request-changed", "The request changed since you saw it. Look again.")
NOT_PROVED = Refused("factors-missing", "Enter your password and a new one-time code to approve exactly this request.")
NO_OFFICER = Refused("not-an-officer", "No compliance officer of that clinic signs in with this address.")
OWN = Refused("own-grant", "Nobody grants themselves the right to sign. Two other people do.")
ALONE = Refused(
    "one-person-clinic",
    "A clinic of one person cannot sign controlled medicines with Serein: giving the right takes two people, and nobody grants themselves.",
)


@dataclass(frozen=True)
class GrantEntered:
    grant_id: UUID


@dataclass(frozen=True)
class Granted:
    grant_id: UUID
    account_id: UUID


@dataclass(frozen=True)
class GrantEnded:
    grant_id: UUID


@deed
def enter_signing_grant(listing: OpenList, account_id: UUID) -> GrantEntered | Refused:
    """Ask that a colleague may sign controlled medicines. It counts for nothing until somebody else approves it."""
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).filter(pk=account_id, clinic=listing.clinic_id).first()
        refused = NOT_HERE if account is None else _entry_refused(listing, account_id)
        if refused is not None:
            return refuse_on_record(listing, ENTER, refused, subject=("account", account_id))
        grant = SigningGrant(
            clinic_id=listing.clinic_id, practitioner_id=_practitioner(account_id), account_id=account_id,
            entered_by_id=listing.by.account_id, entered_at=listing.at,
        )  # fmt: skip
        grant.save(force_insert=True)
        _note(listing, ENTER, grant.id, account_id)
        return GrantEntered(grant.id)


def _practitioner(account_id: UUID) -> UUID:
    return Practitioner.objects.values_list("id", flat=True).get(account=account_id)


def _entry_refused(listing: OpenList, account_id: UUID) -> Refused | None:
    if listing.purpose not in (COMPLIANCE, REGISTRANT):
        return WRONG_KEY
    if listing.by.account_id == account_id:
        return OWN
    lacking = not_a_registrant(listing.by.account_id, listing.at) if listing.purpose == REGISTRANT else None
    lacking = lacking or not_eligible(person(account_id, at=listing.at), listing.at)
    if lacking is not None:
        return Refused(lacking.code, lacking.why)
    if SigningGrant.objects.filter(account=account_id, ended_at=None).exists():
        return Refused("grant-here", "This person already holds the right to sign, or a request for it is waiting.")
    return _one_human(account_id, listing.by.account_id)


def _one_human(one: UUID, other: UUID) -> Refused | None:
    alike = same_human(traits_of(one), traits_of(other))
    if not alike:
        return None
    return Refused(
        "same-human", f"These two accounts look like one person ({alike}). Two people are needed; put the record right first."
    )


@deed
def approve_signing_grant(listing: OpenList, grant_id: UUID, shown: str, prove: Prove) -> Granted | Refused:
    """Approve a colleague's request as it was shown (`shown`: its digest). `prove` is asked last, bound to that digest.

    The approver's own right is locked and looked at again here: whoever ends it comes before this look or after this commit.
    """
    with transaction.atomic():
        _hold_still(listing.by.account_id, grant_id)
        grant = SigningGrant.objects.filter(pk=grant_id, clinic=listing.clinic_id).first()
        refused = NOT_HERE if grant is None else _approval_refused(listing, grant, shown)
        if grant is None or refused is not None:
            return _refuse(listing, APPROVE, refused or NOT_HERE, grant_id)
        proof = prove(shown)
        if isinstance(proof, Refused):
            return _refuse(listing, APPROVE, proof, grant_id)
        if not holds(proof, account_id=listing.by.account_id, digest=shown, at=listing.at):
            return _refuse(listing, APPROVE, NOT_PROVED, grant_id)
        if not _approve(grant_id, listing.by.account_id, listing.at):
            return _refuse(listing, APPROVE, NOT_WAITING, grant_id)
        _note(listing, APPROVE, grant_id, grant.account_id)
        return Granted(grant_id, grant.account_id)


def _hold_still(approver: UUID, grant_id: UUID) -> None:
    """Always in the order of ids, so that two who approve each other's requests wait and do not lock each other out."""
    beneficiary = SigningGrant.objects.filter(pk=grant_id).values_list("account_id", flat=True)
    people = [approver, *beneficiary]
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk"))
    list(RoleGrant.objects.select_for_update(no_key=True).filter(account__in=people).order_by("pk"))
    list(Licence.objects.select_for_update(no_key=True, of=("self",)).filter(practitioner__account__in=people).order_by("pk"))
    list(SigningGrant.objects.select_for_update(no_key=True).filter(account__in=people, ended_at=None).order_by("pk"))


def _approval_refused(listing: OpenList, grant: SigningGrant, shown: str) -> Refused | None:
    me = listing.by.account_id
    if listing.purpose != REGISTRANT:
        return WRONG_KEY
    if grant.account_id == me:
        return OWN
    if grant.entered_by_id == me:
        return Refused("own-request", "Nobody approves the request that they entered. Ask another colleague who may sign.")
    lacking = not_a_registrant(me, listing.at) or not_eligible(person(grant.account_id, at=listing.at), listing.at)
    if lacking is not None:
        return Refused(lacking.code, lacking.why)
    if grant.ended_at is not None or grant.approved_at is not None:
        return NOT_WAITING
    if request_digest(grant) != shown:
        return CHANGED
    entered_by = grant.entered_by_id
    return _one_human(grant.account_id, me) or (_one_human(entered_by, me) if entered_by else None)


def _approve(grant_id: UUID, by: UUID, at: datetime) -> bool:
    waiting = SigningGrant.objects.filter(pk=grant_id, approved_at=None, ended_at=None)
    return waiting.update(approved_by=by, approved_at=at) == 1


def _refuse(listing: OpenList, deed: str, why: Refused, grant_id: UUID) -> Refused:
    return refuse_on_record(listing, deed, why, subject=("signing_grant", grant_id))


@deed
def end_signing_grant(listing: OpenList, grant_id: UUID, why: str) -> GrantEnded | Refused:
    """Take the right away, or a request back, at once. Compliance may end any, who holds the right may too; everybody may give up their own."""
    with transaction.atomic():
        found = SigningGrant.objects.filter(pk=grant_id, clinic=listing.clinic_id, ended_at=None)
        whose = found.values_list("account_id", flat=True).first()
        if whose is not None:
            hold_account(whose)
        refused = NOT_WAITING if whose is None else _end_refused(listing, whose, why)
        if (
            refused is None
            and found.update(ended_at=listing.at, ended_by=listing.by.account_id, ended_why=why.strip()[:300]) != 1
        ):
            refused = NOT_WAITING
        if whose is None or refused is not None:
            return _refuse(listing, END, refused or NOT_WAITING, grant_id)
        _note(listing, END, grant_id, whose)
        return GrantEnded(grant_id)


def _end_refused(listing: OpenList, whose: UUID, why: str) -> Refused | None:
    if listing.purpose not in (COMPLIANCE, REGISTRANT):
        return WRONG_KEY
    if listing.purpose == REGISTRANT and whose != listing.by.account_id:
        lacking = not_a_registrant(listing.by.account_id, listing.at)
        if lacking is not None:
            return Refused(lacking.code, lacking.why)
    return None if why.strip() else Refused("why-missing", "Say why.")


def grant_first_registrant(email: str, officer_email: str, prove: ProveAs, at: datetime) -> Granted | Refused:
    """On the server's console: the operator enters the request, the clinic's compliance officer approves it with both factors.

    Only while nobody in that clinic could approve it: afterwards every grant takes a registrant.
    """
    with transaction.atomic():
        mine = Account.objects.filter(email=plain_email(email)).first()
        if mine is None:
            return Refused("not-here", f"Nobody here signs in as {email}.")
        job = open_job(mine.clinic_id, purpose="registration", at=at)
        officer = Account.objects.filter(email=plain_email(officer_email), clinic=mine.clinic_id).first()
        refused = _first_refused(mine, officer, at)
        if officer is None or refused is not None:
            return refuse_on_record(job, FIRST, refused or NO_OFFICER, subject=("account", mine.id))
        grant = SigningGrant(
            clinic_id=mine.clinic_id, practitioner_id=_practitioner(mine.id), account=mine, on_console=True, entered_at=at,
            approved_by=officer, approved_at=at,
        )  # fmt: skip
        digest = request_digest(grant)
        proof = prove(officer.id, digest)
        if isinstance(proof, Refused) or not holds(proof, account_id=officer.id, digest=digest, at=at):
            why = proof if isinstance(proof, Refused) else NOT_PROVED
            return refuse_on_record(job, FIRST, why, subject=("account", mine.id))
        grant.save(force_insert=True)
        entry = Entry(job.clinic_id, at, officer.id, FIRST).about(None, "signing_grant", grant.id)
        record(entry, facts={"account": str(mine.id)})
        return Granted(grant.id, mine.id)


def _first_refused(mine: Account, officer: Account | None, at: datetime) -> Refused | None:
    people = sorted({mine.id, *([officer.id] if officer else [])})
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk"))
    approver = person(officer.id, at=at) if officer else None
    if officer is None or approver is None or not approver.has(Role.COMPLIANCE):
        return NO_OFFICER
    if officer.id == mine.id:
        others = RoleGrant.objects.filter(clinic=mine.clinic_id, revoked_at=None).exclude(role=Role.PATIENT).exclude(account=mine)
        return OWN if others.exists() else ALONE
    lacking = not_eligible(person(mine.id, at=at), at)
    if lacking is not None:
        return Refused(lacking.code, lacking.why)
    # The clinic's row makes two consoles at once wait for each other.
    Clinic.objects.select_for_update(no_key=True).get(pk=mine.clinic_id)
    if has_registrant(mine.clinic_id, at):
        return Refused(
            "registrant-here", "Somebody here holds the right to sign already. They approve further requests on their page."
        )
    if SigningGrant.objects.filter(account=mine, ended_at=None).exists():
        return Refused("grant-here", "A request for this person is waiting. Take it back first on the compliance desk.")
    return _one_human(mine.id, officer.id)


def _note(listing: OpenList, deed: str, grant_id: UUID, account_id: UUID) -> None:
    entry = Entry(listing.clinic_id, listing.at, listing.by.account_id, deed)
    record(entry.about(None, "signing_grant", grant_id), facts={"account": str(account_id)})
