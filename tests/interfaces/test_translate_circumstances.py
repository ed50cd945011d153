"""Pregnancy, breastfeeding, alcohol, smoking and thoughts of death, as FHIR keeps them; what nobody stated stays unknown."""

from typing import Any

import pytest

from serein.clinical.case import Answer, Circumstances
from serein.interfaces.translate.chart import as_case
from serein.interfaces.translate.record import read_record
from tests.interfaces.bundles import ICD10CM, LOINC, SNOMED, bundle, concept, patient, real

Json = dict[str, Any]


def observed(code: str, on: str = "2026-11-01", **value: Any) -> Json:
    about = {"coding": [{"system": LOINC, "code": code}]}
    return {
        "resourceType": "Observation",
        "id": f"o{code}-{on}",
        "status": "final",
        "code": about,
        "effectiveDateTime": on,
        **value,
    }


def answer(system: str, code: str, text: str = "") -> Json:
    return {"valueCodeableConcept": {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}}


def known(*resources: Json) -> Circumstances:
    return as_case(read_record(bundle(patient(), *resources))).circumstances


def test_what_nobody_stated_is_unknown() -> None:
    assert known() == Circumstances()


@pytest.mark.parametrize(
    ("resource", "field", "says"),
    [
        (observed("82810-3", **answer(SNOMED, "77386006")), "pregnant", Answer.YES),
        (observed("82810-3", **answer(SNOMED, "60001007")), "pregnant", Answer.NO),
        (observed("82810-3", **answer(LOINC, "LA4489-6", "Unknown")), "pregnant", Answer.UNKNOWN),
        (observed("82810-3", valueString="Patient is not pregnant"), "pregnant", Answer.NO),
        (observed("82810-3", valueString="Pregnant, 12 weeks"), "pregnant", Answer.YES),
        (observed("82810-3", valueBoolean=True), "pregnant", Answer.YES),
        (observed("82810-3", valueBoolean=False), "pregnant", Answer.NO),
        (observed("82810-3", valueInteger=1), "pregnant", Answer.UNKNOWN),
        (observed("63895-7", **answer(LOINC, "LA33-6")), "breastfeeding", Answer.YES),
        (observed("72166-2", **answer(SNOMED, "266919005")), "smokes", Answer.NO),
        (observed("72166-2", **answer(LOINC, "LA18976-3")), "smokes", Answer.YES),
        (observed("74013-4", valueQuantity={"value": 2, "unit": "/d"}), "alcohol", Answer.YES),
        (observed("74013-4", valueQuantity={"value": 0, "unit": "/d"}), "alcohol", Answer.NO),
        (observed("44260-8", valueInteger=1), "suicidal_thoughts", Answer.YES),
        (observed("44260-8", **answer(LOINC, "LA6568-5")), "suicidal_thoughts", Answer.NO),
        (
            {"resourceType": "Condition", "id": "c1", "code": concept(SNOMED, "72892002", "Normal pregnancy")},
            "pregnant",
            Answer.YES,
        ),
        (
            {"resourceType": "Condition", "id": "c1", "code": concept(ICD10CM, "O24.419", "Gestational diabetes")},
            "pregnant",
            Answer.YES,
        ),
        (
            {"resourceType": "Condition", "id": "c1", "code": concept(ICD10CM, "O90.6", "Postpartum mood")},
            "pregnant",
            Answer.UNKNOWN,
        ),
        ({"resourceType": "Condition", "id": "c1", "code": {"text": "Currently breastfeeding"}}, "breastfeeding", Answer.YES),
        ({"resourceType": "Condition", "id": "c1", "code": {"text": "Smokes"}}, "smokes", Answer.UNKNOWN),
    ],
)
def test_statements(resource: Json, field: str, says: Answer) -> None:
    found = known(resource)
    assert getattr(found, field) is says
    if says is not Answer.UNKNOWN:
        assert found.reference(field) == f"{resource['resourceType']}/{resource['id']}"


def test_the_newest_statement_counts_and_of_two_on_one_day_the_yes() -> None:
    no, yes = (answer(SNOMED, code) for code in ("60001007", "77386006"))
    assert known(observed("82810-3", "2026-01-01", **yes), observed("82810-3", "2026-11-01", **no)).pregnant is Answer.NO
    assert (
        known(observed("82810-3", "2026-11-01", **yes), {**observed("82810-3", "2026-11-01", **no), "id": "x"}).pregnant
        is Answer.YES
    )
    current = {"resourceType": "Condition", "id": "c1", "code": concept(SNOMED, "77386006", "Pregnant")}
    assert known(observed("82810-3", "2026-11-01", **no), current).pregnant is Answer.YES
    ended = {**current, "clinicalStatus": {"coding": [{"code": "resolved"}]}}
    assert known(observed("82810-3", "2026-11-01", **no), ended).pregnant is Answer.NO


def test_the_ninth_answer_of_a_questionnaire_counts() -> None:
    form = {"resourceType": "QuestionnaireResponse", "id": "q1", "status": "completed", "authored": "2026-11-01",
            "item": [{"linkId": "/44260-8", "answer": [{"valueCoding": {"code": "LA6569-3"}}]}]}  # fmt: skip
    found = known(form)
    assert found.suicidal_thoughts is Answer.YES and found.reference("suicidal_thoughts") == "QuestionnaireResponse/q1"


def test_the_real_adolescent_never_smoked() -> None:
    assert as_case(read_record(real("synthea-adolescent"))).circumstances.smokes is Answer.NO
