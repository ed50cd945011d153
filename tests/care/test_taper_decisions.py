"""A step's prescription goes out only after somebody decided that the step comes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from serein.care.planning.text import Mistaken
from serein.care.prescribing.actions.drafting import RegimenDrafted
from serein.care.prescribing.models import Draft
from serein.care.tapering import actions as tapering
from serein.care.tapering import reads
from serein.care.tapering.models import TaperStep
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused, open_job
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.tapers import noon, running
from tests.people import four_people, open_for, own_chart

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db):
    return four_people()


@pytest.fixture
def second(people):
    """The second step, on a day three days before it, the first one confirmed."""
    card = running(people)
    first, step = card.steps[:2]
    tapering.confirm_step(own_chart(people.patient, noon(first.from_on)), first.id)
    return step, noon(step.from_on - timedelta(days=3))


def care(people, at):
    return open_for(people.clinician, people.patient, at)


def go_on(people, at, step, why="Sleeps, no shaking"):
    return tapering.go_on_with_step(care(people, at), step.id, why=why)


def code(answer):
    assert isinstance(answer, Refused), answer
    return answer.code


def kinds(people, at):
    return {t.kind for t in tasks_of_patient(care(people, at))}


def test_the_next_step_is_prescribed_only_after_a_decision_and_the_refusal_says_how(people, second):
    step, at = second
    answer = tapering.draft_for_step(care(people, at), step.id)
    assert code(answer) == "undecided" and "taper page" in answer.why and not Draft.objects.exists()
    assert go_on(people, at, step) == tapering.GoneOn(step.id)
    assert isinstance(tapering.draft_for_step(care(people, at), step.id), RegimenDrafted)
    found = reads.step_of(care(people, at), step.id)[1]
    assert (found.go_on_at, found.go_on_why) == (at, "Sleeps, no shaking") and found.go_on_by


def test_the_first_step_is_decided_by_the_agreement(people):
    card = running(people)
    at = noon(card.steps[0].from_on - timedelta(days=3))
    assert isinstance(tapering.draft_for_step(care(people, at), card.steps[0].id), RegimenDrafted)


def test_the_patients_answer_only_proposes_and_a_clinician_decides(people, second):
    step, at = second
    tapering.ready_for_step(own_chart(people.patient, at), step.id)
    assert tapering.DECIDE_TASK in kinds(people, at)
    assert code(tapering.draft_for_step(care(people, at), step.id)) == "undecided"
    assert code(tapering.go_on_with_step(own_chart(people.patient, at), step.id, why="I want it")) == "not-permitted"
    raised = tapering.raise_silent_steps(open_job(people.clinic.id, purpose="due tasks", at=at), at)
    assert (raised.silent, raised.undecided) == (0, 1)
    go_on(people, at, step)
    assert tapering.DECIDE_TASK not in kinds(people, at)
    raised = tapering.raise_silent_steps(open_job(people.clinic.id, purpose="due tasks", at=at), at)
    assert (raised.silent, raised.undecided) == (0, 0)


def test_silence_keeps_its_task_until_a_person_decides(people, second):
    step, at = second
    assert tapering.raise_silent_steps(open_job(people.clinic.id, purpose="due tasks", at=at), at).silent == 1
    assert code(tapering.draft_for_step(care(people, at), step.id)) == "undecided"
    go_on(people, at, step)
    assert tapering.SILENT_TASK not in kinds(people, at)


def test_a_decision_needs_a_reason_and_is_made_once_about_the_next_change_only(people, second):
    step, at = second
    for why in ("", "  ", "x" * 301, "a\x00b"):
        assert isinstance(go_on(people, at, step, why), Mistaken)
    later = reads.running_taper(care(people, at)).steps[2]
    assert code(go_on(people, at, later)) == "too-early"
    early = noon(step.from_on - timedelta(days=tapering.DECIDE_DAYS + 1))
    assert code(go_on(people, early, step)) == "too-early"
    go_on(people, at, step)
    assert code(go_on(people, at, step, "again")) == "decided"


def test_nobody_decides_on_a_change_while_the_one_before_it_is_unconfirmed(people):
    card = running(people)
    first, step = card.steps[:2]
    at = noon(step.from_on - timedelta(days=3))
    assert code(go_on(people, at, step)) == "change-unconfirmed"
    tapering.confirm_step(own_chart(people.patient, at), first.id)
    assert isinstance(go_on(people, at, step), tapering.GoneOn)


@pytest.mark.parametrize("wish", ["wait", "slower", "pause", "back"])
def test_nobody_goes_on_over_a_wish_that_waits_for_an_answer(people, second, wish):
    step, at = second
    card = reads.running_taper(care(people, at))
    tapering.ask_about_taper(own_chart(people.patient, at), card.id, wish)
    assert code(go_on(people, at, step)) == "wish-open"
    tapering.answer_about_taper(care(people, at), card.id)
    assert isinstance(go_on(people, at, step), tapering.GoneOn)


def test_keeping_the_dose_closes_the_question_and_the_step_cannot_be_gone_on_with(people, second):
    step, at = second
    tapering.ready_for_step(own_chart(people.patient, at), step.id)
    card = reads.running_taper(care(people, at))
    assert isinstance(tapering.hold_taper(care(people, at), card.id, tapering.HoldText(why="Exams")), tapering.Held)
    assert tapering.DECIDE_TASK not in kinds(people, at)
    assert code(go_on(people, at, step)) == "held" == code(tapering.draft_for_step(care(people, at), step.id))
    assert isinstance(tapering.draft_for_hold(care(people, at), card.id), RegimenDrafted)


def test_the_database_itself_keeps_a_decision_as_it_was_made(people, second):
    step, at = second
    go_on(people, at, step)
    care(people, at)
    for change in ({"go_on_at": None, "go_on_by": None, "go_on_why": ""}, {"go_on_why": "other"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            TaperStep.objects.filter(pk=step.id).update(**change)
    assert TrailRow.objects.filter(deed="go_on_with_step").exists()
