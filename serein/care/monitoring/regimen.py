"""What is to be taken on one day, as plain values with their words. Milligrams are computed here, from the products, and nowhere else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from serein.care.planning.text import TIMES, PlannedDose, product_named, units_mg
from serein.care.planning.words import HALF, PARTS
from serein.clinical.knowledge import Product
from serein.clinical.quantities import plain

from .days import AS_NEEDED, order


@dataclass(frozen=True)
class Part:
    """So many tablets (or mL) of one product."""

    product: str
    units: Decimal

    @property
    def mg(self) -> Decimal:
        return units_mg(_product(self.product), self.units)

    @property
    def words(self) -> str:
        return part_words(_product(self.product), self.units)

    def as_json(self) -> dict[str, str]:
        return {"product": self.product, "units": plain(self.units)}


@dataclass(frozen=True)
class DayDose:
    """One dose of a day. `most_a_day`, and `most_a_week` in any seven days, count as-needed doses; None for a dose with a fixed time."""

    slot: str
    parts: tuple[Part, ...]
    most_a_day: int | None = None
    most_a_week: int | None = None

    @property
    def mg(self) -> Decimal:
        return sum((p.mg for p in self.parts), Decimal())

    @property
    def words(self) -> str:
        """'half a 10 mg tablet and 1 tablet of 2 mg'."""
        return " and ".join(p.words for p in self.parts)

    @property
    def when(self) -> str:
        return TIMES[self.slot]


@dataclass(frozen=True)
class DayPlan:
    """What one day asks for, by the plan in force on it. An empty `doses` is a day whose dose is zero."""

    day: date
    plan_id: UUID
    doses: tuple[DayDose, ...]

    @property
    def fixed(self) -> tuple[DayDose, ...]:
        return tuple(d for d in self.doses if d.slot != AS_NEEDED)

    @property
    def as_needed(self) -> DayDose | None:
        return next((d for d in self.doses if d.slot == AS_NEEDED), None)

    @property
    def mg(self) -> Decimal:
        """Doses with a fixed time; what is taken as needed is not planned."""
        return sum((d.mg for d in self.fixed), Decimal())

    @property
    def most_mg(self) -> Decimal:
        extra = self.as_needed
        return self.mg + (extra.mg * (extra.most_a_day or 1) if extra else Decimal())

    def dose(self, slot: str) -> DayDose | None:
        return next((d for d in self.doses if d.slot == slot), None)


def _product(product_id: str) -> Product:
    found = product_named(product_id)
    assert found is not None, "a product that a plan names may not leave the knowledge"
    return found


def part_words(product: Product, units: Decimal) -> str:
    """Halves as words: 'half a 10 mg tablet', '1 and a half tablets of 5 mg', '2.5 mL of 1 mg/mL'.

    A count never stands right before a strength: '2 5 mg tablets' is one blank away from 25 mg.
    """
    if product.mg is None:
        return f"{plain(units)} mL of {plain(product.mg_per_ml or Decimal())} mg/mL"
    strength, (whole, part) = f"{plain(product.mg)} mg", divmod(units, 1)
    if part and part not in PARTS:
        return f"{plain(units)} tablets of {strength}"
    if not whole:
        return f"{PARTS[part]} a {strength} tablet"
    if not part:
        return f"{plain(whole)} tablet{'' if whole == 1 else 's'} of {strength}"
    return f"{plain(whole)} and {'a half' if part == HALF else PARTS[part].removesuffix(' of')} tablets of {strength}"


def day_doses(product_id: str, doses: Iterable[PlannedDose]) -> tuple[DayDose, ...]:
    """A plan's doses in the order of the day."""
    return tuple(sorted((_day_dose(product_id, d) for d in doses), key=lambda d: order(d.slot)))


def _day_dose(product_id: str, dose: PlannedDose) -> DayDose:
    parts = (Part(product_id, Decimal(dose.units)),)
    if not dose.max_per_day:
        return DayDose(dose.at, parts)
    return DayDose(dose.at, parts, int(dose.max_per_day), int(dose.most_a_week))
