"""Who is here, who may sign, and what a patient agreed to."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q

from serein.care.access.granted import has_registrant, not_a_registrant, request_digest
from serein.care.access.models import Consent, LicenceLook, SigningGrant
from serein.care.access.reads.asking import Candidate, could_be_given_the_right
from serein.care.access.reads.emergencies import EmergencyLine, OpenNow, Told, emergencies, emergency_open, told_of_emergency
from serein.care.access.reads.identity import (
    ComingOfAge,
    ContactChoice,
    IdentityLine,
    ProviderLine,
    coming_of_age,
    contact_choice,
    identity_proofs,
    may_write_to,
    provider_proofs,
    staff_identities,
    staff_proofs,
)
from serein.care.access.reads.passing_on import PassingOnLine, passings_on
from serein.care.access.reads.rota import RotaLine, could_be_on_rota, rotas
from serein.care.access.reads.sharing import HelperLine, helpers
from serein.care.access.reads.team import Member, care_team, could_join
from serein.care.access.reads.working import Worker, accounts_by_role, who_works_here
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenJob, OpenList
from serein.foundation.people.models import Account, CareTeam, Invitation, Licence, Patient, Practitioner, RoleGrant
from serein.foundation.people.persons import clinic_day, record_number
from serein.foundation.remembering import remembered
from serein.foundation.rows import answer
from serein.foundation.tasks.models import Task


@dataclass(frozen=True)
class PatientCard:
    id: UUID
    given: str
    family: str
    birth_date: date | None
    sex: str
    pronouns: str
    phone: str
    address: str
    time_zone: str
    language: str
    email: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True)
class Found:
    """A page of patients, and how many there are."""

    page: tuple[PatientCard, ...]
    total: int


@dataclass(frozen=True)
class ConsentLine:
    what: str
    version: str
    text: str
    given_at: datetime
    withdrawn_at: datetime | None

    @property
    def in_force(self) -> bool:
        return self.withdrawn_at is None


@dataclass(frozen=True)
class LicenceLine:
    """`state` is one of waiting (not verified), in force, suspended, lapsed, ended; `days_left` counts the last day.
    `recheck_in` is the days until the register is to be looked at again: negative when that day has passed, None when none is set."""

    id: UUID
    practitioner_id: UUID
    account_id: UUID
    holder: str
    kind: str
    number: str
    jurisdiction: str
    expires_on: date
    evidence: str
    recorded_by: str
    recorded_at: datetime
    verified_by: str
    verified_on: date | None
    ended_at: datetime | None
    ended_why: str
    state: str
    days_left: int
    schedules: tuple[str, ...] = ()
    suspended_why: str = ""
    recheck_on: date | None = None
    recheck_in: int | None = None

    @property
    def recheck_overdue(self) -> bool:
        return self.recheck_in is not None and self.recheck_in < 0 and self.state in ("in force", "suspended")


@dataclass(frozen=True)
class GrantLine:
    """The right to sign of one person. `state` is waiting, in force or ended; `digest` is what an approval of this request is bound to."""

    id: UUID
    account_id: UUID
    name: str
    email: str
    npi: str
    dea: str
    state: str
    on_console: bool
    entered_by_id: UUID | None
    entered_by: str
    entered_at: datetime
    approved_by: str
    approved_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    ended_why: str
    digest: str


@dataclass(frozen=True)
class LookLine:
    """What a primary source said of a licence: `verdict` is match, differs, not-found, deactivated or seen."""

    source: str
    verdict: str
    differs: tuple[str, ...]
    where: str
    document: str
    on: date
    by: str
    at: datetime


@dataclass(frozen=True)
class AffectedPatient:
    """A patient of somebody who may sign no more, and which colleagues of the care team are left."""

    patient_id: UUID
    record: str
    colleagues: tuple[str, ...]


@dataclass(frozen=True)
class StaffMember:
    """`closed`: works here, and the account is shut because its second factor was lost or used by somebody else."""

    account_id: UUID
    practitioner_id: UUID | None
    name: str
    email: str
    roles: tuple[str, ...]
    active: bool
    npi: str
    dea: str
    phone: str
    workplace: str
    address: str
    licences: tuple[LicenceLine, ...]
    closed: bool = False


@dataclass(frozen=True)
class InvitationLine:
    """An invitation to staff that nobody has used yet."""

    id: UUID
    name: str
    email: str
    role: str
    invited_at: datetime
    expires_at: datetime
    over: bool


def _card(p: Patient) -> PatientCard:
    return PatientCard(
        p.id, p.given, p.family, p.birth_date, p.sex, p.pronouns, p.phone, p.address, p.time_zone, p.language, p.email
    )


@shown
@remembered
def patient_card(chart: OpenChart) -> PatientCard:
    """Who the patient is. A key to a record that was never registered has no card: that is a defect and raises Patient.DoesNotExist."""
    return _card(Patient.objects.get(pk=chart.patient_id))


CARDS = """
SELECT id, given, family, birth_date, sex, pronouns, phone, address, time_zone, language, email
FROM people_patient WHERE id = ANY(%s) ORDER BY family, given, id
"""


@shown
def patient_cards(listing: OpenList) -> list[PatientCard]:
    return [PatientCard(*row) for row in answer(CARDS, [list(listing.patients)])]


@shown
def find_cards(listing: OpenList, *, words: str = "", without_tasks: bool = False, offset: int = 0, limit: int = 25) -> Found:
    """Patients of the list by name: those whose name holds every word (or whose birth date is the word), or those for whom nothing is open."""
    rows = Patient.objects.filter(pk__in=listing.patients)
    for word in words.split()[:6]:
        named = Q(given__icontains=word) | Q(family__icontains=word)
        rows = rows.filter(named | Q(birth_date=_day(word)) if _day(word) else named)
    if without_tasks:
        rows = rows.exclude(Exists(Task.objects.filter(patient=OuterRef("pk"), done_at=None)))
    page = rows.order_by("family", "given", "id")[offset : offset + limit]
    return Found(tuple(_card(p) for p in page), rows.count())


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


@shown
def consents(chart: OpenChart) -> list[ConsentLine]:
    """Every consent ever given, newest first."""
    rows = Consent.objects.filter(patient=chart.patient_id).order_by("-given_at", "-id")
    return [ConsentLine(c.what, c.text_version, c.text, c.given_at, c.withdrawn_at) for c in rows]


@shown
def wants_notices(job: OpenJob, patient_id: UUID) -> bool:
    """Whether this patient agreed to short notes by e-mail, and has not withdrawn it."""
    return Consent.objects.filter(clinic=job.clinic_id, patient=patient_id, what="notices", withdrawn_at=None).exists()


def _state(one: Licence, today: date) -> str:
    if one.ended_at is not None:
        return "ended"
    if one.expires_on < today:
        return "lapsed"
    if one.suspended_at is not None:
        return "suspended"
    return "waiting" if one.verified_on is None else "in force"


@shown
def licences(listing: OpenList) -> list[LicenceLine]:
    """Every licence of the clinic, the one that ends next first; ended and lapsed ones last."""
    today = clinic_day(listing.clinic_id, listing.at)
    rows = Licence.objects.filter(clinic=listing.clinic_id).select_related("practitioner__account", "recorded_by", "verified_by")
    lines = [
        LicenceLine(
            one.id, one.practitioner_id, one.practitioner.account_id, one.practitioner.account.name, one.kind, one.number, one.jurisdiction,
            one.expires_on, one.evidence, one.recorded_by.name, one.recorded_at, one.verified_by.name if one.verified_by else "",
            one.verified_on, one.ended_at, one.ended_why, _state(one, today), (one.expires_on - today).days, tuple(one.schedules.split()),
            one.suspended_why, one.recheck_on, (one.recheck_on - today).days if one.recheck_on else None,
        )
        for one in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.state in ("ended", "lapsed"), line.expires_on, line.id))


@shown
def signing_grants(listing: OpenList) -> list[GrantLine]:
    """Every right to sign controlled medicines that was ever asked for here: what waits first, then what is in force, then what ended."""
    rows = SigningGrant.objects.filter(clinic=listing.clinic_id).select_related("account", "practitioner", "entered_by")
    lines = [_grant(g) for g in rows.select_related("approved_by", "ended_by").order_by("-entered_at", "-id")]
    return sorted(lines, key=lambda line: ("waiting", "in force", "ended").index(line.state))


def _grant(g: SigningGrant) -> GrantLine:
    state = "ended" if g.ended_at else "in force" if g.approved_at else "waiting"
    return GrantLine(
        g.id, g.account_id, g.account.name, g.account.email, g.practitioner.npi, g.practitioner.dea, state, g.on_console, g.entered_by_id,
        g.entered_by.name if g.entered_by else "the operator, on the console", g.entered_at, g.approved_by.name if g.approved_by else "",
        g.approved_at, g.ended_by.name if g.ended_by else "Serein", g.ended_at, g.ended_why, request_digest(g),
    )  # fmt: skip


@shown
def may_vouch(listing: OpenList) -> bool:
    """Whether whoever holds the key may approve a colleague's request: holds the right, with a licence in force."""
    return not_a_registrant(listing.by.account_id, listing.at) is None


