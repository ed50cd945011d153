"""Constraints of a taper: the calendar, the night's dose, whole tablets and few products; and what must not matter."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serein.clinical.knowledge import load
from serein.clinical.taper import Constraints, Pace, Plan, Product, Refused, Request, breaches, policy_for, propose
from serein.clinical.taper.amounts import Shelf
from tests.clinical.test_taper import ASAM, LIQUID, START, T2, T5, T10, D, plan, request, requests, sums_up_to

SATURDAY, SUNDAY = 5, 6
WEEKEND = frozenset({SATURDAY, SUNDAY})


@pytest.mark.parametrize("products", [(T2, T5, T10), (T2, LIQUID), (replace(T5, smallest=D("0.25")), T2, LIQUID)])
def test_the_kindest_way_to_make_a_dose_is_found_among_all(products: tuple[Product, ...]) -> None:
    """Fewest divided tablets, then fewest products, then fewest pieces: against every way to make the dose."""
    shelf = Shelf(products, D(15))

    @cache
    def ways(grains: int, kinds: int) -> frozenset[tuple[int, int, int]]:
        if kinds == 0:
            return frozenset({(0, 0, 0)}) if grains == 0 else frozenset()
        product, size = shelf.products[kinds - 1], shelf.sizes[kinds - 1] // shelf.grain
        found = set()
        for n in range(grains // size + 1):
            units = n * product.smallest
            split = int(not product.liquid and units % 1 != 0)
            pieces = n if product.liquid else int(units // 1) + split
            for s, p, c in ways(grains - n * size, kinds - 1):
                found.add((s + split, p + (n > 0), c + pieces))
        return frozenset(found)

    for grains in range(1, shelf.highest + 1):
        possible = ways(grains, len(products))
        assert (grains in shelf.makeable_set) == bool(possible)
        if possible:
            assert shelf.handling(grains)[:3] == min(possible)
            assert sum(u * p.mg for i, u in shelf.parts_of(grains).units for p in products if p.id == i) == shelf.mg(grains)


@given(requests, st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_products_never_matters(asked: Request, chance: object) -> None:
    shuffled = list(asked.products)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = propose(asked, ASAM), propose(replace(asked, products=tuple(shuffled)), ASAM)
    assert type(one) is type(other)
    if isinstance(one, Plan):
        assert one == other


@given(requests, st.sampled_from([D(1), D("0.8"), D("0.5")]), st.integers(0, 21))
@settings(max_examples=80, deadline=None)
def test_a_slower_pace_never_ends_earlier(asked: Request, factor: Decimal, longer: int) -> None:
    slower = replace(asked, pace=Pace(asked.pace.cut_percent * factor, asked.pace.every_days + longer))
    one, other = propose(asked, ASAM), propose(slower, ASAM)
    if isinstance(one, Plan) and isinstance(other, Plan):
        assert other.ends_on >= one.ends_on
    else:
        assert isinstance(other, Refused), "what a slower pace can do, a faster one can do"


calendars = st.builds(
    Constraints, no_change_weekdays=st.sampled_from([WEEKEND, frozenset({0}), frozenset({0, 1, 2, 3, 4})]),
    no_change_dates=st.frozensets(st.dates(START, date(2027, 6, 1)), max_size=4), dispense_every_days=st.sampled_from([None, None, 7, 3]),
)  # fmt: skip


@given(requests, calendars, st.sampled_from([14, 15, 18, 30]))
@settings(max_examples=80, deadline=None)
def test_no_change_falls_on_a_day_that_was_kept_free(asked: Request, kept: Constraints, every: int) -> None:
    found = propose(replace(asked, constraints=kept, pace=Pace(asked.pace.cut_percent, every)), ASAM)
    if isinstance(found, Refused):
        return
    for step in found.steps:
        assert step.from_.weekday() not in kept.no_change_weekdays and step.from_ not in kept.no_change_dates
        assert kept.dispense_every_days is None or (step.from_ - asked.start_on).days % kept.dispense_every_days == 0
    assert breaches(replace(asked, pace=Pace(asked.pace.cut_percent, every)), ASAM, found) == ()


def earliest_by_search(asked: Request) -> tuple[date, Decimal] | None:
    """The last change's day and mg taken until then, by trying every way down on the calendar: only for small cases."""
    doses = sorted(m for m in sums_up_to([p.mg * p.smallest for p in asked.products], asked.daily_dose_mg) if m >= asked.goal_mg)
    c = asked.constraints

    def allowed(day: date) -> date:
        while day.weekday() in c.no_change_weekdays or day in c.no_change_dates:
            day += timedelta(days=1)
        return day

    def cuts(before: Decimal, terminal: bool) -> list[tuple[Decimal, int, bool]]:
        lower = [m for m in doses if m < before]
        smallest, pace, found = before - lower[-1], asked.pace, []
        if not terminal:
            found = [(m, pace.every_days, False) for m in lower if (before - m) * 100 <= pace.cut_percent * before]
            if not found and smallest * 4 <= before:
                days = (pace.every_days * smallest * 100) / (before * pace.cut_percent)
                found = [(lower[-1], int(days) + (days != int(days)), False)]
        if before <= 5:
            found += [(m, pace.every_days, True) for m in lower if before - m <= min(max(D("0.5"), smallest), D(1))]
        return found

    @cache
    def best(dose: Decimal, terminal: bool, since: date) -> tuple[date, Decimal] | None:
        if dose == asked.goal_mg:
            return (since, D(0))
        options = []
        for to, hold, ends in cuts(dose, terminal):
            day = allowed(since + timedelta(days=hold))
            rest = best(to, ends, day)
            if rest is not None:
                options.append((rest[0], rest[1] + dose * (day - since).days))
        return min(options, default=None)

    firsts = []
    for to, hold, ends in cuts(asked.daily_dose_mg, False):
        held = (
            asked.stable_since is not None
            or (asked.daily_dose_mg - to) * 100 <= asked.pace.cut_percent * asked.daily_dose_mg
            or ends
        )
        day = allowed(asked.start_on if held else asked.start_on + timedelta(days=hold))
        rest = best(to, ends, day)
        if rest is not None:
            firsts.append((rest[0], rest[1] + asked.daily_dose_mg * (day - asked.start_on).days))
    return min(firsts, default=None)


