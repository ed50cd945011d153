"""A record from elsewhere arrives once, however often it is sent, and only where it belongs."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from serein.care.evaluation.actions import ImportDone, import_record
from serein.care.evaluation.models import RecordEntry
from serein.care.evaluation.reads import case_of
from serein.care.visits.models import Encounter
from serein.care.visits.reads import visits
from serein.foundation.audit.reads import Line, trail
from serein.foundation.people.keys import Refused, open_chart, open_job, open_list
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import Person
from serein.interfaces.cli.taking_over import as_incoming, left_out, source_of, take_over
from serein.interfaces.translate.chart import as_case
from serein.interfaces.translate.record import read_record
from tests.interfaces.bundles import OWN, REAL, REAL_FOLDER, Json, bundle, diazepam, own, patient, real, request, written
from tests.people import AT, TestClinic, given, make_clinic, open_for

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


def told(clinic: TestClinic, outcome: str, deed: str = "import_record") -> list[Line]:
    """What compliance reads in the trail."""
    key = given(open_list(clinic.officer, purpose="trail", at=LATER))
    return [line for line in trail(key) if (line.deed, line.outcome) == (deed, outcome)]


def imported(by: Person, tree: Json, at=AT) -> ImportDone:
    return given(import_record(by, as_incoming(read_record(written(tree))), at=at))


def entries(clinic_id, at=LATER) -> list[RecordEntry]:
    """All entries in force, seen with the worker's key."""
    open_job(clinic_id, purpose="import record", at=at)
    return list(RecordEntry.objects.filter(ended_at=None).order_by("kind", "source_id"))


@pytest.mark.parametrize("name", ["own", *REAL])
def test_a_bundle_imports_twice_without_duplicates(name):
    clinic = make_clinic()
    ada = clinic.clinician()
    tree = own() if name == "own" else real(name)
    first = imported(ada, tree)
    read = read_record(written(tree))
    facts = len(read.conditions) + len(read.medicines) + len(read.allergies) + len(read.observations)
    assert first.new_patient and facts > 0
    assert (first.added, first.changed, first.known, first.encounters_added) == (facts, 0, 0, len(read.encounters))
    again = imported(ada, tree, LATER)
    assert again.patient_id == first.patient_id and not again.new_patient
    assert (again.added, again.changed, again.known, again.encounters_added) == (0, 0, facts, 0)
    assert len(entries(clinic.id)) == facts and RecordEntry.objects.count() == facts
    assert Patient.objects.count() == 1 and Encounter.objects.count() == len(read.encounters)


def test_what_is_stored_is_what_was_said():
    clinic = make_clinic()
    done = imported(clinic.clinician(), own())
    rows = {(r.kind, r.source_id): r for r in entries(clinic.id)}
    oxycodone = rows["medicine", "m1"]
    assert (oxycodone.words, oxycodone.status, oxycodone.since) == ("oxycodone 5 mg tablet", "active", date(2026, 10, 1))
    assert oxycodone.value["dosages"][0]["timing"]["times"] == "3"
    assert oxycodone.provenance == "imported" and oxycodone.source_system == "https://clinic.example/mrn"
    assert rows["medicine", "m3"].status == "stopped" and rows["condition", "c3"].status == "resolved"
    assert rows["observation", "o1"].value["value"] == "61.5" and rows["observation", "o2#1"].value["value"] == "78"
    who = Patient.objects.get()
    assert (who.id, who.given, who.family, who.birth_date, who.sex) == (done.patient_id, "Beatrix Anne", "Muster", None, "female")
    assert who.source == "https://clinic.example/mrn|MRN-0007"


def test_the_clinician_who_takes_over_may_open_the_chart_and_a_stranger_may_not():
    clinic = make_clinic()
    ada, stranger = clinic.clinician(), clinic.clinician("Sam Stranger")
    done = imported(ada, own())
    assert not isinstance(open_chart(ada, done.patient_id, purpose="care", at=LATER), Refused)
    assert isinstance(open_chart(stranger, done.patient_id, purpose="care", at=LATER), Refused)


