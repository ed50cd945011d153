"""The four keys (law 3): without one of them no record can be read or written.

Making a key does three things in one step: it asks the permission table, sets the row-level-security context of the running transaction, and
leaves a row in the trail. Being refused is a value, not an exception: an exception would roll the refusal's own row back. A key lives as long
as its transaction; making another replaces the context, so an older key then opens nothing.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from serein.foundation.audit.trail import Entry, record
from serein.foundation.remembering import forget
from serein.foundation.rows import answer, new_id

from . import permissions as p
from .chosen import Chosen, digest, my_patients
from .licences import PRESCRIBER, NoLicence, may_practise
from .models import Account, Caregiving, CareTeam, EmergencyFind, Offer, Patient, Rota, Slip
from .permissions import Relation, Right, Sight
from .persons import Person

NONE: frozenset[str] = frozenset()
FIND = "find for an emergency"
# Enough for one bad night, too few to go through a list of names.
FINDS, WITHIN, MOST_FOUND = 10, timedelta(hours=1), 3


@dataclass(frozen=True)
class Refused:
    """No key, and why. `code` is stable; `why` may be shown."""

    code: str
    why: str


@dataclass(frozen=True)
class OpenChart:
    """One patient's record, for one purpose, at one instant."""

    by: Person | None
    clinic_id: UUID
    patient_id: UUID
    purpose: str
    at: datetime
    sees: frozenset[Sight] = field(default=frozenset(), repr=False)
    may: frozenset[Right] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class OpenList:
    """A set of patients (or none) chosen by one predicate. `patients` are the ids it chose."""

    by: Person
    clinic_id: UUID
    purpose: str
    at: datetime
    patients: tuple[UUID, ...] = field(default=(), repr=False)
    sees: frozenset[Sight] = field(default=frozenset(), repr=False)
    may: frozenset[Right] = field(default=frozenset(), repr=False)

    def only(self, patients: Iterable[UUID]) -> "OpenList":
        """The same look at fewer of its patients, in the order given: a page of a long list. Who is not in the list stays out."""
        chosen = self.patients.members if isinstance(self.patients, Chosen) else frozenset(self.patients)
        return replace(self, patients=tuple(p for p in patients if p in chosen))


@dataclass(frozen=True)
class OpenSlip:
    """One prescription, by the code printed on it. `by` is None when the bearer has no account: then only the verdict may be shown."""

    by: Person | None
    clinic_id: UUID
    patient_id: UUID
    prescription_id: UUID
    at: datetime
    sees: frozenset[Sight] = field(default=frozenset(), repr=False)
    may: frozenset[Right] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class OpenJob:
    """The worker, for one named purpose, in one clinic."""

    clinic_id: UUID
    purpose: str
    at: datetime
    by: None = None
    sees: frozenset[Sight] = field(default=frozenset(), repr=False)
    may: frozenset[Right] = field(default=frozenset(), repr=False)


Key = OpenChart | OpenList | OpenSlip | OpenJob


def _parts(sights: frozenset[Sight]) -> str:
    """As the policies look for them: each between commas."""
    return f",{','.join(sorted(sights))}," if sights else ""


def _set_wall(scope: str, clinic: UUID, at: datetime, rule: p.Rule | p.JobRule | None = None, **more: UUID | date | str) -> None:
    """Transaction-local settings that the policies read; every one is written, so that nothing of an earlier key remains."""
    if not connection.in_atomic_block:
        raise RuntimeError("a key needs a transaction: its context would end with the statement")
    forget()
    sees, writes = (rule.sees, p.writes(rule.may)) if rule else (frozenset[Sight](), frozenset[Sight]())
    values = {
        "scope": scope, "clinic": clinic, "at": at.isoformat(), "patient": "", "account": "", "slip": "", "born": "", "page": "",
        "sees": _parts(sees), "writes": _parts(writes), **more,
    }  # fmt: skip
    answer("SELECT " + ", ".join(f"set_config('serein.{name}', %s, true)" for name in values), list(map(str, values.values())))


def _account(by: Person | None) -> UUID | None:
    return by.account_id if by else None


def _refuse(by: Person, purpose: str, at: datetime, why: Refused, patient_id: UUID | None = None) -> Refused:
    _set_wall("door", by.clinic_id, at)
    record(
        Entry(by.clinic_id, at, by.account_id, "open", outcome="refused", purpose=purpose, patient_id=patient_id, why=why.code)
    )
    return why


# Every chart asks these two.
_HERE = "WHERE clinic_id = %s AND patient_id = %s AND account_id = %s AND since <= %s"
CARES_HERE = f"SELECT true FROM people_careteam {_HERE} AND (until IS NULL OR until > %s) LIMIT 1"  # noqa: S608
BROKE_GLASS = f"SELECT true FROM people_brokenglass {_HERE} AND until > %s AND ended_at IS NULL LIMIT 1"  # noqa: S608


