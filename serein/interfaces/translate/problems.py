"""Condition, AllergyIntolerance and Observation -> plain values."""

from msgspec.structs import replace

from serein.clinical.case import SNOMED, Allergy, Concept, Condition, Observation
from serein.interfaces.translate.bundle import Entry
from serein.interfaces.translate.node import Node

CURRENT = frozenset({"", "active", "recurrence", "relapse"})
PAST = frozenset({"inactive", "remission", "resolved"})
UNTRUE = frozenset({"refuted", "entered-in-error"})
NOT_MEASURED = frozenset({"entered-in-error", "cancelled"})

# SNOMED CT: no known allergy, no known drug allergy, no known allergies (situation). They answer a question; they are no allergy.
NO_ALLERGY = frozenset({"716186003", "409137002", "160244002"})

_ADMINISTRATION = (
    "text", "identifier", "subject", "patient", "encounter", "recorder", "asserter", "performer", "recordedDate", "issued",
    "basedOn", "partOf", "device", "focus", "specimen",
)  # fmt: skip


def _status(node: Node, key: str) -> str:
    concept = node.concept(key)
    if concept is None:
        return ""
    return next((c.code for c in concept.codings if c.code), concept.text).lower()


def read_condition(entry: Entry) -> Condition | None:
    """A Condition with its status in words of FHIR ('active' when none is written); None when it is listed instead."""
    node = entry.node
    node.skip(*_ADMINISTRATION, "category")
    status, verification = _status(node, "clinicalStatus"), _status(node, "verificationStatus")
    if verification in UNTRUE:
        entry.skip(f"has the verification status {verification}")
        return None
    concept = node.concept("code")
    if concept is None or not concept.words:
        entry.skip("names no condition")
        return None
    if status not in CURRENT | PAST:
        node.doubt("clinicalStatus", f"{status!r} is not a status we know; read as active")
        status = "active"
    onset = node.moment("onsetDateTime")
    span = node.child("onsetPeriod")
    start = onset or (span.moment("start") if span else None)
    if node.moment("abatementDateTime") and not status:
        # FHIR: what has abated is inactive, resolved or in remission (con-4), and this record forgot to say which.
        node.doubt("clinicalStatus", "missing beside a date of abatement; read as resolved")
        status = "resolved"
    return Condition(
        reference=entry.reference,
        concept=concept,
        status=status or "active",
        verification=verification,
        onset=start.day if start else None,
    )


def is_current(condition: Condition) -> bool:
    return condition.status in CURRENT


def read_allergy(entry: Entry) -> Allergy | None:
    """An AllergyIntolerance in force; None when it is listed instead. "No known allergy" is returned too: see `says_none`."""
    node = entry.node
    node.skip(*_ADMINISTRATION, "category", "onsetDateTime", "lastOccurrence")
    verification, status = _status(node, "verificationStatus"), _status(node, "clinicalStatus")
    if verification in UNTRUE or status in ("inactive", "resolved"):
        entry.skip(f"has the status {verification if verification in UNTRUE else status}")
        return None
    concept = node.concept("code") or next(iter(_reaction_substances(node)), None)
    if concept is None or not concept.words:
        entry.skip("names no substance")
        return None
    return Allergy(reference=entry.reference, concept=concept, kind=node.text("type"), criticality=node.text("criticality"))


def _reaction_substances(node: Node) -> list[Concept]:
    return [c for reaction in node.children("reaction") if (c := reaction.concept("substance")) is not None]


def says_none(allergy: Allergy) -> bool:
    return bool(NO_ALLERGY & set(allergy.concept.codes(SNOMED)))


def read_observations(entry: Entry) -> tuple[Observation, ...]:
    """The value of an Observation and of each of its components; none when there is no value to read (it is listed)."""
    node = entry.node
    node.skip(*_ADMINISTRATION, "category", "interpretation", "referenceRange", "method", "bodySite", "hasMember", "derivedFrom")
    status = node.text("status")
    if status in NOT_MEASURED:
        entry.skip(f"has the status {status}")
        return ()
    moment = node.moment("effectiveDateTime") or node.moment("effectiveInstant")
    span = node.child("effectivePeriod")
    moment = moment or (span.moment("end") or span.moment("start") if span else None)
    on = moment.day if moment else None
    parts = [node, *node.children("component")]
    read = [_observed(part, entry.reference) for part in parts]
    kept = tuple(replace(r, on=on) for r in read if r is not None)
    if not kept and not node.has("hasMember"):
        node.trace.doubt("Observation", "holds no value that can be read", node.path)
    return kept


def _observed(node: Node, reference: str) -> Observation | None:
    concept = node.concept("code")
    node.skip("interpretation", "referenceRange", "dataAbsentReason")
    if concept is None:
        return None
    if (quantity := node.child("valueQuantity")) is not None:
        return _measured(quantity, concept, reference)
    if (number := node.decimal("valueInteger")) is not None:
        return Observation(reference=reference, concept=concept, value=number)
    if (answer := node.concept("valueCodeableConcept")) is not None:
        return Observation(reference=reference, concept=concept, answer=answer)
    if words := node.text("valueString"):
        return Observation(reference=reference, concept=concept, answer=Concept(text=words))
    if (yes := node.flag("valueBoolean")) is not None:
        return Observation(reference=reference, concept=concept, answer=Concept(text="true" if yes else "false"))
    if (moment := node.moment("valueDateTime")) is not None:
        return Observation(reference=reference, concept=concept, answer=Concept(text=moment.day.isoformat()))
    return None


def _measured(quantity: Node, concept: Concept, reference: str) -> Observation | None:
    quantity.skip("system")
    value = quantity.decimal("value")
    if quantity.has("comparator"):
        quantity.doubt("comparator", "read as the number itself")
    if value is None:
        return None
    unit = quantity.text("code") or quantity.text("unit")
    quantity.skip("unit")
    return Observation(reference=reference, concept=concept, value=value, unit=unit)
