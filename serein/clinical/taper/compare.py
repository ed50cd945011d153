"""Two plans side by side, and what tablets each needs between two visits to the pharmacy."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from .amounts import in_order
from .checks import dose_on
from .values import Request, Step

Units = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Side:
    """One plan in numbers: its last change, how many steps, mg taken until both plans have ended, days on which a tablet is divided."""

    ends_on: date
    steps: int
    taken_mg: Decimal
    divided_days: int


@dataclass(frozen=True)
class Comparison:
    """`rows` are (day, mg a day of the one, of the other) for each day on which either changes."""

    rows: tuple[tuple[date, Decimal, Decimal], ...]
    one: Side
    other: Side


def compare(request: Request, one: Sequence[Step], other: Sequence[Step]) -> Comparison:
    """Two plans from the same dose in force, compared over the same days: from the first change of either to the day after the last."""
    first = min(one[0].from_, other[0].from_)
    last = max(one[-1].from_ + timedelta(days=one[-1].days), other[-1].from_ + timedelta(days=other[-1].days))
    days = sorted({first, *(s.from_ for s in (*one, *other))})
    rows = tuple((day, dose_on(request, tuple(one), day), dose_on(request, tuple(other), day)) for day in days)
    return Comparison(rows, _side(request, one, first, last), _side(request, other, first, last))


def _side(request: Request, steps: Sequence[Step], first: date, last: date) -> Side:
    taken = request.daily_dose_mg * (steps[0].from_ - first).days + sum((s.daily_mg * s.days for s in steps), Decimal(0))
    end = steps[-1].from_ + timedelta(days=steps[-1].days)
    taken += steps[-1].daily_mg * (last - end).days
    divided = sum(s.days for s in steps if any(d.parts.splits for d in s.doses))
    return Side(steps[-1].from_, len(steps), taken, divided)


@dataclass(frozen=True)
class Dispensing:
    """What is handed out on one day: `units` are taken before the next; `give` is that in whole tablets, less what was left over; `left` is
    what is then left over on the next day. `reserve` is beside it, for a hold at the dose that is reached."""

    on: date
    days: int
    units: Units
    give: Units
    left: Units
    reserve: Units


def dispensings(request: Request, steps: Sequence[Step], every_days: int, reserve_days: int) -> tuple[Dispensing, ...]:
    """The supply of a plan per dispensing interval, counted from the first step. Liquids are in mL and are not rounded.

    `reserve_days` at the dose in force when the interval ends stand beside each, and are not added up: the one reserve is renewed, not piled up.
    """
    whole = {p.id: not p.liquid for p in request.products}
    day, end = steps[0].from_, steps[-1].from_ + timedelta(days=steps[-1].days)
    found: list[Dispensing] = []
    left: defaultdict[str, Decimal] = defaultdict(Decimal)
    while day < end:
        until = min(end, day + timedelta(days=every_days))
        needed = _taken(steps, day, until)
        give: dict[str, Decimal] = {}
        for product, units in needed.items():
            missing = max(Decimal(0), units - left[product])
            give[product] = missing.to_integral_value(ROUND_CEILING) if whole[product] else missing
            left[product] += give[product] - units
        last = next(s for s in reversed(steps) if s.from_ < until)
        reserve = {
            p: u * reserve_days for p, u in _taken((replace(last, from_=day, days=1),), day, day + timedelta(days=1)).items()
        }
        found.append(
            Dispensing(day, (until - day).days, _units(request, needed), _units(request, give), _units(request, left), _units(request, reserve))
        )  # fmt: skip
        day = until
    return tuple(found)


def _taken(steps: Sequence[Step], first: date, until: date) -> dict[str, Decimal]:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for step in steps:
        days = (min(until, step.from_ + timedelta(days=step.days)) - max(first, step.from_)).days
        for dose in step.doses if days > 0 else ():
            for product, units in dose.parts.units:
                total[product] += units * days
    return total


def _units(request: Request, units: dict[str, Decimal]) -> Units:
    return tuple((p.id, units[p.id]) for p in in_order(request.products) if units.get(p.id))
