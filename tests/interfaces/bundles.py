"""Small FHIR bundles for tests, made of plain dicts, and real ones that nobody here wrote."""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

Json = dict[str, Any]

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"

OWN = Path(__file__).parent / "data" / "small-bundle.json"
REAL_FOLDER = Path(__file__).parent / "data" / "real"
REAL = ("carebundle-anaemia", "carebundle-ckd_stage3", "carebundle-hypertension", "synthea-adolescent")


def real(name: str) -> Json:
    found: Json = json.loads((REAL_FOLDER / f"{name}.json").read_text(), parse_float=Decimal)
    return found


def own() -> Json:
    found: Json = json.loads(OWN.read_text(), parse_float=Decimal)
    return found


def written(tree: Json) -> bytes:
    return json.dumps(tree, default=float).encode()


def concept(system: str, code: str, text: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def patient(**more: Any) -> Json:
    return {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1980-05-17", **more}


def times_a_day(times: int = 2, **more: Any) -> Json:
    return {"repeat": {"frequency": times, "period": 1, "periodUnit": "d", **more}}


def dosage(mg: Any = 5, timing: Json | None = None, **more: Any) -> Json:
    quantity = {"value": mg, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
    return {"timing": timing or times_a_day(), "doseAndRate": [{"doseQuantity": quantity}], **more}


def request(identity: str, medicine: Json, status: str = "active", **more: Any) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "id": identity,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": medicine,
        "subject": {"reference": "Patient/p1"},
        "authoredOn": "2026-11-20",
        **more,
    }


def diazepam(mg: int = 5) -> Json:
    code = {2: "197590", 5: "197591", 10: "197589"}[mg]
    return concept(RXNORM, code, f"diazepam {mg} MG Oral Tablet")


def draft(identity: str = "o1", *instructions: Json, **more: Any) -> Json:
    """A draft order of diazepam 5 mg tablets, twice a day for 14 days unless told otherwise."""
    told = list(instructions) or [dosage(timing=times_a_day(boundsDuration={"value": 14, "code": "d"}))]
    return request(identity, diazepam(), status="draft", **{"dosageInstruction": told, **more})


def bundle(*resources: Json) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}


def with_draft(record: Json, authored: str = "2026-11-22", **more: Any) -> Json:
    """The record with a draft order for its own patient."""
    whole = copy.deepcopy(record)
    entry = next(e for e in whole["entry"] if e["resource"]["resourceType"] == "Patient")
    order = draft("o1", authoredOn=authored, subject={"reference": entry["fullUrl"]}, **more)
    whole["entry"].append({"fullUrl": "urn:uuid:0f5f9a52-2d2b-4c26-9c0c-7e21d8c0d001", "resource": order})
    return whole
