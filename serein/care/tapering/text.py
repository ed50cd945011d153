"""What a taper is asked for, as a plain value, and what the planner answers. Nothing here is stored: a preview leaves no trace."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from serein.care.planning.text import TIMES, Mistaken
from serein.clinical import knowledge
from serein.clinical.quantities import NotAQuantity, decimal, plain
from serein.clinical.taper import (
    NO_CONSTRAINTS,
    OWN,
    Constraints,
    Cut,
    LooserThanCeiling,
    OwnLimits,
    Pace,
    Plan,
    PlanCheck,
    Policy,
    Refused,
    Request,
    alternatives,
    by_mouth,
    own_policy,
    policy_for,
    propose,
    withdrawal_risk,
)
from serein.clinical.taper.amounts import TooFine
from serein.clinical.taper.checks import breaches_of, checks_of
from serein.clinical.taper.review import Fault, TypedStep, review

POLICY, SUBSTANCE, NO_TAPER = "asam-2025", "diazepam", "no-taper"
MOST_DAYS_AHEAD = 366  # a start further off is a slip of the year
MOST_EVERY, MOST_TIMES = 120, 4
MOST_TYPED, MOST_TYPED_DAYS = 200, 3660
MOST_DATES = 40
OFFERED_POLICIES = {"asam-2025": "ASAM 2025", "nice-cks": "NICE steps by dose", OWN: "My own limits, within ASAM’s"}
KEEPS = {"no-weekend": "No change on a weekend", "whole": "Divide no tablets", "night-last": "Keep the night’s dose for last"}
WEEKEND = frozenset({5, 6})
SLOTS = tuple(at for at in TIMES if at != "as_needed")


@dataclass(frozen=True, kw_only=True)
class TaperText:
    """A taper as it is asked for on the page. Numbers are decimal strings; `products` are ids of the knowledge, `times` keys of the plan.

    `stable_since` is the day since when the dose now is taken, where known; `cuts` are the cuts before it, oldest first. `keeps` are keys of
    KEEPS; `no_dates` are days without a change; every `dispense_days` tablets are handed out, and changes come only then; `own_…` are the
    clinician's own limits, for that policy only. `typed` are steps (day, mg a day) that somebody wrote: they are looked at instead of proposed.
    """

    daily_mg: str
    cut_percent: str
    every_days: int
    goal_mg: str
    products: tuple[str, ...]
    times: tuple[str, ...]
    starts_on: date
    stable_since: date | None = None
    cuts: tuple[Cut, ...] = ()
    months_of_use: str = ""
    days_per_week: str = ""
    policy: str = POLICY
    keeps: tuple[str, ...] = ()
    typed: tuple[tuple[date, str], ...] = ()
    no_dates: tuple[date, ...] = ()
    dispense_days: str = ""
    own_percent: str = ""
    own_days: str = ""
    own_end_mg: str = ""
    own_from_mg: str = ""

    @property
    def own(self) -> OwnLimits | None:
        """The clinician's own limits where that is the policy. Raises NotAQuantity for a number that is none."""
        if self.policy != OWN:
            return None
        written = (self.own_percent, self.own_days, self.own_end_mg, self.own_from_mg)
        percent, days, end, begins = (decimal(n) if n else None for n in written)
        return OwnLimits(
            cut_percent=percent, every_days=int(days) if days is not None else None, terminal_cut_mg=end, terminal_from_mg=begins
        )


