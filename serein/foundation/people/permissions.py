"""Who may open what, and why: one table, deny by default. A purpose that has no row here opens nothing."""

from dataclasses import dataclass

from .models import Role
from .persons import Person

CARE_TEAM, OWN_RECORD, CLINIC, OFFERED = "care team", "own record", "clinic", "offered"


@dataclass(frozen=True)
class Rule:
    purpose: str
    role: str
    relation: str
    why: str


CHART_RULES = (
    Rule("own record", Role.PATIENT, OWN_RECORD, "people may see and add to their own record"),
    Rule("care", Role.CLINICIAN, CARE_TEAM, "the care team treats this patient"),
    Rule(
        "handover", Role.CLINICIAN, OFFERED, "a clinician to whom a patient is handed over reads it before they accept or decline"
    ),
)
NEW_CHART_RULES = (
    Rule("invite patient", Role.CLINICIAN, CLINIC, "a clinician opens a record by inviting its patient and joins the care team"),
    Rule(
        "import record",
        Role.CLINICIAN,
        CLINIC,
        "a clinician takes over a patient's record from another system and joins the care team",
    ),
)
LIST_RULES = (
    Rule("my patients", Role.CLINICIAN, CARE_TEAM, "the care team's own list"),
    Rule("people and licences", Role.COMPLIANCE, CLINIC, "compliance decides who may sign; no patient is in this list"),
    Rule(
        "right to sign",
        Role.CLINICIAN,
        CLINIC,
        "who holds the right to sign answers for who else gets it; no patient is in this list",
    ),
    Rule(
        "patients affected",
        Role.COMPLIANCE,
        CLINIC,
        "when somebody may sign no more: record numbers and colleagues, no name",
    ),
    Rule("trail", Role.COMPLIANCE, CLINIC, "compliance reviews who looked and who did what"),
)
SLIP_RULES = (Rule("dispense", Role.PHARMACIST, CLINIC, "the code on the prescription was presented"),)
# A worker's purposes. Each run keeps one row; nothing a person clicks goes through here.
JOB_PURPOSES = ("registration", "revocation", "registry", "import record", "deliver outbox", "due tasks", "demonstration")


def allowed(rules: tuple[Rule, ...], purpose: str, by: Person, relations: frozenset[str]) -> Rule | None:
    """The first rule that allows it, or None: deny."""
    return next((r for r in rules if r.purpose == purpose and by.has(r.role) and r.relation in relations), None)
