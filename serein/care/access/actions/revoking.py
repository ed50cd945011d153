"""When somebody may sign no more: at once, everywhere, and with somebody asked to look after their patients.

Called by every deed after which a person may not sign: a suspended, ended or lapsed licence, ended access, a lost token. It ends the right
to sign (whoever gets it back gets it from two people again, and drafts from before are looked through anew), closes every open session, and
opens a task for a colleague of each patient's care team. Signed prescriptions stay: nobody must go without because a licence lapsed.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.db import transaction

from serein.care.access.granted import not_a_registrant
from serein.care.access.models import SigningGrant
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.door import close_sessions, hold_account
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenJob, OpenList, Refused, open_job, refuse_on_record
from serein.foundation.people.licences import PHARMACIST, PRESCRIBER, LicenceInForce, may_practise
from serein.foundation.people.models import Account, CareTeam, Clinic, Invitation, Licence, Role, RoleGrant
from serein.foundation.people.persons import person
from serein.foundation.tasks.actions import NewTask, open_task
from serein.foundation.tasks.desk import close_desk_tasks, open_desk_task, open_subjects

from .inviting import NOT_HERE, WRONG_KEY

LOST, REOPEN = "report_lost_token", "reopen_account"
KINDS = (PRESCRIBER, PHARMACIST)
COVER_TASK, REPORT_TASK, NOBODY_TASK = "cover-signer", "report-lost-token", "patients-without-signer"
WHYS = {
    "licence-suspended": "the licence was suspended", "licence-ended": "the licence was ended", "licence-lapsed": "the licence lapsed",
    "access-ended": "they left", "token-lost": "the second factor was lost or used by somebody else",
}  # fmt: skip


@dataclass(frozen=True)
class Revoked:
    """How many open sessions ended, and how many patients somebody else must look after now."""

    account_id: UUID
    sessions: int
    patients: int


@dataclass(frozen=True)
class Reopened:
    account_id: UUID


def stop_signing(key: OpenList | OpenJob, account_id: UUID, why: str) -> Revoked:
    """End the right to sign and every session of this account; `why` is a code of `WHYS`. Afterwards a job's wall stands."""
    hold_account(account_id)
    by = key.by.account_id if key.by else None
    grants = SigningGrant.objects.filter(account=account_id, ended_at=None)
    grants.update(ended_at=key.at, ended_by=by, ended_why=WHYS[why])
    sessions = close_sessions(account_id)
    clinician = RoleGrant.objects.filter(account=account_id, role=Role.CLINICIAN).exists()
    patients = _patients(account_id, key.at) if clinician else []
    entry = Entry(key.clinic_id, key.at, by, "stop_signing", why=why).about(None, "account", account_id)
    record(entry, facts={"sessions": sessions, "patients": len(patients)})
    if patients:
        _ask_colleagues(key, account_id, patients, why)
    return Revoked(account_id, sessions, len(patients))


def stop_if_unlicensed(key: OpenList | OpenJob, account_id: UUID, why: str) -> Revoked | None:
    """Do that unless another licence of this person runs on."""
    who = person(account_id, at=key.at)
    if who is not None and any(isinstance(may_practise(who, kind=kind, at=key.at), LicenceInForce) for kind in KINDS):
        return None
    return stop_signing(key, account_id, why)


def _patients(account_id: UUID, at: datetime) -> list[UUID]:
    team = CareTeam.objects.filter(account=account_id, since__lte=at).exclude(until__lte=at)
    return list(team.order_by("patient_id").values_list("patient_id", flat=True))


def _ask_colleagues(key: OpenList | OpenJob, account_id: UUID, patients: list[UUID], why: str) -> None:
    """A task for one colleague of each care team, who may sign if anybody may; where nobody is left, one task for compliance."""
    job = open_job(key.clinic_id, purpose="revocation", at=key.at)
    name = Account.objects.values_list("name", flat=True).get(pk=account_id)
    looks = " Look at what was signed in that name, and cancel what they did not write." if why == "token-lost" else ""
    alone = 0
    for patient in patients:
        owner = _colleague(account_id, patient, key.at)
        alone += owner is None
        said = f"{name} may sign no more: {WHYS[why]}. See that the supply goes on.{looks}"
        task = NewTask(
            COVER_TASK,
            "today",
            f"Prescribe in place of {name}"[:200],
            said,
            "Right to sign",
            "sign_prescription",
            key.at,
            owner,
            account_id,
        )
        open_task(job, task, patient_id=patient)
    if alone:
        said = (
            f"{alone} patient{'s' if alone > 1 else ''} of {name} have no other clinician. Find somebody to take them over today."
        )
        title = f"Patients of {name} without a clinician"[:200]
        open_desk_task(
            job, NewTask(NOBODY_TASK, "now", title, said, "Right to sign", "send_handover", key.at, _by(key), account_id)
        )


