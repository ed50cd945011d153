"""A regimen in words that people read: halves are words, never 0.5 or ½ (both are misread on small screens and in print)."""

from decimal import Decimal

from serein.clinical.knowledge import Product
from serein.clinical.quantities import plain

from .text import TIMES, PlannedDose, units_mg

HALF, QUARTER, THREE_QUARTERS = Decimal("0.5"), Decimal("0.25"), Decimal("0.75")
PARTS = {HALF: "half", QUARTER: "a quarter of", THREE_QUARTERS: "three quarters of"}


def tablets(units: Decimal) -> str:
    """
    >>> tablets(Decimal("0.5")), tablets(Decimal("1")), tablets(Decimal("1.5")), tablets(Decimal("2"))
    ('half a tablet', '1 tablet', '1 and a half tablets', '2 tablets')
    """
    whole, part = units // 1, units % 1
    if not part:
        return f"{plain(whole)} tablet{'' if whole == 1 else 's'}"
    if part not in PARTS:
        return f"{plain(units)} tablets"
    if not whole:
        return f"{PARTS[part]} a tablet"
    return f"{plain(whole)} and {'a half' if part == HALF else PARTS[part].removesuffix(' of')} tablets"


def units_words(product: Product, units: Decimal) -> str:
    """So many tablets, or so many mL where the product is a liquid."""
    return tablets(units) if product.mg is not None else f"{plain(units)} mL"


def dose_words(product: Product, dose: PlannedDose) -> str:
    """One dose with its milligrams: 'half a tablet (2.5 mg) at night'."""
    units = Decimal(dose.units)
    words = f"{units_words(product, units)} ({plain(units_mg(product, units))} mg) {TIMES[dose.at]}"
    if not dose.max_per_day:
        return words
    day, week = Decimal(dose.max_per_day), dose.most_a_week
    return (
        f"{words}, at most {times(day)} a day ({plain(units_mg(product, units * day))} mg)"
        f" and {times(week)} in any 7 days ({plain(units_mg(product, units * week))} mg)"
    )


def times(count: Decimal) -> str:
    return "once" if count == 1 else f"{plain(count)} times"


def regimen_words(product: Product, doses: tuple[PlannedDose, ...]) -> str:
    """The whole day: '1 tablet (5 mg) in the morning and half a tablet (2.5 mg) at night'."""
    parts = [dose_words(product, d) for d in doses]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
