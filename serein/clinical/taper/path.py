"""The way down: which doses, in which order, each held how long.

Every allowed single cut is an edge between two makeable doses; a plan is a path. Paths are compared in this order: the day of the last change,
then mg taken in all (the wished pace is the fastest that is allowed, so the path that is shortest and lowest is the one closest to it), then
tablets to divide, then products to handle, then how uneven the cuts are.

Found in two passes from the bottom up, so that a cut is never taken into a dose from which no allowed cut leads on: first the days alone,
which is quick; then everything else, only over the edges of the shortest ways.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .amounts import Shelf
from .edges import Cuts, Reach
from .values import Policy, Request

NEVER = 1 << 60
FINE = 1_000_000
Cost = tuple[int, int, int, int]  # mg taken (in units, times days), tablets divided, products, unevenness
Node = tuple[int, bool]  # index of a makeable dose; whether only terminal cuts may follow
FREE: Cost = (0, 0, 0, 0)


@dataclass(frozen=True)
class Edge:
    """One cut, in grains. `hold` is how many days the dose before it must have been kept at least."""

    to: int
    hold: int
    terminal: bool
    stretched: bool = False


class Descent:
    """The best ways down from every dose, for one request. `every` is the shelf of all products, where the plan uses fewer."""

    def __init__(self, shelf: Shelf, request: Request, policy: Policy, every: Shelf | None = None) -> None:
        self.shelf, self.request = shelf, request
        self.cuts = Cuts(request, policy, shelf, every or shelf)
        self.start = shelf.units(request.daily_dose_mg)
        self.last_days = 0 if request.goal_mg == 0 else request.pace.every_days
        self.reaches: list[list[Reach]] = [[] for _ in self.cuts.units]
        self.days = ([NEVER] * len(self.cuts.units), [NEVER] * len(self.cuts.units))  # after a free cut, after a terminal one
        self._costs: dict[Node, tuple[Cost, Edge | None]] = {}
        self._settle()

    def _settle(self) -> None:
        free, terminal = self.days
        goal = self.cuts.goal
        if goal >= len(self.cuts.units):
            return
        free[goal] = terminal[goal] = 0
        for i in range(goal + 1, len(self.cuts.units)):
            if self.cuts.units[i] >= self.start:
                return
            self.reaches[i] = self.cuts.from_units(self.cuts.units[i])
            for reach in self.reaches[i]:
                days = reach.hold + min(self.days[reach.terminal][reach.low : reach.high])
                free[i] = min(free[i], days)
                if reach.terminal:
                    terminal[i] = days

    def firsts(self) -> Iterator[Reach]:
        """Every kind of first cut that leads to the goal."""
        for reach in self.cuts.from_units(self.start):
            if min(self.days[reach.terminal][reach.low : reach.high], default=NEVER) < NEVER:
                yield reach

    def shortest(self, first: Reach) -> int:
        """Days from the first cut, of that kind, to the last one."""
        return min(self.days[first.terminal][first.low : first.high])

    def best(self, firsts: list[Reach]) -> list[Edge]:
        """The cheapest of the shortest paths that begin with one of these kinds of cut, which all are as short."""
        options = [option for first in firsts for option in self._options(self.start, first, self.shortest(first))]
        self._price({(i, terminal) for _, _, (i, terminal), _ in options})
        edge = min(options, key=lambda o: (_plus((0, 0, 0, o[1]), self._costs[o[2]][0]), o[3].terminal, o[3].to))[3]
        path = [edge]
        while True:
            following = self._costs[self._index[path[-1].to], path[-1].terminal][1]
            if following is None:
                return path
            path.append(following)

    @property
    def _index(self) -> dict[int, int]:
        if not hasattr(self, "_found"):
            self._found = {g: i for i, g in enumerate(self.shelf.makeable)}
        return self._found

    def _options(self, dose: int, reach: Reach, days: int) -> list[tuple[int, int, Node, Edge]]:
        """(hold, unevenness, next node, edge) for every cut of a kind after which `days` are enough."""
        left, makeable, units = self.days[reach.terminal], self.shelf.makeable, self.cuts.units
        hold, ends, stretched = reach.hold, reach.terminal, reach.stretched
        return [
            (hold, self.uneven(dose, units[j]), (j, ends), Edge(makeable[j], hold, ends, stretched))
            for j in range(reach.low, reach.high)
            if left[j] == days
        ]

    def uneven(self, dose: int, to: int) -> int:
        """How far a cut is from the wished one: the square of the difference in percent, in millionths."""
        cuts = self.cuts
        return (abs(cuts.percent * dose - (dose - to) * cuts.hundred) * FINE // (dose * cuts.hundred // 100)) ** 2

    def held(self, i: int, days: int) -> Cost:
        """What it costs to keep a dose for so many days."""
        splits, products = self.shelf.burden(self.shelf.makeable[i])
        return (self.cuts.units[i] * days, splits * days, products * days, 0)

    def _price(self, wanted: set[Node]) -> None:
        """Work out the costs of every node that a shortest way from the wanted ones may pass, the lowest dose first."""
        options: dict[Node, list[tuple[int, int, Node, Edge]]] = {}
        waiting = list(wanted)
        while waiting:
            node = waiting.pop()
            if node in options:
                continue
            options[node] = [] if node[0] == self.cuts.goal else self._tight(node)
            waiting += [to for _, _, to, _ in options[node]]
        for node in sorted(options):
            self._costs[node] = self._cheapest(node, options[node])

    def _tight(self, node: Node) -> list[tuple[int, int, Node, Edge]]:
        i, terminal = node
        found = []
        for reach in self.reaches[i]:
            if reach.terminal or not terminal:
                found += self._options(self.cuts.units[i], reach, self.days[terminal][i] - reach.hold)
        return found

    def _cheapest(self, node: Node, options: list[tuple[int, int, Node, Edge]]) -> tuple[Cost, Edge | None]:
        if not options:
            return self.held(node[0], self.last_days), None
        best = min(
            (_plus(_plus(self.held(node[0], hold), self._costs[to][0]), (0, 0, 0, uneven)), edge.terminal, edge.to, edge.hold, edge.stretched)
            for hold, uneven, to, edge in options
        )  # fmt: skip
        return best[0], Edge(best[2], best[3], best[1], best[4])

    def stuck_at(self) -> int:
        """The lowest dose in units that can be reached before no allowed cut leads on, for the refusal's sentence."""
        reached, waiting = {self.start}, [self.start]
        while waiting:
            for reach in self.cuts.from_units(waiting.pop()):
                fresh = set(self.cuts.units[reach.low : reach.high]) - reached
                reached |= fresh
                waiting += fresh
        return min(reached)


def _plus(x: Cost, y: Cost) -> Cost:
    return (x[0] + y[0], x[1] + y[1], x[2] + y[2], x[3] + y[3])
