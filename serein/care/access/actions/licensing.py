"""Licences: recorded, verified by somebody else, ended. Whether one is in force is judged in `foundation.people.licences`, at each signature."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from serein.care.access.numbers import is_dea, is_jurisdiction, is_npi
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.door import hold_account
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenList, Refused, refuse_on_record
from serein.foundation.people.licences import PHARMACIST, PRESCRIBER
from serein.foundation.people.models import Licence, Practitioner, Role, RoleGrant
from serein.foundation.people.persons import clinic_day
from serein.foundation.tasks.desk import close_desk_tasks

from .inviting import NOT_HERE, WRONG_KEY
from .revoking import holder_of, stop_if_unlicensed

# Roman in the United States (21 CFR 1308), Arabic in the United Kingdom.
SCHEDULES = ("II", "III", "IV", "V", "2", "3", "4", "5")
RECHECK_TASK, LAPSED_TASK = "recheck-licence", "licence-lapsed"
ROLE_OF = {PRESCRIBER: Role.CLINICIAN, PHARMACIST: Role.PHARMACIST}


@dataclass(frozen=True)
class PractitionerDetails:
    """What is printed beside a signature, and the numbers that carry a check digit. Empty: not known."""

    npi: str = ""
    dea: str = ""
    phone: str = ""
    workplace: str = ""
    address: str = ""


@dataclass(frozen=True)
class NewLicence:
    kind: str
    number: str
    jurisdiction: str
    expires_on: date
    evidence: str
    schedules: tuple[str, ...] = ()  # of controlled medicines that it covers, as the law of the place names them: II, III, IV, V


@dataclass(frozen=True)
class PractitionerKept:
    practitioner_id: UUID


@dataclass(frozen=True)
class LicenceRecorded:
    licence_id: UUID


@dataclass(frozen=True)
class LicenceVerified:
    licence_id: UUID
    on: date


@dataclass(frozen=True)
class LicenceEnded:
    licence_id: UUID


@dataclass(frozen=True)
class LicenceSuspended:
    licence_id: UUID


@dataclass(frozen=True)
class SuspensionLifted:
    licence_id: UUID


@dataclass(frozen=True)
class LicenceRechecked:
    licence_id: UUID
    again_on: date


@deed
def keep_practitioner(listing: OpenList, practitioner_id: UUID, details: PractitionerDetails) -> PractitionerKept | Refused:
    """Record numbers and workplace of a clinician or pharmacist. Refuses a number whose check digit is wrong."""
    npi, dea = details.npi.replace(" ", ""), details.dea.replace(" ", "").upper()
    with transaction.atomic():
        refused = WRONG_KEY if listing.purpose != "people and licences" else None
        if npi and not is_npi(npi):
            refused = refused or Refused("npi-wrong", "This is not an NPI: the check digit does not fit. Read the number again.")
        if dea and not is_dea(dea):
            refused = refused or Refused(
                "dea-wrong", "This is not a DEA number: the check digit does not fit. Read the number again."
            )
        if refused is not None:
            return refuse_on_record(listing, "keep_practitioner", refused, subject=("practitioner", practitioner_id))
        changed = Practitioner.objects.filter(pk=practitioner_id, clinic=listing.clinic_id).update(
            npi=npi, dea=dea, phone=details.phone.strip(), workplace=details.workplace.strip(), address=details.address.strip()
        )
        if changed != 1:
            return refuse_on_record(listing, "keep_practitioner", NOT_HERE, subject=("practitioner", practitioner_id))
        _note(listing, "keep_practitioner", ("practitioner", practitioner_id))
        return PractitionerKept(practitioner_id)


@deed
def record_licence(listing: OpenList, practitioner_id: UUID, new: NewLicence) -> LicenceRecorded | Refused:
    """Record a licence as claimed. It lets nobody sign until somebody verifies it."""
    with transaction.atomic():
        refused = _licence_refused(listing, practitioner_id, new)
        if refused is not None:
            return refuse_on_record(listing, "record_licence", refused, subject=("practitioner", practitioner_id))
        licence = Licence(
            clinic_id=listing.clinic_id, practitioner_id=practitioner_id, kind=new.kind, number=new.number.strip(),
            jurisdiction=new.jurisdiction, expires_on=new.expires_on, evidence=new.evidence.strip(),
            recorded_by_id=listing.by.account_id, recorded_at=listing.at, schedules=" ".join(new.schedules),
        )  # fmt: skip
        licence.save(force_insert=True)
        _note(listing, "record_licence", ("licence", licence.id), kind=new.kind, jurisdiction=new.jurisdiction)
        return LicenceRecorded(licence.id)


def _licence_refused(listing: OpenList, practitioner_id: UUID, new: NewLicence) -> Refused | None:
    if listing.purpose != "people and licences":
        return WRONG_KEY
    practitioner = Practitioner.objects.filter(pk=practitioner_id, clinic=listing.clinic_id).first()
    if practitioner is None:
        return NOT_HERE
    role = ROLE_OF.get(new.kind)
    if role is None or not RoleGrant.objects.filter(account=practitioner.account_id, role=role, revoked_at=None).exists():
        return Refused("kind-does-not-fit", "This kind of licence does not fit what this person does here.")
    if not set(new.schedules) <= set(SCHEDULES):
        return Refused("schedule-unknown", "Choose the schedules that stand on the licence.")
    if not is_jurisdiction(new.jurisdiction):
        return Refused("jurisdiction-malformed", "Give the place as an ISO 3166-2 code, such as US-CA.")
    if new.expires_on < clinic_day(listing.clinic_id, listing.at):
        return Refused("licence-already-lapsed", f"A licence that ended on {new.expires_on:%d-%b-%Y} lets nobody sign.")
    same = Licence.objects.filter(kind=new.kind, jurisdiction=new.jurisdiction, number__iexact=new.number.strip(), ended_at=None)
    if same.filter(clinic=listing.clinic_id).exclude(expires_on__lt=clinic_day(listing.clinic_id, listing.at)).exists():
        return Refused(
            "licence-on-record", "A licence with this number is already recorded. End it first if it belongs to somebody else."
        )
    return None


@deed
def verify_licence(listing: OpenList, licence_id: UUID, evidence: str, again_on: date | None = None) -> LicenceVerified | Refused:
    """Record what was seen, where, and by when somebody looks again (without a day: on its last). Nobody verifies their own licence, and what
    was verified once stays as it was."""
    today = clinic_day(listing.clinic_id, listing.at)
    with transaction.atomic():
        refused = _verification_refused(listing, licence_id, evidence, today)
        if again_on is not None:
            refused = refused or _date_refused(again_on, today)
        if refused is None:
            seen, last_day = Licence.objects.values_list("evidence", "expires_on").get(pk=licence_id)
            won = Licence.objects.filter(pk=licence_id, verified_on=None, ended_at=None, expires_on__gte=today).update(
                verified_by=listing.by.account_id,
                verified_on=today,
                recheck_on=again_on or last_day,
                evidence="\n".join(filter(None, (seen, evidence.strip()))),
            )
            refused = None if won == 1 else Refused("licence-not-waiting", "This licence is not waiting to be verified.")
        if refused is not None:
            return refuse_on_record(listing, "verify_licence", refused, subject=("licence", licence_id))
        _note(listing, "verify_licence", ("licence", licence_id))
        return LicenceVerified(licence_id, today)


def _verification_refused(listing: OpenList, licence_id: UUID, evidence: str, today: date) -> Refused | None:
    if listing.purpose != "people and licences":
        return WRONG_KEY
    licence = Licence.objects.filter(pk=licence_id, clinic=listing.clinic_id).select_related("practitioner").first()
    if licence is None:
        return NOT_HERE
    if licence.practitioner.account_id == listing.by.account_id:
        return Refused("own-licence", "Nobody verifies their own licence. Ask another compliance officer.")
    if not evidence.strip():
        return Refused("evidence-missing", "Say what you saw and where, such as the board's register and the day.")
    if licence.expires_on < today:
        return Refused("licence-already-lapsed", f"This licence lapsed on {licence.expires_on:%d-%b-%Y}.")
    return None


def _hold_holder(licence_id: UUID) -> None:
    holder = Licence.objects.filter(pk=licence_id).values_list("practitioner__account_id", flat=True).first()
    if holder is not None:
        hold_account(holder)


@deed
def end_licence(listing: OpenList, licence_id: UUID, why: str) -> LicenceEnded | Refused:
    """End a licence at once and for ever: revoked, surrendered, recorded in error. The row stays."""
    with transaction.atomic():
        refused = WRONG_KEY if listing.purpose != "people and licences" else None
        if refused is None and not why.strip():
            refused = Refused("why-missing", "Say why this licence ends.")
        if refused is None:
            _hold_holder(licence_id)
            waiting = Licence.objects.filter(pk=licence_id, clinic=listing.clinic_id, ended_at=None)
            if waiting.update(ended_at=listing.at, ended_why=why.strip()) != 1:
                refused = NOT_HERE
        if refused is not None:
            return refuse_on_record(listing, "end_licence", refused, subject=("licence", licence_id))
        _note(listing, "end_licence", ("licence", licence_id))
        close_desk_tasks(listing, kind=LAPSED_TASK, subject_id=licence_id, why="the licence was ended")
        stop_if_unlicensed(listing, holder_of(licence_id), "licence-ended")
        return LicenceEnded(licence_id)


@deed
def suspend_licence(listing: OpenList, licence_id: UUID, why: str) -> LicenceSuspended | Refused:
    """Suspend a licence at once, and end the holder's right to sign with it. It counts for nothing until somebody else lifts the suspension."""
    with transaction.atomic():
        refused = WRONG_KEY if listing.purpose != "people and licences" else None
        if refused is None and not why.strip():
            refused = Refused("why-missing", "Say why this licence is suspended.")
        if refused is None:
            _hold_holder(licence_id)
            running = Licence.objects.filter(pk=licence_id, clinic=listing.clinic_id, ended_at=None, suspended_at=None)
            if running.update(suspended_at=listing.at, suspended_why=why.strip()[:300]) != 1:
                refused = NOT_HERE
        if refused is not None:
            return refuse_on_record(listing, "suspend_licence", refused, subject=("licence", licence_id))
        _note(listing, "suspend_licence", ("licence", licence_id))
        stop_if_unlicensed(listing, holder_of(licence_id), "licence-suspended")
        return LicenceSuspended(licence_id)


