"""Every FHIR form of one dose is one dose: 5 mg diazepam, twice a day, for two weeks, however it is written."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from serein.clinical import knowledge
from serein.clinical.assess import assess
from serein.interfaces.translate.chart import as_request
from serein.interfaces.translate.record import read_record
from tests.interfaces.bundles import RXNORM, Json, dosage, times_a_day

ON = date(2026, 11, 22)
MG = {"value": 5, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
TABLET: Json = {"coding": [{"system": RXNORM, "code": "197591", "display": "diazepam 5 MG Oral Tablet"}]}


def bundle(instructions: list[Json], medicine: Json | None = None, **more: Any) -> Json:
    asked = {
        "resourceType": "MedicationRequest",
        "id": "o1",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": medicine or TABLET,
        "subject": {"reference": "Patient/p1"},
        "authoredOn": "2026-11-22",
        "reasonCode": [{"text": "severe anxiety"}],
        "dosageInstruction": instructions,
        "dispenseRequest": {"expectedSupplyDuration": {"value": 14, "unit": "d", "code": "d"}},
        **more,
    }
    person = {"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1980-01-01"}
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": person}, {"resource": asked}]}


def rate(quantity: Json) -> list[Json]:
    return [{"doseQuantity": quantity}]


TWICE = times_a_day()
UCUM = "http://unitsofmeasure.org"
FORMS: dict[str, list[Json]] = {
    "mg": [dosage()],
    "a decimal string": [dosage("5.0")],
    "grams": [{"timing": TWICE, "doseAndRate": rate({"value": "0.005", "unit": "g", "code": "g"})}],
    "tablets": [{"timing": TWICE, "doseAndRate": rate({"value": 1, "unit": "tablet"})}],
    "micrograms": [{"timing": TWICE, "doseAndRate": rate({"value": 5000, "unit": "ug", "code": "ug", "system": UCUM})}],
    "a unit by its code alone": [{"timing": TWICE, "doseAndRate": rate({"value": 5, "code": "mg", "system": UCUM})}],
    "a unit in other letters": [{"timing": TWICE, "doseAndRate": rate({"value": 5, "unit": "MG"})}],
    "tablets by their UCUM code": [{"timing": TWICE, "doseAndRate": rate({"value": 1, "code": "{tbl}", "system": UCUM})}],
    "every 720 minutes": [dosage(timing={"repeat": {"frequency": 1, "period": 720, "periodUnit": "min"}})],
    "4 times in 2 days": [dosage(timing={"repeat": {"frequency": 4, "period": 2, "periodUnit": "d"}})],
    "no frequency, every 12 hours": [dosage(timing={"repeat": {"period": 12, "periodUnit": "h"}})],
    "two times of day": [dosage(timing={"repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}})],
    "morning and night in one": [dosage(timing={"repeat": {"when": ["MORN", "HS"]}})],
    "twice, morning and night": [
        dosage(timing={"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["MORN", "HS"]}})
    ],
    "a range of one": [{"timing": TWICE, "doseAndRate": [{"doseRange": {"low": MG, "high": MG}}]}],
    "every 12 hours": [dosage(timing={"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}})],
    "half a day": [dosage(timing={"repeat": {"frequency": 1, "period": "0.5", "periodUnit": "d"}})],
    "14 times a week": [dosage(timing={"repeat": {"frequency": 14, "period": 1, "periodUnit": "wk"}})],
    "BID": [
        dosage(
            timing={"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "BID"}]}}
        )
    ],
    "morning and night": [
        dosage(timing={"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]}}, sequence=1),
        dosage(timing={"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"]}}, sequence=1),
    ],
}


def judged(tree: Json) -> tuple[Any, ...]:
    asked = as_request(read_record(copy.deepcopy(tree)), ON, ON)
    found = assess(asked.case, asked.orders, knowledge.load(), asked.on)
    (order,) = found.orders
    return order.daily_dose_mg, order.purpose, tuple((f.code, f.severity, f.summary) for f in found.findings)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_one_dose_is_judged_the_same(form):
    answer = judged(bundle(FORMS[form]))
    assert answer == judged(bundle(FORMS["mg"]))
    assert answer[0] == 10


def test_once_a_day_in_the_morning_and_at_night_is_stopped_and_not_guessed():
    """One dose or two: who reads one of them is wrong by half."""
    both = dosage(timing={"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN", "HS"]}})
    answer = judged(bundle([both]))
    assert answer[0] is None and ("dose-unreadable", "stop") in [(code, severity.value) for code, severity, _ in answer[2]]


def test_a_medicine_by_reference_is_the_medicine():
    tree = bundle(
        FORMS["mg"],
        contained=[{"resourceType": "Medication", "id": "in", "code": TABLET}],
        medicationReference={"reference": "#in"},
    )
    del tree["entry"][1]["resource"]["medicationCodeableConcept"]
    assert judged(tree) == judged(bundle(FORMS["mg"]))


def test_millilitres_of_a_solution_are_its_milligrams():
    liquid: Json = {"coding": [{"system": RXNORM, "code": "309843", "display": "diazepam 1 MG/ML Oral Solution"}]}
    ml = [{"timing": TWICE, "doseAndRate": rate({"value": 5, "unit": "mL", "code": "mL"})}]
    assert judged(bundle(ml, liquid)) == judged(bundle(FORMS["mg"], liquid))


def test_the_entries_of_a_bundle_come_in_any_order():
    tree = bundle(FORMS["mg"])
    turned = {**tree, "entry": tree["entry"][::-1]}
    assert judged(turned) == judged(tree)
