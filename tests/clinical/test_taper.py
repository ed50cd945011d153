"""Taper plans: the contract's invariants checked by an independent reader, and the optimum against exhaustive search."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product as every

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serein.clinical.knowledge import load
from serein.clinical.taper import (
    Cut,
    Pace,
    Plan,
    Product,
    Refused,
    Request,
    UnknownPolicy,
    breaches,
    policy_for,
    propose,
    withdrawal_risk,
)

D = Decimal
START = date(2027, 1, 4)
ASAM = policy_for(load(), "asam-2025", "diazepam")
T2, T5, T10 = (Product(id=f"t{mg}", form="tablet", mg=D(mg), smallest=D("0.5")) for mg in (2, 5, 10))
LIQUID = Product(id="liq", form="oral-solution", mg=D(1), smallest=D("0.5"))


def request(**given: object) -> Request:
    usual: dict[str, object] = {
        "substance": "diazepam", "daily_dose_mg": D(20), "start_on": START, "pace": Pace(D(10), 14), "goal_mg": D(0),
        "products": (T2, T5, LIQUID), "times": ("morning", "night"),
    }  # fmt: skip
    return Request(**{**usual, **given})  # type: ignore[arg-type]


def plan(**given: object) -> Plan:
    found = propose(request(**given), ASAM)
    assert isinstance(found, Plan), found
    return found


def read_by_the_contract(asked: Request, found: Plan) -> None:
    """The seven invariants, written from the contract's sentences and sharing nothing with the planner but its values."""
    mg = {p.id: p.mg for p in asked.products}
    part = {p.id: p.smallest for p in asked.products}
    before, since, terminal_before = asked.daily_dose_mg, asked.stable_since, False
    supply: dict[str, Decimal] = {}
    makeable = sums_up_to([p.mg * p.smallest for p in asked.products], asked.daily_dose_mg)
    for n, step in enumerate(found.steps):
        assert step.number == n + 1
        for dose in step.doses:
            assert sum(u * mg[p] for p, u in dose.parts.units) == dose.mg > 0
            for p, u in dose.parts.units:
                assert u % part[p] == 0
                supply[p] = supply.get(p, D(0)) + u * step.days
        assert sum((d.mg for d in step.doses), D(0)) == step.daily_mg < before
        cut = before - step.daily_mg
        assert step.cut_mg == cut and step.cut_percent == cut * 100 / before
        assert step.days >= asked.pace.every_days or step.daily_mg == 0
        smallest = min(before - m for m in makeable if asked.goal_mg <= m < before)
        held = None if since is None else (step.from_ - since).days
        if step.terminal:
            assert before <= 5 and (cut <= D("0.5") or cut == smallest) and cut <= 1
        else:
            assert not terminal_before
            if cut * 100 > asked.pace.cut_percent * before:
                assert cut == smallest and cut * 4 <= before
                days = held if held is not None else (step.from_ - asked.start_on).days
                assert days * asked.pace.cut_percent * before >= asked.pace.every_days * cut * 100
        terminal_before = step.terminal
        if n + 1 < len(found.steps):
            assert found.steps[n + 1].from_ == step.from_ + timedelta(days=step.days)
        before, since = step.daily_mg, step.from_
    assert before == asked.goal_mg and found.ends_on == found.steps[-1].from_
    assert found.steps[-1].days == (0 if asked.goal_mg == 0 else asked.pace.every_days)
    assert dict(found.supply) == {p: u for p, u in supply.items() if u}
    no_steep_fall(asked, found)


def no_steep_fall(asked: Request, found: Plan) -> None:
    def dose(day: date) -> Decimal:
        past = [s.daily_mg for s in found.steps if s.from_ <= day]
        earlier = [c.from_mg for c in sorted(asked.recent_cuts, key=lambda c: c.on) if day < c.on]
        return past[-1] if past else (earlier[0] if earlier else asked.daily_dose_mg)

    day = found.steps[0].from_ - timedelta(days=14)
    while day < found.ends_on:
        if dose(day) > 5:
            assert (dose(day) - dose(day + timedelta(days=14))) * 4 <= dose(day), day
        day += timedelta(days=1)


def sums_up_to(grains: list[Decimal], top: Decimal) -> set[Decimal]:
    """Every dose that can be made, by adding one smallest part at a time."""
    found, fresh = {D(0)}, {D(0)}
    while fresh:
        fresh = {x + g for x in fresh for g in grains if x + g <= top} - found
        found |= fresh
    return found


