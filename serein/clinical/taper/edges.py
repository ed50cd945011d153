"""Which single cuts the policy and the pace allow from a dose. Whole numbers throughout: a dose of 1/3 must not depend on rounding."""

from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal

from .amounts import Shelf
from .values import Policy, Request


@dataclass(frozen=True)
class Reach:
    """Every cut of one kind from a dose, as a range of indexes into the makeable doses. `hold` is how many days the dose before it must
    have been kept; `stretched` when that is longer than the pace because the products can make no cut small enough."""

    low: int
    high: int
    hold: int
    terminal: bool = False
    stretched: bool = False


class Cuts:
    """The cuts of one request under one policy. `every` is the shelf of all its products, `shelf` the one that the plan is made from: an
    exception for coarse products is granted only where the whole shelf is as coarse."""

    def __init__(self, request: Request, policy: Policy, shelf: Shelf, every: Shelf) -> None:
        self.pace, self.policy, self.shelf, self.every = request.pace, policy, shelf, every
        self.units = [g * shelf.grain for g in shelf.makeable]
        self.finer = every.scale // shelf.scale
        self.all_units = self.units if every is shelf else [g * every.grain for g in every.makeable]
        self.goal = bisect_left(self.units, _up(request.goal_mg * shelf.scale))
        self.percent, self.hundred = _ratio(self.pace.cut_percent)
        self.ceiling, self.ceiling_hundred = _ratio(policy.window.cut_percent)
        self.short = self.pace.every_days < policy.window.every_days
        self.bands = [(b.above_mg * shelf.scale, shelf.units(b.most_mg)) for b in policy.bands]
        self.terminal_from = policy.terminal_from_mg * shelf.scale
        self.terminal_cut, self.terminal_most = shelf.units(policy.terminal_cut_mg), shelf.units(policy.terminal_most_mg)

    def from_units(self, dose: int) -> list[Reach]:
        """Every allowed cut from a dose in units, to a makeable dose not below the goal."""
        above = bisect_left(self.units, dose)
        if above <= self.goal:
            return []
        reaches, every = [], self.pace.every_days
        largest = min(dose * self.percent // self.hundred, self._band(dose))
        low = max(self.goal, bisect_left(self.units, dose - largest))
        if low < above:
            reaches.append(Reach(low, above, every))
        else:
            reaches += self._stretched(dose, above)
        if dose <= self.terminal_from:
            low = max(self.goal, bisect_left(self.units, dose - self._terminal(dose)))
            if low < above:
                reaches.append(Reach(low, above, every, terminal=True))
        return reaches

    def _stretched(self, dose: int, above: int) -> list[Reach]:
        """Products too coarse for the pace: the smallest cut, after a hold that is longer in proportion."""
        smallest = dose - self.units[above - 1]
        too_much = smallest * self.ceiling_hundred > self.ceiling * dose or smallest > self._band(dose)
        if too_much or smallest * self.finer != self._smallest(dose) or (self.short and not self._twice(dose, dose - smallest)):
            return []
        hold = -(-(self.pace.every_days * smallest * self.hundred) // (dose * self.percent))
        return [Reach(above - 1, above, max(hold, self.pace.every_days), stretched=True)]

    def _twice(self, dose: int, left: int) -> bool:
        """Whether two such cuts in a row stay within the ceiling: with a short interval both fall into one window."""
        return left * left * self.ceiling_hundred >= dose * dose * (self.ceiling_hundred - self.ceiling)

    def _terminal(self, dose: int) -> int:
        """The largest terminal cut. Where two cuts fall into one window, coarse products get no larger one."""
        if self.short:
            return self.terminal_cut
        return min(max(self.terminal_cut, self._smallest(dose) // self.finer), self.terminal_most)

    def _smallest(self, dose: int) -> int:
        """The smallest cut that all products at hand can make from a dose, in the whole shelf's units, which are as fine or finer."""
        fine = dose * self.finer
        return fine - self.all_units[bisect_left(self.all_units, fine) - 1]

    def _band(self, dose: int) -> int:
        """The largest cut by bands: a cut that ends in a lower band is no larger than that band allows."""
        most = dose if not self.bands else 0
        for above, cut in self.bands:
            if dose > above:
                most = max(most, min(cut, int(dose - above)))
        return max(most, self.bands[-1][1]) if self.bands else most


def _ratio(percent: Decimal) -> tuple[int, int]:
    """A percentage as a whole number over a whole number of hundredths."""
    exponent = max(0, -int(percent.normalize().as_tuple().exponent))
    return int(percent * 10**exponent), 100 * 10**exponent


def _up(value: Decimal) -> int:
    whole, rest = divmod(value, 1)
    return int(whole) + (rest > 0)


def rounded_up(numerator: Decimal, denominator: Decimal) -> int:
    """The quotient, rounded up, without ever dividing: a quotient that ends in …999 must not lose a day."""
    whole, rest = divmod(numerator, denominator)
    return int(whole) + (rest > 0)
