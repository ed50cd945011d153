"""MedicationRequest and MedicationStatement -> Order and Medicine."""

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from msgspec.structs import replace

from serein.clinical.case import Concept, Dosage, Medicine, NotACase, Order, Supply
from serein.clinical.quantities import NotAQuantity, plain
from serein.interfaces.translate.bundle import Bundle, Entry
from serein.interfaces.translate.dosage import read_dosages
from serein.interfaces.translate.node import Node
from serein.interfaces.translate.units import AMOUNTS, Unreadable, read_hours, rounded, written_unit

PROPOSED = frozenset({"proposal", "plan"})
ENDED = frozenset({"completed", "stopped"})
NEVER_TAKEN = frozenset({"cancelled", "entered-in-error", "not-taken"})

# Administration, and pointers to people and visits that no check asks for.
_ADMINISTRATION = (
    "text", "identifier", "encounter", "context", "subject", "recorder", "performer", "performerType", "informationSource",
    "basedOn", "partOf", "derivedFrom", "groupIdentifier", "insurance", "instantiatesCanonical", "instantiatesUri", "eventHistory",
    "priority", "reportedBoolean", "reportedReference", "detectedIssue",
)  # fmt: skip


class _Common(TypedDict):
    reference: str
    medicine: Concept
    dosages: tuple[Dosage, ...]
    supply: Supply | None
    reasons: tuple[Concept, ...]
    authored_on: date | None
    prescriber: str
    form: str


@dataclass(frozen=True)
class _Named:
    """What a medication is called, and the form its Medication resource gives it."""

    concept: Concept
    form: str = ""


def is_order(status: str, intent: str) -> bool:
    """A proposal: status `draft`, or intent `proposal` / `plan` unless it has ended or never was."""
    return status == "draft" or (intent in PROPOSED and status not in ENDED | NEVER_TAKEN)


def read_request(entry: Entry, bundle: Bundle) -> Order | Medicine | None:
    """A MedicationRequest as a proposed order or as a medicine in the record; None when it is listed instead.

    A medicine keeps its status: `active` is current, `completed` and `stopped` are past, `on-hold` is neither.
    """
    node = entry.node
    node.skip(*_ADMINISTRATION, "statusReason", "intent")
    status, intent = node.text("status"), node.text("intent")
    if node.flag("doNotPerform"):
        entry.skip("is an instruction not to give the medicine")
        return None
    if status in NEVER_TAKEN:
        entry.skip(f"has the status {status}")
        return None
    if intent == "option":
        entry.skip("is one option among several, neither ordered nor taken")
        return None
    common = _common(entry, bundle, "dosageInstruction", "authoredOn")
    replaces = _prior(node, bundle)
    if is_order(status, intent):
        return Order(**common, replaces=replaces)
    return Medicine(**common, replaces=replaces, status=_status(node, status), source="order")


def read_statement(entry: Entry, bundle: Bundle) -> Medicine | None:
    """A MedicationStatement; `active` and `intended` are current. None when it is listed instead."""
    node = entry.node
    node.skip(*_ADMINISTRATION, "statusReason")
    status = node.text("status")
    if status in NEVER_TAKEN:
        entry.skip(f"has the status {status}")
        return None
    moment = node.moment("effectiveDateTime")
    span = node.child("effectivePeriod")
    start, end = (span.moment("start"), span.moment("end")) if span else (moment, None)
    if start and end and start.first > end.last:
        raise node.bad("effectivePeriod", "ends before it starts")
    common = _common(entry, bundle, "dosage", "dateAsserted")
    current = "active" if status == "intended" else _status(node, status)
    return Medicine(
        **common, status=current, source="statement", starts=start.first if start else None, ends=end.last if end else None
    )


def _status(node: Node, status: str) -> str:
    """A missing or unknown status counts as taken: a medicine too many is asked about, one too few is not."""
    if status in ENDED or status in ("active", "on-hold"):
        if status == "on-hold":
            node.doubt("status", "on hold: counted neither as taken nor as ended")
        return status
    node.doubt("status", f"{status!r} is not a status we know; read as active" if status else "missing; read as active")
    return "active"


def _common(entry: Entry, bundle: Bundle, dosage: str, written: str) -> _Common:
    node = entry.node
    named = _medication(entry, bundle)
    authored = node.moment(written)
    authored_on = authored.day if authored else None
    supply = _supply(node)
    return _Common(
        reference=entry.reference,
        medicine=named.concept,
        dosages=_dosages(node, dosage, authored_on, supply),
        supply=supply,
        reasons=_reasons(node, bundle),
        authored_on=authored_on,
        prescriber=_prescriber(node),
        form=named.form,
    )


def _dosages(node: Node, key: str, begins: date | None, supply: Supply | None) -> tuple[Dosage, ...]:
    read = read_dosages(node, key, begins, supply.days if supply else None)
    if not node.has("modifierExtension"):
        return read
    why = "a modifierExtension changes the meaning of the whole resource"
    node.doubt("modifierExtension", "changes the meaning in a way that no rule reads")
    return tuple(replace(d, problems=(*d.problems, why)) for d in read or (Dosage(),))