def _stands(by: Person, patient_id: UUID, at: datetime, relation: Relation) -> frozenset[str] | None:
    """Whether the person stands in that relation to this record at that instant: what the relation names, or None when they do not."""
    of_both = {"clinic": by.clinic_id, "patient_id": patient_id, "account": by.account_id, "since__lte": at}
    if relation == Relation.OWN_RECORD:
        return NONE if by.patient_id == patient_id else None
    if relation == Relation.CARE_TEAM:
        return NONE if answer(CARES_HERE, [by.clinic_id, patient_id, by.account_id, at, at]) else None
    if relation == Relation.OFFERED:
        return NONE if Offer.objects.filter(**of_both).exclude(until__lte=at).exists() else None
    if relation == Relation.BREAK_GLASS:
        return NONE if answer(BROKE_GLASS, [by.clinic_id, patient_id, by.account_id, at, at]) else None
    if relation == Relation.CAREGIVER:
        shared = Caregiving.objects.filter(**of_both, until__gt=at).values_list("scopes", flat=True)
        return frozenset(name for scopes in shared for name in scopes) or None
    rights = list(_hours(by, at).values_list("rights", flat=True))
    return (
        frozenset(right for some in rights for right in some) if rights and _is_patient_here(by.clinic_id, patient_id) else None
    )


def _hours(by: Person, at: datetime) -> QuerySet[Rota]:
    """The hours on the rota that run at that instant."""
    return Rota.objects.filter(clinic=by.clinic_id, account=by.account_id, since__lte=at, until__gt=at, ended_at=None)


# Every list asks, so it is written out: the same hours.
UNTIL = "SELECT max(until) FROM people_rota WHERE clinic_id = %s AND account_id = %s AND since <= %s AND until > %s AND ended_at IS NULL"


def on_rota_until(by: Person, *, at: datetime) -> datetime | None:
    """When this person's hours on the rota end; None when none run."""
    until: datetime | None = answer(UNTIL, [by.clinic_id, by.account_id, at, at])[0][0]
    return until


def _chart_rule(by: Person, patient_id: UUID, purpose: str, at: datetime) -> p.Rule | None:
    """The first rule that opens this record to this person. A relation is asked about only where a rule of the purpose turns on it."""
    for rule in p.CHART_RULES:
        if rule.purpose == purpose and by.has(rule.role):
            names = _stands(by, patient_id, at, rule.relation)
            if names is not None:
                return p.with_named(rule, names)
    return None


def _is_patient_here(clinic_id: UUID, patient_id: UUID) -> bool:
    """Whether the clinic has this patient, asked of the care teams, which stand before the wall: a rota opens no other clinic's record."""
    return CareTeam.objects.filter(clinic=clinic_id, patient_id=patient_id).exists()


def open_chart(by: Person, patient_id: UUID, *, purpose: str, at: datetime) -> OpenChart | Refused:
    """Open one patient's record. Whether the patient exists is not told to somebody who may not know."""
    rule = _chart_rule(by, patient_id, purpose, at)
    if rule is None:
        return _refuse(by, purpose, at, Refused("not-in-care-team", "You are not in this patient's care team."), patient_id)
    _set_wall("chart", by.clinic_id, at, rule, patient=patient_id, account=by.account_id)
    look = Entry(by.clinic_id, at, by.account_id, "open", outcome="looked", purpose=purpose, patient_id=patient_id)
    record(look, facts={} if rule.relation in (Relation.CARE_TEAM, Relation.OWN_RECORD) else {"relation": str(rule.relation)})
    return OpenChart(by, by.clinic_id, patient_id, purpose, at, rule.sees, rule.may)


def purpose_here(by: Person, patient_id: UUID, *, at: datetime) -> str:
    """For what this person's pages open this record: "emergency" where nothing but broken glass opens it, else "care". Opens nothing itself."""
    if _stands(by, patient_id, at, Relation.BREAK_GLASS) is None:
        return "care"
    return "care" if _chart_rule(by, patient_id, "care", at) else "emergency"


def open_new_chart(by: Person, *, purpose: str, at: datetime) -> OpenChart | Refused:
    """Open the record of a patient who is not here yet, under an id made now."""
    rule = p.by_role(p.NEW_CHART_RULES, purpose, by)
    if rule is None:
        return _refuse(by, purpose, at, Refused("not-your-role", "Your role may not open a new record."))
    patient_id = new_id()
    _set_wall("chart", by.clinic_id, at, rule, patient=patient_id, account=by.account_id)
    record(Entry(by.clinic_id, at, by.account_id, "open", outcome="looked", purpose=purpose, patient_id=patient_id))
    return OpenChart(by, by.clinic_id, patient_id, purpose, at, rule.sees, rule.may)


