"""What happens to a plan when life happens: each event becomes a plan that goes on from the dose in force, and says what changed and why.

No event ever brings a lower dose nearer: all go through `replan`, which moves steps later or keeps them. Where an event needs a decision that no
plan can take, the answer says whose decision it is.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from .amounts import Shelf, TooFine
from .checks import dose_on
from .day import spread
from .replan import Change, Hold, Replanned, replan, replan_with
from .values import Pace, Plan, Policy, Refused, Request, Step, TimedDose


class Kind(StrEnum):
    """What happened. The patient's own wish to wait or to slow down is as good a reason as any other."""

    WAIT = "wait"
    SLOWER = "slower"
    BACK = "back"
    GAP = "gap"
    MISSED_APPOINTMENT = "missed-appointment"
    LOST_TABLETS = "lost-tablets"
    OUT_OF_STOCK = "out-of-stock"
    PREGNANCY = "pregnancy"
    HOSPITAL = "hospital"


@dataclass(frozen=True, kw_only=True)
class Happened:
    """`on` is the day it is dealt with; no change comes before `until`. `takes_mg` is the dose that is taken now, where it is another than the
    plan's; `pace` for a slower one; `product` is out of stock; `why` is asked for where a dose goes up again."""

    kind: Kind
    on: date
    until: date | None = None
    takes_mg: Decimal | None = None
    pace: Pace | None = None
    product: str = ""
    lost: tuple[tuple[str, Decimal], ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Changed:
    """The plan that goes on, what to tell people, and how today's dose is made. `decide` names what a person must decide first."""

    replanned: Replanned
    says: tuple[str, ...]
    now: tuple[TimedDose, ...]
    replace_units: tuple[tuple[str, Decimal], ...] = ()
    decide: str = ""


DECIDE = {
    Kind.GAP: "After days without, the dose to start again with is the clinician's decision.",
    Kind.MISSED_APPOINTMENT: "Nobody has said go on: somebody calls before the next step.",
    Kind.PREGNANCY: "Nothing is stopped at once. Whether to go on is weighed with the patient and the obstetric team before the next step.",
    Kind.HOSPITAL: "The ward's last dose is confirmed before the next step.",
}


def after(request: Request, policy: Policy, plan: Plan, happened: Happened) -> Changed | Refused:
    """The plan after the event. Doses in mg a day of the tapered substance; days are the patient's. Never a lower dose on an earlier day."""
    if happened.kind is Kind.OUT_OF_STOCK:
        return _without(request, policy, plan, happened)
    if happened.kind is Kind.LOST_TABLETS:
        says = ("The plan stays as it is. What was lost is prescribed again, once, and the loss is recorded.",)
        same = Replanned(request, plan, ())
        return Changed(
            same, says, _doses_now(request, plan, happened.on, dose_on(request, plan.steps, happened.on)), happened.lost
        )
    hold = _hold(request, policy, plan, happened)
    if isinstance(hold, Refused):
        return hold
    found = replan(request, policy, plan, hold)
    if isinstance(found, Refused):
        return found
    now = _doses_now(found.request, plan, happened.on, hold.dose_mg)
    return Changed(found, _says(happened, hold, found), now, decide=DECIDE.get(happened.kind, ""))


def _hold(request: Request, policy: Policy, plan: Plan, happened: Happened) -> Hold | Refused:
    planned, since = _now(request, plan, happened.on)
    dose = planned if happened.takes_mg is None else happened.takes_mg
    if happened.kind is Kind.BACK and happened.takes_mg is None:
        dose = _one_back(request, plan, happened.on)
    if dose > planned and not happened.why.strip():
        return Refused("why-missing", "Going back to a higher dose is rare: say why.")
    if happened.kind is Kind.SLOWER and happened.pace is None:
        return Refused("pace-missing", "Say how slow: the cut in percent and the days between steps.")
    # A dose that was changed just now must be steady first: it is kept at least one interval.
    moved = dose != planned or happened.kind in (Kind.GAP, Kind.HOSPITAL)
    steady = happened.on + timedelta(days=max(request.pace.every_days, policy.window.every_days) if moved else 0)
    until = max(happened.until or happened.on, steady)
    return Hold(from_=happened.on, dose_mg=dose, since=happened.on if moved else since, resume_on=until, pace=happened.pace)


def _now(request: Request, plan: Plan, on: date) -> tuple[Decimal, date]:
    reached = [s for s in plan.steps if s.from_ <= on]
    return (
        (reached[-1].daily_mg, reached[-1].from_)
        if reached
        else (request.daily_dose_mg, request.stable_since or request.start_on)
    )


def _one_back(request: Request, plan: Plan, on: date) -> Decimal:
    reached = [request.daily_dose_mg, *(s.daily_mg for s in plan.steps if s.from_ <= on)]
    return reached[-2] if len(reached) > 1 else reached[-1]


def _doses_now(request: Request, plan: Plan, on: date, mg: Decimal) -> tuple[TimedDose, ...]:
    """How the dose in force is made: as the plan had it, else anew; nothing where the products cannot make it."""
    same = next((s.doses for s in reversed(plan.steps) if s.from_ <= on and s.daily_mg == mg), None)
    if same is not None:
        return same
    try:
        shelf = Shelf(request.products, mg)
    except TooFine:
        return ()
    grains = shelf.grains(mg)
    return spread(shelf, grains, request.times) if grains and grains in shelf.makeable_set else ()


def _without(request: Request, policy: Policy, plan: Plan, happened: Happened) -> Changed | Refused:
    """The rest made from the other products: the same doses on the same days where they can be made, else planned anew and never earlier."""
    products = tuple(p for p in request.products if p.id != happened.product)
    if len(products) == len(request.products):
        return Refused("product-unknown", "This product is not part of the plan.")
    mg, since = _now(request, plan, happened.on)
    rest = tuple(s for s in plan.steps if s.from_ > happened.on)
    if not rest:
        return Refused("nothing-remains", "No lower dose remains in this plan.")
    fewer = replace(request, products=products)
    now = _doses_now(fewer, replace(plan, steps=()), happened.on, mg)
    if mg > 0 and not now:
        return Refused(
            "dose-not-makeable", f"Without it the other products cannot make {mg.normalize():f} mg a day: find another one today."
        )
    again = tuple(_made(fewer, s) for s in rest)
    hold = Hold(from_=happened.on, dose_mg=mg, since=since, resume_on=rest[0].from_)
    steps = tuple(s for s in again if s is not None)
    found = replan_with(fewer, policy, plan, hold, steps if len(steps) == len(again) else None)
    if isinstance(found, Refused):
        return found
    kept = len(steps) == len(again)
    anew = "Some doses cannot be made without it, so the rest is planned anew, and nothing comes earlier."
    says = "Every dose and day stays; only the tablets differ." if kept else anew
    return Changed(found, (says, *_words(found.changes)), now)


def _made(request: Request, step: Step) -> Step | None:
    shelf = Shelf(request.products, max(step.daily_mg, request.products[0].part_mg)) if request.products else None
    grains = shelf.grains(step.daily_mg) if shelf else None
    if shelf is None or grains is None or grains not in shelf.makeable_set:
        return None
    return replace(step, doses=spread(shelf, grains, request.times) if grains else ())


def _says(happened: Happened, hold: Hold, found: Replanned) -> tuple[str, ...]:
    dose = f"{hold.dose_mg.normalize():f} mg a day"
    first = {
        Kind.WAIT: f"The dose stays at {dose}.",
        Kind.SLOWER: f"From {dose} on it goes more slowly.",
        Kind.BACK: f"The dose goes back to {dose}: {happened.why.strip()}",
        Kind.GAP: f"After a gap it starts again with {dose}.",
        Kind.MISSED_APPOINTMENT: f"Nobody was seen, so nothing changes: {dose}.",
        Kind.PREGNANCY: f"Nothing changes for now: {dose}.",
        Kind.HOSPITAL: f"After the stay it goes on with {dose}.",
    }[happened.kind]
    return (first, *_words(found.changes))


def _words(changes: tuple[Change, ...]) -> tuple[str, ...]:
    words = {
        "next-change": "The next change moves from {} to {}.",
        "last-change": "The last change moves from {} to {}.",
        "step-back": "The dose goes from {} back to {} a day.",
        "pace": "The pace goes from {} to {}.",
    }
    return tuple(words[c.code].format(c.before, c.after) for c in changes)
