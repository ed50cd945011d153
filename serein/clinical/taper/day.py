"""One day's dose over the times of day, in whole parts that add up."""

from collections.abc import Iterator
from decimal import Decimal

from .amounts import Shelf
from .values import Request, TimedDose

Score = tuple[int, bool, int, int, int]
# Shares farther than this from an even one are never tried, but zero is: a small dose may stand at one time only. By how many times there are.
REACH = {2: 40, 3: 14}
REACH_OF_MANY = 6
NIGHT = ("night", "bedtime")


def spread(shelf: Shelf, grains: int, times: tuple[str, ...], night: int | None = None) -> tuple[TimedDose, ...]:
    """The daily dose shared over `times`. The night's share is the largest and the last to go; without a night, the last time's. With
    `night` grains it stays as near to that as it can, and the other times are lowered first.

    Fewest divided tablets first; then no share of the day that differs from another by more than a quarter of the day's dose; then fewest
    different products in the day; then the most even; then the fewest parts.
    """
    times = ordered(times)
    best: tuple[tuple[int, Score], tuple[int, ...]] | None = None
    for shares in _kept(shelf, grains, len(times), night) or _shares(shelf, grains, len(times), shelf.makeable_set):
        score = (0 if night is None else abs(min(night, grains) - shares[-1]), _score(shelf, shares))
        if best is None or (score, shares) < best:
            best = (score, shares)
    assert best is not None, "a makeable dose can always be given at one time"
    given = [(at, share) for at, share in zip(times, best[1], strict=True) if share]
    return tuple(TimedDose(at, shelf.mg(share), shelf.parts_of(share)) for at, share in given)


def ordered(times: tuple[str, ...]) -> tuple[str, ...]:
    """The times with the one that goes last at the end."""
    return tuple(sorted(times, key=lambda at: at in NIGHT))


def night_share(shelf: Shelf, request: Request) -> int:
    """Grains of the last time's share of the dose before the plan, or of the nearest lower dose that can be made."""
    highest = shelf.makeable[-1]
    given = {d.at: d.mg for d in spread(shelf, highest, request.times)} if highest else {}
    return shelf.grains(given.get(ordered(request.times)[-1], Decimal(0))) or 0


def _kept(shelf: Shelf, grains: int, count: int, night: int | None) -> list[tuple[int, ...]]:
    """Shares that leave the night's as near to `night` as can be, the rest among the other times; none where they cannot be made."""
    if night is None or count == 1:
        return []
    lasts = [m for m in shelf.makeable if m <= min(night, grains) and grains - m in shelf.makeable_set]
    last = max(lasts, default=0)
    return [(*rest, last) for rest in _shares(shelf, grains - last, count - 1, shelf.makeable_set)] if last else []


def _shares(shelf: Shelf, grains: int, count: int, makeable: frozenset[int]) -> Iterator[tuple[int, ...]]:
    """Shares in the order of the times, ascending, the largest last; each makeable."""
    if count == 1:
        yield (grains,)
        return
    even = grains // count
    for share in {0, *range(max(0, even - REACH.get(count, REACH_OF_MANY)), even + 1)}:
        if share in makeable:
            for rest in _shares(shelf, grains - share, count - 1, makeable):
                if rest[0] >= share and all(r in makeable for r in rest):
                    yield (share, *rest)


def _score(shelf: Shelf, shares: tuple[int, ...]) -> Score:
    uneven, kinds, count, splits = max(shares) - min(shares), 0, 0, 0
    for share in shares:
        split, _, pieces, mask = shelf.handling(share)
        splits, kinds, count = splits + split, kinds | mask, count + pieces
    return (splits, 4 * uneven > sum(shares), kinds.bit_count(), uneven, count)
