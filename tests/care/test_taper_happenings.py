"""When something happens in the middle of a taper: recorded, drafted, agreed to anew, and never sooner."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from serein.care.planning.text import Mistaken
from serein.care.tapering import actions as tapering
from serein.care.tapering import reads
from serein.care.tapering.models import Happening
from serein.foundation.people.keys import Refused
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.tapers import noon, running
from tests.people import four_people, open_for, own_chart

pytestmark = pytest.mark.django_db
LATE = timedelta(days=3)


@pytest.fixture
def people(db):
    return four_people()


@pytest.fixture
def course(people):
    """A running taper, three days after its second change, both confirmed."""
    card = running(people)
    for step in card.steps[:2]:
        tapering.confirm_step(own_chart(people.patient, noon(step.from_on)), step.id)
    return card, noon(card.steps[1].from_on + LATE)


def care(people, at):
    return open_for(people.clinician, people.patient, at)


def happens(people, course, kind, **more):
    card, at = course
    return tapering.replan_taper(
        care(people, at), card.id, tapering.HappenedText(**{"kind": kind, "why": "As told by phone", **more})
    )


def planned(card, day: date):
    return next((s.daily_mg for s in reversed(card.steps) if s.from_on <= day), card.request.daily_dose_mg)


CASES = {
    "wait": {"until": 20}, "slower": {"cut_percent": "5", "every_days": 28}, "back": {}, "gap": {}, "missed-appointment": {},
    "out-of-stock": {"product": "diazepam-tablet-5"}, "pregnancy": {"until": 60}, "hospital": {},
}  # fmt: skip


@pytest.mark.parametrize("kind", CASES)
def test_whatever_happens_becomes_a_draft_that_says_what_changed_and_is_never_lower(people, course, kind):
    card, at = course
    more = dict(CASES[kind])
    if "until" in more:
        more["until_on"] = at.date() + timedelta(days=more.pop("until"))
    made = happens(people, course, kind, **more)
    assert isinstance(made, tapering.Replaced), made
    draft, runs = reads.taper_draft(care(people, at)), reads.running_taper(care(people, at))
    assert (draft.id, draft.replaces, runs.id) == (made.course_id, card.id, card.id)
    assert draft.why.startswith(tapering.WHAT_HAPPENED[kind]) and len(draft.why) > len(tapering.WHAT_HAPPENED[kind]) + 5
    day = at.date()
    while day <= max(card.ends_on, draft.ends_on):
        assert planned(draft, day) >= planned(card, day), day
        day += timedelta(days=1)
    assert [(h.kind, h.why) for h in Happening.objects.all()] == [(kind, "As told by phone")]
    tapering.send_taper(care(people, at), draft.id)
    assert reads.running_taper(care(people, at)).id == card.id, "sending replaces nothing"
    assert isinstance(tapering.agree_taper(own_chart(people.patient, at), draft.id), tapering.Agreed)
    assert reads.running_taper(care(people, at)).id == draft.id


def test_a_step_back_is_kept_one_full_interval(people, course):
    card, at = course
    assert isinstance(happens(people, course, "back"), tapering.Replaced)
    draft = reads.taper_draft(care(people, at))
    assert draft.request.daily_dose_mg == card.steps[0].daily_mg
    assert draft.steps[0].from_on >= at.date() + timedelta(days=14)


def test_lost_tablets_leave_the_plan_as_it_is_and_ask_somebody_to_decide(people, course):
    _, at = course
    assert isinstance(happens(people, course, "lost-tablets"), tapering.Noted)
    assert reads.taper_draft(care(people, at)) is None
    assert [t.title for t in tasks_of_patient(care(people, at)) if t.kind == "lost-tablets"] == ["Decide on the lost tablets"]


def test_the_decision_on_lost_tablets_closes_its_task_and_stands_with_its_reason(people, course):
    card, at = course
    none = tapering.decide_on_lost_tablets(care(people, at), card.id, why="Nothing was lost")
    assert isinstance(none, Refused) and none.code == "nothing-lost"
    happens(people, course, "lost-tablets")
    chart = care(people, at)
    assert isinstance(tapering.decide_on_lost_tablets(chart, card.id, why=" "), Mistaken)
    not_hers = tapering.decide_on_lost_tablets(own_chart(people.patient, at), card.id, why="I found them")
    assert isinstance(not_hers, Refused)
    chart = care(people, at)
    assert isinstance(
        tapering.decide_on_lost_tablets(chart, card.id, why="Replaced for four days, kept locked"), tapering.DecidedOnLost
    )
    assert not [t for t in tasks_of_patient(chart) if t.kind == "lost-tablets"]
    told = reads.happenings(chart)
    assert [(h.words, h.why) for h in told] == [
        ("Decided on the lost tablets", "Replaced for four days, kept locked"), ("Tablets were lost", "As told by phone")
    ]  # fmt: skip
    assert {h.version for h in told} == {card.version}


def test_a_hold_and_an_agreement_change_the_code_of_the_calendar_and_a_day_does_not(people, course):
    card, at = course
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", card.calendar_code)
    later = reads.taper(care(people, at + timedelta(days=1)), card.id)
    assert later.calendar_code == card.calendar_code
    proposal = replace(card, state="sent")
    held = tapering.hold_taper(care(people, at), card.id, tapering.HoldText(why="Sleeps badly"))
    assert isinstance(held, tapering.Held)
    codes = {card.calendar_code, proposal.calendar_code, reads.taper(care(people, at), card.id).calendar_code}
    assert len(codes) == 3


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("slower", {}, "cut_percent"),
        ("slower", {"cut_percent": "25", "every_days": 14}, "cut_percent"),
        ("slower", {"cut_percent": "5", "every_days": 0}, "cut_percent"),
        ("slower", {"cut_percent": "NaN", "every_days": 14}, "cut_percent"),
        ("back", {"why": " "}, "why"),
        ("wait", {"why": "x" * 301}, "why"),
        ("wait", {"until_on": date(2020, 1, 1)}, "until_on"),
        ("gap", {"takes_mg": "9999"}, "takes_mg"),
        ("gap", {"takes_mg": "1"}, "takes_mg"),
        ("gap", {"takes_mg": "-7.5"}, "takes_mg"),
        ("gap", {"takes_mg": "x"}, "takes_mg"),
        ("out-of-stock", {}, "product"),
        ("out-of-stock", {"product": "../x"}, "product"),
        ("faster", {}, "kind"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field_and_stores_nothing(people, course, kind, more, field):
    made = happens(people, course, kind, **more)
    assert isinstance(made, Mistaken) and field in dict(made.by_field), made
    care(people, course[1])
    assert not Happening.objects.exists() and reads.taper_draft(care(people, course[1])) is None


def test_while_a_change_is_unconfirmed_nobody_guesses_which_dose_is_taken(people):
    card = running(people)
    at = noon(card.steps[0].from_on + LATE)
    asked = happens(people, (card, at), "wait")
    assert isinstance(asked, Mistaken) and "not confirmed" in dict(asked.by_field)["takes_mg"]
    made = happens(people, (card, at), "wait", takes_mg="7.5")
    assert isinstance(made, tapering.Replaced)
    assert reads.taper_draft(care(people, at)).request.daily_dose_mg == card.request.daily_dose_mg
    assert reads.running_taper(care(people, at)).steps[0].confirmed_at is None
    happens(people, (card, at), "wait", takes_mg=card.steps[0].mg)
    assert reads.running_taper(care(people, at)).steps[0].confirmed_at is not None


def test_only_a_clinician_and_only_while_it_runs_and_is_not_held(people, course):
    card, at = course
    text = tapering.HappenedText(kind="wait", why="x")
    own = tapering.replan_taper(own_chart(people.patient, at), card.id, text)
    assert isinstance(own, Refused) and own.code == "not-permitted"
    tapering.hold_taper(care(people, at), card.id, tapering.HoldText(why="x"))
    held = tapering.replan_taper(care(people, at), card.id, text)
    assert isinstance(held, Refused) and held.code == "held"


def test_a_clinicians_own_limits_go_on_through_what_happens_and_through_a_hold(people):
    card = running(people, policy="clinician-own", own_percent="10", own_days="14", own_end_mg="0.5")
    at = noon(card.steps[0].from_on)
    tapering.confirm_step(own_chart(people.patient, at), card.steps[0].id)
    assert card.own is not None and isinstance(happens(people, (card, at), "wait"), tapering.Replaced)
    draft = reads.taper_draft(care(people, at))
    assert (draft.own, draft.plan.policy) == (card.own, "clinician-own")
    tapering.hold_taper(care(people, at), card.id, tapering.HoldText(why="x"))
    resumed = tapering.resume_taper(care(people, at), card.id, tapering.ResumeText(resume_on=card.steps[1].from_on))
    assert isinstance(resumed, tapering.Proposed) and reads.taper_draft(care(people, at)).own == card.own