@deed
def lift_suspension(listing: OpenList, licence_id: UUID, evidence: str) -> SuspensionLifted | Refused:
    """Lift a suspension, saying what was seen. Nobody lifts their own. A right to sign that ended meanwhile stays ended."""
    today = clinic_day(listing.clinic_id, listing.at)
    with transaction.atomic():
        refused = _verification_refused(listing, licence_id, evidence, today)
        if refused is None:
            seen = Licence.objects.values_list("evidence", flat=True).get(pk=licence_id)
            held = Licence.objects.filter(pk=licence_id, ended_at=None, suspended_at__isnull=False)
            told = "\n".join(filter(None, (seen, evidence.strip())))
            if held.update(suspended_at=None, suspended_why="", evidence=told) != 1:
                refused = Refused("licence-not-suspended", "This licence is not suspended.")
        if refused is not None:
            return refuse_on_record(listing, "lift_suspension", refused, subject=("licence", licence_id))
        _note(listing, "lift_suspension", ("licence", licence_id))
        return SuspensionLifted(licence_id)


@deed
def recheck_licence(listing: OpenList, licence_id: UUID, evidence: str, again_on: date) -> LicenceRechecked | Refused:
    """Record that a verified licence was looked up again: what was seen, where, and by when the next look is due."""
    today = clinic_day(listing.clinic_id, listing.at)
    with transaction.atomic():
        refused = _verification_refused(listing, licence_id, evidence, today) or _date_refused(again_on, today)
        if refused is None:
            seen = Licence.objects.values_list("evidence", flat=True).get(pk=licence_id)
            held = Licence.objects.filter(pk=licence_id, ended_at=None, verified_on__isnull=False)
            told = "\n".join(filter(None, (seen, f"{today:%d-%b-%Y}: {evidence.strip()}")))
            if held.update(recheck_on=again_on, evidence=told) != 1:
                refused = Refused("licence-not-verified", "This licence was never verified. Verify it first.")
        if refused is not None:
            return refuse_on_record(listing, "recheck_licence", refused, subject=("licence", licence_id))
        _note(listing, "recheck_licence", ("licence", licence_id), again_on=again_on.isoformat())
        close_desk_tasks(listing, kind=RECHECK_TASK, subject_id=licence_id, why="it was looked up again")
        return LicenceRechecked(licence_id, again_on)


def _date_refused(again_on: date, today: date) -> Refused | None:
    return None if again_on > today else Refused("recheck-passed", "The next look at the register lies ahead, not behind.")


def _note(listing: OpenList, deed: str, subject: tuple[str, UUID], **facts: str) -> None:
    record(Entry(listing.clinic_id, listing.at, listing.by.account_id, deed).about(None, *subject), facts=facts)