def test_a_stranger_cannot_import_into_a_record_that_is_here():
    clinic = make_clinic()
    imported(clinic.clinician(), own())
    refused = import_record(clinic.clinician("Sam Stranger"), as_incoming(read_record(written(own()))), at=LATER)
    assert isinstance(refused, Refused) and refused.code == "not-in-care-team"
    assert all(e.recorded_at == AT for e in entries(clinic.id))
    assert Patient.objects.count() == 1


def test_nobody_but_a_clinician_imports():
    clinic = make_clinic()
    incoming = as_incoming(read_record(written(own())))
    for who in (clinic.officer, clinic.pharmacist()):
        refused = import_record(who, incoming, at=AT)
        assert isinstance(refused, Refused) and refused.code == "not-your-role"
    open_job(clinic.id, purpose="import record", at=LATER)
    assert not Patient.objects.exists()
    assert [line.why for line in told(clinic, "refused", "open")] == ["not-your-role"] * 2


def test_a_changed_fact_replaces_the_old_one_and_the_old_one_is_kept():
    clinic = make_clinic()
    ada = clinic.clinician()
    imported(ada, bundle(patient(), request("m1", diazepam(5))))
    done = imported(ada, bundle(patient(), request("m1", diazepam(5), status="stopped")), LATER)
    assert (done.added, done.changed, done.known) == (0, 1, 0)
    assert [e.status for e in entries(clinic.id)] == ["stopped"]
    assert RecordEntry.objects.get(status="active").ended_at == LATER


def test_a_fact_missing_from_a_later_bundle_stays():
    clinic = make_clinic()
    ada = clinic.clinician()
    imported(ada, bundle(patient(), request("m1", diazepam(5)), request("m2", diazepam(2))))
    done = imported(ada, bundle(patient(), request("m2", diazepam(2))), LATER)
    assert (done.added, done.changed, done.known) == (0, 0, 1) and len(entries(clinic.id)) == 2


def test_the_same_identifier_with_another_date_of_birth_is_refused_on_record():
    clinic = make_clinic()
    ada = clinic.clinician()
    named = [{"system": "https://clinic.example/mrn", "value": "7"}]
    imported(ada, bundle(patient(identifier=named)))
    other = as_incoming(read_record(bundle(patient(identifier=named, birthDate="1999-01-01"), request("m1", diazepam()))))
    refused = import_record(ada, other, at=LATER)
    assert isinstance(refused, Refused) and refused.code == "not-the-same-person"
    assert entries(clinic.id) == [] and [line.why for line in told(clinic, "refused")] == ["not-the-same-person"]


def test_two_facts_of_one_name_are_refused():
    clinic = make_clinic()
    incoming = as_incoming(read_record(bundle(patient(), request("m1", diazepam()))))
    refused = import_record(clinic.clinician(), replace(incoming, entries=incoming.entries * 2), at=AT)
    assert isinstance(refused, Refused) and refused.code == "named-twice"


