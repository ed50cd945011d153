"""The hold reserve: tablets for a few days more at the dose of a step, so that a hold needs no prescription the same day.

It is filled up, never piled up: what should be left of the reserves before it is taken off. Counted is what was written, dispensed or not: too
little in hand is put right by a prescription, too much by nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal

from serein.care.planning.text import PlannedDose, product_named
from serein.care.prescribing.order import OrderText
from serein.care.prescribing.reads.prescriptions import Supplied
from serein.clinical import knowledge
from serein.clinical.quantities import plain

from .reads import StepDose


@dataclass(frozen=True)
class Reserve:
    """So many days at the dose of the step, and the units of each product that should be in hand for it already."""

    days: int = 0
    in_hand: dict[str, Decimal] = field(default_factory=dict)


def most_days() -> int:
    return int(knowledge.load().rule("hold-reserve-days").value)


def left_over(supplied: Sequence[Supplied], on: date) -> dict[str, Decimal]:
    """Units of each product that should be left of all reserves on a day: days that no supply was written for were taken from them."""
    hand: defaultdict[str, Decimal] = defaultdict(Decimal)
    for day in sorted({s.starts_on for s in supplied if s.starts_on < on} | {on}):
        before = [s for s in supplied if s.starts_on < day]
        covered = max((s.last_day for s in before), default=day)
        held = max(0, (day - covered).days - 1)
        for s in before:
            if s.last_day == covered:
                hand[s.product] = max(Decimal(), hand[s.product] - held * s.units_a_day)
        for s in supplied:
            if s.starts_on == day < on:
                hand[s.product] += s.reserve
    return dict(hand)


def orders_of(doses: tuple[StepDose, ...], starts_on: date, days: int, reserve: Reserve) -> tuple[OrderText, ...]:
    """One order for each product. Tablets are handed out whole, so a half left over at the end is rounded up."""
    found = []
    for product_id in dict.fromkeys(p for d in doses for p, _ in d.parts):
        taken = tuple(PlannedDose(d.at, plain(units)) for d in doses for p, units in d.parts if p == product_id)
        a_day = sum((Decimal(t.units) for t in taken), Decimal())
        missing = max(Decimal(), a_day * reserve.days - reserve.in_hand.get(product_id, Decimal()))
        needed = _handed_out(product_id, a_day * days)
        quantity = _handed_out(product_id, a_day * days + missing)
        kept = plain(quantity - needed) if quantity > needed else ""
        found.append(
            OrderText(product=product_id, doses=taken, starts_on=starts_on, days=days, quantity=plain(quantity), reserve=kept)
        )
    return tuple(found)


def _handed_out(product_id: str, units: Decimal) -> Decimal:
    product = product_named(product_id)
    return units.to_integral_value(ROUND_CEILING) if product is not None and product.mg is not None else units
