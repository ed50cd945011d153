"""A plan that is held, slowed or taken a step back: never a lower dose on an earlier day, and every rule of the contract still kept."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from serein.clinical.taper import Hold, Pace, Plan, Refused, Replanned, Request, breaches, propose, replan
from serein.clinical.taper.checks import dose_on
from serein.clinical.taper.written import plan_as_json, plan_from, request_as_json, request_from
from tests.clinical.test_taper import ASAM, D, plan, read_by_the_contract, request, requests


def lower_on_no_day(before: Request, old: Plan, new: Replanned, since: date) -> bool:
    """The new dose is at least the old plan's on each day from the hold on. Day by day: the slow twin of the engine's comparison."""
    day, last = since, max(old.ends_on, new.plan.ends_on)
    while day <= last:
        if dose_on(new.request, new.plan.steps, day) < dose_on(before, old.steps, day):
            return False
        day += timedelta(days=1)
    return True


def dose_and_since(asked: Request, found: Plan, day: date) -> tuple[Decimal, date]:
    reached = [s for s in found.steps if s.from_ <= day]
    return (reached[-1].daily_mg, reached[-1].from_) if reached else (asked.daily_dose_mg, asked.stable_since or asked.start_on)


@settings(max_examples=150, deadline=None)
@given(requests, st.data())
def test_no_replanned_dose_is_ever_earlier_than_it_was_agreed(asked: Request, data: st.DataObject) -> None:
    found = propose(asked, ASAM)
    assume(isinstance(found, Plan))
    assert isinstance(found, Plan)
    length = (found.ends_on - asked.start_on).days
    day = asked.start_on + timedelta(days=data.draw(st.integers(0, max(0, length - 1))))
    mg, since = dose_and_since(asked, found, day)
    slower = Pace(asked.pace.cut_percent / 2, asked.pace.every_days + data.draw(st.integers(0, 14)))
    hold = Hold(
        from_=day, dose_mg=mg, since=since, resume_on=day + timedelta(days=data.draw(st.integers(0, 90))),
        pace=data.draw(st.sampled_from([None, slower])),
    )  # fmt: skip
    assume(mg > found.steps[-1].daily_mg)
    new = replan(asked, ASAM, found, hold)
    if isinstance(new, Refused):
        assert hold.pace is not None, new
        return
    assert new.plan.steps[0].from_ >= hold.resume_on
    assert lower_on_no_day(asked, found, new, day)
    assert breaches(new.request, ASAM, new.plan) == ()
    assert new.plan.steps[-1].daily_mg == asked.goal_mg
    if hold.pace is None:
        left = [s.daily_mg for s in found.steps if s.daily_mg < mg]
        assert [s.daily_mg for s in new.plan.steps] == left, "with the same pace the doses stay and only the days move"
        assert [s.days for s in new.plan.steps] == [s.days for s in found.steps if s.daily_mg < mg]


@settings(max_examples=80, deadline=None)
@given(requests)
def test_a_stored_plan_is_read_back_as_it_was(asked: Request) -> None:
    found = propose(asked, ASAM)
    assume(isinstance(found, Plan))
    assert isinstance(found, Plan)
    assert request_from(request_as_json(asked, "asam-2025")) == asked
    again = plan_from(plan_as_json(found), asked)
    assert replace(again, steps=()) == replace(found, steps=())
    for one, other in zip(again.steps, found.steps, strict=True):
        assert one == replace(other, doses=one.doses)
        assert [(d.at, d.mg, d.parts.units, d.parts.splits) for d in one.doses] == [
            (d.at, d.mg, d.parts.units, d.parts.splits) for d in other.doses
        ]


def held(day: int, resume: int, **changes: object) -> tuple[Request, Plan, Replanned | Refused]:
    """The contract's example, held on its day number `day` until day number `resume`."""
    asked, found = request(), plan()
    on = asked.start_on + timedelta(days=day)
    mg, since = dose_and_since(asked, found, on)
    fields = {"from_": on, "dose_mg": mg, "since": since, "resume_on": asked.start_on + timedelta(days=resume), **changes}
    return asked, found, replan(asked, ASAM, found, Hold(**fields))  # type: ignore[arg-type]


def test_a_hold_of_two_weeks_moves_every_later_day_by_two_weeks() -> None:
    _, found, new = held(20, 42)
    assert isinstance(new, Replanned)
    assert [s.from_ for s in new.plan.steps] == [s.from_ + timedelta(days=14) for s in found.steps[2:]]
    assert {c.code: (c.before, c.after) for c in new.changes} == {
        "next-change": ("2027-02-01", "2027-02-15"),
        "last-change": (found.ends_on.isoformat(), (found.ends_on + timedelta(days=14)).isoformat()),
    }


def test_a_hold_that_ends_before_the_next_change_changes_nothing() -> None:
    _, found, new = held(20, 24)
    assert isinstance(new, Replanned)
    assert new.plan.steps[0].from_ == found.steps[2].from_ - timedelta(days=0) and new.changes == ()


def test_a_step_back_starts_from_the_reinstated_dose_and_reaches_no_dose_earlier() -> None:
    asked, found, new = held(20, 42, dose_mg=D(20), since=date(2027, 1, 24))
    assert isinstance(new, Replanned)
    assert new.request.daily_dose_mg == 20 and new.plan.steps[0].daily_mg >= 18
    assert lower_on_no_day(asked, found, new, date(2027, 1, 24))
    assert "step-back" in {c.code for c in new.changes}
    read_by_the_contract(new.request, new.plan)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dose_mg": D(17)}, "dose-not-of-plan"),
        ({"dose_mg": D(30)}, "dose-not-of-plan"),
        ({"pace": Pace(D(10), 13)}, "faster-than-agreed"),
        ({"pace": Pace(D(11), 28)}, "faster-than-agreed"),
        ({"resume_on": date(2027, 1, 1)}, "resume-before-hold"),
    ],
)
def test_a_hold_never_speeds_up_and_never_invents_a_dose(changes: dict[str, object], code: str) -> None:
    _, _, new = held(20, 42, **changes)
    assert isinstance(new, Refused) and new.code == code


def test_after_the_last_dose_nothing_can_be_held() -> None:
    asked, found = request(), plan()
    new = replan(asked, ASAM, found, Hold(from_=found.ends_on, dose_mg=D(0), since=found.ends_on, resume_on=found.ends_on))
    assert isinstance(new, Refused) and new.code == "nothing-remains"
