"""An identity provider vouched for somebody: kept as evidence, compared with what is written here, and never written over it."""

import hashlib
import hmac
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from serein.care.access.models import ProvenSubject, ProviderProof, StaffProof
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, OpenJob, Refused, open_job, refuse_on_record
from serein.foundation.people.models import Patient, Role
from serein.foundation.people.persons import Person
from serein.foundation.tasks.actions import NewTask, open_task
from serein.foundation.tasks.desk import open_desk_task

IDENTITY_TASK, PURPOSE = "identity-differs", "proof of identity"
STAFF_IDENTITY_TASK, SOURCE = "staff-identity-differs", "An identity provider"
WORKING_HERE = frozenset({Role.CLINICIAN, Role.TRAINEE, Role.PHARMACIST, Role.COMPLIANCE, Role.ADMINISTRATOR})
ONLY_ONESELF = Refused("not-your-record", "Only the person themselves can prove who they are.")
NOT_STAFF = Refused("not-your-role", "This is for people who work here.")
ANOTHER = Refused(
    "identity-proved-another",
    "This identity has already proved somebody else here, so it proves nothing now. Please call the clinic.",
)
WHAT = {"given": "given name", "family": "family name", "birth_date": "date of birth", "name": "name"}


@dataclass(frozen=True)
class OutsideProof:
    """What a provider vouched for. `subject` is its own name for the person; `level` what `acr` means; names as told, or empty."""

    provider: str
    issuer: str
    subject: str
    acr: str
    level: str
    proved_at: datetime
    given: str = ""
    family: str = ""
    birth_date: date | None = None


@dataclass(frozen=True)
class IdentityProved:
    """Kept. `differs` and `not_compared` hold keys of WHAT."""

    id: UUID
    differs: tuple[str, ...]
    not_compared: tuple[str, ...]


@deed
@transaction.atomic
def prove_identity(chart: OpenChart, new: OutsideProof) -> IdentityProved | Refused:
    """Keep what a provider vouched for about the patient who asked it. What differs from the record opens a task and changes nothing."""
    if chart.by is None or chart.by.patient_id != chart.patient_id:
        return refuse_on_record(chart, "prove_identity", ONLY_ONESELF)
    here = Patient.objects.get(pk=chart.patient_id)
    differs, unknown = compared(new, here.given, here.family, here.birth_date)
    if not _is_theirs(chart.by, new, bind=not differs):
        title = "An identity that proved somebody else was shown"
        _ask(chart, title, "Somebody uses another person's identity, or has two records here. Ask, and record what you saw.")
        return refuse_on_record(chart, "prove_identity", ANOTHER)
    if differs:
        what = " and ".join(WHAT[d] for d in differs)
        _ask(chart, f"{new.provider} tells another {what}", "Nothing was changed. Compare a document, and record what you saw.")
    row = ProviderProof(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, by_id=chart.by.account_id, at=chart.at, differs=differs,
        not_compared=unknown, **asdict(new),
    )  # fmt: skip
    row.save(force_insert=True)
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id, "prove_identity")
    record(entry.about(chart.patient_id, "provider_proof", row.id), facts={"acr": new.acr, "differs": " ".join(differs)})
    return IdentityProved(row.id, tuple(differs), tuple(unknown))


@deed
@transaction.atomic
def give_proof_up(chart: OpenChart, why: Refused) -> Refused:
    """What came back from a provider proved nothing: the code stays on the trail, nothing else."""
    return refuse_on_record(chart, "prove_identity", why)


