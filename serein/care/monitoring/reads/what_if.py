"""What another daily dose from tomorrow on would do to the level. A question, not a plan: nothing is stored."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from serein.clinical.kinetics import NotValid, settling_days
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

from ..days import NIGHT, local, usual_instant
from .fitting import Fit
from .levels import DayLevel, DoseHistory, TakenDose, curves, grounds

SETTLED = Decimal("0.9")


@dataclass(frozen=True)
class WhatIf:
    """`mg` a day instead of `plan_mg` (None: nothing is planned for tomorrow) from `first` on. `days` begin with `first`; `planned` and
    `instead`: the last day with a planned dose (without one, of the picture). `settles_in_days`: until nine tenths of the change are there."""

    mg: Decimal
    plan_mg: Decimal | None
    first: date
    days: tuple[DayLevel, ...]
    planned: DayLevel
    instead: DayLevel
    settles_in_days: int | None


@shown
def what_if(chart: OpenChart, history: DoseHistory, mg: Decimal, fit: Fit) -> WhatIf | NotValid:
    """Spread over the day as tomorrow's planned dose is (or the last planned one; at night where none is known). NotValid outside the model's
    domain."""
    if not mg.is_finite() or mg < 0:
        return NotValid("a dose is a number of zero or more")
    first = history.today + timedelta(days=1)
    stay = tuple(d for d in history.planned if local(d.at, history.zone).date() < first)
    shares = _shares(history, first)
    ahead = (d.day for d in history.days if d.day >= first)
    new = (TakenDose(usual_instant(day, history.zone, slot), mg * share) for day in ahead for slot, share in shares)
    both = [grounds(chart, h) for h in (history, replace(history, planned=(*stay, *new)))]
    for one in both:
        if isinstance(one, NotValid):
            return one
    planned, instead = (curves(history, one, fit) for one in both if not isinstance(one, NotValid))
    body = next(one.bodies.now.parameters for one in both if not isinstance(one, NotValid))
    if fit.found is not None:
        body = fit.found.parameters
    plan = next((d.plan for d in history.days if d.day == first), None)
    # After the plan's end any dose would stand beside nothing, which compares it with no treatment and not with the plan.
    at = max((i for i, d in enumerate(history.days) if d.day >= first and d.plan and d.plan.fixed), default=-1)
    return WhatIf(
        mg, plan.mg if plan and plan.fixed else None, first, tuple(d for d in instead if d.day >= first), planned[at], instead[at],
        settling_days(body, SETTLED),
    )  # fmt: skip


def _shares(history: DoseHistory, first: date) -> tuple[tuple[str, Decimal], ...]:
    """(time of day, its share of the daily dose)."""
    plans = [d.plan for d in history.days if d.day <= first and d.plan and d.plan.fixed]
    doses = plans[-1].fixed if plans else ()
    whole = sum((d.mg for d in doses), Decimal())
    return tuple((d.slot, d.mg / whole) for d in doses) if whole else ((NIGHT, Decimal(1)),)
