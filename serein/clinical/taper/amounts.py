"""Which daily doses can be made from the products at hand, and of what. Whole numbers of a common grain, so that everything adds up exactly."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import gcd

MOST_GRAINS = 6000
LIQUIDS = ("oral-solution", "oral-suspension", "oral-concentrate")
FORMS = ("tablet", "capsule", *LIQUIDS)


class TooFine(ValueError):
    """The products divide the dose into more steps than a plan can be searched over."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """`mg` of one unit (a tablet, or one mL) and the smallest part of a unit that can be given."""

    id: str
    form: str
    mg: Decimal
    smallest: Decimal

    @property
    def part_mg(self) -> Decimal:
        """mg in the smallest part."""
        return self.mg * self.smallest

    @property
    def liquid(self) -> bool:
        return self.form in LIQUIDS


@dataclass(frozen=True)
class Parts:
    """What makes up one dose: units of each product, in the products' order. `splits` counts tablets that must be divided."""

    units: tuple[tuple[str, Decimal], ...]
    splits: int

    @property
    def products(self) -> frozenset[str]:
        return frozenset(id for id, _ in self.units)

    @property
    def count(self) -> Decimal:
        return sum((units for _, units in self.units), Decimal(0))


Cost = tuple[int, int, int]  # splits, products, parts


class Shelf:
    """The products at hand, up to a highest dose. Raises TooFine."""

    def __init__(self, products: tuple[Product, ...], highest_mg: Decimal) -> None:
        self.products = products
        exponent = max(0, *(-int(x.normalize().as_tuple().exponent) for x in (highest_mg, *(p.part_mg for p in products))))
        self.scale = 10**exponent
        self.parts = tuple(self._whole(p.part_mg) for p in products)
        self.grain = gcd(*self.parts) if self.parts else 1
        self.highest = self._whole(highest_mg) // self.grain
        if self.highest > MOST_GRAINS:
            raise TooFine(f"the products divide {highest_mg} mg into more than {MOST_GRAINS} steps")

    def _whole(self, mg: Decimal) -> int:
        return int(mg * self.scale)

    def mg(self, grains: int) -> Decimal:
        return Decimal(grains * self.grain) / Decimal(self.scale)

    def grains(self, mg: Decimal) -> int | None:
        """The dose in grains, or None when it is no multiple of the grain."""
        whole, rest = divmod(mg * self.scale, self.grain)
        return int(whole) if rest == 0 else None

    @cached_property
    def _best(self) -> list[tuple[Cost, tuple[int, ...]] | None]:
        """For each number of grains: how few splits, products and units can make it, and from how many parts of each product."""
        best: list[tuple[Cost, tuple[int, ...]] | None] = [((0, 0, 0), ())] + [None] * self.highest
        for product, part in zip(self.products, self.parts, strict=True):
            step = part // self.grain
            best = [self._with(best, product, step, grains) for grains in range(self.highest + 1)]
        return best

    def _with(
        self, best: list[tuple[Cost, tuple[int, ...]] | None], product: Product, step: int, grains: int
    ) -> tuple[Cost, tuple[int, ...]] | None:
        found = None
        for n in range(grains // step + 1):
            rest = best[grains - n * step]
            if rest is None:
                continue
            (splits, products, parts), made = rest
            units = n * product.smallest
            split = 0 if product.liquid or units == units.to_integral_value() else 1
            cost = (splits + split, products + (n > 0), parts + n)
            if found is None or cost < found[0]:
                found = (cost, (*made, n))
        return found

    @cached_property
    def makeable(self) -> tuple[int, ...]:
        """Every dose that can be made, in grains, ascending; 0 is one of them."""
        return tuple(grains for grains in range(self.highest + 1) if self._best[grains] is not None)

    def can_make(self, mg: Decimal) -> bool:
        grains = self.grains(mg)
        return grains is not None and 0 <= grains <= self.highest and self._best[grains] is not None

    def parts_of(self, grains: int) -> Parts:
        """The kindest way to make a makeable dose: fewest divided tablets, then fewest products, then fewest parts."""
        entry = self._best[grains]
        assert entry is not None, "asked for a dose that cannot be made"
        (splits, _, _), made = entry
        units = tuple((p.id, (n * p.smallest).normalize()) for p, n in zip(self.products, made, strict=True) if n)
        return Parts(units, splits)
