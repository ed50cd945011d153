"""What a plan says about itself, and an independent look for a breach in any plan, whoever made it."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from .values import Plan, PlanCheck, Policy, Request, Step


def checks_of(request: Request, policy: Policy, steps: tuple[Step, ...]) -> tuple[PlanCheck, ...]:
    """The checks printed with a plan. `ok` false does not refuse the plan: it is what the clinician should weigh."""
    pace = request.pace
    usual = pace.cut_percent <= policy.usual.cut_percent
    first = steps[0].from_
    terminal = [s for s in steps if s.terminal]
    limit = f"{_plain(policy.window.cut_percent)} % in {policy.window.every_days} days"
    checks = [
        PlanCheck("adds-up", True, "Every dose, step and supply adds up, and every cut keeps its limit."),
        PlanCheck("within-policy", True, f"At most {limit} above the terminal zone."),
    ]
    if not usual:
        said = (
            f"{_plain(pace.cut_percent)} % is above the usual start of {_plain(policy.usual.cut_percent)} %: watch more closely."
        )
        checks.append(PlanCheck("above-usual-start", False, said))
    if first > request.start_on:
        held = "the dose before the first cut must be held longer, or an earlier cut is too recent"
        checks.append(
            PlanCheck(
                "start-moved", False, f"The first cut is on {first.isoformat()}, not on {request.start_on.isoformat()}: {held}."
            )
        )
    if terminal:
        said = f"From {_plain(policy.terminal_from_mg)} mg a day down the steps are small amounts instead of a percentage."
        checks.append(PlanCheck("terminal-zone", True, f"{said} The threshold awaits a clinician's confirmation."))
    splits = sum(s.days for s in steps if any(d.parts.splits for d in s.doses))
    checks.append(
        PlanCheck(
            "tablets-to-divide",
            splits == 0,
            f"Tablets must be divided on {splits} days." if splits else "No tablet must be divided.",
        )
    )
    return tuple(checks)


def breaches_of(request: Request, policy: Policy, steps: tuple[Step, ...]) -> Iterator[str]:
    """Each breach of the contract's invariants, in words. Written apart from the planner, from the rules and not from its edges."""
    before = request.daily_dose_mg
    in_terminal = False
    for i, step in enumerate(steps):
        yield from _sums(request, step)
        if step.daily_mg >= before:
            yield f"step {step.number} is not lower than the dose before"
        if step.daily_mg > 0 and step.days < request.pace.every_days:
            yield f"step {step.number} is shorter than {request.pace.every_days} days"
        if i + 1 < len(steps) and steps[i + 1].from_ != step.from_ + timedelta(days=step.days):
            yield f"step {step.number} leaves a gap"
        if in_terminal and not step.terminal:
            yield f"step {step.number} follows a terminal step"
        in_terminal = step.terminal
        if step.terminal and before > policy.terminal_from_mg:
            yield f"step {step.number} is terminal above the threshold"
        if step.terminal and before - step.daily_mg > policy.terminal_most_mg:
            yield f"step {step.number} cuts more than a terminal step may"
        before = step.daily_mg
    yield from _falls(request, policy, steps)


def _sums(request: Request, step: Step) -> Iterator[str]:
    strengths = {p.id: p for p in request.products}
    for dose in step.doses:
        if sum((units * strengths[id].mg for id, units in dose.parts.units), Decimal(0)) != dose.mg:
            yield f"the parts of step {step.number} at {dose.at} do not add up"
        if any(units % strengths[id].smallest for id, units in dose.parts.units):
            yield f"step {step.number} divides a product further than it may"
    if sum((d.mg for d in step.doses), Decimal(0)) != step.daily_mg:
        yield f"the doses of step {step.number} do not add up"


def _falls(request: Request, policy: Policy, steps: tuple[Step, ...]) -> Iterator[str]:
    """No fall of more than the ceiling within any window (of fourteen days) that ends in the plan and begins above the terminal threshold.

    The fall from a day only changes where the dose changes on it or a window later, so those days are all that need a look.
    """
    window, most = timedelta(days=policy.window.every_days), policy.window.cut_percent
    first, last = steps[0].from_ - window, steps[-1].from_
    changes = [*(c.on for c in request.recent_cuts), *(s.from_ for s in steps)]
    days = {first, *changes, *(day - window for day in changes)}
    for day in sorted(d for d in days if first <= d <= last):
        now, later = dose_on(request, steps, day), dose_on(request, steps, day + window)
        if now > policy.terminal_from_mg and (now - later) * 100 > most * now:
            yield f"from {day.isoformat()} the dose falls by more than {_plain(most)} % in {window.days} days"
            return


def dose_on(request: Request, steps: tuple[Step, ...], day: date) -> Decimal:
    """mg a day in force on `day`: the plan's, the dose before it, or what earlier cuts came from."""
    reached = bisect_right(steps, day, key=lambda s: s.from_)
    if reached:
        return steps[reached - 1].daily_mg
    for cut in sorted(request.recent_cuts, key=lambda c: c.on):
        if day < cut.on:
            return cut.from_mg
    return request.daily_dose_mg


def breaches(request: Request, policy: Policy, plan: Plan) -> tuple[str, ...]:
    """Every breach in a plan, typed or proposed."""
    return tuple(breaches_of(request, policy, plan.steps))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
