"""What a check-in tells of self-harm reaches every further prescription, and only a clinician's own finding takes it away."""

from datetime import date, timedelta

import pytest

from serein.care.evaluation import actions as evaluation
from serein.care.evaluation.reads import case_of, harm_told, warnings_seen
from serein.care.monitoring import actions, reads
from serein.care.prescribing.actions.checking import Checked, check_draft
from serein.clinical.case import Answer
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused
from tests.care.prescribed import desk
from tests.people import AT, given, open_for, own_chart

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def d(db, settings, tmp_path):
    settings.STATE = tmp_path
    return desk()


def tell(d, at=AT, **answers):
    return given(actions.answer_check_in(own_chart(d.people.patient, at), answers))


def harm(d, choice="thoughts", at=AT):
    return tell(d, at, harm={"choice": choice})


def assessed(d, at, judgement="no present risk", how="telephone", seen=None):
    chart = open_for(d.people.clinician, d.people.patient, at)
    seen = warnings_seen(chart) if seen is None else seen
    return evaluation.assess_risk(chart, evaluation.NewAssessment(how, judgement, "Talked it through.", seen))


def thoughts(d, at):
    told = case_of(d.chart(at), at.date()).circumstances
    return told.suicidal_thoughts, told.reference("suicidal_thoughts")


def codes(d, at):
    found = check_draft(d.chart(at), d.draft_id)
    assert isinstance(found, Checked), found
    return {f.code: f for f in found.examination.assessment.findings}


@pytest.mark.parametrize("choice", ["thoughts", "act", "unsure"])
def test_the_next_draft_warns_of_what_a_check_in_told_of_self_harm(d, choice):
    assert "suicidal-thoughts" not in codes(d, AT)
    harm(d, choice)
    finding = codes(d, AT + MINUTE)["suicidal-thoughts"]
    assert [(i.what, i.source) for i in finding.inputs] == [("suicidal thoughts, told by the patient", "check-in of 23-Nov-2026")]


def test_a_calmer_answer_a_later_check_in_and_a_contact_leave_it_standing(d):
    harm(d)
    harm(d, "no", AT + MINUTE)
    harm(d, "no", AT + 3 * DAY)
    chart = open_for(d.people.clinician, d.people.patient, AT + 3 * DAY)
    line = next(c for c in reads.check_ins(chart) if c.root != c.id)
    contact = actions.NewContact("check-in-flag", "telephone", "Called.", line.id, line.seen)
    assert isinstance(actions.record_contact(chart, contact), actions.Contacted)
    assert thoughts(d, AT + 4 * DAY) == (Answer.YES, "check-in of 23-Nov-2026")


@pytest.mark.parametrize(
    ("judgement", "how"),
    [
        ("safe with plan", "in person"),
        ("urgent referral", "video"),
        ("emergency", "telephone"),
        ("no present risk", "not reached"),
    ],
)
def test_an_assessment_that_does_not_find_no_risk_leaves_it_standing(d, judgement, how):
    harm(d)
    assert isinstance(assessed(d, AT + DAY, judgement, how), evaluation.Assessed)
    assert thoughts(d, AT + 2 * DAY)[0] is Answer.YES


def test_no_present_risk_found_by_a_clinician_ends_it_and_the_trail_says_so(d):
    harm(d)
    assert isinstance(assessed(d, AT + MINUTE), evaluation.Assessed)
    assert thoughts(d, AT + 2 * MINUTE) == (Answer.NO, "risk assessment, 23-Nov-2026")
    assert "suicidal-thoughts" not in codes(d, AT + 2 * MINUTE)
    row = TrailRow.objects.filter(deed="assess_risk", outcome="done").get()
    assert row.facts["cleared"] == 1


def test_what_is_told_after_the_assessment_stands_anew(d):
    harm(d)
    assessed(d, AT + DAY)
    harm(d, "unsure", AT + 3 * DAY)
    assert thoughts(d, AT + 3 * DAY + MINUTE) == (Answer.YES, "check-in of 26-Nov-2026")
    assert [h.day for h in harm_told(d.chart(AT + 4 * DAY))] == [date(2026, 11, 26)]


def test_an_answer_that_came_in_meanwhile_is_not_cleared_unread(d):
    harm(d)
    seen = warnings_seen(open_for(d.people.clinician, d.people.patient, AT + DAY))
    harm(d, "act", AT + DAY)
    refused = assessed(d, AT + DAY + MINUTE, seen=seen)
    assert isinstance(refused, Refused) and refused.code == "changed-meanwhile"
    assert len(harm_told(d.chart(AT + DAY + MINUTE))) == 2


def test_a_flag_about_breathing_is_a_fact_for_whoever_writes_the_next_supply(d):
    tell(d, mixing={"choices": ["breath"]})
    tell(d, AT + DAY, body={"choices": ["fever"]})
    found = reads.sedation_told(d.chart(AT + DAY), date(2026, 11, 20))
    assert [[f.says for f in c.sedation] for c in found] == [["Slow or weak breathing, or blue lips"]]
