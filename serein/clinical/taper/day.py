"""One day's dose over the times of day, in whole parts that add up."""

from collections.abc import Iterator
from decimal import Decimal

from .amounts import Shelf
from .values import TimedDose

Score = tuple[int, bool, int, int, Decimal]
# Shares farther than this from an even one are never tried, but zero is: a small dose may stand at one time only.
REACH = 40
NIGHT = ("night", "bedtime")


def spread(shelf: Shelf, grains: int, times: tuple[str, ...]) -> tuple[TimedDose, ...]:
    """The daily dose shared over `times`. The night's share is the largest and the last to go; without a night, the last time's.

    Fewest divided tablets first; then no share of the day that differs from another by more than a quarter of the day's dose; then fewest
    different products in the day; then the most even; then the fewest parts.
    """
    times = tuple(sorted(times, key=lambda at: at in NIGHT))
    best: tuple[Score, tuple[int, ...]] | None = None
    for shares in _shares(shelf, grains, len(times), frozenset(shelf.makeable)):
        score = _score(shelf, shares)
        if best is None or (score, shares) < best:
            best = (score, shares)
    assert best is not None, "a makeable dose can always be given at one time"
    given = [(at, share) for at, share in zip(times, best[1], strict=True) if share]
    return tuple(TimedDose(at, shelf.mg(share), shelf.parts_of(share)) for at, share in given)


def _shares(shelf: Shelf, grains: int, count: int, makeable: frozenset[int]) -> Iterator[tuple[int, ...]]:
    """Shares in the order of the times, ascending, the largest last; each makeable."""
    if count == 1:
        yield (grains,)
        return
    even = grains // count
    for share in {0, *range(max(0, even - REACH), even + 1)}:
        if share in makeable:
            for rest in _shares(shelf, grains - share, count - 1, makeable):
                if rest[0] >= share and all(r in makeable for r in rest):
                    yield (share, *rest)


def _score(shelf: Shelf, shares: tuple[int, ...]) -> Score:
    parts = [shelf.parts_of(share) for share in shares]
    products = frozenset().union(*(p.products for p in parts))
    uneven = max(shares) - min(shares)
    count = sum((p.count for p in parts), Decimal(0))
    return (sum(p.splits for p in parts), 4 * uneven > sum(shares), len(products), uneven, count)
