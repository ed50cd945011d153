"""What a bundle says reaches the case as it was said; what no rule reads is listed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from serein.clinical.case import Birth, Known
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.chart import as_case, as_request
from serein.interfaces.translate.circumstances import QUESTIONS
from serein.interfaces.translate.record import _READERS, ImportedRecord, read_record
from tests.interfaces.bundles import SNOMED, bundle, concept, diazepam, dosage, draft, own, patient, real, request

TODAY = date(2026, 11, 22)


def listed(record: ImportedRecord) -> dict[str, str]:
    return {n.what: n.why for n in record.not_understood}


def condition(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": "c1", "code": {"text": "Sleep apnoea"}, **more}


def status(code: str) -> dict[str, Any]:
    return {"coding": [{"code": code}]}


def statement(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "id": "s1",
        "status": "active",
        "medicationCodeableConcept": {"text": "codeine 30 mg"},
        **more,
    }


class TestTheSmallBundle:
    record = read_record(own())

    def test_the_patient_has_the_official_name_and_a_month_of_birth(self) -> None:
        who = self.record.patient
        assert (who.reference, who.given, who.family, who.sex) == ("Patient/p7", "Beatrix Anne", "Muster", "female")
        assert who.birth == Birth(date(1951, 8, 1), date(1951, 8, 31))
        assert self.record.system == "https://clinic.example/mrn"

    def test_conditions_keep_their_status_and_a_refuted_one_is_listed(self) -> None:
        assert [(c.id, c.value.status, c.value.onset) for c in self.record.conditions] == [
            ("c1", "active", date(2019, 1, 1)),
            ("c3", "resolved", date(1957, 3, 1)),
        ]
        assert listed(self.record)["Condition"] == "has the verification status refuted"

    def test_a_medicine_by_reference_gets_name_strength_and_form(self) -> None:
        oxycodone = self.record.medicines[0].value
        assert oxycodone.medicine.words == "oxycodone 5 mg tablet" and oxycodone.form == "tablet"
        assert oxycodone.medicine.codes("http://www.whocc.no/atc") == ("N02AA05",)
        assert oxycodone.authored_on == date(2026, 10, 1)
        (told,) = oxycodone.dosages
        assert str(told.low) == "1 tablet" and told.timing and told.timing.times == 3 and told.timing.per.hours == 24

    def test_the_case_holds_what_is_current_and_apart_what_has_ended(self) -> None:
        case = as_case(self.record)
        assert [m.reference for m in case.medicines] == ["MedicationRequest/m1", "MedicationStatement/m2"]
        assert [(m.reference, m.ends) for m in case.past] == [("MedicationStatement/m3", date(2021, 3, 31))]
        assert [c.reference for c in case.conditions] == ["Condition/c1"]
        assert [a.concept.words for a in case.allergies] == ["Penicillin"]
        assert (case.medicines_known, case.conditions_known, case.allergies_known) == (Known.YES,) * 3

    def test_observations_keep_their_digits_and_panels_their_components(self) -> None:
        assert [(o.id, o.value.value, o.value.unit) for o in self.record.observations] == [
            ("o1", Decimal("61.5"), "kg"),
            ("o2", Decimal(131), "mm[Hg]"),
            ("o2#1", Decimal(78), "mm[Hg]"),
        ]

    def test_an_encounter_is_a_plain_visit_in_utc(self) -> None:
        (visit,) = self.record.encounters
        assert (visit.id, visit.value.kind, visit.value.setting) == ("e1", "Follow-up", "AMB")
        assert visit.value.starts == datetime(2026, 11, 1, 13, 0, tzinfo=UTC)

    def test_a_questionnaire_answered_in_part_has_gaps(self) -> None:
        (answers,) = self.record.answers
        assert answers.value.instrument == "gad-7" and answers.value.answers[:3] == (("1", 2), ("2", 1), ("3", None))

    def test_what_no_rule_reads_is_listed_with_its_place(self) -> None:
        found = {str(n) for n in self.record.not_understood}
        assert "Patient.maritalStatus: no rule reads this field (first at entry[0].resource.maritalStatus)" in found
        assert "Immunization: no rule reads this resource (first at entry[13].resource)" in found
        assert "Patient.name: another name; the official or first one is used (first at entry[0].resource.name[0])" in found


@pytest.mark.parametrize(
    ("more", "current"),
    [
        ({}, True),
        ({"clinicalStatus": status("active")}, True),
        ({"clinicalStatus": status("recurrence")}, True),
        ({"clinicalStatus": status("relapse")}, True),
        ({"clinicalStatus": status("inactive")}, False),
        ({"clinicalStatus": status("remission")}, False),
        ({"clinicalStatus": status("resolved")}, False),
        ({"clinicalStatus": status("haunted")}, True),
        ({"abatementDateTime": "2020-01-01"}, False),
        ({"abatementDateTime": "2020-01-01", "clinicalStatus": status("active")}, True),
        ({"clinicalStatus": status("active"), "verificationStatus": status("refuted")}, False),
        ({"clinicalStatus": status("active"), "verificationStatus": status("entered-in-error")}, False),
        ({"verificationStatus": status("provisional")}, True),
    ],
)
def test_which_conditions_count(more: dict[str, Any], current: bool) -> None:
    record = read_record(bundle(patient(), condition(**more)))
    assert bool(as_case(record).conditions) is current


@pytest.mark.parametrize(
    ("state", "intent", "is_order", "is_current"),
    [
        ("draft", "order", True, False),
        ("draft", "proposal", True, False),
        ("active", "proposal", True, False),
        ("active", "plan", True, False),
        ("active", "order", False, True),
        ("active", "original-order", False, True),
        ("completed", "order", False, False),
        ("stopped", "order", False, False),
        ("on-hold", "order", False, False),
        ("cancelled", "order", False, False),
        ("entered-in-error", "order", False, False),
        ("cancelled", "plan", False, False),
        ("unknown", "order", False, True),
        ("active", "option", False, False),
    ],
)
def test_which_requests_are_orders_and_which_are_taken(state: str, intent: str, is_order: bool, is_current: bool) -> None:
    record = read_record(bundle(patient(), request("m1", diazepam(), status=state, intent=intent)))
    assert (bool(record.orders), bool(as_case(record).medicines)) == (is_order, is_current)


@pytest.mark.parametrize(
    ("state", "current"),
    [("active", True), ("intended", True), ("completed", False), ("stopped", False), ("not-taken", False), ("unknown", True)],
)
def test_which_statements_are_taken(state: str, current: bool) -> None:
    assert bool(as_case(read_record(bundle(patient(), statement(status=state)))).medicines) is current


def test_an_instruction_not_to_give_is_no_medicine() -> None:
    record = read_record(bundle(patient(), request("m1", diazepam(), doNotPerform=True)))
    assert not record.medicines and listed(record)["MedicationRequest"] == "is an instruction not to give the medicine"


def test_lists_that_nobody_asked_about_are_unknown_and_an_empty_list_says_none() -> None:
    assert as_case(read_record(bundle(patient()))).allergies_known is Known.NO
    none = {"resourceType": "List", "code": status("48765-2"), "emptyReason": status("nilknown")}
    assert as_case(read_record(bundle(patient(), none))).allergies_known is Known.YES
    no_allergy = {"resourceType": "AllergyIntolerance", "id": "a1", "code": concept(SNOMED, "716186003", "No known allergy")}
    case = as_case(read_record(bundle(patient(), no_allergy)))
    assert case.allergies_known is Known.YES and case.allergies == ()


@pytest.mark.parametrize(
    "reference", ["Medication/x", "https://a.example/fhir/Medication/x", "urn:uuid:11111111-2222-3333-4444-555555555555"]
)
def test_a_medication_is_found_by_every_kind_of_reference(reference: str) -> None:
    whole = bundle(patient(), {"resourceType": "Medication", "id": "x", "code": diazepam()})
    if reference.startswith("urn"):
        del whole["entry"][1]["resource"]["id"]
        whole["entry"][1]["fullUrl"] = reference
    order = draft()
    del order["medicationCodeableConcept"]
    whole["entry"].append({"resource": {**order, "medicationReference": {"reference": reference}}})
    record = read_record(whole)
    assert record.orders[0].medicine.words == "diazepam 5 MG Oral Tablet" and not record.not_understood


def test_a_contained_medication_is_found() -> None:
    order = draft(
        contained=[{"resourceType": "Medication", "id": "in", "code": diazepam(10)}], medicationReference={"reference": "#in"}
    )
    del order["medicationCodeableConcept"]
    assert read_record(bundle(patient(), order)).orders[0].medicine.words == "diazepam 10 MG Oral Tablet"


def test_a_medication_reference_that_leads_nowhere_keeps_its_words_and_is_listed() -> None:
    order = draft(medicationReference={"reference": "Medication/gone", "display": "diazepam 5 mg"})
    del order["medicationCodeableConcept"]
    record = read_record(bundle(patient(), order))
    assert record.orders[0].medicine.words == "diazepam 5 mg"
    assert listed(record)["MedicationRequest.medicationReference.reference"] == "refers to no Medication in the bundle"


def test_an_order_names_the_one_it_replaces_as_the_record_names_it() -> None:
    whole = bundle(patient(), request("m1", diazepam()), draft(priorPrescription={"reference": "urn:uuid:9"}))
    whole["entry"][1]["fullUrl"] = "urn:uuid:9"
    assert read_record(whole).orders[0].replaces == "MedicationRequest/m1"


def test_reasons_come_from_codes_and_from_referred_conditions() -> None:
    order = draft(reasonCode=[{"text": "anxiety"}], reasonReference=[{"reference": "Condition/c1"}])
    assert [r.words for r in read_record(bundle(patient(), condition(), order)).orders[0].reasons] == ["anxiety", "Sleep apnoea"]


def test_supply_is_read() -> None:
    order = draft(
        dispenseRequest={
            "quantity": {"value": 28, "unit": "{tbl}"},
            "expectedSupplyDuration": {"value": 2, "unit": "weeks"},
            "numberOfRepeatsAllowed": 1,
        }
    )
    supply = read_record(bundle(patient(), order)).orders[0].supply
    assert supply and (supply.quantity, supply.unit, supply.days, supply.repeats) == (28, "tablet", 14, 1)


def test_the_day_is_the_newest_orders_unless_told() -> None:
    record = read_record(bundle(patient(), draft("o1", authoredOn="2026-10-01"), draft("o2", authoredOn="2026-11-05")))
    assert as_request(record, None, TODAY).on == date(2026, 11, 5)
    assert as_request(record, date(2026, 1, 2), TODAY).on == date(2026, 1, 2)
    undated = draft()
    del undated["authoredOn"]
    assert as_request(read_record(bundle(patient(), undated)), None, TODAY).on == TODAY


def test_the_same_resource_twice_counts_once_and_other_content_under_its_name_is_refused() -> None:
    record = read_record(bundle(patient(), request("m1", diazepam()), request("m1", diazepam())))
    assert len(record.medicines) == 1 and listed(record)["MedicationRequest"] == "stands in the bundle twice; read once"
    with pytest.raises(BadInput, match=r"entry\[2\].resource: has the name of entry\[1\].resource and other content"):
        read_record(bundle(patient(), request("m1", diazepam()), request("m1", diazepam(10))))


def test_a_resource_that_changes_its_own_meaning_makes_the_dose_unreadable() -> None:
    record = read_record(bundle(patient(), draft(modifierExtension=[{"url": "urn:x", "valueBoolean": True}])))
    assert record.orders[0].dosages[0].problems and "MedicationRequest.modifierExtension" in listed(record)


REFUSED: dict[str, tuple[Any, str]] = {
    "a list for a bundle": ([], "expected a FHIR Bundle, found a list"),
    "another resource": (patient(), "resourceType: expected Bundle, found Patient"),
    "no patient": (bundle(draft()), "entry: no Patient in the bundle"),
    "two patients": (bundle(patient(), patient(id="p2")), "entry[1].resource: a second Patient; the first is entry[0].resource"),
    "an entry that is text": ({"resourceType": "Bundle", "entry": ["x"]}, "entry[0]: expected an object, found text"),
    "entries as object": ({"resourceType": "Bundle", "entry": {}}, "entry: expected a list, found an object"),
    "resource as list": ({"resourceType": "Bundle", "entry": [{"resource": []}]}, "entry[0].resource: expected a FHIR resource"),
    "no such day": (bundle(patient(birthDate="1970-13-45")), "entry[0].resource.birthDate: '1970-13-45' is not a day in the calendar"),
    "no date": (bundle(patient(birthDate="17.5.1980")), "entry[0].resource.birthDate: '17.5.1980' is not a date"),
    "a number for a date": (bundle(patient(birthDate=1980)), "entry[0].resource.birthDate: expected text, found a number"),
    "the year 1": (bundle(patient(birthDate="0001-01-01")), "the year 0001 is not between"),
    "hour 25": (bundle(patient(), draft(authoredOn="2026-11-20T25:00:00Z")), "is not a date and time"),
    "a zone of 99 hours": (bundle(patient(), draft(authoredOn="2026-11-20T10:00:00+99:00")), "is not a date and time"),
    "instructions as object": (bundle(patient(), draft(dosageInstruction={})), "resource.dosageInstruction: expected a list, found an object"),
    "a dose as list": (bundle(patient(), draft("o1", dosage([5]))), "doseAndRate[0].doseQuantity.value: expected a number, found a list"),
    "a dose as words": (bundle(patient(), draft("o1", dosage("five"))), "doseQuantity.value: 'five' is not a number"),
    "a dose of 40 digits": (bundle(patient(), draft("o1", dosage("1" * 40))), "doseQuantity.value: the number is out of range"),
    "half a repeat": (bundle(patient(), draft(dispenseRequest={"numberOfRepeatsAllowed": "0.5"})), "expected a whole number"),
    "supply below zero": (bundle(patient(), draft(dispenseRequest={"quantity": {"value": -1}})), "supply: quantity is below zero"),
    "somebody else": (bundle(patient(), condition(subject={"reference": "Patient/p2"})), "but the bundle's patient is Patient/p1"),
    "NUL": (bundle(patient(), condition(id="a\x00")), "entry[1].resource.id: contains a NUL character"),
    "a float": (bundle(patient(), draft("o1", dosage(2.5))), "a float cannot be used here"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_input_that_cannot_be_used_is_refused_with_what_and_where(name: str) -> None:
    tree, says = REFUSED[name]
    with pytest.raises(BadInput) as refused:
        read_record(tree if isinstance(tree, dict) else b"[]")
    assert says in str(refused.value)


def test_no_order_and_a_birth_after_the_day_are_refused() -> None:
    with pytest.raises(BadInput, match="no proposed order"):
        as_request(read_record(bundle(patient())), None, TODAY)
    with pytest.raises(BadInput, match="is after 2026-11-20"):
        as_request(read_record(bundle(patient(birthDate="2027-01-01"), draft())), None, TODAY)


def test_a_subject_that_cannot_contradict_is_taken_and_listed() -> None:
    """A bundle whose patient has only a urn:uuid may be referred to by a name that only its server knew."""
    whole = bundle({**patient(), "id": None}, condition(subject={"reference": "Patient/77"}))
    whole["entry"][0]["fullUrl"] = "urn:uuid:1"
    record = read_record(whole)
    assert record.conditions and "Condition.subject.reference" in listed(record)


def test_a_resource_without_a_name_has_the_same_id_whatever_the_order_of_its_keys() -> None:
    one, other = condition(), dict(reversed(condition().items()))
    del one["id"], other["id"]
    ids = [read_record(bundle(patient(), c)).conditions[0].id for c in (one, other)]
    assert ids[0] == ids[1]


EXPECTED = {
    "carebundle-anaemia": (0, 3, 35, 1),
    "carebundle-ckd_stage3": (1, 1, 35, 1),
    "carebundle-hypertension": (1, 4, 35, 1),
    "synthea-adolescent": (4, 4, 123, 22),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_real_bundles_are_read_whole(name: str) -> None:
    """Counted by hand in the files: medicines, conditions, observation values (a blood pressure has two) and encounters."""
    record = read_record(real(name))
    assert (len(record.medicines), len(record.conditions), len(record.observations), len(record.encounters)) == EXPECTED[name]
    assert len({m.id for m in record.observations}) == len(record.observations)


def test_synthea_is_understood_but_for_what_is_no_part_of_a_case() -> None:
    found = {n.what: n.count for n in read_record(real("synthea-adolescent")).not_understood}
    assert found["Immunization"] == 35 and found["Claim"] == 26 and found["ExplanationOfBenefit"] == 22
    assert not [what for what in found if what.startswith(("MedicationRequest", "Condition", "Observation", "Encounter"))]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("urn:oid:2.16.840.1.113883.6.88", "http://www.nlm.nih.gov/research/umls/rxnorm"),
        ("HTTP://WWW.WHOCC.NO/ATC/", "http://www.whocc.no/atc"),
        ("http://snomed.info/sct/", "http://snomed.info/sct"),
        ("urn:oid:2.16.840.1.113883.6.1", "http://loinc.org"),
        ("https://clinic.example/own-codes", "https://clinic.example/own-codes"),
    ],
)
def test_one_code_system_has_many_spellings(written: str, read: str) -> None:
    record = read_record(bundle(patient(), condition(code={"coding": [{"system": written, "code": "1"}]})))
    assert record.conditions[0].value.concept.codings[0].system == read


def test_the_reference_page_names_every_resource_that_is_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "fhir-input.md").read_text()
    assert [kind for kind in [*_READERS, "Patient", "Medication"] if f"| `{kind}` |" not in page] == []
    assert [code for question in QUESTIONS for code in question.asked if code not in page] == []


def test_a_file_of_invented_keys_does_not_drown_the_reader() -> None:
    record = read_record(bundle(patient(**{f"key{i}": i for i in range(5000)})))
    assert len(record.not_understood) == 501 and record.not_understood[-1].count == 4500