def open_list(by: Person, *, purpose: str, at: datetime) -> OpenList | Refused:
    """Open a set. One look row holds how many patients are in it and a digest of who."""
    rule = p.by_role(p.LIST_RULES, purpose, by)
    if rule is None:
        return _refuse(by, purpose, at, Refused("not-your-role", "Your role may not open this list."))
    if rule.relation == Relation.ROTA and on_rota_until(by, at=at) is None:
        return _refuse(by, purpose, at, Refused("not-on-the-rota", "You are not on the rota now."))
    patients = my_patients(by.account_id, by.clinic_id, at) if rule.relation == Relation.CARE_TEAM else Chosen()
    scope = {"my patients": "list", "trail": "trail", "emergencies": "review", "on the rota": "rota", "the system": "system"}.get(
        purpose, "people"
    )
    _set_wall(scope, by.clinic_id, at, rule, account=by.account_id)
    if scope == "rota":
        patients = Chosen(Patient.objects.filter(clinic=by.clinic_id).order_by("id").values_list("id", flat=True))
    entry = Entry(by.clinic_id, at, by.account_id, "open", outcome="looked", purpose=purpose)
    record(entry, facts={"count": len(patients), "digest": patients.digest})
    return OpenList(by, by.clinic_id, purpose, at, patients, rule.sees, rule.may)


def page_of(listing: OpenList, patients: Iterable[UUID]) -> OpenList:
    """The key to one page of a list that is open, in the order given: the wall then shows these patients, and the list opens nothing more.

    No look of its own: who was on the list stands in the list's row.
    """
    page = listing.only(patients)
    if listing.purpose == "my patients":
        rule = p.by_role(p.LIST_RULES, listing.purpose, listing.by)
        _set_wall("page", listing.clinic_id, listing.at, rule, account=listing.by.account_id, page=Chosen(page.patients).literal)
    return page


def open_find(by: Person, *, family: str, birth_date: date, at: datetime) -> OpenList | Refused:
    """Find whom an emergency is about. PostgreSQL shows the clinic's patients of that birth date and nobody else; at most three are answered,
    and one account may look for ten different people an hour: no way to browse. `asked` is a keyed digest, so that it names nobody."""
    refused = _may_not_find(by, at)
    if refused is not None:
        return _refuse(by, FIND, at, refused)
    name = " ".join(family.split())
    Account.objects.select_for_update(no_key=True).get(pk=by.account_id)
    asked = hmac.new(
        settings.SECRET_KEY.encode(), f"serein.find\0{name.casefold()}\0{birth_date}".encode(), hashlib.sha256
    ).hexdigest()
    recent = EmergencyFind.objects.filter(account=by.account_id, at__gt=at - WITHIN, at__lte=at)
    before = set(recent.values_list("asked", flat=True))
    if asked not in before and len(before) >= FINDS:
        return _refuse(
            by, FIND, at, Refused("too-many-finds", "You looked for ten people within an hour. Ask a colleague or compliance.")
        )
    EmergencyFind(clinic_id=by.clinic_id, account_id=by.account_id, asked=asked, at=at).save(force_insert=True)
    rule = p.FIND_RULES[0]
    _set_wall("find", by.clinic_id, at, rule, account=by.account_id, born=birth_date)
    rows = Patient.objects.filter(clinic=by.clinic_id, birth_date=birth_date, family__iexact=name).order_by("id")
    found = tuple(rows.values_list("id", flat=True)[: MOST_FOUND + 1])
    if len(found) > MOST_FOUND:
        return _refuse(by, FIND, at, Refused("too-many-found", "Too many people have this name and birth date. Ask compliance."))
    entry = Entry(by.clinic_id, at, by.account_id, "open", outcome="looked", purpose=FIND)
    record(entry, facts={"count": len(found), "digest": digest(found)})
    return OpenList(by, by.clinic_id, FIND, at, found, rule.sees, rule.may)


def _may_not_find(by: Person, at: datetime) -> Refused | None:
    if p.by_role(p.FIND_RULES, FIND, by) is None:
        return Refused("not-your-role", "Only a licensed clinician opens a record for an emergency.")
    licence = may_practise(by, kind=PRESCRIBER, at=at)
    return Refused(licence.code, licence.why) if isinstance(licence, NoLicence) else None