@pytest.mark.parametrize("every", [14, 16, 19])
@pytest.mark.parametrize("dose", [D(4), D(6), D("8.5")])
@pytest.mark.parametrize("products", [(T2,), (T2, T5), (LIQUID,)])
def test_no_way_on_the_calendar_is_better_than_the_one_proposed(every: int, dose: Decimal, products: tuple[Product, ...]) -> None:
    kept = Constraints(
        no_change_weekdays=WEEKEND | {0}, no_change_dates=frozenset({START + timedelta(days=16 + n) for n in range(9)})
    )
    asked = request(daily_dose_mg=dose, products=products, pace=Pace(D(15), every), constraints=kept)
    found, sought = propose(asked, ASAM), earliest_by_search(asked)
    if isinstance(found, Refused):
        assert sought is None
        return
    taken = asked.daily_dose_mg * (found.steps[0].from_ - asked.start_on).days + sum(s.daily_mg * s.days for s in found.steps)
    assert (found.ends_on, taken) == sought


def test_a_calendar_without_any_day_is_refused_and_the_nearest_has_one() -> None:
    found = propose(request(constraints=Constraints(no_change_weekdays=frozenset(range(7)))), ASAM)
    assert isinstance(found, Refused) and found.code == "no-day-for-changes"
    assert found.nearest is not None and isinstance(propose(found.nearest, ASAM), Plan)


