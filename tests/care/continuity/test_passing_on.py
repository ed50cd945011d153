"""Substance-use records go to the one whom the patient named, under their label and with the notice, while the consent runs; to nobody else."""

import json
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest

from serein.care.access import actions as access
from serein.care.access.reads import passings_on
from serein.care.continuity import actions as continuity
from serein.care.continuity import facts as f
from serein.care.continuity.reads import changed_since, handover_facts, open_handover
from serein.care.continuity.words import GUARDED, WITHHELD, parts
from serein.care.evaluation.actions import NewEntry, mark_segment, record_entry
from serein.care.evaluation.models import RecordEntry
from serein.care.planning.text import Mistaken
from serein.clinical.case import Concept, Condition
from serein.foundation.people.keys import Refused
from serein.interfaces.translate.handover import read_handover, to_document
from tests.care.handed import ELSEWHERE, Treated, settled
from tests.people import four_people, given, make_clinic, open_for, own_chart

pytestmark = pytest.mark.django_db
CANARY = "kestrelmoss"
ROSA = access.NewPassingOn("Dr Rosa  Klein", "Hill Clinic", date(2026, 12, 23))


@pytest.fixture
def sick() -> Treated:
    found = settled()
    recorded = given(record_entry(found.chart(), NewEntry(Condition(reference="visit", concept=Concept(text=CANARY)), CANARY)))
    given(mark_segment(found.chart(), recorded.entry_id))
    return found


def allowed(sick: Treated, new: access.NewPassingOn = ROSA, at: datetime | None = None):
    answer = access.allow_passing_on(own_chart(sick.people.patient, at or sick.at), new)
    assert isinstance(answer, access.PassingOnAllowed), answer
    return answer.id


def prepared(sick: Treated, consent_id, at: datetime | None = None):
    new = continuity.NewHandover(why="She moves", to_address="555-0900", consent_id=consent_id)
    return continuity.prepare_handover(sick.chart(at), new, to_document)


def handed(sick: Treated) -> SimpleNamespace:
    """A handover to whom the patient named."""
    consent_id = allowed(sick)
    assert isinstance(prepared(sick, consent_id), continuity.Prepared)
    card = open_handover(sick.chart())
    assert card is not None
    return SimpleNamespace(card=card, consent_id=consent_id)


def test_with_the_patients_consent_it_goes_under_its_label_and_with_the_notice(sick):
    card = handed(sick).card
    assert (card.to_name, card.to_clinic) == ("Dr Rosa Klein", "Hill Clinic") and not card.facts.withheld
    said = [line for part in parts(card.facts) for line in part.spoken]
    assert f"{CANARY} ({GUARDED})" in said and WITHHELD not in said
    (notice,) = [part for part in parts(card.facts) if part.code == "passed-on"]
    words = " ".join(notice.lines)
    assert notice.loud and "42 CFR part 2" in words and "Dr Rosa Klein, Hill Clinic" in words and "23-Dec-2026" in words


def labels(resource) -> set[str]:
    return {label["code"] for label in resource.get("meta", {}).get("security", [])}


def test_each_label_stands_on_its_resource_and_on_all_that_holds_it(sick):
    bundle = json.loads(handed(sick).card.document)
    guarded = {"R", "ETH", "NORDSCLCD"}
    resources = [e["resource"] for e in bundle["entry"]]
    assert labels(bundle) == guarded
    for one in resources:
        whole = one["resourceType"] in ("Composition", "Binary")
        assert labels(one) == (guarded if whole or CANARY in json.dumps(one) else set()), one["resourceType"]
    plain = json.loads(to_document(sick.facts()))
    assert not labels(plain) and not any(labels(e["resource"]) for e in plain["entry"])


def test_to_anybody_else_it_is_withheld_and_says_so(sick):
    allowed(sick)
    for to in ({}, ELSEWHERE):
        handover_id = sick.prepared(**to)
        card = open_handover(sick.chart())
        assert CANARY not in f.written(card.facts).decode() and CANARY not in card.document.decode() and card.facts.withheld
        assert WITHHELD in [line for part in parts(card.facts) for line in part.spoken]
        continuity.withdraw_handover(sick.chart(), handover_id, why="test")


def test_what_is_over_or_taken_back_opens_nothing(sick):
    consent_id = allowed(sick)
    assert isinstance(prepared(sick, consent_id, sick.at + timedelta(days=40)), Mistaken)
    given(access.take_back_passing_on(own_chart(sick.people.patient, sick.at), consent_id))
    assert isinstance(prepared(sick, consent_id), Mistaken)
    assert given(access.take_back_passing_on(own_chart(sick.people.patient, sick.at), consent_id)).again
    assert [c.in_force for c in passings_on(sick.chart())] == [False]


def test_taking_back_stops_what_was_prepared_and_every_further_copy(sick):
    found = handed(sick)
    assert continuity.record_handover_file(sick.chart(), found.card.id, form="pdf", sha256="x") is None
    later = sick.at + timedelta(minutes=5)
    given(access.take_back_passing_on(own_chart(sick.people.patient, later), found.consent_id))
    assert "The patient's consent" in changed_since(sick.chart(later), found.card)
    sent = continuity.send_handover(sick.chart(later), found.card.id)
    assert isinstance(sent, Refused) and sent.code == "handover-stale"
    refused = continuity.record_handover_file(sick.chart(later), found.card.id, form="pdf", sha256="x")
    assert isinstance(refused, Refused) and refused.code == "consent-over"


def test_whoever_receives_it_keeps_the_label_and_may_not_pass_it_on(sick):
    facts = read_handover(handed(sick).card.document)
    there = make_clinic(name="Hill Clinic", phone="555-0900")
    rosa = there.clinician("Rosa Klein")
    done = continuity.receive_handover(rosa, to_document(facts), facts, at=sick.at)
    assert isinstance(done, continuity.ReceivedDone)
    open_for(rosa, done.patient_id, sick.at)
    assert [e.segment for e in RecordEntry.objects.filter(words=CANARY)] == ["substance-use"]
    again = handover_facts(open_for(rosa, done.patient_id, sick.at))
    assert again.withheld and CANARY not in f.written(again).decode() and again.passed_on is None


def test_only_the_patient_says_it_clearly_and_with_an_end(sick):
    assert isinstance(access.allow_passing_on(sick.chart(), ROSA), Refused)
    mine = own_chart(sick.people.patient, sick.at)
    for wrong, field in (
        (access.NewPassingOn(" ", "Hill Clinic", ROSA.until), "recipient"), (access.NewPassingOn("R", "", ROSA.until), "recipient_clinic"),
        (access.NewPassingOn("R\x00", "H", ROSA.until), "recipient"), (access.NewPassingOn("R", "H", date(2026, 11, 22)), "until"),
        (access.NewPassingOn("R", "H", date(2027, 12, 1)), "until"),
    ):  # fmt: skip
        answer = access.allow_passing_on(mine, wrong)
        assert isinstance(answer, access.Unclear) and [field] == [name for name, _ in answer.by_field]
    assert passings_on(mine) == ()
    other = four_people()
    consent_id = allowed(sick)
    assert isinstance(access.take_back_passing_on(own_chart(other.patient), consent_id), Refused)
