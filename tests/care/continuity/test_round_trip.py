"""From clinic A in the middle of a taper, as a file, to an empty clinic B: the same plan, step, next change and dose, confirmed by nobody."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from serein.care.continuity import actions as continuity
from serein.care.continuity.facts import HandoverFacts, standing
from serein.care.continuity.models import Received
from serein.care.continuity.reads import emergency_card, handover, handover_facts, received, responsible
from serein.care.evaluation.actions import NewEntry, record_entry
from serein.care.evaluation.models import RecordEntry
from serein.care.evaluation.reads import case_of
from serein.care.planning.models import Plan
from serein.care.prescribing.models import Draft, Prescription
from serein.care.tapering.models import TaperCourse
from serein.clinical.case import Allergy, Concept
from serein.foundation.people.keys import Refused, open_chart
from serein.foundation.tasks.reads import tasks_of_patient
from serein.interfaces.cli.taking_over import take_over
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.handover import is_handover, read_handover, to_document
from tests.care.handed import ELSEWHERE, treated
from tests.people import given, make_clinic, open_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def sick():
    return treated()


@pytest.fixture
def elsewhere(sick):
    return make_clinic(sick.at, name="Hill Clinic", phone="555-0900")


def taken(elsewhere, document, at):
    rosa = elsewhere.clinician("Rosa Klein")
    done = given(continuity.receive_handover(rosa, document, read_handover(document), at=at))
    return rosa, done


def carried(facts: HandoverFacts) -> HandoverFacts:
    """Without what belongs to one clinic or one look: who hands over, when, what they still have to do, and who told it."""
    entries = tuple(replace(e, provenance="") for e in sorted(facts.entries, key=lambda e: e.id))
    return replace(facts, at=None, clinician=None, tasks=(), entries=entries, came_from="")


@pytest.mark.parametrize("held", [False, True])
def test_plan_step_next_change_and_dose_are_the_same_in_an_empty_clinic(held):
    sick = treated(held=held)
    ours = sick.facts()
    rosa, done = taken(make_clinic(sick.at, name="Hill Clinic"), to_document(ours), sick.at)
    there = handover_facts(open_for(rosa, done.patient_id, sick.at))
    assert (there.plan, there.taper, there.dose) == (ours.plan, ours.taper, ours.dose)
    assert there.taper.current(there.as_of) == ours.taper.current(ours.as_of) and there.next_change == ours.next_change
    if held:
        assert there.dose.held and there.next_change is None
    else:
        assert there.dose.unconfirmed is not None and there.next_change is not None and there.taper.earlier_holds
    assert carried(there) == carried(ours)


def test_exported_again_it_carries_the_same_facts_and_says_whose_they_are(sick, elsewhere):
    ours = sick.facts()
    rosa, done = taken(elsewhere, to_document(ours), sick.at)
    again = read_handover(to_document(handover_facts(open_for(rosa, done.patient_id, sick.at))))
    assert carried(again) == carried(ours)
    assert (again.came_from, again.clinician.clinic, again.patient.source) == (
        "Riverside Clinic",
        "Hill Clinic",
        ours.patient.source,
    )


def test_nothing_is_agreed_or_signed_by_an_import_and_somebody_must_look(sick, elsewhere):
    rosa, done = taken(elsewhere, to_document(sick.facts()), sick.at)
    chart = open_for(rosa, done.patient_id, sick.at)
    for table in (Plan, TaperCourse, Draft, Prescription):
        assert not table.objects.filter(patient=done.patient_id).exists()
    assert set(RecordEntry.objects.filter(patient=done.patient_id).values_list("provenance", flat=True)) == {"imported"}
    assert [t.kind for t in tasks_of_patient(chart)] == [continuity.LOOK_TASK]
    assert emergency_card(chart).doses == (), "the emergency card never says another clinic's word as ours"
    case = case_of(chart, sick.at.date())
    assert any("diazepam" in m.medicine.words for m in (*case.medicines, *case.past)), "the checks here know what is taken"
    card = received(chart)
    assert card.looked_at is None and card.from_clinic == "Riverside Clinic"
    assert isinstance(continuity.look_at_received(chart, card.id), continuity.LookedAt)
    assert tasks_of_patient(chart) == [] and received(chart).looked_by == "Rosa Klein"
    assert continuity.look_at_received(chart, card.id).code == "looked-at"


def test_importing_twice_changes_nothing(sick, elsewhere):
    document = to_document(sick.facts())
    rosa, first = taken(elsewhere, document, sick.at)
    rows = set(RecordEntry.objects.values_list("id", "ended_at"))
    again = given(continuity.receive_handover(rosa, document, read_handover(document), at=sick.at + timedelta(hours=1)))
    open_for(rosa, first.patient_id, sick.at + timedelta(hours=1))
    assert not again.new and (again.record.added, again.record.changed) == (0, 0) and again.received_id == first.received_id
    assert set(RecordEntry.objects.values_list("id", "ended_at")) == rows and Received.objects.count() == 1


def test_a_newer_document_takes_the_place_of_an_older_one_and_never_the_reverse(sick, elsewhere):
    old, new = to_document(sick.facts()), to_document(sick.facts(sick.at + timedelta(days=1)))
    rosa, first = taken(elsewhere, old, sick.at + timedelta(days=2))
    later = given(continuity.receive_handover(rosa, new, read_handover(new), at=sick.at + timedelta(days=2)))
    assert later.new and later.patient_id == first.patient_id
    refused = continuity.receive_handover(rosa, old, read_handover(old), at=sick.at + timedelta(days=2))
    assert isinstance(refused, Refused) and refused.code == "older-document"
    assert received(open_for(rosa, first.patient_id, sick.at + timedelta(days=2))).id == later.received_id


def test_a_clinic_refuses_its_own_document_and_a_colleagues_patient(sick, elsewhere):
    document = to_document(sick.facts())
    own = continuity.receive_handover(sick.people.clinician, document, read_handover(document), at=sick.at)
    assert isinstance(own, Refused) and own.code == "own-document"
    taken(elsewhere, document, sick.at)
    other = elsewhere.clinician("Max Other")
    refused = continuity.receive_handover(other, document, read_handover(document), at=sick.at)
    assert isinstance(refused, Refused) and refused.code == "not-in-care-team"


def there_and_back(sick, elsewhere):
    """Handed over, taken in at the other clinic, its acceptance recorded here, and two days later handed back. Returns the file that comes."""
    handover_id = sick.sent(**ELSEWHERE)
    chart = sick.chart()
    document = handover(chart, handover_id).document
    given(continuity.record_acceptance(chart, handover_id, continuity.NewAcceptance(by="Dr Rosa Klein", how="telephone")))
    rosa, done = taken(elsewhere, document, sick.at)
    there = open_for(rosa, done.patient_id, sick.at + timedelta(days=1))
    given(record_entry(there, NewEntry(Allergy(reference="visit", concept=Concept(text="Latex")), "Latex")))
    return to_document(handover_facts(open_for(rosa, done.patient_id, sick.at + timedelta(days=2))))


def test_a_patient_who_is_handed_back_is_updated_and_not_made_a_second_time(sick, elsewhere):
    document = there_and_back(sick, elsewhere)
    back, later = read_handover(document), sick.at + timedelta(days=3)
    done = given(continuity.receive_handover(sick.people.clinician, document, back, at=later))
    assert done.back and done.new and done.patient_id == sick.patient_id and not done.record.new_patient
    assert (done.record.added, done.record.changed) == (1, 0), "only what was learned there; what went from here is known"
    chart = sick.chart(later)
    assert sorted(e.words for e in handover_facts(chart).entries).count("Penicillin") == 1
    facts = handover_facts(chart)
    assert (facts.plan, facts.taper, facts.dose.mg) == (
        back.plan,
        back.taper,
        back.dose.mg,
    ) and facts.came_from == "Riverside Clinic", "through two hands"
    assert len({s.id for s in facts.supplies}) == len(facts.supplies) == len(back.supplies)
    assert not [m for m in case_of(chart, later.date()).medicines if m.reference.count("Prescription/") > 1]
    assert [t.kind for t in tasks_of_patient(chart)] == [continuity.LOOK_TASK]
    lead = responsible(chart)
    assert not lead.elsewhere and lead.account_id == sick.people.clinician.account_id
    again = given(continuity.receive_handover(sick.people.clinician, document, back, at=later + timedelta(hours=1)))
    assert not again.new and again.received_id == done.received_id


def test_nobody_joins_a_care_team_through_a_document_that_is_refused(sick, elsewhere):
    own = to_document(sick.facts())
    document = there_and_back(sick, elsewhere)
    back, later = read_handover(document), sick.at + timedelta(days=3)
    ada = sick.people.clinician
    born = replace(back, patient=replace(back.patient, birth_date=date(1950, 1, 1)))
    stranger = replace(back, patient=replace(back.patient, source=back.patient.source[:-4] + "0000"))
    old = replace(back, at=sick.at - timedelta(days=1))
    twice = replace(back, entries=(*back.entries, back.entries[0]))
    for facts, code in (
        (born, "not-the-same-person"),
        (stranger, "not-known-here"),
        (old, "older-document"),
        (twice, "named-twice"),
    ):
        refused = continuity.receive_handover(ada, to_document(facts), facts, at=later)
        assert isinstance(refused, Refused) and refused.code == code
    refused = continuity.receive_handover(ada, own, read_handover(own), at=later)
    assert isinstance(refused, Refused) and refused.code == "own-document"
    assert isinstance(open_chart(ada, sick.patient_id, purpose="care", at=later), Refused)


def test_while_somebody_here_still_answers_for_the_patient_only_they_bring_a_newer_document_in(sick, elsewhere):
    rosa, done = taken(elsewhere, to_document(sick.facts()), sick.at)
    later = sick.at + timedelta(days=1)
    document = to_document(handover_facts(open_for(rosa, done.patient_id, later)))
    refused = continuity.receive_handover(sick.people.stranger, document, read_handover(document), at=later)
    assert isinstance(refused, Refused) and refused.code == "not-in-care-team"
    known = given(continuity.receive_handover(sick.people.clinician, document, read_handover(document), at=later))
    assert known.back and known.patient_id == sick.patient_id
    assert handover_facts(sick.chart(later)).came_from == "", "what is agreed here goes on"


def test_a_step_that_came_on_the_way_is_unconfirmed_and_never_taken_for_made(sick, elsewhere):
    facts = sick.facts()
    rosa, done = taken(elsewhere, to_document(facts), sick.at)
    coming = facts.next_change
    later = sick.at + (coming.from_on - facts.as_of)
    there = handover_facts(open_for(rosa, done.patient_id, later))
    assert there.dose.mg == facts.dose.mg and there.dose.unconfirmed.to_mg == coming.daily_mg
    assert there.dose.unconfirmed.from_mg == facts.dose.unconfirmed.from_mg
    assert standing(facts, facts.as_of) == facts


def test_the_console_imports_a_handover_and_says_from_whom(sick, elsewhere, tmp_path, capsys):
    rosa = elsewhere.clinician("Rosa Klein")
    file = tmp_path / "handover.json"
    # However another program lays it out, it is the same document.
    file.write_text(json.dumps(json.loads(to_document(sick.facts())), indent=2))
    assert take_over([str(file)], email=rosa.email, at=sick.at) == 0
    said = capsys.readouterr().out
    assert "a handover from Riverside Clinic; new patient" in said
    assert take_over([str(file)], email=sick.people.clinician.email, at=sick.at) == 1


def test_a_document_that_says_one_thing_to_people_and_another_to_serein_is_refused(sick, elsewhere, tmp_path, capsys):
    tree = json.loads(to_document(sick.facts()))
    plan = next(e["resource"] for e in tree["entry"] if e["resource"]["resourceType"] == "CarePlan")
    plan["description"] += " and 40 mg a day"
    data = json.dumps(tree).encode()
    assert is_handover(data)
    with pytest.raises(BadInput, match="not the same"):
        read_handover(data)
    file = tmp_path / "changed.json"
    file.write_bytes(data)
    assert take_over([str(file)], email=elsewhere.clinician("Rosa Klein").email, at=sick.at) == 2
    assert "not the same" in capsys.readouterr().err
