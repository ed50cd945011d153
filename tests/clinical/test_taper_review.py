"""A plan that somebody typed: every fault is found where it is, and a plan that the planner made has none."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serein.clinical.kinetics import DailyDoses, Person, morning_levels, settling_days, typical
from serein.clinical.kinetics.somebody import Typical
from serein.clinical.knowledge import load
from serein.clinical.taper import Cut, Pace, Plan, Request, propose
from serein.clinical.taper.compare import compare, dispensings
from serein.clinical.taper.review import TypedStep, review, typed_from, with_step
from tests.clinical.test_taper import ASAM, START, T2, T5, D, plan, request, requests


def typed(*doses: str, every: int = 14) -> tuple[TypedStep, ...]:
    return tuple(TypedStep(from_=START + timedelta(days=every * n), daily_mg=D(mg)) for n, mg in enumerate(doses))


def codes(asked: Request, steps: tuple[TypedStep, ...]) -> list[tuple[int, str]]:
    return [(f.step, f.code) for f in review(asked, ASAM, steps).faults]


def test_the_scottish_example_is_found_right_and_the_planner_says_how_it_differs() -> None:
    """20 mg to nothing, 1 mg at a time, from 2 mg tablets that are halved: each step passes under the ceiling. The planner cuts by a share of
    the dose, so that it goes faster above 10 mg and slower below, and takes half milligrams at the end where a product makes them."""
    asked = request(products=(T2,), pace=Pace(D(25), 14))
    printed = typed(*(str(mg) for mg in range(19, -1, -1)))
    looked = review(asked, ASAM, printed)
    assert looked.may_be_followed, looked.faults
    assert [s.cut_mg for s in looked.steps] == [D(1)] * 20
    usual = propose(request(products=(T2, T5)), ASAM)
    assert isinstance(usual, Plan)
    assert usual.steps[0].cut_mg == 2
    assert usual.steps[-1].from_ != printed[-1].from_


@given(requests)
@settings(max_examples=100, deadline=None)
def test_no_step_of_a_proposed_plan_is_stopped(asked: Request) -> None:
    found = propose(asked, ASAM)
    if isinstance(found, Plan):
        looked = review(asked, ASAM, typed_from(found.steps))
        assert looked.may_be_followed, looked.faults
        assert [s.daily_mg for s in looked.steps] == [s.daily_mg for s in found.steps]


@given(requests, st.integers(0, 30), st.sampled_from([D("0.5"), D("0.6"), D("0.7")]))
@settings(max_examples=80, deadline=None)
def test_a_cut_beyond_the_ceiling_is_always_stopped(asked: Request, where: int, left: Decimal) -> None:
    """Whatever the step: a cut of more than a quarter above the last steps' threshold never passes."""
    found = propose(asked, ASAM)
    if not isinstance(found, Plan) or where >= len(found.steps):
        return
    before = found.steps[where - 1].daily_mg if where else asked.daily_dose_mg
    if before > 5:
        steps = with_step(typed_from(found.steps), where + 1, before * left, found.steps[where].from_)
        assert (where + 1) in [f.step for f in review(asked, ASAM, steps[: where + 1]).faults if f.stop]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (typed("18", "16", "14", "12", "10.5"), [(2, "above-pace"), (3, "above-pace"), (4, "above-pace"), (5, "above-pace")]),
        (typed("14"), [(1, "cut-too-large")]),
        (typed("18", "18"), [(2, "not-lower")]),
        (typed("18", "19"), [(2, "not-lower")]),
        (typed("18.3"), [(1, "not-makeable")]),
        (typed("18", "16", every=7), [(2, "too-soon"), (2, "above-pace")]),
        (typed("18", "16", every=0), [(2, "out-of-order"), (2, "above-pace")]),
    ],
)
def test_each_fault_stands_at_its_step(steps: tuple[TypedStep, ...], expected: list[tuple[int, str]]) -> None:
    assert codes(request(), steps) == expected


def test_two_cuts_that_are_too_much_together_are_found() -> None:
    found = codes(request(daily_dose_mg=D(20)), typed("16", "12.5", every=10))
    assert (2, "falls-too-fast") in found


def test_an_earlier_cut_counts() -> None:
    asked = request(recent_cuts=(Cut(START - timedelta(days=5), D(25)),))
    assert (1, "falls-too-fast") in codes(asked, typed("18")) and (1, "too-soon") in codes(asked, typed("18"))


def test_every_fault_with_a_dose_instead_is_put_right_by_it() -> None:
    asked = request()
    steps = typed("14", "12", "8", "7.5", "4.2")
    for _ in range(20):
        faults = [f for f in review(asked, ASAM, steps).faults if f.instead_mg is not None]
        if not faults:
            break
        assert faults[0].instead_mg is not None
        steps = with_step(steps, faults[0].step, faults[0].instead_mg, steps[faults[0].step - 1].from_)
    assert review(asked, ASAM, steps).may_be_followed


def test_typed_tablets_are_counted_again() -> None:
    whole = plan(products=(T2, T5)).steps[0]
    wrong = tuple(replace(d, mg=d.mg + 1) for d in whole.doses)
    asked = request(products=(T2, T5))
    assert (1, "does-not-add-up") in codes(asked, (TypedStep(from_=whole.from_, daily_mg=whole.daily_mg, doses=wrong),))
    assert codes(request(products=(T2,)), (TypedStep(from_=START, daily_mg=D(18), doses=whole.doses),))[0][1] in (
        "product-unknown",
        "does-not-add-up",
    )


def test_two_plans_stand_side_by_side_over_the_same_days() -> None:
    asked, slow = request(), plan(pace=Pace(D(5), 28))
    fast = plan()
    sides = compare(asked, fast.steps, slow.steps)
    assert sides.one.ends_on < sides.other.ends_on and sides.one.taken_mg < sides.other.taken_mg
    assert all(one <= other for _, one, other in sides.rows)
    assert compare(asked, fast.steps, fast.steps).one == compare(asked, fast.steps, fast.steps).other


@given(requests, st.sampled_from([7, 10, 28]))
@settings(max_examples=60, deadline=None)
def test_what_is_handed_out_is_what_is_taken_and_what_is_left(asked: Request, every: int) -> None:
    found = propose(asked, ASAM)
    if not isinstance(found, Plan):
        return
    given_out = dispensings(asked, found.steps, every, 7)
    total: dict[str, Decimal] = {}
    for one in given_out:
        for product, units in one.give:
            total[product] = total.get(product, D(0)) + units
            assert units == units.to_integral_value()
    left = dict(given_out[-1].left) if given_out else {}
    assert {p: u - left.get(p, D(0)) for p, u in total.items() if u - left.get(p, D(0))} == dict(found.supply)
    assert all(units < 1 for one in given_out for _, units in one.left)


def test_a_level_has_settled_when_nine_tenths_of_the_change_have_come() -> None:
    person = typical(load(), "diazepam", Person(age_years=D(45)))
    assert isinstance(person, Typical)
    days = settling_days(person.parameters, D("0.9"))
    assert days is not None
    phases = (DailyDoses(0, ((D(8), D(10)),)), DailyDoses(1, ((D(8), D(8)),)))
    found = morning_levels(person.parameters, phases, 120)
    both = [x + y for x, y in zip(found.parent, found.metabolite, strict=True)]
    change = both[0] - both[-1]
    assert both[1 + days] - both[-1] <= change / 10 < both[days - 1] - both[-1]
    assert both[-1] == pytest.approx(both[0] * 8 / 10, rel=1e-6)
