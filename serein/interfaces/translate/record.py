"""A bundle as plain values: everything that Serein can read in it, and a list of everything that it cannot."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from serein.clinical.case import Allergy, Condition, Medicine, Observation, Order, QuestionnaireAnswers
from serein.interfaces.translate.answers import read_answers
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.bundle import Bundle, Entry, read_bundle
from serein.interfaces.translate.medicines import read_request, read_statement
from serein.interfaces.translate.node import NotUnderstood
from serein.interfaces.translate.people import ImportedEncounter, ImportedPatient, read_encounter, read_patient, the_patient
from serein.interfaces.translate.problems import read_allergy, read_condition, read_observations

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

LONGEST_ID = 200
NO_SYSTEM = "unnamed system"
# HL7 v3 ActCode: sensitivity of information about substance use, and the law of the United States that guards it.
GUARDED = frozenset({"ETH", "ETHUD", "OPIOIDUD", "SUD", "42CFRPart2"})

# LOINC document sections whose List, when empty because there is nothing, answers the question.
_LISTS = {"10160-0": "medicines", "48765-2": "allergies", "11450-4": "conditions"}
# Read through the resources that refer to them, or about people other than the patient.
_SUPPORTING = {
    "Medication": "no order or statement refers to it",
    "Practitioner": "people are not imported",
    "PractitionerRole": "people are not imported",
    "Organization": "organisations are not imported",
    "Location": "places are not imported",
}


@dataclass(frozen=True)
class Imported(Generic[T_co]):
    """One value with its name in the source: `id` is unique within the source system and the same in every copy of the bundle.
    `guarded`: its security label says that it is about substance use."""

    kind: str
    id: str
    value: T_co
    guarded: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportedRecord:
    """All of one patient's bundle. `system` names where it comes from (the patient's first identifier system)."""

    system: str
    patient: ImportedPatient
    orders: tuple[Order, ...] = ()
    medicines: tuple[Imported[Medicine], ...] = ()
    conditions: tuple[Imported[Condition], ...] = ()
    allergies: tuple[Imported[Allergy], ...] = ()
    observations: tuple[Imported[Observation], ...] = ()
    answers: tuple[Imported[QuestionnaireAnswers], ...] = ()
    encounters: tuple[Imported[ImportedEncounter], ...] = ()
    said_to_be_empty: frozenset[str] = frozenset()
    not_understood: tuple[NotUnderstood, ...] = ()


@dataclass
class _Draft:
    orders: list[Order] = field(default_factory=list)
    medicines: list[Imported[Medicine]] = field(default_factory=list)
    conditions: list[Imported[Condition]] = field(default_factory=list)
    allergies: list[Imported[Allergy]] = field(default_factory=list)
    observations: list[Imported[Observation]] = field(default_factory=list)
    answers: list[Imported[QuestionnaireAnswers]] = field(default_factory=list)
    encounters: list[Imported[ImportedEncounter]] = field(default_factory=list)
    empty: set[str] = field(default_factory=set)


def read_record(data: bytes | str | dict[str, Any]) -> ImportedRecord:
    """Everything in a FHIR R4 bundle of one patient, as plain values.

    Raises BadInput (and nothing else) for what cannot be used: broken JSON, wrong types, impossible dates, no or several patients, a
    resource about somebody else. What is merely not understood is listed in `not_understood`.
    """
    bundle = read_bundle(data)
    entry = the_patient(bundle)
    patient = read_patient(entry)
    draft = _Draft()
    # Medications last: by then it is known which of them an order has read.
    for other in sorted(bundle.entries, key=lambda e: e.kind == "Medication"):
        if other is not entry:
            _check_subject(other, entry, bundle)
            _read(other, bundle, draft)
    system = next((i.system for i in patient.identifiers if i.system), NO_SYSTEM)
    return ImportedRecord(
        system=system, patient=patient, orders=tuple(draft.orders), medicines=tuple(draft.medicines), conditions=tuple(draft.conditions),
        allergies=tuple(draft.allergies), observations=tuple(draft.observations), answers=tuple(draft.answers),
        encounters=tuple(draft.encounters), said_to_be_empty=frozenset(draft.empty), not_understood=bundle.trace.not_understood(),
    )  # fmt: skip


def _check_subject(entry: Entry, patient: Entry, bundle: Bundle) -> None:
    """Refuse a resource about somebody else: dropping it could hide a medicine, keeping it could give one to the wrong person."""
    key = "patient" if entry.kind == "AllergyIntolerance" else "subject"
    if entry.kind not in _READERS or not entry.node.has(key):
        return
    pointer = entry.node.child(key)
    reference = pointer.text("reference") if pointer else ""
    if not pointer or not reference:
        return
    pointer.skip("type", "identifier")
    found = bundle.found(reference)
    if found is patient:
        return
    if found is not None or patient.id or _same_scheme(reference, patient.full_url):
        raise BadInput(
            f"{entry.node.path}.{key}.reference", f"refers to {reference}, but the bundle's patient is {patient.reference}"
        )
    pointer.doubt("reference", "is not in the bundle; taken for the bundle's one patient")


def _same_scheme(reference: str, full_url: str) -> bool:
    """Both are complete addresses, so that being different means being somebody else."""
    return bool(full_url) and reference.partition(":")[0] == full_url.partition(":")[0] and ":" in reference


def _read(entry: Entry, bundle: Bundle, draft: _Draft) -> None:
    reader = _READERS.get(entry.kind)
    if reader is None and not entry.node.was_read("code"):
        entry.skip(_SUPPORTING.get(entry.kind, "no rule reads this resource"))
    elif reader is not None:
        reader(entry, bundle, draft)


def _request(entry: Entry, bundle: Bundle, draft: _Draft) -> None:
    read = read_request(entry, bundle)
    if isinstance(read, Order):
        draft.orders.append(read)
    elif read is not None:
        draft.medicines.append(_named(entry, read))


def _statement(entry: Entry, bundle: Bundle, draft: _Draft) -> None:
    _keep(draft.medicines, entry, read_statement(entry, bundle))


def _condition(entry: Entry, bundle: Bundle, draft: _Draft) -> None:
    _keep(draft.conditions, entry, read_condition(entry))


def _allergy(entry: Entry, bundle: Bundle, draft: _Draft) -> None:
    _keep(draft.allergies, entry, read_allergy(entry))


def _observation(entry: Entry, bundle: Bundle, draft: _Draft) -> None:
    draft.observations.extend(_numbered(entry, read_observations(entry)))


def _answers(entry: Entry, bundle: Bundle, draft: _Draft) -> None:
    draft.answers.extend(_numbered(entry, read_answers(entry)))


def _encounter(entry: Entry, bundle: Bundle, draft: _Draft) -> None:
    _keep(draft.encounters, entry, read_encounter(entry))


def _list(entry: Entry, bundle: Bundle, draft: _Draft) -> None:
    """An empty list whose reason is "nil known" says that there is nothing; a full one repeats what its resources say."""
    entry.node.skip(
        "text", "status", "mode", "title", "date", "source", "subject", "entry", "encounter", "identifier", "orderedBy"
    )
    code, reason = entry.node.concept("code"), entry.node.concept("emptyReason")
    about = {_LISTS[c.code] for c in (code.codings if code else ()) if c.code in _LISTS}
    if about and reason and any(c.code == "nilknown" for c in reason.codings):
        draft.empty |= about
    else:
        entry.node.trace.doubt("List", "only its resources are read", entry.node.path)


_READERS = {
    "MedicationRequest": _request, "MedicationStatement": _statement, "Condition": _condition, "AllergyIntolerance": _allergy,
    "Observation": _observation, "QuestionnaireResponse": _answers, "Encounter": _encounter, "List": _list,
}  # fmt: skip


def _keep(values: list[Imported[T]], entry: Entry, value: T | None) -> None:
    if value is not None:
        values.append(_named(entry, value))


def _numbered(entry: Entry, values: Iterable[T]) -> list[Imported[T]]:
    """Several values of one resource (a panel's components) get its id with a number, from the second on."""
    return [_named(entry, value, f"#{i}" if i else "") for i, value in enumerate(values)]


def _named(entry: Entry, value: T, suffix: str = "") -> Imported[T]:
    own = entry.id or entry.full_url or entry.node.digest()
    if len(own) > LONGEST_ID - len(suffix):
        own = hashlib.sha256(own.encode()).hexdigest()
    return Imported(entry.kind, own + suffix, value, _guarded(entry.node.raw("meta")))


def _guarded(meta: Any) -> bool:
    """Whether a resource's own labels name information about substance use. What is no label at all says nothing."""
    labels = meta.get("security") if isinstance(meta, dict) else None
    codes = [label.get("code") for label in labels if isinstance(label, dict)] if isinstance(labels, list) else []
    return any(isinstance(code, str) and code in GUARDED for code in codes)
