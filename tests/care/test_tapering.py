"""Tapers: nothing changes before the patient agreed, no change is taken for granted, and a hold never brings a lower dose nearer."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from serein.care.planning.reads import plan_in_force
from serein.care.planning.text import Mistaken, PlannedDose
from serein.care.prescribing.actions.drafting import RegimenDrafted, change_draft, draft_prescription
from serein.care.prescribing.models import Draft
from serein.care.prescribing.order import OrderText
from serein.care.prescribing.reads.drafts import open_drafts
from serein.care.tapering import actions as tapering
from serein.care.tapering import reads
from serein.care.tapering.models import TaperCourse, TaperStep
from serein.care.tapering.text import NoPlan
from serein.foundation.people.keys import Refused, open_job
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.plans import TODAY, agreed, plan_text
from tests.care.tapers import FIRST, noon, proposed, running, sent, taper_text
from tests.care.tapers_supplied import supply
from tests.people import AT, four_people, open_for, own_chart

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def people():
    return four_people()


def care(people, at=AT):
    return open_for(people.clinician, people.patient, at)


def own(people, at=AT):
    return own_chart(people.patient, at)


def kinds(people, at=AT):
    return sorted(t.kind for t in tasks_of_patient(care(people, at)) if "taper" in t.kind)


def refused(answer, code):
    assert isinstance(answer, Refused) and answer.code == code, answer


# Agreement


def test_a_proposal_changes_nothing_for_the_patient(people):
    proposed(people)
    assert reads.running_taper(own(people)) is None and reads.waiting_taper(own(people)) is None
    now = reads.dose_in_force(own(people), TODAY)
    assert (now.mg, now.unconfirmed_change) == (D("7.5"), None) and [d.at for d in now.parts] == ["morning", "night"]


def test_nothing_runs_before_the_patient_agreed_and_nobody_agrees_for_them(people):
    course_id = sent(people)
    refused(tapering.agree_taper(care(people), course_id), "not-permitted")
    step = reads.taper(care(people), course_id).steps[0]
    refused(tapering.confirm_step(own(people, noon(step.from_on)), step.id), "no-step")
    refused(tapering.hold_taper(care(people), course_id, tapering.HoldText(why="x")), "not-running")
    assert reads.dose_in_force(own(people), step.from_on + timedelta(days=40)).mg == D("7.5")


def test_the_database_itself_lets_no_taper_run_without_an_agreement(people):
    _, course_id = proposed(people)
    for state in ("running", "finished"):
        with pytest.raises(DatabaseError), transaction.atomic():
            TaperCourse.objects.filter(pk=course_id).update(state=state)


def test_what_was_sent_is_never_changed(people):
    course_id = sent(people)
    for change in ({"ends_on": date(2030, 1, 1)}, {"answer": {}}, {"replaces": course_id}):
        with pytest.raises(DatabaseError), transaction.atomic():
            TaperCourse.objects.filter(pk=course_id).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        TaperStep.objects.filter(course=course_id).update(daily_mg=D(1))
    with pytest.raises(DatabaseError), transaction.atomic():
        TaperStep.objects.filter(course=course_id).delete()


def test_agreeing_starts_it_tells_every_step_and_lets_the_plan_last_as_long(people):
    before = proposed(people)
    chart = care(people)
    assert plan_in_force(chart).text.ends_on == date(2026, 12, 21)
    tapering.send_taper(care(people), before[1])
    assert isinstance(tapering.agree_taper(own(people), before[1]), tapering.Agreed)
    card = reads.running_taper(care(people))
    assert card.id == before[1] and all(s.told_at == AT for s in card.steps)
    assert plan_in_force(care(people)).text.ends_on == card.ends_on > date(2026, 12, 21)
    assert kinds(people) == ["prescribe-taper-step"]
    refused(tapering.agree_taper(own(people), before[1]), "not-waiting")


def test_a_taper_whose_first_day_has_passed_cannot_be_agreed_to(people):
    course_id = sent(people)
    refused(tapering.agree_taper(own(people, noon(FIRST + timedelta(days=1))), course_id), "dates-passed")


def test_two_versions_never_run_at_once(people):
    first = running(people)
    plan_id = first.plan_id
    new = tapering.propose_taper(care(people), plan_id, taper_text(cut_percent="5", starts_on=date(2026, 12, 10)))
    tapering.send_taper(care(people), new.course_id)
    assert reads.running_taper(care(people)).id == first.id
    assert isinstance(tapering.agree_taper(own(people), new.course_id), tapering.Agreed)
    states = {t.id: t.state for t in reads.tapers(care(people))}
    assert states == {first.id: "replaced", new.course_id: "running"}
    with pytest.raises(DatabaseError), transaction.atomic():
        TaperCourse.objects.filter(pk=first.id).update(state="running")


def test_a_version_written_before_a_change_came_is_stale(people):
    first = running(people)
    at = noon(FIRST - timedelta(days=1))
    new = tapering.propose_taper(care(people, at), first.plan_id, taper_text(cut_percent="5", starts_on=date(2026, 12, 20)))
    tapering.send_taper(care(people, at), new.course_id)
    refused(tapering.agree_taper(own(people, noon(first.starts_on + timedelta(days=1))), new.course_id), "dose-changed")


# Proposing


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"daily_mg": "5"}, "daily_mg"), ({"daily_mg": "20"}, "daily_mg"), ({"daily_mg": "NaN"}, "daily_mg"), ({"goal_mg": "-1"}, "goal_mg"),
        ({"cut_percent": "1e9"}, "cut_percent"), ({"every_days": 0}, "every_days"), ({"products": ()}, "products"),
        ({"products": ("diazepam-suspension-0.4",)}, "products"), ({"times": ("midnight",)}, "times"), ({"times": ("night", "night")}, "times"),
        ({"starts_on": date(2026, 11, 22)}, "starts_on"), ({"starts_on": date(2036, 1, 1)}, "starts_on"),
        ({"months_of_use": "x"}, "months_of_use"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_at_its_field(people, changes, field):
    plan_id = agreed(people.clinician, people.patient)
    answer = tapering.propose_taper(care(people), plan_id, taper_text(**changes))
    assert isinstance(answer, Mistaken) and field in dict(answer.by_field), answer


def test_what_no_plan_can_meet_comes_with_the_nearest_that_one_can(people):
    plan_id = agreed(people.clinician, people.patient)
    answer = tapering.propose_taper(care(people), plan_id, taper_text(products=("diazepam-tablet-5",)))
    assert isinstance(answer, NoPlan) and answer.code == "products-too-coarse"
    assert isinstance(tapering.propose_taper(care(people), plan_id, answer.nearest), tapering.Proposed)


def test_only_the_care_team_proposes_and_only_under_an_agreed_plan(people):
    plan_id, _ = proposed(people)
    refused(tapering.propose_taper(own(people), plan_id, taper_text()), "not-permitted")
    refused(tapering.propose_taper(care(people), people.patient.patient_id, taper_text()), "no-agreed-plan")


# Asking


@pytest.mark.parametrize("wish", ["wait", "slower", "pause", "back", "ask"])
def test_a_wish_is_on_somebodys_list_for_today_and_changes_nothing_by_itself(people, wish):
    card = running(people)
    assert isinstance(tapering.ask_about_taper(own(people), card.id, wish, "I sleep badly"), tapering.Asked)
    task = next(t for t in tasks_of_patient(care(people)) if t.kind == tapering.WISH_TASK)
    assert task.tier == "today" and task.due_at <= AT + timedelta(days=1)
    assert reads.running_taper(care(people)).steps == card.steps
    assert isinstance(tapering.answer_about_taper(care(people), card.id), tapering.Answered)
    assert tapering.WISH_TASK not in kinds(people)


def test_a_question_needs_words_and_a_wish_must_be_one_of_those_offered(people):
    card = running(people)
    assert isinstance(tapering.ask_about_taper(own(people), card.id, "ask", " "), Mistaken)
    assert isinstance(tapering.ask_about_taper(own(people), card.id, "stop", "now"), Mistaken)
    assert isinstance(tapering.ask_about_taper(own(people), card.id, "pause", "x\x00"), Mistaken)
    refused(tapering.ask_about_taper(care(people), card.id, "pause"), "not-permitted")


# Changing


def test_until_it_is_confirmed_both_doses_are_shown(people):
    card = running(people)
    step = card.steps[0]
    day = noon(step.from_on)
    now = reads.dose_in_force(care(people, day), step.from_on)
    assert now.mg == D("7.5"), "without supply for the new step the old dose stays in force"
    assert (now.unconfirmed_change.from_mg, now.unconfirmed_change.to_mg, now.unconfirmed_change.supplied) == (
        D("7.5"),
        step.daily_mg,
        False,
    )
    supply(people, step, AT)
    now = reads.dose_in_force(care(people, day), step.from_on)
    assert now.mg == step.daily_mg and now.unconfirmed_change.supplied
    assert isinstance(tapering.confirm_step(own(people, day), step.id), tapering.Confirmed)
    now = reads.dose_in_force(care(people, day), step.from_on)
    assert (now.mg, now.unconfirmed_change, now.since) == (step.daily_mg, None, step.from_on)


def test_a_change_is_confirmed_on_its_day_and_not_before(people):
    card = running(people)
    refused(tapering.confirm_step(own(people), card.steps[0].id), "too-early")
    day = noon(card.steps[1].from_on)
    assert isinstance(tapering.confirm_step(own(people, day), card.steps[1].id), tapering.Confirmed)
    refused(tapering.confirm_step(own(people, day), card.steps[0].id), "already-confirmed")


def test_silence_three_days_before_a_change_makes_one_task_and_a_person_decides(people):
    card = running(people)
    step = card.steps[0]
    for ahead, expected in ((4, 0), (3, 1), (1, 1), (0, 0)):
        at = noon(step.from_on - timedelta(days=ahead))
        job = open_job(people.clinic.id, purpose="due tasks", at=at)
        assert tapering.raise_silent_steps(job, at).silent == expected
    open_now = [t for t in tasks_of_patient(care(people)) if t.kind == tapering.SILENT_TASK]
    assert [(t.subject_id, t.tier, t.due_at.date()) for t in open_now] == [(step.id, "today", step.from_on)]
    assert isinstance(tapering.go_on_with_step(care(people), step.id, why="Spoke by phone, wants it"), tapering.GoneOn)
    assert tapering.SILENT_TASK not in kinds(people)


def test_a_patient_who_says_they_are_ready_is_not_silent(people):
    card = running(people)
    at = noon(card.steps[0].from_on - timedelta(days=3))
    assert isinstance(tapering.ready_for_step(own(people, at), card.steps[0].id), tapering.Ready)
    assert tapering.raise_silent_steps(open_job(people.clinic.id, purpose="due tasks", at=at), at).silent == 0


def test_a_day_after_an_unconfirmed_change_somebody_asks_which_dose_is_taken(people):
    card = running(people)
    at = noon(card.steps[0].from_on + timedelta(days=1))
    raised = tapering.raise_silent_steps(open_job(people.clinic.id, purpose="due tasks", at=at), at)
    assert (raised.unconfirmed, raised.silent) == (1, 0) and tapering.UNCONFIRMED_TASK in kinds(people)
    tapering.confirm_step(own(people, at), card.steps[0].id)
    assert tapering.UNCONFIRMED_TASK not in kinds(people)


def test_the_last_dose_closes_the_course_and_the_plan(people):
    card = running(people)
    last = card.steps[-1]
    at = noon(last.from_on)
    assert last.daily_mg == 0 and tapering.confirm_step(own(people, at), last.id) == tapering.Confirmed(last.id, True)
    assert reads.taper(care(people, at), card.id).state == "finished" and plan_in_force(care(people, at)) is None
    assert reads.dose_in_force(care(people, at), last.from_on).mg == 0 and kinds(people) == []
    refused(tapering.draft_for_step(care(people, at), card.steps[0].id), "no-step")


def test_a_taper_to_a_lower_dose_leaves_the_plan_in_force_at_that_dose(people):
    card = running(people, goal_mg="5")
    at = noon(card.ends_on)
    tapering.confirm_step(own(people, at), card.steps[-1].id)
    assert plan_in_force(care(people, at)) is not None
    assert reads.dose_in_force(care(people, at), card.ends_on).mg == 5
    assert reads.dose_ceiling(care(people, at), card.ends_on) == 5


# Holding


def held(people, card, at, **text):
    answer = tapering.hold_taper(care(people, at), card.id, tapering.HoldText(**{"why": "Sleeps badly", **text}))
    assert isinstance(answer, tapering.Held), answer


def test_a_hold_keeps_the_dose_for_as_long_as_nobody_agreed_to_more(people):
    card = running(people)
    first = card.steps[0]
    at = noon(first.from_on)
    tapering.confirm_step(own(people, at), first.id)
    held(people, card, at, until_on=first.from_on + timedelta(days=28))
    much_later = first.from_on + timedelta(days=300)
    now = reads.dose_in_force(care(people, at), much_later)
    assert (now.mg, now.held, now.unconfirmed_change) == (first.daily_mg, True, None)
    refused(tapering.confirm_step(own(people, noon(much_later)), card.steps[1].id), "held")
    refused(tapering.draft_for_step(care(people, at), card.steps[1].id), "held")
    assert tapering.raise_silent_steps(open_job(people.clinic.id, purpose="due tasks", at=at), noon(much_later)).silent == 0


def test_what_follows_a_hold_is_sent_and_agreed_to_and_never_nearer(people):
    card = running(people)
    at = noon(card.steps[0].from_on)
    tapering.confirm_step(own(people, at), card.steps[0].id)
    until = card.steps[1].from_on + timedelta(days=14)
    held(people, card, at, until_on=until)
    wrong = tapering.resume_taper(care(people, at), card.id, tapering.ResumeText(resume_on=until - timedelta(days=1)))
    assert isinstance(wrong, Mistaken), "a hold is not shortened"
    new = tapering.resume_taper(care(people, at), card.id, tapering.ResumeText(resume_on=until))
    assert isinstance(new, tapering.Proposed), new
    draft = reads.taper(care(people, at), new.course_id)
    assert draft.replaces == card.id and "The next change moves from" in draft.why
    assert [(s.daily_mg, s.from_on) for s in draft.steps] == [
        (s.daily_mg, s.from_on + timedelta(days=14)) for s in card.steps[1:]
    ]
    tapering.send_taper(care(people, at), new.course_id)
    assert reads.running_taper(care(people, at)).id == card.id, "the hold goes on until the patient agrees"
    assert isinstance(tapering.agree_taper(own(people, at), new.course_id), tapering.Agreed)
    now = reads.dose_in_force(own(people, at), until)
    assert (now.mg, now.unconfirmed_change.to_mg) == (card.steps[0].daily_mg, card.steps[1].daily_mg)


def test_a_hold_may_slow_down_and_never_speed_up(people):
    card = running(people)
    at = noon(card.steps[0].from_on)
    tapering.confirm_step(own(people, at), card.steps[0].id)
    held(people, card, at)
    on = card.steps[1].from_on
    for faster in ({"cut_percent": "20"}, {"every_days": 13}):
        assert isinstance(tapering.resume_taper(care(people, at), card.id, tapering.ResumeText(resume_on=on, **faster)), Mistaken)
    slower = tapering.resume_taper(care(people, at), card.id, tapering.ResumeText(resume_on=on, every_days=28))
    assert isinstance(slower, tapering.Proposed)
    assert reads.taper(care(people, at), slower.course_id).ends_on > card.ends_on


@pytest.mark.parametrize("takes_new", [True, False])
def test_with_an_unconfirmed_change_the_clinician_says_which_dose_is_held(people, takes_new):
    card = running(people)
    step = card.steps[0]
    at = noon(step.from_on + timedelta(days=2))
    assert isinstance(tapering.hold_taper(care(people, at), card.id, tapering.HoldText(why="x")), Mistaken)
    takes = step.daily_mg if takes_new else D("7.5")
    held(people, card, at, takes_mg=str(takes))
    now = reads.dose_in_force(care(people, at), step.from_on + timedelta(days=2))
    assert (now.mg, now.unconfirmed_change) == (takes, None)
    new = tapering.resume_taper(care(people, at), card.id, tapering.ResumeText(resume_on=card.steps[1].from_on))
    assert isinstance(new, tapering.Proposed), new
    assert reads.taper(care(people, at), new.course_id).request.daily_dose_mg == takes


# Prescribing back along the path


def test_several_strengths_of_a_step_become_drafts_that_are_judged_by_their_sum(people):
    card = running(people)
    step = next(s for s in card.steps if len(s.products) > 1)
    at = noon(step.from_on - timedelta(days=2))
    if step.number > 1:
        tapering.confirm_step(own(people, at), card.steps[step.number - 2].id)
        assert isinstance(tapering.go_on_with_step(care(people, at), step.id, why="Sleeps well"), tapering.GoneOn)
    drafted = tapering.draft_for_step(care(people, at), step.id)
    assert isinstance(drafted, RegimenDrafted) and len(drafted.draft_ids) == len(step.products)
    assert tapering.draft_for_step(care(people, at), step.id) == drafted, "asked again, the same drafts"
    cards = [d for d in open_drafts(care(people, at)) if d.id in drafted.draft_ids]
    assert {d.order.product for d in cards} == set(step.products)
    assert all(d.order.starts_on == step.from_on and d.order.days == step.days for d in cards)
    one = cards[0]
    more = tuple(PlannedDose(d.at, str(D(d.units) * 4)) for d in one.order.doses)
    raised = change_draft(care(people, at), one.id, one.version, replace(one.order, doses=more, quantity="900"))
    assert isinstance(raised, Mistaken), "one part alone cannot raise the sum beyond the step"


def test_the_plan_alone_prescribes_nothing_while_a_taper_runs(people):
    card = running(people)
    at = noon(card.steps[2].from_on)
    refused(draft_prescription(care(people, at), card.plan_id), "taper-runs")
    assert not Draft.objects.filter(patient=people.patient.patient_id).exists()


def test_no_draft_goes_beyond_the_step_that_was_agreed(people):
    card = running(people)
    step = card.steps[3]
    at = noon(step.from_on)
    tapering.confirm_step(own(people, at), step.id)
    text = plan_text()
    order = OrderText(product=text.product, doses=text.doses, starts_on=step.from_on, days=14, quantity="21")
    answer = draft_prescription(care(people, at), card.plan_id, order)
    assert isinstance(answer, Mistaken) and "at most" in dict(answer.by_field)["doses"], answer


def test_a_held_dose_is_prescribed_until_the_end_of_the_hold(people):
    card = running(people)
    at = noon(card.steps[0].from_on)
    tapering.confirm_step(own(people, at), card.steps[0].id)
    held(people, card, at, until_on=card.steps[0].from_on + timedelta(days=21))
    drafted = tapering.draft_for_hold(care(people, at), card.id)
    assert isinstance(drafted, RegimenDrafted)
    assert {d.order.days for d in open_drafts(care(people, at))} == {21}
