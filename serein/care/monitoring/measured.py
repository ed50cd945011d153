"""Units of a measured level and what one of each is in ng/mL.

Amounts of substance (nmol/L) are not offered: turning them into a mass needs a molar mass, and the knowledge holds none with a source.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

SUBSTANCES = ("diazepam", "nordiazepam")
UNITS: Mapping[str, Decimal] = MappingProxyType({"ng/mL": Decimal(1), "µg/L": Decimal(1), "mg/L": Decimal(1000)})
# Beyond any level that a dose of the model's domain could leave; what is above is a slip of the pen, not a level to be asked about.
MOST_NG_PER_ML = Decimal(100_000)
DECIMALS = 4


def ng_per_ml(value: Decimal, unit: str) -> Decimal:
    """Raises KeyError for a unit that is not in UNITS.

    >>> ng_per_ml(Decimal("0.35"), "mg/L")
    Decimal('350.00')
    """
    return value * UNITS[unit]


def value_problem(value: Decimal, unit: str) -> str:
    """Why this cannot be a level, in words; empty when it can."""
    if unit not in UNITS:
        return f"Choose the unit that the laboratory printed: {', '.join(UNITS)}."
    if not value.is_finite() or value <= 0:
        return "Enter the number above zero that the laboratory printed. “Not found” is no number and cannot be weighed."
    if value != round(value, DECIMALS):
        return f"Use at most {DECIMALS} digits after the point."
    if ng_per_ml(value, unit) > MOST_NG_PER_ML:
        return f"{value:f} {unit} is more than anybody can have: look at the number and the unit again."
    return ""
