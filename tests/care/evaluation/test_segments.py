"""A substance-use record stays here: it leaves with no handover, its label outlives new wordings, and what leaves says that it is not all."""

import pytest

from serein.care.continuity import facts as f
from serein.care.continuity.reads import handover_facts
from serein.care.continuity.words import WITHHELD, parts
from serein.care.evaluation.actions import NewEntry, mark_segment, record_entry
from serein.care.evaluation.models import RecordEntry
from serein.care.evaluation.reads import case_of, evaluation
from serein.clinical.case import Concept, Condition
from serein.foundation.people.keys import Refused
from serein.interfaces.translate.handover import to_document
from tests.care.handed import Treated, settled
from tests.people import AT, four_people, given, open_for, own_chart

pytestmark = pytest.mark.django_db
CANARY = "kestrelmoss"


def entry(words: str = CANARY) -> NewEntry:
    return NewEntry(Condition(reference="visit", concept=Concept(text=words)), words)


@pytest.fixture
def sick() -> Treated:
    return settled()


def marked(sick: Treated):
    recorded = given(record_entry(sick.chart(), entry()))
    given(mark_segment(sick.chart(), recorded.entry_id))
    return recorded.entry_id


def test_what_is_marked_is_in_no_word_of_a_handover_which_says_that_something_is_withheld(sick):
    given(record_entry(sick.chart(), entry()))
    before = sick.facts()
    assert CANARY in f.written(before).decode() and not before.withheld
    entry_id = next(e.id for e in evaluation(sick.chart()).entries if e.words == CANARY)
    given(mark_segment(sick.chart(), entry_id))
    after = sick.facts()
    document = to_document(after)
    assert CANARY not in f.written(after).decode() and CANARY not in document.decode()
    spoken = [line for part in parts(after) for line in part.spoken]
    assert WITHHELD in spoken and not any(CANARY in line for line in spoken)
    assert before.digest != after.digest


def test_a_record_without_a_segment_says_nothing_of_the_kind(sick):
    assert WITHHELD not in [line for part in parts(handover_facts(sick.chart())) for line in part.spoken]


def test_whoever_treats_here_still_reads_it_and_checks_still_count_it(sick):
    marked(sick)
    chart = sick.chart()
    assert CANARY in [e.words for e in evaluation(chart).entries]
    assert CANARY in [c.concept.text for c in case_of(chart, sick.at.date()).conditions]


def test_a_newer_wording_is_no_way_out(sick):
    old = marked(sick)
    new = NewEntry(entry().value, f"{CANARY} again", replaces=old)
    recorded = given(record_entry(sick.chart(), new))
    assert [e.segment for e in evaluation(sick.chart()).entries if e.id == recorded.entry_id] == ["substance-use"]
    assert CANARY not in f.written(sick.facts()).decode()


def test_marking_twice_is_marking_once_and_nobody_else_marks():
    people = four_people()
    chart = open_for(people.clinician, people.patient)
    recorded = given(record_entry(chart, entry()))
    assert not given(mark_segment(chart, recorded.entry_id)).again and given(mark_segment(chart, recorded.entry_id)).again
    assert isinstance(mark_segment(own_chart(people.patient, AT), recorded.entry_id), Refused)
    open_for(people.clinician, people.patient)
    assert RecordEntry.objects.get(pk=recorded.entry_id).segment == "substance-use"
