"""Who may open what, see what in it, and do what with it, and why: one table, deny by default.

A key is made for a purpose. The first rule with that purpose, a role that the person has and a relation in which they stand says which parts of
the record the key shows (`Sight`) and which deeds it allows (`Right`). What has no row here opens nothing, shows nothing and does nothing.
Which part each table and each read belongs to, and which right each action needs, stands in `wards.py` and `deeds.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from .models import Role
from .persons import Person


class Relation(StrEnum):
    """How a person stands to a record, or to the clinic, at one instant."""

    OWN_RECORD = "own record"
    CARE_TEAM = "care team"
    ROTA = "rota"
    OFFERED = "offered"
    BREAK_GLASS = "break-glass"
    CAREGIVER = "caregiver"
    CLINIC = "clinic"


class Sight(StrEnum):
    """A part of what is known, shown or hidden as one."""

    IDENTITY = "identity"
    CONSENT = "consent"
    PLAN = "plan"
    ORDERS = "orders"
    PRESCRIPTIONS = "prescriptions"
    DIARY = "diary"
    CHECK_INS = "check-ins"
    RECORD = "record"
    TEAM = "team"
    LOOKS = "looks"
    STAFF = "staff"
    TRAIL = "trail"
    SYSTEM = "system"
    # Segments: parts of the parts above that need a permission of their own. They never widen by being copied.
    SUBSTANCE_USE = "substance-use"
    PRIVATE = "private"
    # No part of the record: an author's own notes, which no other key shows and no whole includes.
    PSYCHOTHERAPY = "psychotherapy-notes"


class Right(StrEnum):
    """What a key allows to be done."""

    OWN = "own"  # what only the patient says: answers, consent, agreement
    LOG = "log"  # write in the dose diary
    PREPARE = "prepare"  # drafts of plans, prescriptions, tapers; entries of the record
    DECIDE = "decide"  # what changes treatment without a signature: send, review, hold, go on
    SIGN = "sign"
    NOTE = "note"  # what was done about a warning, a visit
    EXPORT = "export"
    HAND_OVER = "hand over"
    ACCEPT = "accept"  # take over, or not, a patient who was offered
    TEAM = "team"  # who else is in the care team
    INVITE = "invite"
    REGISTER = "register"
    DISPENSE = "dispense"
    STAFF = "staff"
    BREAK_GLASS = "break glass"  # open one record for an emergency
    REVIEW = "review"  # judge, as a second person, whether an emergency was one
    GRANT = "grant"  # ask for, approve or end a right to sign, say that a token is lost
    KEEP = "keep"  # write psychotherapy notes of one's own
    WORK = "work"  # the worker's rounds


ORDINARY = frozenset(
    {Sight.IDENTITY, Sight.CONSENT, Sight.PLAN, Sight.ORDERS, Sight.PRESCRIPTIONS, Sight.DIARY, Sight.CHECK_INS, Sight.RECORD, Sight.TEAM}
)  # fmt: skip
WHOLE = ORDINARY | {Sight.LOOKS, Sight.SUBSTANCE_USE, Sight.PRIVATE}
TREATING = frozenset(
    {Right.PREPARE, Right.DECIDE, Right.SIGN, Right.NOTE, Right.EXPORT, Right.HAND_OVER, Right.TEAM, Right.INVITE}
)
# What a rota may add for its hours, beside reading and noting.
ON_ROTA = frozenset({Right.PREPARE, Right.DECIDE, Right.SIGN})


@dataclass(frozen=True)
class Scope:
    """What a patient can share with a caregiver: chosen by the patient, each by itself."""

    words: str
    sees: frozenset[Sight]
    may: frozenset[Right] = frozenset()


SCOPES = {
    "plan": Scope("see the plan, the calendar and the tablets", frozenset({Sight.IDENTITY, Sight.PLAN, Sight.PRESCRIPTIONS})),
    "diary": Scope(
        "see the dose diary and write in it", frozenset({Sight.IDENTITY, Sight.PLAN, Sight.PRESCRIPTIONS, Sight.DIARY}), frozenset({Right.LOG})
    ),
    "check-ins": Scope("see the check-ins", frozenset({Sight.IDENTITY, Sight.CHECK_INS})),
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One row. `named`: the relation itself (a rota, a caregiving) names more, within what is written there for it."""

    purpose: str
    role: str
    relation: Relation
    why: str
    sees: frozenset[Sight] = frozenset()
    may: frozenset[Right] = frozenset()
    named: bool = False