def close_covered(job: OpenJob) -> int:
    """Close what compliance was asked about patients without a clinician where each has one again, or that person may sign again. Returns
    how many were closed."""
    closed = 0
    for account_id in open_subjects(job, NOBODY_TASK):
        alone = [p for p in _patients(account_id, job.at) if _colleague(account_id, p, job.at) is None]
        if not alone or not_a_registrant(account_id, job.at) is None:
            why = "each has a clinician again"
            closed += close_desk_tasks(job, kind=NOBODY_TASK, subject_id=account_id, why=why)
    return closed


def _by(key: OpenList | OpenJob) -> UUID | None:
    return key.by.account_id if key.by and key.by.has(Role.COMPLIANCE) else None


def _colleague(account_id: UUID, patient_id: UUID, at: datetime) -> UUID | None:
    team = CareTeam.objects.filter(patient_id=patient_id, since__lte=at, account__is_active=True).exclude(until__lte=at)
    others = list(team.exclude(account=account_id).order_by("-lead", "since", "id").values_list("account_id", flat=True))
    signs = [one for one in others if not_a_registrant(one, at) is None]
    return next(iter(signs + others), None)


@deed
def report_lost(listing: OpenList, account_id: UUID) -> Revoked | Refused:
    """ "I lost my token", or "I did not write this": by the person, or by compliance for them (21 CFR 1311.102).

    The lost factor counts no more and the account stays closed until compliance knows who is asking; what the thief may have sent out in this
    name and nobody used yet (invitations of staff) is taken back.
    """
    with transaction.atomic():
        hold_account(account_id)
        own = account_id == listing.by.account_id and listing.purpose == "right to sign"
        works = RoleGrant.objects.filter(account=account_id, clinic=listing.clinic_id, revoked_at=None).exclude(role=Role.PATIENT)
        refused = None if own or listing.purpose == "people and licences" else WRONG_KEY
        if refused is None and not works.exists():
            refused = NOT_HERE
        if refused is not None:
            return refuse_on_record(listing, LOST, refused, subject=("account", account_id))
        Authenticator.objects.filter(user_id=account_id).delete()
        Account.objects.filter(pk=account_id).update(is_active=False)
        mine = Invitation.objects.filter(invited_by=account_id, used_at=None, patient_id=None, expires_at__gt=listing.at)
        mine.update(expires_at=listing.at)
        record(Entry(listing.clinic_id, listing.at, listing.by.account_id, LOST).about(None, "account", account_id))
        _ask_to_report(listing, account_id)
        return stop_signing(listing, account_id, "token-lost")


def _ask_to_report(listing: OpenList, account_id: UUID) -> None:
    name = Account.objects.values_list("name", flat=True).get(pk=account_id)
    zone = Clinic.objects.values_list("time_zone", flat=True).get(pk=listing.clinic_id)
    said = (
        "Report it to the DEA within one business day (21 CFR 1311.102). Look through the trail for what was signed in that name. Let the "
        "person in again when you know who is asking."
    )
    due = one_business_day(listing.at, zone)
    title = f"{name}: second factor lost, or somebody else used it"[:200]
    open_desk_task(listing, NewTask(REPORT_TASK, "now", title, said, "21 CFR 1311.102", REOPEN, due, _by(listing), account_id))


def one_business_day(at: datetime, zone: str) -> datetime:
    """The end of the next weekday at the clinic. Holidays are not known here, so the day is never later than the law's."""
    day = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, time(23, 59), ZoneInfo(zone))


@deed
def reopen_account(listing: OpenList, account_id: UUID, why: str) -> Reopened | Refused:
    """Let somebody in again whose token was lost: with their password and a new second factor. The right to sign is given anew by two people."""
    with transaction.atomic():
        refused = WRONG_KEY if listing.purpose != "people and licences" else None
        if account_id == listing.by.account_id:
            refused = refused or Refused("own-access", "Nobody lets themselves in again. Ask another compliance officer.")
        if not why.strip():
            refused = refused or Refused("why-missing", "Say how you know who is asking.")
        works = RoleGrant.objects.filter(account=account_id, clinic=listing.clinic_id, revoked_at=None).exclude(role=Role.PATIENT)
        closed = Account.objects.filter(pk=account_id, is_active=False)
        if refused is None and not (works.exists() and closed.update(is_active=True) == 1):
            refused = NOT_HERE
        if refused is not None:
            return refuse_on_record(listing, REOPEN, refused, subject=("account", account_id))
        close_desk_tasks(listing, kind=REPORT_TASK, subject_id=account_id, why=why.strip()[:300])
        record(Entry(listing.clinic_id, listing.at, listing.by.account_id, REOPEN).about(None, "account", account_id))
        return Reopened(account_id)


def holder_of(licence_id: UUID) -> UUID:
    return Licence.objects.values_list("practitioner__account_id", flat=True).get(pk=licence_id)