def open_slip(code: str, *, by: Person | None, at: datetime) -> OpenSlip | Refused:
    """Open one prescription by its code. An unknown code leaves no row: it belongs to no clinic."""
    slip = Slip.objects.filter(code_digest=code_digest(code)).first()
    if slip is None or (by is not None and by.clinic_id != slip.clinic_id):
        return Refused("code-unknown", "No prescription has this code.")
    rule = p.BEARER if by is None else p.by_role(p.SLIP_RULES, "dispense", by)
    if rule is None:
        assert by is not None, "a bearer has a rule"
        return _refuse(by, "dispense", at, Refused("not-your-role", "Your role may not open a prescription by its code."))
    _set_wall("slip", slip.clinic_id, at, rule, slip=slip.prescription_id)
    look = Entry(slip.clinic_id, at, _account(by), "open", outcome="looked", purpose=rule.purpose)
    record(look.about(slip.patient_id, "prescription", slip.prescription_id))
    return OpenSlip(by, slip.clinic_id, slip.patient_id, slip.prescription_id, at, rule.sees, rule.may)


def open_job(clinic_id: UUID, *, purpose: str, at: datetime) -> OpenJob:
    """The worker's key. Its purposes are named in code, so an unnamed one is a defect, not a refusal."""
    rule = next((r for r in p.JOB_RULES if r.purpose == purpose), None)
    if rule is None:
        raise ValueError(f"no job is called {purpose!r}")
    _set_wall("job", clinic_id, at, rule)
    record(Entry(clinic_id, at, None, "open", outcome="looked", purpose=purpose))
    return OpenJob(clinic_id, purpose, at, sees=rule.sees, may=rule.may)


def open_chart_in_job(job: OpenJob, patient_id: UUID) -> OpenChart:
    """One patient's record for a run that already has its row: the same walls as a person's look, narrower than the job's own.

    The wall now opens this patient and nothing else; for the next patient, or the job's own list, make the key again.
    """
    rule = next(r for r in p.JOB_RULES if r.purpose == job.purpose)
    _set_wall("chart", job.clinic_id, job.at, rule, patient=patient_id)
    return OpenChart(None, job.clinic_id, patient_id, job.purpose, job.at, job.sees, job.may)


@contextmanager
def house_looks(chart: OpenChart, *, purpose: str) -> Iterator[OpenJob]:
    """What the house must see though whoever holds the key may not, under a job's name and row. Afterwards the wall is the key's again.

    Nothing that was seen so may reach the person: it ends in a task or a count.
    """
    yield open_job(chart.clinic_id, purpose=purpose, at=chart.at)
    own = p.Rule(chart.purpose, "", Relation.CLINIC, "as it was", chart.sees, chart.may)
    account = {"account": chart.by.account_id} if chart.by else {}
    _set_wall("chart", chart.clinic_id, chart.at, own, patient=chart.patient_id, **account)


def treating(chart: OpenChart) -> UUID | None:
    """The account of whoever gives care with this key: care team, rota, an emergency. None: the patient, a caregiver, the worker."""
    return chart.by.account_id if chart.by is not None and chart.purpose in ("care", "emergency") else None


# Crockford's alphabet: no I, L, O, U. What is read for one of them is meant for the digit that looks like it.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")


def normal_code(code: str) -> str:
    """A code as it was meant: spaces, hyphens and case do not count when one is typed, nor O for 0 and I or L for 1."""
    return "".join(ch for ch in code.upper() if ch.isalnum()).translate(_MISREAD)


def note_at_the_door(entry: Entry, *, facts: dict[str, str] | None = None) -> None:
    """A row about somebody who holds no key: signing in and out, failing to, or a page refused. The scope it leaves behind opens nothing."""
    _set_wall("door", entry.clinic_id, entry.at)
    record(entry, facts=facts)


def code_digest(code: str) -> str:
    """Codes are looked up only by their digest."""
    return hashlib.sha256(normal_code(code).encode(errors="replace")).hexdigest()


def refuse_on_record(key: Key, deed: str, why: Refused, *, subject: tuple[str, UUID] | None = None) -> Refused:
    """Keep a refusal of an action that already held a key (a lapsed licence, a stop), in the same transaction."""
    patient = getattr(key, "patient_id", None)
    entry = Entry(key.clinic_id, key.at, _account(key.by), deed, outcome="refused", patient_id=patient, why=why.code)
    record(entry.about(patient, *subject) if subject else entry)
    return why


__all__ = [
    "CODE_ALPHABET",
    "Key",
    "OpenChart",
    "OpenJob",
    "OpenList",
    "OpenSlip",
    "Refused",
    "code_digest",
    "house_looks",
    "normal_code",
    "note_at_the_door",
    "on_rota_until",
    "open_chart",
    "open_chart_in_job",
    "open_find",
    "open_job",
    "open_list",
    "open_new_chart",
    "open_slip",
    "page_of",
    "purpose_here",
    "refuse_on_record",
    "treating",
]  # fmt: skip