CHART_RULES = (
    Rule(
        "own record", Role.PATIENT, Relation.OWN_RECORD, "people may see and add to their own record",
        WHOLE, frozenset({Right.OWN, Right.LOG, Right.EXPORT}),
    ),
    Rule(
        "caregiving", Role.CAREGIVER, Relation.CAREGIVER, "somebody whom the patient chose helps, within what the patient shared",
        frozenset({Sight.IDENTITY}), named=True,
    ),
    Rule("care", Role.CLINICIAN, Relation.CARE_TEAM, "the care team treats this patient", WHOLE, TREATING),
    Rule(
        "care", Role.TRAINEE, Relation.CARE_TEAM, "a trainee of the care team prepares; somebody else decides and signs",
        WHOLE, frozenset({Right.PREPARE, Right.NOTE}),
    ),
    Rule(
        "care", Role.CLINICIAN, Relation.ROTA, "a clinician on the rota is care team for those hours, with the rights that the rota names",
        WHOLE, frozenset({Right.NOTE}), named=True,
    ),
    Rule(
        "psychotherapy notes", Role.CLINICIAN, Relation.CARE_TEAM, "whoever wrote psychotherapy notes reads them, and nobody else does",
        frozenset({Sight.IDENTITY, Sight.PSYCHOTHERAPY}), frozenset({Right.KEEP}),
    ),
    Rule(
        "handover", Role.CLINICIAN, Relation.OFFERED, "a clinician to whom a patient is handed over reads it before they accept or decline",
        WHOLE, frozenset({Right.ACCEPT}),
    ),
    Rule(
        "emergency", Role.CLINICIAN, Relation.BREAK_GLASS, "a clinician who said why opens one record for an emergency, and is reviewed for it",
        ORDINARY | {Sight.SUBSTANCE_USE, Sight.PRIVATE}, frozenset({Right.NOTE}),
    ),
)  # fmt: skip
NEW_CHART_RULES = (
    Rule(
        "invite patient", Role.CLINICIAN, Relation.CLINIC, "a clinician opens a record by inviting its patient and joins the care team",
        WHOLE, frozenset({Right.REGISTER, Right.INVITE}),
    ),
    Rule(
        "import record", Role.CLINICIAN, Relation.CLINIC, "a clinician takes over a record from another system and joins the care team",
        WHOLE, frozenset({Right.REGISTER, Right.PREPARE}),
    ),
)  # fmt: skip
LIST_RULES = (
    Rule("my patients", Role.CLINICIAN, Relation.CARE_TEAM, "the care team's own list", WHOLE),
    Rule("my patients", Role.TRAINEE, Relation.CARE_TEAM, "the care team's own list", WHOLE),
    Rule(
        "on the rota", Role.CLINICIAN, Relation.ROTA, "a clinician on the rota finds the clinic's patients by name, for those hours",
        frozenset({Sight.IDENTITY}),
    ),
    Rule(
        "people and licences", Role.COMPLIANCE, Relation.CLINIC, "compliance decides who may sign; no patient is in this list",
        frozenset({Sight.STAFF}), frozenset({Right.STAFF, Right.GRANT}),
    ),
    Rule(
        "right to sign", Role.CLINICIAN, Relation.CLINIC, "who holds the right to sign answers for who else gets it; no patient is in this list",
        frozenset({Sight.STAFF}), frozenset({Right.GRANT}),
    ),
    Rule(
        "patients affected", Role.COMPLIANCE, Relation.CLINIC, "when somebody may sign no more: record numbers and colleagues, no name",
        frozenset({Sight.STAFF}),
    ),
    Rule(
        "emergencies", Role.COMPLIANCE, Relation.CLINIC,
        "compliance reviews every record that was opened for an emergency: who, when, why; no record",
        frozenset({Sight.STAFF}), frozenset({Right.REVIEW}),
    ),
    Rule(
        "the system", Role.ADMINISTRATOR, Relation.CLINIC, "whoever runs the system sees how it runs and who works here; no record, no letter",
        frozenset({Sight.SYSTEM}),
    ),
    Rule("trail", Role.COMPLIANCE, Relation.CLINIC, "compliance reviews who looked and who did what", frozenset({Sight.TRAIL, Sight.STAFF})),
)  # fmt: skip
FIND_RULES = (
    Rule(
        "find for an emergency", Role.CLINICIAN, Relation.CLINIC,
        "a licensed clinician finds one patient by exact family name and birth date, to open the record for an emergency",
        frozenset({Sight.IDENTITY}), frozenset({Right.BREAK_GLASS}),
    ),
)  # fmt: skip
SLIP_RULES = (
    Rule(
        "dispense", Role.PHARMACIST, Relation.CLINIC, "the code on the prescription was presented",
        frozenset({Sight.PRESCRIPTIONS}), frozenset({Right.DISPENSE}),
    ),
)  # fmt: skip
# Whoever holds the paper may ask whether it is genuine. The page shows them the verdict alone.
BEARER = Rule(
    "verdict",
    "",
    Relation.CLINIC,
    "anybody who holds a prescription may ask whether it is genuine",
    frozenset({Sight.PRESCRIPTIONS}),
)


