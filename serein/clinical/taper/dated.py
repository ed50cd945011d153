"""The way down on a calendar where some days allow no change.

A path that is best without a calendar is put on it first: each change on the first allowed day. Where that costs nothing it is best on the
calendar too. Otherwise every way down that could still end as early is tried, dose by dose and day by day: waiting longer than needed never
helps to arrive earlier, so the first allowed day is the only one to try.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from .days import free, next_day
from .edges import Reach
from .path import NEVER, Descent, Edge, Node
from .values import Request

MOST_STATES = 40_000
State = tuple[int, Node]  # the day's ordinal; the dose that begins on it
Price = tuple[int, int, int, int, int]  # the last day; then as a path is priced


@dataclass(frozen=True)
class Dated:
    """Cuts with their days. `proven` is false where there were too many ways to try them all."""

    cuts: tuple[tuple[date, Edge], ...]
    proven: bool = True


def dated(descent: Descent, starts: list[tuple[date, Reach]]) -> Dated | None:
    """The best way down from the kinds of first cut with their earliest days; None where the calendar never allows a change."""
    ends = [(first + timedelta(days=descent.shortest(reach)), first, reach) for first, reach in starts]
    end = min(e for e, _, _ in ends)
    # Among ways that end on the same day the one that starts earlier takes less: later ones are tried only when there is none.
    start = min(s for e, s, _ in ends if e == end)
    path = descent.best([reach for e, s, reach in ends if e == end and s == start])
    quick = _on_calendar(descent.request, start, path)
    if quick is None or free(descent.request) or quick[-1][0] == end:
        return None if quick is None else Dated(tuple(quick))
    return _searched(descent, starts, quick)


def _on_calendar(request: Request, start: date, path: list[Edge]) -> list[tuple[date, Edge]] | None:
    found, earliest = [], start
    for i, edge in enumerate(path):
        day = next_day(request, earliest)
        if day is None:
            return None
        found.append((day, edge))
        if i + 1 < len(path):
            earliest = day + timedelta(days=path[i + 1].hold)
    return found


class _Search:
    """Every state that can still end by `end`, and how it goes on."""

    def __init__(self, descent: Descent, end: int) -> None:
        self.descent, self.end = descent, end
        self.onward: dict[State, list[tuple[State, Edge, int]]] = {}
        self.days: dict[int, int] = {}
        self.index = {g: i for i, g in enumerate(descent.shelf.makeable)}

    def allowed(self, day: int) -> int:
        if day not in self.days:
            found = next_day(self.descent.request, date.fromordinal(day))
            self.days[day] = NEVER if found is None else found.toordinal()
        return self.days[day]

    def ways(self, dose: int, day: int, reach: Reach) -> list[tuple[State, Edge, int]]:
        """Every cut of a kind that is made on `day` and may still end in time."""
        left, makeable = self.descent.days[reach.terminal], self.descent.shelf.makeable
        units, uneven = self.descent.cuts.units, self.descent.uneven
        return [
            ((day, (j, reach.terminal)), Edge(makeable[j], reach.hold, reach.terminal, reach.stretched), uneven(dose, units[j]))
            for j in range(reach.low, reach.high)
            if day + left[j] <= self.end
        ]

    def explore(self, firsts: list[State]) -> bool:
        """Whether all states could be visited."""
        waiting, units = list(firsts), self.descent.cuts.units
        while waiting:
            state = waiting.pop()
            if state in self.onward:
                continue
            day, (i, terminal) = state
            self.onward[state] = [
                way
                for reach in self.descent.reaches[i]
                if (reach.terminal or not terminal) and i != self.descent.cuts.goal
                for way in self.ways(units[i], self.allowed(day + reach.hold), reach)
            ]
            waiting += [to for to, _, _ in self.onward[state]]
            if len(self.onward) > MOST_STATES:
                return False
        return True

    def prices(self) -> dict[State, tuple[Price, Edge | None, State | None]]:
        """Latest days first: what each state costs to the end, and its best next cut."""
        found: dict[State, tuple[Price, Edge | None, State | None]] = {}
        for state in sorted(self.onward, reverse=True):
            day, (i, _) = state
            if i == self.descent.cuts.goal:
                found[state] = ((day, *self.descent.held(i, self.descent.last_days)), None, None)
                continue
            options = [
                (_sum(found[to][0], (0, *self.descent.held(i, to[0] - day)), uneven), edge.terminal, edge.to, edge.hold, edge.stretched, to)
                for to, edge, uneven in self.onward[state]
                if to in found
            ]  # fmt: skip
            if options:
                price, terminal, grains, hold, stretched, to = min(options)
                found[state] = (price, Edge(grains, hold, terminal, stretched), to)
        return found


def _searched(descent: Descent, starts: list[tuple[date, Reach]], quick: list[tuple[date, Edge]]) -> Dated:
    search = _Search(descent, quick[-1][0].toordinal())
    firsts = [way for day, reach in starts for way in search.ways(descent.start, day.toordinal(), reach)]
    if not search.explore([state for state, _, _ in firsts]):
        return Dated(tuple(quick), proven=False)
    prices = search.prices()
    # A later start keeps the first dose longer: that is taken too, and counts.
    since = min(day for day, _ in starts).toordinal()
    options = [
        (_sum(prices[s][0], (0, descent.start * (s[0] - since), 0, 0, 0), uneven), edge.terminal, edge.to, s, edge)
        for s, edge, uneven in firsts
        if s in prices
    ]
    _, _, _, state, edge = min(options, key=lambda o: o[:4])
    path = [(date.fromordinal(state[0]), edge)]
    while True:
        _, following, to = prices[state]
        if following is None or to is None:
            return Dated(tuple(path))
        path.append((date.fromordinal(to[0]), following))
        state = to


def _sum(x: Price, y: Price, uneven: int) -> Price:
    return (x[0] + y[0], x[1] + y[1], x[2] + y[2], x[3] + y[3], x[4] + y[4] + uneven)