@dataclass(frozen=True)
class Previewed:
    """A plan that the request can have, with every check that goes with it."""

    request: Request
    plan: Plan
    checks: tuple[PlanCheck, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class NoPlan:
    """No plan can meet the request: why, and the nearest text that one can meet."""

    code: str
    why: str
    nearest: TaperText | None
    faulty: "Previewed | None" = None  # typed steps that must not be followed, to show them with their faults


def limits(policy: str = POLICY, own: OwnLimits | None = None) -> Policy:
    """Raises LooserThanCeiling where own limits would loosen it."""
    found = policy_for(knowledge.load(), POLICY if policy == NO_TAPER else policy, SUBSTANCE)  # a stop has no limits of its own
    return found if own is None else own_policy(found, own)


def usual_pace() -> Pace:
    return limits().usual


def preview(text: TaperText, *, on: date, jurisdiction: str) -> Previewed | NoPlan | Mistaken:
    """What the planner says to the text if it were asked on that day in that jurisdiction (US-CA counts as US)."""
    wrong = tuple(_mistakes(text, on, jurisdiction))
    if wrong:
        return Mistaken(wrong)
    known, policy = knowledge.load(), limits(text.policy, text.own)
    request = request_of(text)
    if text.typed:
        return _looked_at(text, request, policy)
    found = propose(request, policy, others=lambda one: _at_hand(alternatives(known, one, policy.terminal_cut_mg), jurisdiction))
    if isinstance(found, Refused):
        return NoPlan(found.code, found.why, _text_of(found.nearest, text) if found.nearest else None)
    return Previewed(request, found, (*found.checks, withdrawal_risk(known, request)))


def _looked_at(text: TaperText, request: Request, policy: Policy) -> Previewed | NoPlan:
    """Typed steps as a plan, where none of them must be stopped. Its interval is the shortest that was typed."""
    typed = tuple(TypedStep(from_=day, daily_mg=decimal(mg)) for day, mg in text.typed)
    gaps = [(b.from_ - a.from_).days for a, b in pairwise(typed)]
    every = max(1, min([request.pace.every_days, *gaps]))
    request = replace(request, start_on=typed[0].from_, goal_mg=typed[-1].daily_mg, pace=Pace(request.pace.cut_percent, every))
    try:
        looked = review(request, policy, typed)
    except TooFine as error:
        return NoPlan("too-fine", f"The typed steps: {error}.", replace(text, typed=()))
    breach = next(breaches_of(request, policy, looked.steps), None) if looked.may_be_followed else None
    checks = checks_of(request, policy, looked.steps) if looked.may_be_followed else ()
    risk = withdrawal_risk(knowledge.load(), request)
    plan = Plan(policy.id, looked.steps, looked.steps[-1].from_, looked.supply, checks)
    seen = Previewed(request, plan, (*checks, risk), looked.faults)
    stop = next((f for f in looked.faults if f.stop), None)
    if stop is not None:
        return NoPlan(stop.code, f"Step {stop.step}: {stop.why}", put_right(text, stop), seen)
    return (
        seen if breach is None else NoPlan("breaks-a-rule", f"{breach[:1].upper()}{breach[1:]}.", replace(text, typed=()), seen)
    )


def put_right(text: TaperText, fault: Fault) -> TaperText | None:
    """The text with the dose that would do in place of the fault's; None where no dose alone would do."""
    if fault.instead_mg is None:
        return None
    day, _ = text.typed[fault.step - 1]
    return replace(text, typed=(*text.typed[: fault.step - 1], (day, plain(fault.instead_mg)), *text.typed[fault.step :]))


def with_typed(text: TaperText, plan: Plan, number: int, step: tuple[date, str]) -> TaperText:
    """The text with all steps of a plan as typed ones, one of them written anew."""
    steps = [(s.from_, plain(s.daily_mg)) for s in plan.steps]
    return replace(text, typed=(*steps[: number - 1], step, *steps[number:]))


def rest_planned(text: TaperText, plan: Plan, number: int) -> TaperText | None:
    """The steps up to one as they are, and after it a fresh proposal from its dose; None where none can be made."""
    kept, request, before = plan.steps[:number], request_of(text), request_of(text).daily_dose_mg
    cuts = [*request.recent_cuts]
    for step in kept:
        cuts.append(Cut(step.from_, before))
        before = step.daily_mg
    if before <= request.goal_mg:
        return replace(text, typed=tuple((s.from_, plain(s.daily_mg)) for s in kept))
    day = kept[-1].from_
    rest = replace(
        request,
        daily_dose_mg=before,
        stable_since=day,
        start_on=day + timedelta(days=text.every_days),
        recent_cuts=tuple(cuts[-8:]),
    )
    found = propose(rest, limits(text.policy, text.own))
    return (
        replace(text, typed=tuple((s.from_, plain(s.daily_mg)) for s in (*kept, *found.steps)))
        if isinstance(found, Plan)
        else None
    )


def _at_hand(requests: Iterator[Request], jurisdiction: str) -> Iterator[Request]:
    """Only what the clinic's market has: a product that nobody can get is no way out."""
    here = {p.id for p in offered(jurisdiction)}
    return (r for r in requests if all(p.id in here for p in r.products))


def offered(jurisdiction: str) -> tuple[knowledge.Product, ...]:
    """The products to tick: of the clinic's market, taken by mouth day by day."""
    known = knowledge.load()
    return tuple(known.product(p.id) for p in by_mouth(known, SUBSTANCE, jurisdiction.partition("-")[0]))


def request_of(text: TaperText) -> Request:
    """The text as the planner's request. Raises for a text with mistakes."""
    at_hand = {p.id: p for p in by_mouth(knowledge.load(), SUBSTANCE)}
    return Request(
        substance=SUBSTANCE,
        daily_dose_mg=decimal(text.daily_mg),
        start_on=text.starts_on,
        pace=Pace(decimal(text.cut_percent), text.every_days),
        goal_mg=decimal(text.goal_mg),
        products=tuple(at_hand[p] for p in text.products),
        times=text.times,
        stable_since=text.stable_since,
        recent_cuts=text.cuts,
        days_per_week=decimal(text.days_per_week) if text.days_per_week else None,
        months_of_use=decimal(text.months_of_use) if text.months_of_use else None,
        constraints=Constraints(
            no_change_weekdays=WEEKEND if "no-weekend" in text.keeps else frozenset(),
            whole_tablets="whole" in text.keeps,
            night_last="night-last" in text.keeps,
            no_change_dates=frozenset(text.no_dates),
            dispense_every_days=int(text.dispense_days) if text.dispense_days else None,
        ),
    )


def _text_of(request: Request, before: TaperText) -> TaperText:
    return replace(
        before,
        cut_percent=plain(request.pace.cut_percent),
        every_days=request.pace.every_days,
        goal_mg=plain(request.goal_mg),
        products=tuple(p.id for p in request.products),
        starts_on=request.start_on,
        keeps=before.keeps if request.constraints != NO_CONSTRAINTS else (),
        no_dates=before.no_dates if request.constraints != NO_CONSTRAINTS else (),
        dispense_days=before.dispense_days if request.constraints != NO_CONSTRAINTS else "",
    )


def slower(text: TaperText) -> TaperText:
    """Half the cut: what the page sets beside a proposal."""
    return replace(text, cut_percent=plain(decimal(text.cut_percent) / 2))


def _mistakes(text: TaperText, on: date, jurisdiction: str) -> Iterator[tuple[str, str]]:
    dose, goal, cut = (number_of(n) for n in (text.daily_mg, text.goal_mg, text.cut_percent))
    if dose is None or dose <= 0:
        yield "daily_mg", "Enter the milligrams a day that are taken now, such as 12."
    if goal is None:
        yield "goal_mg", "Enter where it should end, such as 0."
    if cut is None or not 0 < cut <= 100:
        yield "cut_percent", "Enter a percentage above 0, such as 10."
    if not 1 <= text.every_days <= MOST_EVERY:
        yield "every_days", f"Enter a number of days from 1 to {MOST_EVERY}."
    here = {p.id for p in offered(jurisdiction)}
    if not text.products or not set(text.products) <= here or len(set(text.products)) != len(text.products):
        yield "products", "Choose at least one product from the list."
    if not text.times or not set(text.times) <= set(SLOTS) or len(set(text.times)) != len(text.times):
        yield "times", "Choose at least one time of the day."
    if not on <= text.starts_on <= on + timedelta(days=MOST_DAYS_AHEAD):
        yield "starts_on", "The first change must be today or later, and within a year."
    if text.policy not in OFFERED_POLICIES or not set(text.keeps) <= set(KEEPS):
        yield "policy", "Choose one from the list."
    yield from _kept_mistakes(text, on)
    if len(text.typed) > MOST_TYPED or any(number_of(mg) is None for _, mg in text.typed):
        yield "daily_mg", "A typed step needs milligrams a day, such as 11."
    if any(not on <= day <= on + timedelta(days=MOST_TYPED_DAYS) for day, _ in text.typed):
        yield "starts_on", "A typed step must be today or later, and within ten years."
    for field in ("months_of_use", "days_per_week"):
        value = number_of(getattr(text, field)) if getattr(text, field) else Decimal(1)
        if value is None or value < 0 or (field == "days_per_week" and value > 7) or value > 1200:
            yield field, "Enter a number, or leave it empty."


def _kept_mistakes(text: TaperText, on: date) -> Iterator[tuple[str, str]]:
    """What is wrong with the days without a change, the dispensing interval and the clinician's own limits."""
    if len(text.no_dates) > MOST_DATES or any(not on <= day <= on + timedelta(days=MOST_TYPED_DAYS) for day in text.no_dates):
        yield "no_dates", f"At most {MOST_DATES} days, from today on and within ten years."
    if text.dispense_days and not _whole(text.dispense_days):
        yield "dispense_days", f"Enter a number of days from 1 to {MOST_EVERY}, or leave it empty."
    if text.policy != OWN:
        return
    wrong = False
    for field in ("own_percent", "own_end_mg", "own_from_mg"):
        value = getattr(text, field)
        if value and not number_of(value):
            wrong = True
            yield field, "Enter a number above 0, or leave it empty."
    if text.own_days and not _whole(text.own_days):
        wrong = True
        yield "own_days", f"Enter a number of days from 1 to {MOST_EVERY}, or leave it empty."
    try:
        if not wrong:
            limits(text.policy, text.own)
    except LooserThanCeiling as error:
        field = {"cut_percent": "own_percent", "every_days": "own_days", "terminal_from_mg": "own_from_mg"}.get(
            str(error).split(":")[0].partition(".")[2], "own_end_mg"
        )
        yield field, f"Your own limit may only be stricter: it is {str(error).partition(': ')[2]}."


def _whole(written: str) -> bool:
    return written.isascii() and written.isdecimal() and 1 <= int(written[:9]) <= MOST_EVERY and len(written) < 9


def number_of(written: str) -> Decimal | None:
    """A number that a dose or percentage can be: four places at most, below a thousand."""
    try:
        number = decimal(written)
    except NotAQuantity:
        return None
    return number if 0 <= number < 1000 and number == round(number, 4) else None
