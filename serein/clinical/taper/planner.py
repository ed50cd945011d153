"""Propose a reduction down to the tablet, or say why there is none and what would do."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from .amounts import Shelf, TooFine
from .checks import breaches_of, checks_of
from .day import spread
from .path import Descent, Edge
from .values import Pace, Plan, Policy, Refused, Request, Step, TimedDose


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
    for other in (*milder, *(finer for one in (milder or [request])[:1] for finer in others(one))):
        if isinstance(_plan(other, policy), Plan):
            return replace(plan, nearest=other)
    return plan


def _plan(request: Request, policy: Policy) -> Plan | Refused:
    refused = _refusal_before(request, policy)
    if refused is not None:
        return refused
    try:
        shelf = Shelf(request.products, request.daily_dose_mg)
    except TooFine as error:
        return Refused("too-fine", str(error))
    if not shelf.can_make(request.goal_mg):
        return Refused("goal-not-makeable", f"The products cannot make the goal of {_plain(request.goal_mg)} mg a day.")
    descent = Descent(shelf, request, policy)
    ways = descent.first()
    if not ways:
        return _stuck(request, policy, descent)
    path = descent.follow(ways[0][0])
    start = _start(request, path[0])
    steps = _steps(shelf, request, path, start)
    breach = next(breaches_of(request, policy, steps), None)
    if breach is not None:
        raise RuntimeError(f"a plan that breaks its own rules must never leave this room: {breach}")
    return Plan(policy.id, steps, steps[-1].from_, supply_of(request, steps), checks_of(request, policy, steps))


def _refusal_before(request: Request, policy: Policy) -> Refused | None:
    pace = request.pace
    if pace.cut_percent > policy.ceiling_percent or pace.every_days < policy.ceiling_days:
        limit = f"{_plain(policy.ceiling_percent)} % every {policy.ceiling_days} days"
        return Refused("pace-beyond-policy", f"The pace is faster than {policy.id} allows: at most {limit}.")
    if request.goal_mg >= request.daily_dose_mg:
        return Refused("goal-not-lower", "The goal is not lower than the dose in force, so there is nothing to reduce.")
    if not request.products:
        return Refused("no-products", "No product is at hand to make the doses from.")
    return None


def _stuck(request: Request, policy: Policy, descent: Descent) -> Refused:
    at = descent.stuck_at()
    where = f"below {_plain(at)} mg a day" if at is not None else f"from {_plain(request.daily_dose_mg)} mg a day"
    step = _plain(policy.terminal_cut_mg)
    need = f"A product that makes steps of {step} mg would do, such as a liquid or a smaller tablet that may be halved."
    return Refused("products-too-coarse", f"The products cannot make a cut small enough {where}. {need}")


def _milder(request: Request, policy: Policy) -> Iterator[Request]:
    """Requests that differ as little as possible: the pace at its ceiling, a goal that is lower and can be made, fewer products."""
    pace = Pace(min(request.pace.cut_percent, policy.ceiling_percent), max(request.pace.every_days, policy.ceiling_days))
    slower = replace(request, pace=pace)
    if pace != request.pace:
        yield slower
    if request.goal_mg >= request.daily_dose_mg:
        slower = replace(slower, goal_mg=Decimal(0))
        yield slower
    try:
        shelf = Shelf(slower.products, slower.daily_dose_mg)
    except TooFine:
        yield from (replace(slower, products=tuple(p for p in slower.products if p is not one)) for one in slower.products)
        return
    if not shelf.can_make(slower.goal_mg):
        goals = sorted((shelf.mg(g) for g in shelf.makeable), key=lambda mg: (abs(mg - slower.goal_mg), -mg))
        yield from (replace(slower, goal_mg=goal) for goal in goals if goal < slower.daily_dose_mg)


def _start(request: Request, first: Edge) -> date:
    """When the first cut may be: not before the day asked for, not sooner after an earlier cut than the pace, and, where the first cut is
    larger than the pace's, not before the dose has been held in proportion."""
    last_cut = max((cut.on for cut in request.recent_cuts), default=None)
    start = request.start_on
    if last_cut is not None:
        start = max(start, last_cut + timedelta(days=request.pace.every_days))
    if first.stretched:
        since = request.stable_since
        if since is None or (last_cut is not None and last_cut > since):
            since = max(last_cut, since) if last_cut is not None and since is not None else last_cut or request.start_on
        start = max(start, since + timedelta(days=first.hold))
    return start


def _steps(shelf: Shelf, request: Request, path: list[Edge], start: date) -> tuple[Step, ...]:
    steps, before, day = [], request.daily_dose_mg, start
    for number, edge in enumerate(path, 1):
        mg = shelf.mg(edge.to)
        last = 0 if mg == 0 else request.pace.every_days
        days = path[number].hold if number < len(path) else last
        doses: tuple[TimedDose, ...] = spread(shelf, edge.to, request.times) if mg else ()
        cut = before - mg
        steps.append(
            Step(
                number=number,
                from_=day,
                days=days,
                daily_mg=mg,
                cut_mg=cut,
                cut_percent=cut * 100 / before,
                terminal=edge.terminal,
                doses=doses,
            )
        )
        before, day = mg, day + timedelta(days=days)
    return tuple(steps)


def supply_of(request: Request, steps: tuple[Step, ...]) -> tuple[tuple[str, Decimal], ...]:
    """Exactly the units of the parts, times the days, in the products' order."""
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for step in steps:
        for dose in step.doses:
            for product, units in dose.parts.units:
                total[product] += units * step.days
    return tuple((p.id, total[p.id]) for p in request.products if total[p.id])


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