def test_people_without_identifiers_are_told_apart_by_name_and_birth():
    one, other = (read_record(bundle(patient(birthDate=day))).patient for day in ("1980-05-17", "1981-05-17"))
    assert source_of(one) == source_of(one) != source_of(other)
    with_ssn = read_record(
        bundle(patient(identifier=[{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-66-6607"}]))
    ).patient
    assert "999" not in source_of(with_ssn)


def test_the_trail_holds_counts_and_no_words():
    clinic = make_clinic()
    imported(clinic.clinician(), own())
    (row,) = told(clinic, "done")
    assert row.facts == {"added": 9, "changed": 0, "known": 0, "encounters": 1, "door": "web"}


def test_the_console_imports_the_real_bundles_for_the_only_clinician(capsys):
    clinic = make_clinic()
    clinic.clinician()
    files = [str(OWN), *(str(REAL_FOLDER / f"{name}.json") for name in REAL)]
    assert take_over(files, email="", at=AT) == 0
    out = capsys.readouterr().out
    assert out.count(": new patient ") == 5
    assert "  not understood: Immunization ×35: no rule reads this resource" in out
    assert "  not understood: Patient.birthDate: not a whole day (1951-08-01 to 1951-08-31); left empty" in out
    assert "Hermiston71" not in out and "Muster" not in out
    assert take_over(files, email="", at=LATER) == 0
    assert capsys.readouterr().out.count(": patient ") == 5
    open_job(clinic.id, purpose="import record", at=LATER)
    assert Patient.objects.count() == 5
    assert [line.facts["door"] for line in told(clinic, "done")] == ["console"] * 10


def test_the_console_names_a_bad_bundle_and_imports_the_others(capsys, tmp_path):
    clinic = make_clinic()
    ada = clinic.clinician()
    clinic.clinician("Sam Stranger")
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"[" * 100_000)
    assert take_over([str(bad), str(OWN)], email="", at=AT) == 2
    assert capsys.readouterr().err == (
        "serein import: there is not exactly one clinician here; name the one who takes the patients over: --for EMAIL\n"
    )
    assert take_over([str(OWN)], email="nobody@example.test", at=AT) == 2
    assert "no clinician signs in as nobody@example.test" in capsys.readouterr().err
    assert take_over([str(bad), str(tmp_path / "gone.json"), str(OWN)], email=ada.email.upper(), at=AT) == 2
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        f"serein import: {bad}: character 64: nested deeper than 64 levels",
        f"serein import: {tmp_path / 'gone.json'}: cannot be read: No such file or directory",
    ]
    assert "new patient" in said.out


def test_what_stays_outside_is_named():
    tree = own()
    tree["entry"].append({"resource": request("o1", diazepam(), status="draft", subject={"reference": "Patient/p7"})})
    lines = list(left_out(read_record(written(tree))))
    assert "MedicationRequest ×1: a proposed order; only what is prescribed or taken is imported" in lines
    assert "QuestionnaireResponse ×1: answers given elsewhere; the patient is asked here again" in lines


def test_visits_of_the_other_system_are_read_newest_first():
    clinic = make_clinic()
    ada = clinic.clinician()
    done = imported(ada, real("synthea-adolescent"))
    seen = visits(open_for(ada, done.patient_id, LATER))
    assert len(seen) == 22 and all(v.source_system == "https://github.com/synthetichealth/synthea" for v in seen)
    assert seen[0].started_at == max(v.started_at for v in seen) and seen[-1].kind == "Encounter for check up (procedure)"


def test_an_imported_record_becomes_the_case_that_is_judged():
    clinic = make_clinic()
    ada = clinic.clinician()
    done = imported(ada, own())
    case = case_of(open_for(ada, done.patient_id, LATER), LATER.date())
    direct = as_case(read_record(written(own())))
    assert case.medicines == direct.medicines and case.past == direct.past
    assert {c.reference for c in case.conditions} >= {c.reference for c in direct.conditions}
    assert case.allergies == direct.allergies and set(case.observations) == set(direct.observations)


def test_a_label_of_another_system_is_kept_and_one_that_comes_later_too():
    clinic = make_clinic()
    ada = clinic.clinician()
    told_of = {"resourceType": "Condition", "id": "c1", "code": {"text": "Opioid use"}}
    label = {"meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "ETH"}]}}
    other = {
        "resourceType": "Condition",
        "id": "c2",
        "code": {"text": "Asthma"},
        "meta": {"security": ["x", {"code": ["ETH"]}, {"code": "N"}]},
    }
    imported(ada, bundle(patient(), told_of, other))
    assert [e.segment for e in entries(clinic.id)] == ["", ""]
    imported(ada, bundle(patient(), told_of | label, other), LATER)
    assert [(e.source_id, e.segment) for e in entries(clinic.id)] == [("c1", "substance-use"), ("c2", "")]
