"""Life happens to a plan: nothing ever brings a lower dose nearer, and every answer says what changed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from serein.clinical.taper import Pace, Plan, Refused, Request, breaches, propose
from serein.clinical.taper.checks import dose_on
from serein.clinical.taper.living import Changed, Happened, Kind, after
from tests.clinical.test_taper import ASAM, LIQUID, T2, T5, D, plan, request, requests

WISHES = [Kind.WAIT, Kind.SLOWER, Kind.MISSED_APPOINTMENT, Kind.PREGNANCY, Kind.HOSPITAL, Kind.GAP, Kind.BACK]


def on_day(asked: Request, found: Plan, number: int) -> date:
    return found.steps[0].from_ + timedelta(days=number)


@given(requests, st.lists(st.tuples(st.sampled_from(WISHES), st.integers(0, 120), st.integers(0, 40)), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_no_sequence_of_events_ever_brings_a_lower_dose_nearer(asked: Request, events: list[tuple[Kind, int, int]]) -> None:
    found = propose(asked, ASAM)
    assume(isinstance(found, Plan))
    assert isinstance(found, Plan)
    today = asked.start_on
    for kind, days, wait in events:
        today += timedelta(days=days)
        slower = Pace(asked.pace.cut_percent / 2, asked.pace.every_days + 7)
        happened = Happened(
            kind=kind, on=today, until=today + timedelta(days=wait), why="asked for", pace=slower if kind is Kind.SLOWER else None
        )
        changed = after(asked, ASAM, found, happened)
        if isinstance(changed, Refused):
            continue
        new = changed.replanned
        assert breaches(new.request, ASAM, new.plan) == ()
        day, last = today, max(found.ends_on, new.plan.ends_on)
        while day <= last:
            assert dose_on(new.request, new.plan.steps, day) >= dose_on(asked, found.steps, day)
            day += timedelta(days=5)
        assert new.plan.ends_on >= found.ends_on and changed.says
        asked, found = new.request, new.plan


def test_waiting_moves_the_days_and_keeps_the_doses() -> None:
    asked, found = request(), plan()
    changed = after(asked, ASAM, found, Happened(kind=Kind.WAIT, on=on_day(asked, found, 20), until=on_day(asked, found, 40)))
    assert isinstance(changed, Changed)
    assert [s.daily_mg for s in changed.replanned.plan.steps] == [s.daily_mg for s in found.steps[2:]]
    assert changed.replanned.plan.steps[0].from_ == on_day(asked, found, 40)
    assert any("The next change moves" in s for s in changed.says)


def test_one_step_back_needs_a_reason_and_is_held_before_it_goes_on() -> None:
    asked, found = request(), plan()
    back = Happened(kind=Kind.BACK, on=on_day(asked, found, 20))
    refused = after(asked, ASAM, found, back)
    assert isinstance(refused, Refused) and refused.code == "why-missing"
    changed = after(asked, ASAM, found, replace(back, why="shaking since the last change"))
    assert isinstance(changed, Changed)
    assert changed.replanned.request.daily_dose_mg == found.steps[0].daily_mg
    assert changed.replanned.plan.steps[0].from_ >= back.on + timedelta(days=14)


def test_after_a_gap_the_clinician_decides_and_the_dose_must_be_steady_first() -> None:
    asked, found = request(), plan()
    changed = after(asked, ASAM, found, Happened(kind=Kind.GAP, on=on_day(asked, found, 30)))
    assert isinstance(changed, Changed) and "clinician" in changed.decide
    assert changed.replanned.plan.steps[0].from_ >= on_day(asked, found, 44)


def test_a_product_out_of_stock_leaves_doses_and_days_where_the_others_make_them() -> None:
    asked, found = request(products=(T2, T5, LIQUID)), plan(products=(T2, T5, LIQUID))
    changed = after(asked, ASAM, found, Happened(kind=Kind.OUT_OF_STOCK, on=on_day(asked, found, 20), product="t5"))
    assert isinstance(changed, Changed)
    new = changed.replanned.plan
    assert [(s.from_, s.daily_mg) for s in new.steps] == [(s.from_, s.daily_mg) for s in found.steps[2:]]
    assert all(p != "t5" for s in new.steps for d in s.doses for p, _ in d.parts.units)
    assert breaches(changed.replanned.request, ASAM, new) == ()


def test_without_the_fine_product_the_rest_is_planned_anew_and_never_earlier() -> None:
    asked, found = request(products=(T2, LIQUID)), plan(products=(T2, LIQUID))
    today = next(s.from_ for s in found.steps if s.daily_mg == s.daily_mg.to_integral_value())
    changed = after(asked, ASAM, found, Happened(kind=Kind.OUT_OF_STOCK, on=today, product="liq"))
    assert isinstance(changed, Changed), changed
    new = changed.replanned
    for day in (today + timedelta(days=n) for n in range(0, 600, 3)):
        assert dose_on(new.request, new.plan.steps, day) >= dose_on(asked, found.steps, day)


def test_lost_tablets_change_no_dose() -> None:
    asked, found = request(), plan()
    changed = after(asked, ASAM, found, Happened(kind=Kind.LOST_TABLETS, on=asked.start_on, lost=(("t2", D(10)),)))
    assert isinstance(changed, Changed) and changed.replanned.plan == found and changed.replace_units == (("t2", D(10)),)


@pytest.mark.parametrize("kind", [Kind.PREGNANCY, Kind.HOSPITAL, Kind.MISSED_APPOINTMENT])
def test_what_a_person_must_decide_is_said(kind: Kind) -> None:
    asked, found = request(), plan()
    changed = after(asked, ASAM, found, Happened(kind=kind, on=on_day(asked, found, 15)))
    assert isinstance(changed, Changed) and changed.decide


def test_a_dose_that_the_plan_never_had_is_no_hold() -> None:
    asked, found = request(), plan()
    refused = after(
        asked, ASAM, found, Happened(kind=Kind.HOSPITAL, on=on_day(asked, found, 15), takes_mg=Decimal(40), why="ward")
    )
    assert isinstance(refused, Refused) and refused.code == "dose-not-of-plan"
