"""A reduction that is held, slowed or taken a step back, planned again from the dose in force.

What was taken stays as it was. What remains never comes earlier than it was agreed: each lower dose begins no sooner than the old plan would
have reached it. With the pace unchanged the remaining steps only move; otherwise they are proposed anew and put off as far as that needs.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from .checks import breaches_of, checks_of, dose_on
from .days import next_day
from .edges import rounded_up
from .planner import propose, supply_of
from .values import Cut, Pace, Plan, Policy, Refused, Request, Step

LOOK_BACK_DAYS = 366  # cuts longer ago than the longest interval between steps can no longer matter to any rule


@dataclass(frozen=True, kw_only=True)
class Hold:
    """From `from_` on the dose stays at `dose_mg` a day, taken since `since`; no change before `resume_on`. `pace` only where it changes."""

    from_: date
    dose_mg: Decimal
    since: date
    resume_on: date
    pace: Pace | None = None


@dataclass(frozen=True)
class Change:
    """One thing that is different now. `code` is next-change, last-change, pace or step-back."""

    code: str
    before: str
    after: str


@dataclass(frozen=True)
class Replanned:
    """The request and the plan of the new version, and what is different from the one that it replaces."""

    request: Request
    plan: Plan
    changes: tuple[Change, ...]


def replan(request: Request, policy: Policy, plan: Plan, hold: Hold) -> Replanned | Refused:
    """The rest of `plan` (made for `request`) after a hold. Doses in mg a day of the tapered substance; dates are days of the patient.

    Refused where the dose is none that the plan has had, where nothing remains, and where a slower pace cannot be met.
    """
    refused = _cannot(request, plan, hold)
    if refused is not None:
        return refused
    taken = tuple(s for s in plan.steps if s.from_ <= hold.from_)
    asked = _asked(request, hold, taken)
    back = hold.dose_mg > (taken[-1].daily_mg if taken else request.daily_dose_mg)
    rest = tuple(s for s in plan.steps if s.daily_mg < hold.dose_mg)
    if hold.pace is None and not back:
        return _with_changes(request, plan, hold, _moved(asked, policy, rest, max(hold.resume_on, rest[0].from_)))
    found = propose(asked, policy)
    if isinstance(found, Refused):
        return found
    first = found.steps[0].from_ + timedelta(days=_put_off(plan.steps, found.steps))
    return _with_changes(request, plan, hold, _moved(asked, policy, found.steps, first))


def replan_with(request: Request, policy: Policy, plan: Plan, hold: Hold, steps: tuple[Step, ...] | None) -> Replanned | Refused:
    """As `replan`, for a request whose products are others than the plan was made from: the rest as `steps` have it, made from them, or
    proposed anew where they cannot make it."""
    refused = _cannot(request, plan, hold)
    if refused is not None:
        return refused
    asked = _asked(request, hold, tuple(s for s in plan.steps if s.from_ <= hold.from_))
    if steps is not None:
        return _with_changes(request, plan, hold, _moved(asked, policy, steps, max(hold.resume_on, steps[0].from_)))
    found = propose(asked, policy)
    if isinstance(found, Refused):
        return found
    first = found.steps[0].from_ + timedelta(days=_put_off(plan.steps, found.steps))
    return _with_changes(request, plan, hold, _moved(asked, policy, found.steps, first))


def _cannot(request: Request, plan: Plan, hold: Hold) -> Refused | None:
    doses = {request.daily_dose_mg, *(s.daily_mg for s in plan.steps if s.from_ <= hold.from_)}
    if hold.dose_mg not in doses:
        return Refused("dose-not-of-plan", "The dose to hold is not one that this plan has had so far.")
    if not any(s.daily_mg < hold.dose_mg for s in plan.steps):
        return Refused("nothing-remains", "No lower dose remains in this plan, so there is nothing to hold.")
    if hold.resume_on < hold.from_:
        return Refused("resume-before-hold", "The next change cannot come before the hold begins.")
    if hold.pace is not None and faster(hold.pace, request.pace):
        return Refused("faster-than-agreed", "A hold may slow a plan down and never speed it up.")
    return None


def faster(pace: Pace, than: Pace) -> bool:
    """Whether either the cut is larger or the interval shorter."""
    return pace.cut_percent > than.cut_percent or pace.every_days < than.every_days


def _asked(request: Request, hold: Hold, taken: tuple[Step, ...]) -> Request:
    """The request of the new version: the dose in force, and the cuts behind it, so that no window is forgotten at the seam."""
    oldest = hold.from_ - timedelta(days=LOOK_BACK_DAYS)
    before = dict(zip((s.from_ for s in taken), (request.daily_dose_mg, *(s.daily_mg for s in taken)), strict=False))
    cuts = [*request.recent_cuts, *(Cut(on, mg) for on, mg in before.items())]
    recent = tuple(c for c in cuts if c.on >= oldest and c.from_mg > hold.dose_mg)
    c = request.constraints
    # The days on which tablets are handed out stay where they were, although the start moves.
    kept = replace(c, dispense_from=c.dispense_from or request.start_on) if c.dispense_every_days is not None else c
    return replace(
        request,
        constraints=kept,
        daily_dose_mg=hold.dose_mg,
        start_on=hold.resume_on,
        pace=hold.pace or request.pace,
        stable_since=hold.since,
        recent_cuts=recent,
    )


def _put_off(old: tuple[Step, ...], new: tuple[Step, ...]) -> int:
    """Days by which the new steps must move so that on no day the new dose is lower than the old one would have been.

    That holds exactly when each new step begins no earlier than the first old step at or below its dose.
    """
    late = [(next(o.from_ for o in old if o.daily_mg <= s.daily_mg) - s.from_).days for s in new]
    return max(0, *late)


def _moved(request: Request, policy: Policy, steps: tuple[Step, ...], first: date) -> tuple[Request, Plan]:
    """The steps with the first on `first` or as much later as an earlier cut demands, numbered anew."""
    wait, cut = request.pace.every_days, steps[0].cut_mg
    last_cut = max((c.on for c in request.recent_cuts), default=None)
    held = request.stable_since or request.start_on
    if steps[0].cut_percent > request.pace.cut_percent and not steps[0].terminal:
        needs = rounded_up(wait * cut * 100, request.daily_dose_mg * request.pace.cut_percent)
        first = max(first, max(held, last_cut or held) + timedelta(days=needs))
    first = max(first, last_cut + timedelta(days=wait)) if last_cut else first
    days = _on_days(request, steps, first)
    moved, before = [], request.daily_dose_mg
    for number, (step, day) in enumerate(zip(steps, days, strict=True), 1):
        cut, kept = before - step.daily_mg, (days[number] - day).days if number < len(days) else step.days
        moved.append(replace(step, number=number, from_=day, days=kept, cut_mg=cut, cut_percent=cut * 100 / before))
        before = step.daily_mg
    request = replace(request, start_on=days[0])
    breach = next(breaches_of(request, policy, tuple(moved)), None)
    if breach is not None:
        raise RuntimeError(f"a plan that breaks its own rules must never leave this room: {breach}")
    checks = checks_of(request, policy, tuple(moved))
    return request, Plan(policy.id, tuple(moved), moved[-1].from_, supply_of(request, tuple(moved)), checks)


def _on_days(request: Request, steps: tuple[Step, ...], first: date) -> list[date]:
    """A day for each step, on a calendar where some days allow no change: never earlier than the steps' own lengths say."""
    found: list[date] = []
    for step in steps:
        day = next_day(request, first)
        assert day is not None, "a plan was made on this calendar, so it has days that allow a change"
        found.append(day)
        first = day + timedelta(days=step.days)
    return found


def _with_changes(request: Request, old: Plan, hold: Hold, made: tuple[Request, Plan]) -> Replanned:
    asked, plan = made
    due = next(s for s in old.steps if s.daily_mg < hold.dose_mg)
    changes = [Change("next-change", due.from_.isoformat(), plan.steps[0].from_.isoformat())]
    if hold.dose_mg > dose_on(request, old.steps, hold.from_):
        changes.append(Change("step-back", _mg(dose_on(request, old.steps, hold.from_)), _mg(hold.dose_mg)))
    if asked.pace != request.pace:
        changes.append(Change("pace", _pace(request.pace), _pace(asked.pace)))
    changes.append(Change("last-change", old.ends_on.isoformat(), plan.ends_on.isoformat()))
    return Replanned(asked, plan, tuple(c for c in changes if c.before != c.after))


def _mg(mg: Decimal) -> str:
    return f"{mg.normalize():f} mg"


def _pace(pace: Pace) -> str:
    return f"{pace.cut_percent.normalize():f} % every {pace.every_days} days"