@dataclass(frozen=True)
class JobRule:
    """A worker's purpose. Each run keeps one row; nothing a person clicks goes through here."""

    purpose: str
    why: str
    sees: frozenset[Sight]
    may: frozenset[Right] = frozenset({Right.WORK})


JOB_RULES = (
    JobRule("registration", "an invitation is accepted, a clinic is founded", frozenset({Sight.IDENTITY, Sight.STAFF})),
    JobRule(
        "revocation",
        "somebody may sign no more: their patients' care teams are asked to see to the supply",
        WHOLE | {Sight.STAFF},
    ),
    JobRule(
        "emergency notice",
        "a record was opened for an emergency: compliance and whoever answers for the patient are told at once",
        frozenset({Sight.TEAM, Sight.STAFF}),
    ),
    JobRule(
        "shared address",
        "whether two records bear one address is asked without telling either",
        frozenset({Sight.IDENTITY, Sight.TEAM}),
    ),
    JobRule("whole diary", "what somebody who helps wrote is judged with the lines that they may not see", WHOLE),
    JobRule("proof of identity", "an identity provider vouched for somebody who works here", frozenset({Sight.STAFF})),
    JobRule("registry", "a public register is compared with the licences here", frozenset({Sight.STAFF})),
    JobRule("import record", "whether somebody is here already must be asked before a key can exist", WHOLE),
    JobRule("deliver outbox", "letters are sent", frozenset({Sight.IDENTITY, Sight.CONSENT, Sight.TEAM})),
    JobRule("due tasks", "what becomes due is found for every patient", WHOLE),
    JobRule("demonstration", "the invented clinic is filled", WHOLE),
)
JOB_PURPOSES = tuple(r.purpose for r in JOB_RULES)


def by_role(rules: tuple[Rule, ...], purpose: str, by: Person) -> Rule | None:
    """The first rule with that purpose for a role that the person has, or None: deny. For what turns on no relation to one record."""
    return next((r for r in rules if r.purpose == purpose and by.has(r.role)), None)


def with_named(rule: Rule, names: Iterable[str]) -> Rule:
    """The rule with what its relation names (a caregiver's scopes, a rota's rights), and nothing that was not on offer."""
    if not rule.named:
        return rule
    if rule.relation == Relation.ROTA:
        return replace(rule, may=rule.may | {r for r in ON_ROTA if r in names})
    scopes = [SCOPES[n] for n in names if n in SCOPES]
    sees = rule.sees.union(*(s.sees for s in scopes))
    return replace(rule, sees=sees, may=rule.may.union(*(s.may for s in scopes)))


# Which parts a right may write. PostgreSQL holds rows to it (`walls.py`), whatever our own code forgets. The trail takes rows from every key.
_TOLD = frozenset({Sight.TEAM})
WRITES: dict[Right, frozenset[Sight]] = {
    Right.OWN: frozenset({Sight.IDENTITY, Sight.CONSENT, Sight.PLAN, Sight.ORDERS, Sight.DIARY, Sight.CHECK_INS, Sight.RECORD})
    | _TOLD,
    Right.LOG: frozenset({Sight.DIARY}) | _TOLD,
    Right.PREPARE: frozenset({Sight.IDENTITY, Sight.PLAN, Sight.ORDERS, Sight.RECORD}) | _TOLD,
    Right.DECIDE: frozenset({Sight.IDENTITY, Sight.PLAN, Sight.ORDERS, Sight.RECORD, Sight.CHECK_INS}) | _TOLD,
    Right.SIGN: frozenset({Sight.PLAN, Sight.ORDERS, Sight.PRESCRIPTIONS}) | _TOLD,
    Right.NOTE: frozenset({Sight.RECORD, Sight.CHECK_INS}) | _TOLD,
    Right.EXPORT: _TOLD,
    Right.HAND_OVER: _TOLD,
    Right.TEAM: _TOLD,
    Right.ACCEPT: _TOLD,
    Right.INVITE: frozenset({Sight.IDENTITY}) | _TOLD,
    Right.REGISTER: WHOLE,
    Right.DISPENSE: frozenset({Sight.PRESCRIPTIONS}) | _TOLD,
    Right.STAFF: frozenset({Sight.STAFF}) | _TOLD,
    Right.BREAK_GLASS: _TOLD,
    Right.REVIEW: _TOLD,
    Right.GRANT: frozenset({Sight.STAFF}) | _TOLD,
    Right.KEEP: frozenset({Sight.PSYCHOTHERAPY}),
    Right.WORK: WHOLE | {Sight.STAFF},
}


def writes(may: frozenset[Right]) -> frozenset[Sight]:
    """The parts that a key with these rights may write; a segment is written by whoever writes what it is part of."""
    parts = frozenset[Sight]().union(*(WRITES[r] for r in may))
    return parts | {Sight.SUBSTANCE_USE, Sight.PRIVATE} if parts & ORDINARY else parts
