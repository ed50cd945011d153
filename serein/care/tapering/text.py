"""What a taper is asked for, as a plain value, and what the planner answers. Nothing here is stored: a preview leaves no trace."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from serein.care.planning.text import TIMES, Mistaken
from serein.clinical import knowledge
from serein.clinical.quantities import NotAQuantity, decimal, plain
from serein.clinical.taper import (
    Cut,
    Pace,
    Plan,
    PlanCheck,
    Policy,
    Refused,
    Request,
    alternatives,
    by_mouth,
    policy_for,
    propose,
    withdrawal_risk,
)

POLICY, SUBSTANCE = "asam-2025", "diazepam"
MOST_DAYS_AHEAD = 366  # a start further off is a slip of the year
MOST_EVERY, MOST_TIMES = 120, 4
SLOTS = tuple(at for at in TIMES if at != "as_needed")


@dataclass(frozen=True, kw_only=True)
class TaperText:
    """A taper as it is asked for on the page. Numbers are decimal strings; `products` are ids of the knowledge, `times` keys of the plan.

    `stable_since` is the day since when the dose now is taken, where known; `cuts` are the cuts before it, oldest first.
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


@dataclass(frozen=True)
class Previewed:
    """A plan that the request can have, with every check that goes with it."""

    request: Request
    plan: Plan
    checks: tuple[PlanCheck, ...]


@dataclass(frozen=True)
class NoPlan:
    """No plan can meet the request: why, and the nearest text that one can meet."""

    code: str
    why: str
    nearest: TaperText | None


def limits() -> Policy:
    return policy_for(knowledge.load(), POLICY, SUBSTANCE)


def usual_pace() -> Pace:
    return limits().usual


def preview(text: TaperText, *, on: date, jurisdiction: str) -> Previewed | NoPlan | Mistaken:
    """What the planner says to the text if it were asked on that day in that jurisdiction (US-CA counts as US)."""
    wrong = tuple(_mistakes(text, on, jurisdiction))
    if wrong:
        return Mistaken(wrong)
    known, policy = knowledge.load(), limits()
    request = request_of(text)
    found = propose(request, policy, others=lambda one: _at_hand(alternatives(known, one, policy.terminal_cut_mg), jurisdiction))
    if isinstance(found, Refused):
        return NoPlan(found.code, found.why, _text_of(found.nearest, text) if found.nearest else None)
    return Previewed(request, found, (*found.checks, withdrawal_risk(known, request)))


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
    )


def _text_of(request: Request, before: TaperText) -> TaperText:
    return replace(
        before,
        cut_percent=plain(request.pace.cut_percent),
        every_days=request.pace.every_days,
        goal_mg=plain(request.goal_mg),
        products=tuple(p.id for p in request.products),
        starts_on=request.start_on,
    )


def slower(text: TaperText) -> TaperText:
    """Half the cut: what the page sets beside a proposal."""
    return replace(text, cut_percent=plain(decimal(text.cut_percent) / 2))


def _mistakes(text: TaperText, on: date, jurisdiction: str) -> Iterator[tuple[str, str]]:
    dose, goal, cut = (_number(n) for n in (text.daily_mg, text.goal_mg, text.cut_percent))
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
    for field in ("months_of_use", "days_per_week"):
        value = _number(getattr(text, field)) if getattr(text, field) else Decimal(1)
        if value is None or value < 0 or (field == "days_per_week" and value > 7) or value > 1200:
            yield field, "Enter a number, or leave it empty."


def _number(written: str) -> Decimal | None:
    """A number that a dose or percentage can be: four places at most, below a thousand."""
    try:
        number = decimal(written)
    except NotAQuantity:
        return None
    return number if 0 <= number < 1000 and number == round(number, 4) else None
