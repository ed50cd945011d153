"""Everybody in every relation: nine kinds of people, each standing in nine ways to one patient's record. Most pairs make no sense on purpose:
a pharmacist on the rota must be refused like a stranger.

`EXPECTED` is written by hand from the issue's words, not from the code's table: the two are compared cell by cell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from serein.foundation.people.models import (
    Account,
    BrokenGlass,
    Caregiving,
    CareTeam,
    Licence,
    Practitioner,
    Role,
    RoleGrant,
    Rota,
)
from serein.foundation.people.persons import Person, person
from serein.foundation.rows import new_id
from tests.people import AT, TestClinic, make_clinic

NOBODY = "nobody"
ROLES = (NOBODY, *(str(r) for r in Role))
RELATIONS = ("own", "care team", "rota", "same clinic", "other clinic", "lapsed", "revoked", "caregiver", "break-glass")
HOUR = timedelta(hours=1)

# What each may open of this record, and with what. Whatever is not here opens nothing.
SHOWN_TO_TREATING = frozenset(
    [
        "identity",
        "consent",
        "plan",
        "orders",
        "prescriptions",
        "diary",
        "check-ins",
        "record",
        "team",
        "looks",
        "substance-use",
        "private",
    ]
)
TREATING = frozenset({"prepare", "decide", "sign", "note", "export", "hand over", "team", "invite"})


@dataclass(frozen=True)
class Opens:
    purpose: str
    sees: frozenset[str]
    may: frozenset[str]


EXPECTED: dict[tuple[str, str], Opens] = {
    ("patient", "own"): Opens("own record", SHOWN_TO_TREATING, frozenset({"own", "log", "export"})),
    ("clinician", "care team"): Opens("care", SHOWN_TO_TREATING, TREATING),
    ("clinician", "lapsed"): Opens(
        "care", SHOWN_TO_TREATING, TREATING
    ),  # may read and act; each signature asks for the licence itself
    ("trainee", "care team"): Opens("care", SHOWN_TO_TREATING, frozenset({"prepare", "note"})),
    ("trainee", "lapsed"): Opens("care", SHOWN_TO_TREATING, frozenset({"prepare", "note"})),
    ("clinician", "rota"): Opens(
        "care", SHOWN_TO_TREATING, frozenset({"note", "decide"})
    ),  # the rota of this world names "decide" alone
    ("clinician", "break-glass"): Opens("emergency", SHOWN_TO_TREATING - {"looks"}, frozenset({"note"})),
    ("caregiver", "caregiver"): Opens(
        "caregiving", frozenset({"identity", "plan", "prescriptions", "diary"}), frozenset({"log"})
    ),
}
# What some open beside that, with a key of its own: notes that nobody but their author reads.
ALSO: dict[tuple[str, str], Opens] = {
    ("clinician", relation): Opens("psychotherapy notes", frozenset({"identity", "psychotherapy-notes"}), frozenset({"keep"}))
    for relation in ("care team", "lapsed")
}
CHART_PURPOSES = ("psychotherapy notes", "own record", "caregiving", "care", "handover", "emergency")
LIST_PURPOSES: dict[str, tuple[str, ...]] = {
    "my patients": ("clinician", "trainee"), "people and licences": ("compliance",), "trail": ("compliance",),
    "right to sign": ("clinician",), "on the rota": ("clinician on the rota",), "patients affected": ("compliance",),
    "emergencies": ("compliance",), "the system": ("administrator",),
}  # fmt: skip
# Asked with a name and a birth date, and only by a clinician whose licence is in force here.
FIND_PURPOSE, FINDS = (
    "find for an emergency",
    ("own", "care team", "rota", "same clinic", "other clinic", "caregiver", "break-glass"),
)
NEW_PURPOSES: dict[str, tuple[str, ...]] = {"invite patient": ("clinician",), "import record": ("clinician",)}


@dataclass(frozen=True)
class Cell:
    """One person of the matrix, and the record that is asked for."""

    role: str
    relation: str
    who: Person | None
    patient_id: UUID

    @property
    def opens(self) -> Opens | None:
        return EXPECTED.get((self.role, self.relation))

    def opened_for(self, purpose: str) -> Opens | None:
        """What a key of that purpose should open to this person of this record; None: no key."""
        return next((o for o in (self.opens, ALSO.get((self.role, self.relation))) if o and o.purpose == purpose), None)


@dataclass(frozen=True)
class World:
    clinic: TestClinic
    patient: Person
    cells: tuple[Cell, ...]

    def people(self) -> Iterator[Cell]:
        yield from (c for c in self.cells if c.who is not None)


def _account(clinic: UUID, role: str, relation: str, patient_id: UUID | None) -> Account:
    email = f"{role}.{relation}@matrix.test".replace(" ", "-")
    account = Account(clinic_id=clinic, email=email, name=f"{role} {relation}", patient_id=patient_id, created_at=AT)
    account.set_unusable_password()
    account.save(force_insert=True)
    RoleGrant(clinic_id=clinic, account=account, role=role, granted_at=AT - HOUR).save(force_insert=True)
    return account


def _stand(account: Account, relation: str, patient_id: UUID) -> None:
    """Put the account into that relation to the record."""
    at_clinic = {"clinic_id": account.clinic_id, "account": account}
    if relation in ("care team", "lapsed"):
        CareTeam(**at_clinic, patient_id=patient_id, since=AT - HOUR).save(force_insert=True)
    if relation == "revoked":
        CareTeam(**at_clinic, patient_id=patient_id, since=AT - 2 * HOUR, until=AT - HOUR).save(force_insert=True)
        Caregiving(
            **at_clinic, patient_id=patient_id, scopes=["plan", "diary"], since=AT - 2 * HOUR, until=AT - HOUR, given_by_id=_giver(account)
        ).save(force_insert=True)  # fmt: skip
        Rota(**at_clinic, since=AT - HOUR, until=AT + HOUR, rights=["sign"], made_by=account, made_at=AT, ended_at=AT).save(
            force_insert=True
        )
        BrokenGlass(**at_clinic, patient_id=patient_id, reason="test", since=AT - HOUR, until=AT - HOUR / 2).save(
            force_insert=True
        )
    if relation == "rota":
        Rota(**at_clinic, since=AT - HOUR, until=AT + HOUR, rights=["decide", "export"], made_by=account, made_at=AT - HOUR).save(
            force_insert=True
        )
    if relation == "caregiver":
        Caregiving(
            **at_clinic, patient_id=patient_id, scopes=["plan", "diary"], since=AT - HOUR, until=AT + HOUR, given_by_id=_giver(account)
        ).save(force_insert=True)  # fmt: skip
    if relation == "break-glass":
        BrokenGlass(**at_clinic, patient_id=patient_id, reason="test", since=AT - HOUR / 4, until=AT + HOUR / 4).save(
            force_insert=True
        )


def _giver(other_than: Account) -> UUID:
    found = Account.objects.exclude(pk=other_than.pk).values_list("id", flat=True).first()
    assert found is not None
    return found


def _practise(account: Account, relation: str) -> None:
    practitioner = Practitioner(clinic_id=account.clinic_id, account=account)
    practitioner.save(force_insert=True)
    last_day = (AT - timedelta(days=1) if relation == "lapsed" else AT + timedelta(days=300)).date()
    kind = {"clinician": "prescriber", "pharmacist": "pharmacist"}[
        RoleGrant.objects.values_list("role", flat=True).get(account=account)
    ]
    Licence(
        clinic_id=account.clinic_id, practitioner=practitioner, kind=kind, number="M-1", jurisdiction="US-CA", expires_on=last_day,
        evidence="seen", recorded_by=account, recorded_at=AT, verified_by_id=_giver(account), verified_on=(AT - timedelta(days=9)).date(),
    ).save(force_insert=True)  # fmt: skip


def everybody(clinic: TestClinic, patient: Person, own: dict[str, UUID]) -> World:
    """`own`: for each role the record of a person of that role who is a patient here too."""
    assert patient.patient_id is not None
    other = make_clinic(AT)
    cells = [Cell(NOBODY, relation, None, patient.patient_id) for relation in RELATIONS]
    for role in ROLES[1:]:
        for relation in RELATIONS:
            record = own[role] if relation == "own" else patient.patient_id
            if (role, relation) == ("patient", "own"):
                cells.append(Cell(role, relation, patient, patient.patient_id))
                continue
            home = other.id if relation == "other clinic" else clinic.id
            account = _account(home, role, relation, record if relation == "own" else None)
            _stand(account, relation, patient.patient_id)
            if role in ("clinician", "pharmacist"):
                _practise(account, relation)
            who = person(account.id, at=AT)
            assert who is not None
            if relation == "revoked":
                RoleGrant.objects.filter(account=account).update(revoked_at=AT - HOUR / 2)
                Account.objects.filter(pk=account.pk).update(is_active=False)
                who = Person(account.id, account.clinic_id, account.name, account.email, frozenset())
            cells.append(Cell(role, relation, who, record))
    return World(clinic, patient, tuple(cells))


def new_record() -> UUID:
    return new_id()