@shown
def somebody_may_approve(listing: OpenList) -> bool:
    """Whether anybody of the clinic may; without one only the operator's console gives the right."""
    return has_registrant(listing.clinic_id, listing.at)


@shown
def looks_at(listing: OpenList, licence_id: UUID) -> list[LookLine]:
    """Every look at a primary source for this licence, newest first."""
    rows = LicenceLook.objects.filter(clinic=listing.clinic_id, licence=licence_id).select_related("by").order_by("-at", "-id")
    return [LookLine(x.source, x.verdict, tuple(x.differs), x.where, x.document, x.on, x.by.name, x.at) for x in rows]


@shown
def patients_affected(listing: OpenList, account_id: UUID) -> list[AffectedPatient]:
    """The patients of somebody who may sign no more: of now, and of the instant at which their access ended. Record numbers, never names."""
    ended = RoleGrant.objects.filter(account=account_id, role="clinician").aggregate(last=Max("revoked_at"))["last"]
    team = CareTeam.objects.filter(clinic=listing.clinic_id, account=account_id, since__lte=listing.at)
    still = (
        team.filter(Q(until=None) | Q(until__gt=listing.at) | Q(until=ended)) if ended else team.exclude(until__lte=listing.at)
    )
    patients = list(still.order_by("patient_id").values_list("patient_id", flat=True))
    others = CareTeam.objects.filter(patient_id__in=patients, since__lte=listing.at, account__is_active=True).exclude(
        account=account_id
    )
    named: dict[UUID, list[str]] = defaultdict(list)
    for one in others.exclude(until__lte=listing.at).select_related("account").order_by("-lead", "since", "id"):
        signs = not_a_registrant(one.account_id, listing.at) is None
        named[one.patient_id].append(f"{one.account.name}{'' if signs else ' (may not sign)'}")
    return [AffectedPatient(p, record_number(p), tuple(named[p])) for p in patients]