def _medication(entry: Entry, bundle: Bundle) -> _Named:
    node = entry.node
    concept = node.concept("medicationCodeableConcept")
    if concept is not None:
        return _Named(concept)
    pointer = node.child("medicationReference")
    if pointer is None:
        node.trace.doubt(f"{node.what}.medication", "names no medicine", node.path)
        return _Named(Concept())
    pointer.skip("type", "identifier")
    reference, display = pointer.text("reference"), pointer.text("display")
    found = _contained(node, reference) if reference.startswith("#") else _elsewhere(bundle, reference)
    if found is None:
        pointer.doubt("reference", "refers to no Medication in the bundle")
        return _Named(Concept(text=display))
    named = _from_medication(found)
    return named if named.concept.words else _Named(Concept(text=display), named.form)


def _elsewhere(bundle: Bundle, reference: str) -> Node | None:
    entry = bundle.found(reference)
    return entry.node if entry and entry.kind == "Medication" else None


def _contained(node: Node, reference: str) -> Node | None:
    inside = (c for c in node.children("contained") if c.text("id") == reference[1:] and c.raw("resourceType") == "Medication")
    return next(inside, None)


def _from_medication(node: Node) -> _Named:
    """The name of a Medication resource. Without a strength in its words, its ingredients' are added: they decide what a tablet holds."""
    node.skip("text", "identifier", "status", "manufacturer", "amount", "batch")
    concept = node.concept("code") or Concept()
    form = node.concept("form")
    parts = [part for i in node.children("ingredient") if (part := _ingredient(i))]
    form_words = form.words if form else ""
    if parts and not any(c.isdigit() for c in concept.words):
        concept = Concept(concept.codings, " ".join([" / ".join(parts), form_words]).strip())
    return _Named(concept, form_words)


def _ingredient(node: Node) -> str:
    node.skip("itemReference", "isActive")
    substance = node.concept("itemCodeableConcept")
    strength = node.child("strength")
    words = substance.words if substance else ""
    if strength is None:
        return words
    top, bottom = strength.child("numerator"), strength.child("denominator")
    above = _quantity_words(top) if top else ""
    below = _quantity_words(bottom) if bottom else ""
    per = (
        f"/{below.removeprefix('1 ')}"
        if below and AMOUNTS.get(below.removeprefix("1 ").lower()) != "tablet" and below != "1"
        else ""
    )
    return f"{words} {above}{per}".strip()


def _quantity_words(node: Node) -> str:
    value = node.decimal("value")
    code, words = written_unit(node)
    return f"{plain(value)} {words or code}".strip() if value is not None else ""


def _supply(node: Node) -> Supply | None:
    request = node.child("dispenseRequest")
    if request is None:
        return None
    request.skip("performer", "initialFill", "dispenseInterval")
    quantity, lasting = request.child("quantity"), request.child("expectedSupplyDuration")
    value = quantity.decimal("value") if quantity else None
    code, words = written_unit(quantity) if quantity else ("", "")
    hours = read_hours(lasting) if lasting else None
    if lasting and isinstance(hours, Unreadable):
        request.doubt("expectedSupplyDuration", hours.why)
    days = rounded(hours / 24) if hours is not None and not isinstance(hours, Unreadable) else None
    unit = AMOUNTS.get(code.lower()) or AMOUNTS.get(words.lower())
    try:
        return Supply(
            quantity=value,
            unit=unit,
            unit_text="" if unit else words or code,
            days=days,
            repeats=request.whole("numberOfRepeatsAllowed"),
        )
    except (NotACase, NotAQuantity) as error:
        raise node.bad("dispenseRequest", str(error)) from None


def _reasons(node: Node, bundle: Bundle) -> tuple[Concept, ...]:
    written = [c for c in node.concepts("reasonCode") if c.words]
    for pointer in node.children("reasonReference"):
        pointer.skip("type", "identifier")
        entry = bundle.found(pointer.text("reference"))
        concept = entry.node.concept("code") if entry and entry.kind in ("Condition", "Observation") else None
        if concept is not None:
            written.append(concept)
        elif pointer.text("display"):
            written.append(Concept(text=pointer.text("display")))
        else:
            pointer.doubt("reference", "refers to no Condition or Observation in the bundle")
    return tuple(written)


def _prior(node: Node, bundle: Bundle) -> str:
    """The reference of the earlier order that this one replaces, as that order is named in this bundle."""
    pointer = node.child("priorPrescription")
    if pointer is None:
        return ""
    pointer.skip("type", "identifier", "display")
    reference = pointer.text("reference")
    entry = bundle.found(reference)
    if entry is None:
        pointer.doubt("reference", "refers to no order in the bundle")
    return entry.reference if entry else reference


def _prescriber(node: Node) -> str:
    node.skip("requester")
    pointer = node.child("requester") if node.has("requester") else None
    if pointer is None:
        return ""
    pointer.skip("type", "identifier")
    return pointer.text("reference") or pointer.text("display")