def test_the_nights_dose_stays_until_nothing_else_is_left() -> None:
    """As in the Scottish example: 20 mg a day, the 10 mg at night go last."""
    found = plan(constraints=Constraints(night_last=True))
    for step in found.steps:
        shares = {d.at: d.mg for d in step.doses}
        assert shares.get("night", D(0)) == min(D(10), step.daily_mg), step


def test_whole_tablets_are_never_divided_and_few_products_stay_few() -> None:
    one = Product(id="t1", form="tablet", mg=D(1), smallest=D("0.5"))
    whole = plan(products=(T2, T5, one, LIQUID), constraints=Constraints(whole_tablets=True))
    assert not any(d.parts.splits for s in whole.steps for d in s.doses)
    few = plan(products=(T2, T5, T10, LIQUID), constraints=Constraints(most_products=1))
    assert len(few.supply) == 1
    assert few.ends_on >= plan(products=(T2, T5, T10, LIQUID)).ends_on


def test_whole_tablets_do_not_buy_a_larger_cut() -> None:
    """A cut larger than the pace is for products that can make no smaller one; a wish for whole tablets is no such reason."""
    found = propose(request(products=(T2,), constraints=Constraints(whole_tablets=True)), ASAM)
    assert isinstance(found, Refused) and found.code == "products-too-coarse"
    assert found.nearest is not None and isinstance(propose(found.nearest, ASAM), Plan)


@pytest.mark.parametrize("dose", [D(0), D(10_000)])
def test_a_dose_that_nobody_takes_is_refused_with_one_that_can_be_planned(dose: Decimal) -> None:
    found = propose(request(daily_dose_mg=dose), ASAM)
    assert isinstance(found, Refused) and found.nearest is not None and isinstance(propose(found.nearest, ASAM), Plan)


def test_a_dose_too_large_for_so_fine_a_product_has_a_nearest_one_too() -> None:
    fine = Product(id="fine", form="oral-solution", mg=D(1), smallest=D("0.05"))
    found = propose(request(daily_dose_mg=D(10_000), products=(fine,)), ASAM)
    assert isinstance(found, Refused) and found.nearest is not None and isinstance(propose(found.nearest, ASAM), Plan)


CKS = policy_for(load(), "nice-cks", "diazepam")


@given(requests, st.sampled_from([Pace(D(10), 7), Pace(D(5), 9), Pace(D(25), 14), Pace(D("12.5"), 14)]))
@settings(max_examples=100, deadline=None)
def test_plans_by_bands_keep_the_ceiling_and_their_bands(asked: Request, pace: Pace) -> None:
    found = propose(replace(asked, pace=pace), CKS)
    if isinstance(found, Refused):
        return
    assert breaches(replace(asked, pace=pace), CKS, found) == ()
    before = asked.daily_dose_mg
    for step in found.steps:
        assert step.cut_mg <= (4 if before > 20 else 2 if before > 10 else 1)
        assert all(step.cut_mg <= most or step.daily_mg >= above for above, most in ((20, 2), (10, 1)) if before > above)
        before = step.daily_mg


def test_the_printed_schedule_of_bands_is_reproduced() -> None:
    """40 to 20 by 2 to 4 mg, to 10 by 1 to 2, to 5 by 1, then by 0.5 to 1: 30 to 60 weeks from 40 mg at one to two weeks a step."""
    for start, least, most in ((D(40), 20, 35), (D(20), 15, 25)):
        found = propose(request(daily_dose_mg=start, products=(T2, T5, LIQUID), pace=Pace(D(25), 14)), CKS)
        assert isinstance(found, Plan)
        assert least <= len(found.steps) <= most
        assert [s.daily_mg for s in found.steps if s.daily_mg >= 10] == [
            m for m in (36, 32, 28, 24, 20, 18, 16, 14, 12, 10) if m < start
        ]
        assert [s.daily_mg for s in found.steps if 5 <= s.daily_mg < 10] == [9, 8, 7, 6, 5]