products = st.lists(
    st.builds(
        Product, id=st.uuids().map(str), form=st.just("tablet"), mg=st.sampled_from([D(1), D(2), D("2.5"), D(5), D(10)]),
        smallest=st.sampled_from([D(1), D("0.5"), D("0.25")]),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
requests = st.builds(
    request, daily_dose_mg=st.decimals("0.5", "60", places=1), goal_mg=st.sampled_from([D(0), D(0), D(2), D(5)]), products=products.map(tuple),
    pace=st.builds(Pace, st.sampled_from([D(5), D(10), D("12.5"), D(25)]), st.sampled_from([14, 21, 28])),
    times=st.sampled_from([("night",), ("morning", "night"), ("morning", "noon", "night")]),
    stable_since=st.one_of(st.none(), st.dates(date(2026, 9, 1), date(2027, 1, 10))),
    recent_cuts=st.lists(st.builds(Cut, st.dates(date(2026, 11, 1), START), st.sampled_from([D(61), D(70)])), max_size=1).map(tuple),
)  # fmt: skip


@given(requests)
@settings(max_examples=150, deadline=None)
def test_every_plan_ever_printed_keeps_the_contract(asked: Request) -> None:
    found = propose(asked, ASAM)
    if isinstance(found, Plan):
        since = max([asked.stable_since or date.min, *(c.on for c in asked.recent_cuts)])
        read_by_the_contract(replace(asked, stable_since=None if since == date.min else since), found)
        assert breaches(asked, ASAM, found) == ()


@given(requests)
@settings(max_examples=60, deadline=None)
def test_the_nearest_request_of_a_refusal_can_be_met(asked: Request) -> None:
    found = propose(asked, ASAM, others=lambda one: [replace(one, products=(*one.products, LIQUID))])
    if isinstance(found, Refused):
        assert found.nearest is not None and isinstance(propose(found.nearest, ASAM), Plan)


def fastest_by_search(asked: Request) -> tuple[int, Decimal] | None:
    """Days until the goal and mg taken on the way, by trying every way down: only for small cases."""
    doses = sorted(m for m in sums_up_to([p.mg * p.smallest for p in asked.products], asked.daily_dose_mg) if m >= asked.goal_mg)

    def allowed(before: Decimal, terminal: bool) -> list[tuple[Decimal, int, bool]]:
        lower = [m for m in doses if m < before]
        if not lower:
            return []
        smallest, pace = before - lower[-1], asked.pace
        ways = [] if terminal else [(m, pace.every_days, False) for m in lower if (before - m) * 100 <= pace.cut_percent * before]
        if not terminal and not ways and smallest * 4 <= before:
            stretched = -(-(pace.every_days * smallest * 100) // (before * pace.cut_percent))
            ways = [(lower[-1], max(pace.every_days, int(stretched)), False)]
            if int(stretched) * before * pace.cut_percent < pace.every_days * smallest * 100:
                ways = [(lower[-1], int(stretched) + 1, False)]
        if before <= 5:
            ways += [(m, pace.every_days, True) for m in lower if before - m <= min(max(D("0.5"), smallest), D(1))]
        return ways

    def best(dose: Decimal, terminal: bool) -> tuple[int, Decimal] | None:
        if dose == asked.goal_mg:
            return (0, D(0)) if dose == 0 else (asked.pace.every_days, dose * asked.pace.every_days)
        options = [
            (rest[0] + hold, rest[1] + hold * dose)
            for to, hold, ends in allowed(dose, terminal)
            if (rest := best(to, ends or terminal)) is not None
        ]
        return min(options, default=None)

    firsts = [rest for to, _, ends in allowed(asked.daily_dose_mg, False) if (rest := best(to, ends)) is not None]
    return min(firsts, default=None)


@pytest.mark.parametrize(
    ("dose", "products", "percent", "goal"),
    list(every([D(3), D(6), D("8.5"), D(10)], [(T2,), (T2, T5), (LIQUID,), (T5,), (T10, T2)], [D(10), D(25)], [D(0), D(2)])),
)
def test_no_way_down_is_faster_than_the_one_proposed(
    dose: Decimal, products: tuple[Product, ...], percent: Decimal, goal: Decimal
) -> None:
    asked = request(daily_dose_mg=dose, products=products, pace=Pace(percent, 14), goal_mg=goal)
    found, sought = propose(asked, ASAM), fastest_by_search(asked)
    if isinstance(found, Refused):
        assert sought is None
        return
    days = sum(s.days for s in found.steps)
    assert (days, sum(s.daily_mg * s.days for s in found.steps)) == sought


def test_the_example_of_the_contract_begins_with_a_tenth_and_ends_with_nothing() -> None:
    found = plan(stable_since=date(2026, 10, 1), recent_cuts=(Cut(date(2026, 9, 20), D(22)),))
    assert found.steps[0].from_ == START and found.steps[0].daily_mg == 18
    assert found.steps[-1].daily_mg == 0 and found.steps[-1].days == 0 and not found.steps[-1].doses


def test_a_percentage_alone_never_reaches_zero_so_the_end_falls_in_small_amounts() -> None:
    found = plan()
    terminal = [s for s in found.steps if s.terminal]
    assert terminal and all(s.cut_mg <= D("0.5") for s in terminal)
    assert len(found.steps) < 29, "ten percent a step alone would need 29 steps from 20 mg to 1 mg"


def test_a_pace_beyond_the_policy_is_refused_and_never_sped_up() -> None:
    for pace in (Pace(D(26), 14), Pace(D(10), 13)):
        found = propose(request(pace=pace), ASAM)
        assert isinstance(found, Refused) and found.code == "pace-beyond-policy"
        assert found.nearest is not None and found.nearest.pace == Pace(min(pace.cut_percent, D(25)), 14)


def test_above_the_usual_start_it_says_so() -> None:
    assert [c.ok for c in plan(pace=Pace(D(20), 14)).checks if c.code == "above-usual-start"] == [False]
    assert not [c for c in plan().checks if c.code == "above-usual-start"]


def test_tablets_too_coarse_for_the_end_are_refused_with_what_would_do() -> None:
    found = propose(request(products=(T5,)), ASAM, others=lambda one: [replace(one, products=(*one.products, T2))])
    assert isinstance(found, Refused) and found.code == "products-too-coarse"
    assert found.nearest is not None and found.nearest.products == (T5, T2)


def test_a_coarse_first_cut_waits_until_the_dose_was_held_in_proportion() -> None:
    coarse = {"daily_dose_mg": D(6), "products": (T2,)}
    assert plan(**coarse).steps[0].from_ == START + timedelta(days=24), "a sixth is 16.7 %, and 14 days × 16.7 / 10 is 23.3"
    held = plan(**coarse, stable_since=START - timedelta(days=24))
    assert held.steps[0].from_ == START


def test_the_night_keeps_the_largest_share_and_goes_last() -> None:
    found = plan(times=("night", "morning"), products=(T2,))
    for step in found.steps[:-1]:
        shares = {d.at: d.mg for d in step.doses}
        assert shares["night"] >= shares.get("morning", 0)
    assert {d.at for d in found.steps[-2].doses} == {"night"}


def test_the_terminal_zone_of_another_substance_is_read_with_both_tables() -> None:
    lorazepam = policy_for(load(), "asam-2025", "lorazepam")
    assert (lorazepam.terminal_from_mg, lorazepam.terminal_cut_mg, lorazepam.terminal_most_mg) == (D(1), D("0.05"), D("0.1"))
    with pytest.raises(UnknownPolicy, match="substance"):
        policy_for(load(), "asam-2025", "aspirin")
    with pytest.raises(UnknownPolicy, match="policy"):
        policy_for(load(), "as-fast-as-possible", "diazepam")


@pytest.mark.parametrize(
    ("days", "months", "dose", "ok"),
    [
        (3, 40, 40, True),
        (4, "0.9", 40, True),
        (7, 2, 10, True),
        (7, 2, "10.5", False),
        (7, 3, 2, False),
        (None, 40, 2, False),
        (7, None, 2, False),
    ],
)
def test_withdrawal_risk_follows_the_table(days: object, months: object, dose: object, ok: bool) -> None:
    asked = request(
        daily_dose_mg=D(str(dose)),
        days_per_week=None if days is None else D(str(days)),
        months_of_use=None if months is None else D(str(months)),
    )
    assert withdrawal_risk(load(), asked).ok is ok
