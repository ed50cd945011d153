"""The small change of FHIR: references, concepts, quantities. Everything empty is left out: FHIR knows no empty value."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from serein.clinical.case import Concept

UCUM, CLINICAL = "http://unitsofmeasure.org", "http://terminology.hl7.org/CodeSystem/"
Json = dict[str, Any]


@dataclass
class Shelf:
    """The resources of one document, in order. Their names follow from the document's own digest, so that the same facts give the same bytes."""

    root: uuid.UUID
    entries: list[Json] = field(default_factory=list)

    def put(self, resource: Json) -> Json:
        """Keep a resource and return the reference to it."""
        kind, name = resource["resourceType"], f"{resource['resourceType']}/{len(self.entries)}"
        key = uuid.uuid5(self.root, name)
        self.entries.append({"fullUrl": key.urn, "resource": clean({**resource, "id": str(key)})})
        return {"reference": key.urn, "type": kind}

    def first(self, resource: Json) -> None:
        """The composition, which FHIR wants in front."""
        key = uuid.uuid5(self.root, "Composition")
        self.entries.insert(0, {"fullUrl": key.urn, "resource": clean({**resource, "id": str(key)})})


def clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: c for k, v in value.items() if (c := clean(v)) not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [c for v in value if (c := clean(v)) not in (None, "", [], {})]
    return value.isoformat() if isinstance(value, date) else value


def number(text: str) -> int | float:
    """A decimal string as a JSON number: whole numbers stay whole. What is exact is the carried facts; this is for other readers."""
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def quantity(text: str, unit: str = "mg") -> Json:
    coded = unit in ("mg", "mL")
    return {"value": number(text), "unit": unit, "system": UCUM if coded else None, "code": unit if coded else None}


def concept(value: Concept) -> Json:
    codings = [{"system": c.system, "code": c.code, "display": c.display.strip()} for c in value.codings if c.system and c.code]
    return {"coding": codings, "text": plain_text(value.words)}


def words(text: str) -> Json:
    return {"text": plain_text(text)}


def coded(system: str, code: str) -> Json:
    return {"coding": [{"system": CLINICAL + system, "code": code}]}


def labelled(guarded: bool) -> Json | None:
    """`meta` with the security labels of a substance-use record (HL7 v3: restricted; substance abuse information; no redisclosure without
    consent), as for its parts so for the whole that holds one: a label never weakens by being put together."""
    if not guarded:
        return None
    codes = (("v3-Confidentiality", "R"), ("v3-ActCode", "ETH"), ("v3-ActCode", "NORDSCLCD"))
    return {"security": [{"system": CLINICAL + system, "code": code} for system, code in codes]}


def plain_text(text: str) -> str:
    """FHIR's string: no blank at its ends."""
    return text.strip()


def narrative(lines: Sequence[str]) -> Json:
    items = "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{items}</div>'}
