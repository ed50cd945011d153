"""The way down: which doses, in which order, each held how long.

Every allowed single cut is an edge between two makeable doses; a plan is a path. Its cost is compared in this order: days in all, then mg
taken in all (the wished pace is the fastest that is allowed, so the path that is shortest and lowest is the one closest to it), then tablets
to divide, then products to handle, then how uneven the cuts are. Found from the bottom up, so that a cut is never taken into a dose from which
no allowed cut leads on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from .amounts import Shelf
from .values import Policy, Request

Cost = tuple[int, int, int, int, Decimal]
FREE: Cost = (0, 0, 0, 0, Decimal(0))
MOST_EDGES = 80


@dataclass(frozen=True)
class Edge:
    """One cut, in grains. `hold` is how many days the dose before it must have been kept; `stretched` when that is longer than the pace
    because the products can make no cut small enough."""

    to: int
    hold: int
    terminal: bool
    stretched: bool = False


@dataclass(frozen=True)
class Way:
    """The best way from a dose to the goal: what it costs, and its first edge."""

    cost: Cost
    edge: Edge | None


def edges(shelf: Shelf, request: Request, policy: Policy, from_mg: Decimal) -> Iterator[Edge]:
    """Every cut that the policy and the pace allow from a dose, to a makeable dose not below the goal."""
    lower = [g for g in shelf.makeable if request.goal_mg <= shelf.mg(g) < from_mg]
    if not lower:
        return
    pace = request.pace
    within = [g for g in lower if (from_mg - shelf.mg(g)) * 100 <= pace.cut_percent * from_mg]
    smallest = from_mg - shelf.mg(lower[-1])
    if within:
        for g in within[:MOST_EDGES]:
            yield Edge(g, pace.every_days, False)
    elif smallest * 100 <= policy.ceiling_percent * from_mg:
        # Products too coarse for the pace: the smallest cut, after a hold that is longer in proportion.
        yield Edge(lower[-1], rounded_up(pace.every_days * smallest * 100, from_mg * pace.cut_percent), False, True)
    if from_mg <= policy.terminal_from_mg:
        most = min(max(policy.terminal_cut_mg, smallest), policy.terminal_most_mg)
        for g in lower[-MOST_EDGES:]:
            if from_mg - shelf.mg(g) <= most:
                yield Edge(g, pace.every_days, True)


def rounded_up(numerator: Decimal, denominator: Decimal) -> int:
    """The quotient, rounded up, without ever dividing: a quotient that ends in …999 must not lose a day."""
    whole, rest = divmod(numerator, denominator)
    return int(whole) + (rest > 0)


class Descent:
    """The best ways down from every dose, for one request."""

    def __init__(self, shelf: Shelf, request: Request, policy: Policy) -> None:
        self.shelf, self.request, self.policy = shelf, request, policy
        goal = shelf.grains(request.goal_mg)
        # Two tables: after a terminal cut only terminal cuts may follow.
        self.free: dict[int, Way] = {}
        self.terminal: dict[int, Way] = {}
        if goal is None:
            return
        rest = Way(self._held(goal, 0 if request.goal_mg == 0 else request.pace.every_days), None)
        self.free[goal] = self.terminal[goal] = rest
        for grains in shelf.makeable:
            if grains > goal and shelf.mg(grains) < request.daily_dose_mg:
                self._settle(grains)

    def _settle(self, grains: int) -> None:
        ways, terminal_ways = [], []
        for edge in edges(self.shelf, self.request, self.policy, self.shelf.mg(grains)):
            way = self._over(self.shelf.mg(grains), edge, grains)
            if way is not None:
                ways.append(way)
                if edge.terminal:
                    terminal_ways.append(way)
        if ways:
            self.free[grains] = min(ways, key=_order)
        if terminal_ways:
            self.terminal[grains] = min(terminal_ways, key=_order)

    def _over(self, from_mg: Decimal, edge: Edge, from_grains: int | None) -> Way | None:
        rest = (self.terminal if edge.terminal else self.free).get(edge.to)
        if rest is None:
            return None
        here = self._held(from_grains, edge.hold) if from_grains is not None else FREE
        uneven = (self.request.pace.cut_percent - (from_mg - self.shelf.mg(edge.to)) * 100 / from_mg) ** 2
        return Way(_plus(_plus(here, rest.cost), (0, 0, 0, 0, uneven)), edge)

    def _held(self, grains: int, days: int) -> Cost:
        parts = self.shelf.parts_of(grains)
        return (days, grains * days, parts.splits * days, len(parts.units) * days, Decimal(0))

    def first(self) -> list[tuple[Edge, Way]]:
        """The cuts from the dose in force, best first; empty when no plan exists."""
        start = self.request.daily_dose_mg
        ways = [
            (e, w) for e in edges(self.shelf, self.request, self.policy, start) if (w := self._over(start, e, None)) is not None
        ]
        return sorted(ways, key=lambda pair: (_waiting(pair[0], self.request), *_order(pair[1])))

    def follow(self, edge: Edge) -> list[Edge]:
        """The whole path that begins with `edge`."""
        path = [edge]
        while True:
            way = (self.terminal if path[-1].terminal else self.free)[path[-1].to]
            if way.edge is None:
                return path
            path.append(way.edge)

    def stuck_at(self) -> Decimal | None:
        """The lowest dose that can be reached before no allowed cut leads on, for the refusal's sentence."""
        reached, waiting = set(), [self.request.daily_dose_mg]
        while waiting:
            mg = waiting.pop()
            for edge in edges(self.shelf, self.request, self.policy, mg):
                if edge.to not in reached:
                    reached.add(edge.to)
                    waiting.append(self.shelf.mg(edge.to))
        return min((self.shelf.mg(g) for g in reached), default=None)


def _waiting(edge: Edge, request: Request) -> int:
    """Days that the first cut puts off the start, where the dose in force has not been held long enough."""
    return edge.hold if edge.stretched else 0


def _order(way: Way) -> tuple[Cost, bool, int]:
    """Ties go to a cut that needs no terminal rule, then to the larger one."""
    edge = way.edge
    return (way.cost, bool(edge and edge.terminal), edge.to if edge else 0)


def _plus(x: Cost, y: Cost) -> Cost:
    return (x[0] + y[0], x[1] + y[1], x[2] + y[2], x[3] + y[3], x[4] + y[4])
