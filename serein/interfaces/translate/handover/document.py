"""`to_document`: the facts of a handover as the bytes of a FHIR R4 document, the same bytes each time.

Two readers are served by one file. Any system that knows FHIR reads the composition and its resources; Serein reads the facts themselves from
a Binary and then makes the document anew: unless every word is the same, it is refused. So what people read in the resources and what is
imported can never be two different things.
"""

import base64
import uuid
from collections.abc import Iterator
from typing import Any

import rfc8785

from serein.care.continuity.facts import HandoverFacts, written
from serein.care.continuity.words import Part, parts

from . import resources as r
from .elements import Json, Shelf, clean, labelled, narrative

CARRIED = "application/vnd.serein.handover.v1+json"
LOINC = "http://loinc.org"
# LOINC's own names: transfer summary note; medication use; allergies; problem list.
TRANSFER = {"system": LOINC, "code": "18761-7", "display": "Transfer summary note"}
SECTIONS = {"medicine": "10160-0", "allergy": "48765-2", "condition": "11450-4"}
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:serein:handover")


def to_document(facts: HandoverFacts) -> bytes:
    """A Bundle of type document: Composition first, every reference inside. Canonical JSON (RFC 8785) in UTF-8."""
    carried = written(facts)
    root = uuid.uuid5(NAMESPACE, carried.decode())
    shelf = Shelf(root)
    subject = shelf.put(r.patient(facts.patient))
    author = shelf.put(r.practitioner(facts.clinician))
    custodian = shelf.put(r.organization(facts.clinician))
    entries = _entries(shelf, facts, subject, author)
    file = shelf.put(
        {
            "resourceType": "Binary",
            "meta": labelled(facts.passed_on is not None),
            "contentType": CARRIED,
            "data": base64.b64encode(carried).decode(),
        }
    )
    sections = [_section(p, entries.get(p.code, [])) for p in parts(facts)]
    label = labelled(facts.passed_on is not None)
    shelf.first({
        "resourceType": "Composition", "meta": label, "status": "final", "type": {"coding": [TRANSFER]}, "subject": subject,
        "date": facts.at.isoformat(), "author": [author], "custodian": custodian, "title": "Handover of care",
        "section": [*sections, {"title": "For import into Serein", "entry": [file]}],
    })  # fmt: skip
    bundle: Json = {
        "resourceType": "Bundle", "type": "document", "identifier": {"system": "urn:ietf:rfc:3986", "value": root.urn},
        "timestamp": facts.at.isoformat(), "entry": shelf.entries,
    }  # fmt: skip
    if label:
        bundle["meta"] = label
    made: bytes = rfc8785.dumps(bundle)
    return made


def _section(part: Part, entries: list[Json]) -> Json:
    code = {"coding": [{"system": LOINC, "code": SECTIONS[part.code]}]} if part.code in SECTIONS else None
    found: Json = clean({"title": part.heading, "code": code, "text": narrative(part.spoken), "entry": entries})
    return found


def _entries(shelf: Shelf, facts: HandoverFacts, subject: Json, author: Json) -> dict[str, list[Json]]:
    """The references of each part, by its code."""
    found: dict[str, list[Json]] = {}
    for code, resource in _resources(facts, subject, author):
        found.setdefault(code, []).append(shelf.put(resource))
    found["supplies"] = [one for s in facts.supplies for one in r.put_supply(shelf, s, subject)]
    return found


def _resources(facts: HandoverFacts, subject: Json, author: Json) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from (("problems", r.risk(x, subject)) for x in facts.risks)
    if facts.dose:
        yield "dose", r.dose(facts.dose, subject, facts.as_of)
    if facts.plan:
        yield "plan", r.plan(facts.plan, subject, author)
    if facts.taper:
        yield "taper", r.taper(facts.taper, facts.as_of, subject, author)
    for e in facts.entries:
        kind = next(k for k in ("condition", "medicine", "allergy", "observation") if getattr(e, k) is not None)
        yield kind, {**r.entry(e, subject), "meta": labelled(bool(e.segment))}
    yield from (("check-ins", r.check_in(c, subject)) for c in facts.check_ins)
    yield from (("scores", r.score(s, subject)) for s in facts.scores)
