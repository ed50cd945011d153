"""Propose a reduction down to the tablet, or say why there is none and what would do."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

from .amounts import Shelf, TooFine, in_order
from .checks import breaches_of, checks_of
from .dated import Dated, dated
from .day import night_share, spread
from .days import next_day
from .edges import Reach
from .path import Descent
from .values import NO_CONSTRAINTS, Pace, Plan, PlanCheck, Policy, Refused, Request, Step, TimedDose

MOST_MG = Decimal(1000)
FINE_STEPS = 500  # of the finest part: a dose that every product can be searched over from


def propose(
    request: Request, policy: Policy, *, others: Callable[[Request], Iterable[Request]] = lambda one: ()
) -> Plan | Refused:
    """The plan that is closest to the wished pace under the policy, or a refusal with the nearest request that a plan can meet.

    `others` gives further requests to try, such as the same one with a finer product, in order of preference. Every plan holds the
    invariants of the `serein taper` contract (one substance, one phase); `checks.breaches` looks for a breach in any plan.
    """
    plan = _plan(request, policy)
    if isinstance(plan, Plan):
        return plan
    milder = list(_milder(request, policy))
    for other in (*milder, *(finer for one in (*milder[:1], *milder[-1:], request)[:2] for finer in others(one))):
        if isinstance(_plan(other, policy), Plan):
            return replace(plan, nearest=other)
    return plan


def _plan(request: Request, policy: Policy) -> Plan | Refused:
    refused = _refusal_before(request, policy)
    if refused is not None:
        return refused
    try:
        every = Shelf(request.products, request.daily_dose_mg)
        shelves = list(_shelves(request, every))
    except TooFine as error:
        return Refused("too-fine", str(error))
    if not any(shelf.can_make(request.goal_mg) for shelf in shelves):
        return Refused("goal-not-makeable", f"The products cannot make the goal of {_plain(request.goal_mg)} mg a day.")
    found = [
        one for shelf in shelves if shelf.can_make(request.goal_mg) and (one := _found(request, policy, shelf, every)) is not None
    ]
    if not found:
        return _stuck(request, policy, shelves[0], every)
    return min(found, key=lambda one: one[0])[1]


def _shelves(request: Request, every: Shelf) -> Iterator[Shelf]:
    """The shelves that a plan may be made from: all products, or each choice of as few as the request asks for, whole where it says so."""
    c, products = request.constraints, every.products
    if c.whole_tablets:
        products = tuple(p if p.liquid else replace(p, smallest=Decimal(1)) for p in products)
    if c.most_products is None or c.most_products >= len(products):
        yield Shelf(products, request.daily_dose_mg) if c.whole_tablets else every
        return
    for few in combinations(products, c.most_products):
        yield Shelf(few, request.daily_dose_mg)


def _found(request: Request, policy: Policy, shelf: Shelf, every: Shelf) -> tuple[tuple[Any, ...], Plan] | None:
    """The best plan from one shelf, and what it is compared by with those from other shelves."""
    descent = Descent(shelf, request, policy, every)
    starts = [
        (day, reach) for reach in descent.firsts() if (day := next_day(request, _start(request, policy, reach))) is not None
    ]
    way = dated(descent, starts) if starts else None
    if way is None:
        return None
    steps = _steps(shelf, request, way)
    breach = next(breaches_of(request, policy, steps), None)
    if breach is not None:
        raise RuntimeError(f"a plan that breaks its own rules must never leave this room: {breach}")
    checks = checks_of(request, policy, steps)
    if not way.proven:
        checks = (
            *checks,
            PlanCheck(
                "not-proven-best", False, "The calendar leaves too many ways to try them all: one may fit a little better."
            ),
        )
    plan = Plan(policy.id, steps, steps[-1].from_, supply_of(request, steps), checks)
    taken = sum(s.daily_mg * s.days for s in steps)
    divided = sum(d.parts.splits * s.days for s in steps for d in s.doses)
    return (plan.ends_on, taken, divided, len(plan.supply), tuple(p.id for p in shelf.products)), plan


def _refusal_before(request: Request, policy: Policy) -> Refused | None:
    pace = request.pace
    if beyond(pace, policy):
        return Refused("pace-beyond-policy", f"The pace is faster than {policy.id} allows: at most {ceiling_words(policy)}.")
    if request.daily_dose_mg <= 0:
        return Refused("nothing-taken", "Nothing is taken, so there is nothing to reduce.")
    if request.daily_dose_mg > MOST_MG:
        return Refused(
            "dose-implausible",
            f"{_plain(request.daily_dose_mg)} mg a day is above {MOST_MG} mg, the most that a plan is made for.",
        )
    if request.goal_mg >= request.daily_dose_mg:
        return Refused("goal-not-lower", "The goal is not lower than the dose in force, so there is nothing to reduce.")
    if not request.products:
        return Refused("no-products", "No product is at hand to make the doses from.")
    if next_day(request, request.start_on) is None:
        return Refused("no-day-for-changes", "The days kept free leave none on which the dose could change.")
    return None


def beyond(pace: Pace, policy: Policy) -> bool:
    """Whether the policy forbids the pace."""
    if pace.every_days >= policy.ceiling_days:
        return pace.cut_percent > policy.ceiling_percent
    short = policy.short
    return short is None or pace.every_days < short.every_days or pace.cut_percent > short.cut_percent


def ceiling_words(policy: Policy) -> str:
    longest = f"{_plain(policy.ceiling_percent)} % every {policy.ceiling_days} days"
    short = policy.short
    return longest if short is None else f"{_plain(short.cut_percent)} % every {short.every_days} days, or {longest}"


def _stuck(request: Request, policy: Policy, shelf: Shelf, every: Shelf) -> Refused:
    at = Decimal(Descent(shelf, request, policy, every).stuck_at()) / shelf.scale
    where = f"below {_plain(at)} mg a day" if at < request.daily_dose_mg else f"from {_plain(at)} mg a day"
    step = _plain(policy.terminal_cut_mg)
    need = f"A product that makes steps of {step} mg would do, such as a liquid or a smaller tablet that may be halved."
    return Refused("products-too-coarse", f"The products cannot make a cut small enough {where}. {need}")


def _milder(request: Request, policy: Policy) -> Iterator[Request]:
    """Requests that differ as little as possible: the pace at its ceiling, a goal that is lower and can be made, fewer constraints."""
    slower = replace(request, pace=_nearest_pace(request.pace, policy))
    if slower.daily_dose_mg > MOST_MG:
        slower = replace(slower, daily_dose_mg=MOST_MG, goal_mg=min(slower.goal_mg, MOST_MG))
    if slower.daily_dose_mg <= 0:
        yield from (replace(slower, daily_dose_mg=mg, goal_mg=Decimal(0)) for mg in _smallest_doses(slower))
        return
    if slower.goal_mg >= slower.daily_dose_mg:
        slower = replace(slower, goal_mg=Decimal(0))
    if slower != request:
        yield slower
    bare = replace(slower, constraints=NO_CONSTRAINTS)
    if bare != slower:
        yield bare
    try:
        shelf = Shelf(bare.products, bare.daily_dose_mg)
    except TooFine:
        yield from (replace(bare, products=tuple(p for p in bare.products if p is not one)) for one in bare.products)
        finest = min(p.part_mg for p in bare.products)
        yield replace(bare, daily_dose_mg=min(bare.daily_dose_mg, finest * FINE_STEPS), goal_mg=Decimal(0))
        return
    if not shelf.can_make(bare.goal_mg):
        goals = sorted((shelf.mg(g) for g in shelf.makeable), key=lambda mg: (abs(mg - bare.goal_mg), -mg))
        yield from (replace(bare, goal_mg=goal) for goal in goals if goal < bare.daily_dose_mg)


def _nearest_pace(pace: Pace, policy: Policy) -> Pace:
    if not beyond(pace, policy):
        return pace
    short = policy.short
    if short is not None and short.every_days <= pace.every_days < policy.ceiling_days:
        return Pace(min(pace.cut_percent, short.cut_percent), pace.every_days)
    return Pace(min(pace.cut_percent, policy.ceiling_percent), max(pace.every_days, policy.ceiling_days))


def _smallest_doses(request: Request) -> Iterator[Decimal]:
    """The smallest doses that the products can make, one part of each."""
    yield from sorted({p.part_mg for p in request.products if p.part_mg <= MOST_MG})


def _start(request: Request, policy: Policy, first: Reach) -> date:
    """When the first cut may be: not before the day asked for, not sooner after an earlier cut than the pace, and, where the first cut is
    larger than the pace's, not before the dose has been held in proportion. An earlier cut may have been of any size: where the pace puts
    two cuts into one window, it waits for the window to pass."""
    last_cut = max((cut.on for cut in request.recent_cuts), default=None)
    start = request.start_on
    if last_cut is not None:
        start = max(start, last_cut + timedelta(days=max(request.pace.every_days, policy.window.every_days)))
    if first.stretched:
        since = request.stable_since or request.start_on
        start = max(start, max(since, last_cut or since) + timedelta(days=first.hold))
    return start


def _steps(shelf: Shelf, request: Request, way: Dated) -> tuple[Step, ...]:
    steps, before = [], request.daily_dose_mg
    most = night_share(shelf, request) if request.constraints.night_last else None
    for number, (day, edge) in enumerate(way.cuts, 1):
        mg, cut = shelf.mg(edge.to), before - shelf.mg(edge.to)
        last = 0 if mg == 0 else request.pace.every_days
        days = (way.cuts[number][0] - day).days if number < len(way.cuts) else last
        doses: tuple[TimedDose, ...] = spread(shelf, edge.to, request.times, most) if mg else ()
        steps.append(
            Step(
                number=number, from_=day, days=days, daily_mg=mg, cut_mg=cut, cut_percent=cut * 100 / before,
                terminal=edge.terminal, doses=doses,
            )
        )  # fmt: skip
        before = mg
    return tuple(steps)


def supply_of(request: Request, steps: tuple[Step, ...]) -> tuple[tuple[str, Decimal], ...]:
    """Exactly the units of the parts, times the days, in the products' order."""
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for step in steps:
        for dose in step.doses:
            for product, units in dose.parts.units:
                total[product] += units * step.days
    return tuple((p.id, total[p.id]) for p in in_order(request.products) if total[p.id])


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
