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


SPLIT, PRODUCT, PIECE = 1 << 40, 1 << 20, 1  # one number compares divided tablets first, then products, then pieces


def in_order(products: tuple[Product, ...]) -> tuple[Product, ...]:
    """Tablets before liquids, the strongest first: the same plan comes out in whatever order the products were named."""
    return tuple(sorted(products, key=lambda p: (p.liquid, -p.mg, p.smallest, p.id)))


class Shelf:
    """The products at hand, up to a highest dose. Doses are counted in grains, the largest amount of which every part is a multiple; a
    `unit` is the finer amount of which the highest dose is a multiple too. Raises TooFine."""

    def __init__(self, products: tuple[Product, ...], highest_mg: Decimal) -> None:
        self.products = in_order(products)
        exponent = max(0, *(-int(x.normalize().as_tuple().exponent) for x in (highest_mg, *(p.part_mg for p in products))))
        self.scale: int = 10**exponent
        self.sizes = tuple(self.units(p.part_mg) for p in self.products)
        self.grain = gcd(*self.sizes) if self.sizes else 1
        self.highest = self.units(highest_mg) // self.grain
        self._parts: dict[int, Parts] = {}
        self._handling: dict[int, tuple[int, int, int, int]] = {}
        if self.highest > MOST_GRAINS:
            raise TooFine(f"the products divide {highest_mg} mg into more than {MOST_GRAINS} steps")

    def units(self, mg: Decimal) -> int:
        """mg in units, rounded down where it is no multiple."""
        return int(mg * self.scale)

    def mg(self, grains: int) -> Decimal:
        return Decimal(grains * self.grain) / Decimal(self.scale)

    def grains(self, mg: Decimal) -> int | None:
        """The dose in grains, or None when it is no multiple of the grain."""
        whole, rest = divmod(mg * self.scale, self.grain)
        return int(whole) if rest == 0 else None

    @cached_property
    def _layers(self) -> tuple[list[list[int]], list[int]]:
        """How many parts of each product make each number of grains best, given the products before it; and what that costs (-1: cannot)."""
        costs, counts = [0] + [-1] * self.highest, []
        for product, size in zip(self.products, self.sizes, strict=True):
            costs, made = _with(costs, product, size // self.grain)
            counts.append(made)
        return counts, costs

    @cached_property
    def makeable(self) -> tuple[int, ...]:
        """Every dose that can be made, in grains, ascending; 0 is one of them."""
        return tuple(grains for grains, cost in enumerate(self._layers[1]) if cost >= 0)

    @cached_property
    def makeable_set(self) -> frozenset[int]:
        return frozenset(self.makeable)

    def can_make(self, mg: Decimal) -> bool:
        grains = self.grains(mg)
        return grains is not None and 0 <= grains <= self.highest and self._layers[1][grains] >= 0

    def parts_of(self, grains: int) -> Parts:
        """The kindest way to make a makeable dose: fewest divided tablets, then fewest products, then fewest pieces."""
        if grains not in self._parts:
            self._parts[grains] = self._made(grains)
        return self._parts[grains]

    def handling(self, grains: int) -> tuple[int, int, int, int]:
        """Of the kindest way to make a makeable dose: divided tablets, products, pieces, and which products as bits."""
        if grains not in self._handling:
            cost, used = self._layers[1][grains], self.parts_of(grains).products
            mask = sum(1 << i for i, p in enumerate(self.products) if p.id in used)
            self._handling[grains] = (cost // SPLIT, cost % SPLIT // PRODUCT, cost % PRODUCT, mask)
        return self._handling[grains]

    def burden(self, grains: int) -> tuple[int, int]:
        """Divided tablets and products of the kindest way to make a makeable dose."""
        cost = self._layers[1][grains]
        return cost // SPLIT, cost % SPLIT // PRODUCT

    def _made(self, grains: int) -> Parts:
        counts, costs = self._layers
        assert costs[grains] >= 0, "asked for a dose that cannot be made"
        splits, units, left = costs[grains] // SPLIT, [], grains
        for product, size, made in reversed(list(zip(self.products, self.sizes, counts, strict=True))):
            n = made[left]
            left -= n * (size // self.grain)
            if n:
                units.append((product.id, (n * product.smallest).normalize()))
        return Parts(tuple(reversed(units)), splits)


def _with(before: list[int], product: Product, step: int) -> tuple[list[int], list[int]]:
    """The costs with one more product, and how many of its parts each dose takes. A unit is given whole, and at most one is divided; a
    liquid is never divided. Ties keep fewer parts of this product, so that a stronger one wins."""
    size = 1 if product.liquid else int(1 / product.smallest)
    highest = len(before) - 1
    whole, wholes = [-1] * (highest + 1), [0] * (highest + 1)
    best, made = before[:], [0] * (highest + 1)
    unit = size * step
    for g in range(1, highest + 1):
        if g >= unit:
            if before[g - unit] >= 0:
                whole[g], wholes[g] = before[g - unit] + PRODUCT + PIECE, 1
            if whole[g - unit] >= 0 and (whole[g] < 0 or whole[g - unit] + PIECE < whole[g]):
                whole[g], wholes[g] = whole[g - unit] + PIECE, wholes[g - unit] + 1
            if whole[g] >= 0 and (best[g] < 0 or whole[g] < best[g]):
                best[g], made[g] = whole[g], wholes[g] * size
        for part in range(1, min(size, g // step + 1)):
            rest = g - part * step
            options = [(before[rest] + PRODUCT, 0)] if before[rest] >= 0 else []
            options += [(whole[rest], wholes[rest])] if whole[rest] >= 0 else []
            for cost, n in options:
                if best[g] < 0 or cost + SPLIT + PIECE < best[g]:
                    best[g], made[g] = cost + SPLIT + PIECE, n * size + part
    return best, made