@transaction.atomic
def prove_own_identity(by: Person, new: OutsideProof, at: datetime) -> IdentityProved | Refused:
    """The same for somebody who works here: evidence beside the licence. It grants nothing; what differs is a task of compliance."""
    job = open_job(by.clinic_id, purpose=PURPOSE, at=at)
    # The account has one name, in one line and in any order.
    told = set(_plain(f"{new.given} {new.family}").split())
    differs = ["name"] if told and not told <= set(_plain(by.name).split()) else []
    unknown = [*([] if told else ["name"]), "birth_date"]
    if not by.roles & WORKING_HERE:
        return _refused(by, NOT_STAFF, at)
    if not _is_theirs(by, new, bind=not differs):
        said = "Somebody uses another person's identity, or has two accounts. Ask in person, and record which document you saw."
        _ask_compliance(job, by, f"{by.name} showed an identity that proved somebody else", said)
        return _refused(by, ANOTHER, at)
    if differs:
        said = "Nothing was changed. Ask in person, compare a document, and record what you saw on their page."
        _ask_compliance(job, by, f"{new.provider} tells another name of {by.name}", said)
    kept = asdict(new) | {"birth_date": None}  # there is none here to compare it with
    row = StaffProof(clinic_id=by.clinic_id, by_id=by.account_id, at=at, differs=differs, not_compared=unknown, **kept)
    row.save(force_insert=True)
    entry = Entry(by.clinic_id, at, by.account_id, "prove_identity").about(None, "staff_proof", row.id)
    record(entry, facts={"acr": new.acr, "differs": " ".join(differs)})
    return IdentityProved(row.id, tuple(differs), tuple(unknown))


@transaction.atomic
def give_own_proof_up(by: Person, why: Refused, at: datetime) -> Refused:
    """The same for somebody who works here."""
    open_job(by.clinic_id, purpose=PURPOSE, at=at)
    return _refused(by, why, at)


def _refused(by: Person, why: Refused, at: datetime) -> Refused:
    record(Entry(by.clinic_id, at, by.account_id, "prove_identity", outcome="refused", why=why.code))
    return why


def compared(new: OutsideProof, given: str, family: str, birth_date: date | None) -> tuple[list[str], list[str]]:
    """What differs, and what could not be compared, as keys of WHAT. Case, accents and hyphens do not count; of given names, one that the
    other side leaves out does not either, because providers and clinics write middle names as they like."""
    differs, unknown = [], []
    first, here = set(_plain(new.given).split()), set(_plain(given).split())
    for name, told, known, same in (
        ("given", first, here, first <= here or here <= first),
        ("family", _plain(new.family), _plain(family), _plain(new.family) == _plain(family)),
        ("birth_date", new.birth_date, birth_date, new.birth_date == birth_date),
    ):
        if not told or not known:
            unknown.append(name)
        elif not same:
            differs.append(name)
    return differs, unknown


def _plain(name: str) -> str:
    letters = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters if c not in "'’").split())


def _is_theirs(by: Person, new: OutsideProof, *, bind: bool) -> bool:
    """Whether this subject has proved nobody else of the clinic, patient or colleague; with `bind`, from now on it proves this account alone.

    What differs binds nothing: whoever showed their partner's card by mistake must not take it from them. Of two at once the second waits.
    """
    asked = f"serein.subject\0{new.issuer}\0{new.subject}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), asked, hashlib.sha256).hexdigest()
    if bind:
        row = ProvenSubject(clinic_id=by.clinic_id, digest=digest, account_id=by.account_id)
        ProvenSubject.objects.bulk_create([row], ignore_conflicts=True)
    return not ProvenSubject.objects.filter(clinic=by.clinic_id, digest=digest).exclude(account=by.account_id).exists()


def _ask(chart: OpenChart, title: str, why: str) -> None:
    new = NewTask(
        kind=IDENTITY_TASK, tier="today", title=title, why=why, source=SOURCE, finished_by="record_identity",
        due_at=chart.at + timedelta(days=1),
    )  # fmt: skip
    open_task(chart, new)


def _ask_compliance(job: OpenJob, by: Person, title: str, why: str) -> None:
    """A task of an officer who is somebody else."""
    due = job.at + timedelta(days=1)
    task = NewTask(STAFF_IDENTITY_TASK, "today", title[:200], why, SOURCE, "record_staff_identity", due, None, by.account_id)
    open_desk_task(job, task, but=by.account_id)