@shown
def staff_names(listing: OpenList) -> list[tuple[UUID, str]]:
    """Account and name of everybody who works or worked here, by name."""
    ids = RoleGrant.objects.filter(clinic=listing.clinic_id).exclude(role="patient").values_list("account_id", flat=True)
    return list(Account.objects.filter(pk__in=set(ids)).order_by("name", "id").values_list("id", "name"))


@shown
def staff(listing: OpenList) -> list[StaffMember]:
    """Everybody who works or worked here, by name, with their licences."""
    grants: dict[UUID, list[str]] = defaultdict(list)
    working: set[UUID] = set()
    for g in RoleGrant.objects.filter(clinic=listing.clinic_id).exclude(role="patient").order_by("role", "granted_at"):
        if g.role not in grants[g.account_id]:
            grants[g.account_id].append(g.role)
        if g.revoked_at is None:
            working.add(g.account_id)
    held: dict[UUID, list[LicenceLine]] = defaultdict(list)
    for line in licences(listing):
        held[line.account_id].append(line)
    practitioners = {p.account_id: p for p in Practitioner.objects.filter(clinic=listing.clinic_id)}
    accounts = Account.objects.filter(clinic=listing.clinic_id, pk__in=list(grants)).order_by("name", "id")
    return [
        _member(a, practitioners.get(a.id), tuple(grants[a.id]), tuple(held[a.id]), (a.is_active, a.id in working))
        for a in accounts
    ]  # fmt: skip


def _member(
    a: Account, p: Practitioner | None, roles: tuple[str, ...], held: tuple[LicenceLine, ...], stands: tuple[bool, bool]
) -> StaffMember:
    details = (p.npi, p.dea, p.phone, p.workplace, p.address) if p else ("", "", "", "", "")
    return StaffMember(
        a.id, p.id if p else None, a.name, a.email, roles, all(stands), *details, licences=held, closed=stands == (False, True)
    )


@shown
def open_invitations(listing: OpenList) -> list[InvitationLine]:
    """Invitations to staff that were not used, newest first."""
    rows = Invitation.objects.filter(clinic=listing.clinic_id, used_at=None).exclude(role="patient").order_by("-invited_at")
    seen: set[str] = set()
    lines = []
    for i in rows:  # an older one to the same address was ended by the newer
        if i.email not in seen:
            seen.add(i.email)
            lines.append(InvitationLine(i.id, i.name, i.email, i.role, i.invited_at, i.expires_at, i.expires_at <= listing.at))
    return lines


__all__ = [
    "AffectedPatient", "Candidate", "ComingOfAge", "ConsentLine", "ContactChoice", "EmergencyLine", "Found", "GrantLine",
    "HelperLine", "IdentityLine", "InvitationLine", "LicenceLine", "LookLine", "Member", "OpenNow", "PassingOnLine",
    "PatientCard", "ProviderLine", "RotaLine", "StaffMember", "Told", "Worker", "accounts_by_role", "care_team", "coming_of_age", "consents",
    "contact_choice", "could_be_given_the_right", "could_be_on_rota", "could_join", "emergencies", "emergency_open",
    "find_cards", "helpers", "identity_proofs", "licences", "looks_at", "may_vouch", "may_write_to", "open_invitations",
    "passings_on", "patient_card", "patient_cards", "patients_affected", "provider_proofs", "rotas", "signing_grants", "somebody_may_approve",
    "staff", "staff_identities", "staff_names", "staff_proofs", "told_of_emergency", "wants_notices", "who_works_here",
]  # fmt: skip
