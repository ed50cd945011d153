"""The NumPy path: always there, and what the compiled kernel is held against.

Most histories repeat themselves: between two doses stands the same chain of samples. A chain's matrices are multiplied out once; people are then
carried from dose to dose, and all windows with the same chain are sampled together. Histories that do not repeat go step by step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .crowd import Crowd, propagators
from .programme import Programme
from .propagator import IDENTITY, Matrix, applied, by_rates, times

Floats = NDArray[np.float64]
Grid = tuple[Floats, Floats]
LONGEST_CHAIN, FEW, AT_ONCE = 24, 8, 256
# Above this many people a row at a time is faster than a chain at a time: each is written where it belongs, once, in a run of memory.
MANY, IN_CACHE = 512, 5000


class Matrices:
    """Matrix i of a programme, made when first asked for; entries are arrays over people or, for one person, numbers."""

    def __init__(self, plan: Programme, make: Callable[[int, float], Matrix]) -> None:
        self.plan, self.make = plan, make
        self.made: dict[int, Matrix] = {-1: IDENTITY}

    def __getitem__(self, index: int) -> Matrix:
        if index not in self.made:
            direct = len(self.plan.hours)
            if index < direct:
                found = self.make(int(self.plan.phase_of[index]), float(self.plan.hours[index]))
            else:
                one, other = self.plan.products[index - direct]
                found = times(self[int(one)], self[int(other)])
            self.made[index] = found
        return self.made[index]


@dataclass(frozen=True)
class Chain:
    """Windows (numbers in `which`) whose steps are the same: `steps` of the first stand for all."""

    steps: range
    which: list[int]


@dataclass(frozen=True)
class Windows:
    """How steps fall into windows: depends on the history alone. `ends` are their last steps, `chain_of` the number of each one's chain."""

    all: list[range]
    alike: list[Chain]
    ends: NDArray[np.int64]
    chain_of: list[int]


@dataclass(frozen=True)
class Known:
    """A programme, the people in each of its phases, and who of them takes which of its unknown doses."""

    plan: Programme
    phases: list[Crowd]
    taken: Floats

    def entering(self, step: int) -> Floats:
        """mg that reach each person's gut at a step with a dose."""
        mg: Floats = self.phases[self.plan.dose_phase[step]]["bioavailability"] * self.plan.mg[step]
        if self.plan.unknown[step]:
            mg = mg * self.taken[self.plan.doubt[step]]
        return mg


def windows(plan: Programme, steps: range) -> list[range]:
    """Consecutive steps that end with a dose, or after 24 of them."""
    ends = (np.flatnonzero(plan.mg[steps.start : steps.stop]) + steps.start).tolist()
    found, first = [], steps.start
    for end in ends if ends and ends[-1] == steps.stop - 1 else [*ends, steps.stop - 1]:
        found += [range(a, min(a + LONGEST_CHAIN, end + 1)) for a in range(first, end + 1, LONGEST_CHAIN)]
        first = end + 1
    return found


def chains(plan: Programme, all_windows: list[range]) -> list[Chain]:
    found: dict[bytes, Chain] = {}
    written = np.stack([plan.matrix, plan.row >= 0, plan.sample_phase], axis=1).tobytes()
    size = len(written) // max(1, len(plan.matrix))
    for number, w in enumerate(all_windows):
        found.setdefault(written[w.start * size : w.stop * size], Chain(w, [])).which.append(number)
    return list(found.values())


def shaped(plan: Programme, steps: range) -> Windows:
    """Found once for a history, then kept with it."""
    found: Windows | None = plan.kept.get(steps)
    if found is None:
        all_windows = windows(plan, steps)
        alike = chains(plan, all_windows)
        chain_of = {number: k for k, chain in enumerate(alike) for number in chain.which}
        ends = np.array([w.stop - 1 for w in all_windows], np.int64)
        found = plan.kept[steps] = Windows(all_windows, alike, ends, [chain_of[n] for n in range(len(all_windows))])
    return found


def walk(known: Known, steps: range, state: Floats, grid: Grid) -> None:
    """Moves `state` [4][people] through `steps` and writes the rows of `grid` [row][people]."""
    plan, phases = known.plan, known.phases
    shape = shaped(plan, steps)
    all_windows, alike = shape.all, shape.alike
    if len(alike) > max(FEW, len(all_windows) // 4):
        _stepwise(known, steps, (state, grid))
        return
    people = phases[0].people
    if people < FEW:
        for i in range(people):
            one = Known(plan, [c.part(slice(i, i + 1)) for c in phases], known.taken[:, i : i + 1])
            _one_person(one, shape, (state[:, i : i + 1], _columns(grid, i)))
        return
    matrices = Matrices(plan, lambda phase, hours: propagators(phases[phase].rates, hours))
    prefixes = [_prefixes(plan, matrices, c) for c in alike]
    anchors = _anchors(known, shape, [_dense(p[-1], people) for p in prefixes], state)
    scales = [c.scale for c in phases]
    sampled, at_once = (_sampled, AT_ONCE) if people <= MANY else (_row_by_row, IN_CACHE)
    for chain, prefix in zip(alike, prefixes, strict=True):
        for a in range(0, people, at_once):
            sampled(plan, (chain, all_windows), _Part(prefix, scales, slice(a, a + at_once)), anchors, grid)


def _columns(grid: Grid, i: int) -> Grid:
    return grid[0][:, i : i + 1], grid[1][:, i : i + 1]


def _prefixes(plan: Programme, matrices: Matrices, chain: Chain) -> list[Matrix]:
    """What brings people from the window's begin to each of its steps."""
    found, so_far = [], IDENTITY
    for i in chain.steps:
        so_far = times(matrices[int(plan.matrix[i])], so_far)
        found.append(so_far)
    return found


def _dense(m: Matrix, people: int) -> Floats:
    full = np.zeros((4, 4, people))
    gg, cg, cc, cp, pg, pc, pp, mg, mc, mp, mm = m
    for (row, column), entry in {
        (0, 0): gg, (1, 0): cg, (1, 1): cc, (1, 2): cp, (2, 0): pg, (2, 1): pc, (2, 2): pp, (3, 0): mg, (3, 1): mc, (3, 2): mp, (3, 3): mm,
    }.items():  # fmt: skip
        full[row, column] = entry
    return full


def _anchors(known: Known, shape: Windows, moves: list[Floats], state: Floats) -> Floats:
    """The state at the begin of each window, [window][4][people]; `state` ends as the last one's end."""
    found = np.empty((len(shape.all), *state.shape))
    for number, w in enumerate(shape.all):
        found[number] = state
        np.einsum("ijn,jn->in", moves[shape.chain_of[number]], found[number], out=state)
        end = w.stop - 1
        if known.plan.mg[end] != 0:
            state[0] += known.entering(end)
    return found


@dataclass(frozen=True)
class _Part:
    prefix: list[Matrix]
    scales: list[Floats]
    people: slice


def _sampled(plan: Programme, shape: tuple[Chain, list[range]], part: _Part, anchors: Floats, grid: Grid) -> None:
    """The rows of one chain's windows for a part of the people small enough to stay in the cache."""
    chain, all_windows = shape
    starts = np.array([all_windows[n].start for n in chain.which])
    gut, centre, outer, other = (np.ascontiguousarray(anchors[chain.which, c, part.people]) for c in range(4))
    total, term = np.empty_like(gut), np.empty_like(gut)

    def summed(*pairs: tuple[Any, Floats]) -> Floats:
        np.multiply(pairs[0][1], pairs[0][0], out=total)
        for entry, amount in pairs[1:]:
            np.multiply(amount, entry, out=term)
            np.add(total, term, out=total)
        return total

    for j, i in enumerate(chain.steps):
        if plan.row[i] < 0:
            continue
        scale = plan_scale = part.scales[plan.sample_phase[i]][:, part.people]
        _, cg, cc, cp, _, _, _, mg, mc, mp, mm = (_of(entry, part.people) for entry in part.prefix[j])
        rows = _evenly_spaced(plan.row[starts + j])
        v, u = scale[0], plan_scale[1]
        grid[0][rows, part.people] = summed((cg * v, gut), (cc * v, centre), (cp * v, outer))
        grid[1][rows, part.people] = summed((mg * u, gut), (mc * u, centre), (mp * u, outer), (mm * u, other))


def _row_by_row(plan: Programme, shape: tuple[Chain, list[range]], part: _Part, anchors: Floats, grid: Grid) -> None:
    """The same for many people: their coefficients stay in the cache, each row is written once."""
    chain, all_windows = shape
    coefficients = []
    for j, i in enumerate(chain.steps):
        if plan.row[i] >= 0:
            v, u = part.scales[plan.sample_phase[i]][:, part.people]
            _, cg, cc, cp, _, _, _, mg, mc, mp, mm = (_of(entry, part.people) for entry in part.prefix[j])
            coefficients.append((j, (cg * v, cc * v, cp * v), (mg * u, mc * u, mp * u, mm * u)))
    term = np.empty(anchors[0, 0, part.people].shape)
    for number in chain.which:
        state, first = anchors[number, :, part.people], all_windows[number].start
        for j, for_parent, for_metabolite in coefficients:
            row = plan.row[first + j]
            for to, entries in ((grid[0][row, part.people], for_parent), (grid[1][row, part.people], for_metabolite)):
                np.multiply(state[0], entries[0], out=to)
                for entry, amount in zip(entries[1:], state[1:], strict=False):
                    np.multiply(amount, entry, out=term)
                    np.add(to, term, out=to)


def _of(entry: Any, people: slice) -> Any:
    return entry[people] if isinstance(entry, np.ndarray) else entry


def _evenly_spaced(rows: NDArray[np.int32]) -> Any:
    """A slice where it can be one: twice as fast to write as a list of rows."""
    if len(rows) == 1:
        return slice(int(rows[0]), int(rows[0]) + 1)
    apart = np.diff(rows)
    return slice(int(rows[0]), int(rows[-1]) + 1, int(apart[0])) if apart[0] > 0 and (apart == apart[0]).all() else rows


def _one_person(known: Known, shape: Windows, to: tuple[Floats, Grid]) -> None:
    """For one body numbers are faster than arrays of length one, until its rows are written: all windows of a chain at once."""
    (state, grid), plan, phases = to, known.plan, known.phases
    rates = [tuple(map(float, c.rates[:, 0])) for c in phases]
    matrices = Matrices(plan, lambda phase, hours: by_rates(rates[phase], hours))
    prefixes = [_prefixes(plan, matrices, c) for c in shape.alike]
    now, found = (float(state[0, 0]), float(state[1, 0]), float(state[2, 0]), float(state[3, 0])), []
    moves = [p[-1] for p in prefixes]
    for k, entering in zip(shape.chain_of, _entering_one(known, shape.ends), strict=True):
        found.append(now)
        g, c, p, n = applied(moves[k], now)
        now = (g + entering, c, p, n)
    state[:, 0] = now
    anchors, scales = np.array(found).T, [c.scale[:, 0].tolist() for c in phases]
    for chain, prefix in zip(shape.alike, prefixes, strict=True):
        sampled = [j for j, i in enumerate(chain.steps) if plan.row[i] >= 0]
        if not sampled:
            continue
        starts = np.array([shape.all[n].start for n in chain.which])
        rows = plan.row[starts + np.array(sampled)[:, None]]
        gut, centre, outer, other = anchors[:, chain.which]
        _, cg, cc, cp, _, _, _, mg, mc, mp, mm = np.array([prefix[j] for j in sampled]).T[:, :, None]
        v, u = np.array([scales[plan.sample_phase[chain.steps[j]]] for j in sampled]).T[:, :, None]
        grid[0][rows, 0] = cg * v * gut + cc * v * centre + cp * v * outer
        grid[1][rows, 0] = mg * u * gut + mc * u * centre + mp * u * outer + mm * u * other


def _entering_one(known: Known, ends: NDArray[np.int64]) -> list[float]:
    """mg that reach one person's gut at each of these steps."""
    plan = known.plan
    mg = np.array([c["bioavailability"][0] for c in known.phases])[plan.dose_phase[ends]] * plan.mg[ends]
    doubt = plan.doubt[ends]
    if plan.doubts:
        mg = np.where(doubt < 0, mg, mg * known.taken[doubt, 0])
    found: list[float] = mg.tolist()
    return found


def _stepwise(known: Known, steps: range, to: tuple[Floats, Grid]) -> None:
    (state, grid), plan, phases = to, known.plan, known.phases
    matrices = Matrices(plan, lambda phase, hours: propagators(phases[phase].rates, hours))
    scales = [c.scale for c in phases]
    gut, centre, outer, other = (row.copy() for row in state)
    for i in steps:
        if plan.matrix[i] >= 0:
            gut, centre, outer, other = applied(matrices[int(plan.matrix[i])], (gut, centre, outer, other))
        if plan.mg[i] != 0:
            gut = gut + known.entering(i)
        if plan.row[i] >= 0:
            scale = scales[plan.sample_phase[i]]
            grid[0][plan.row[i]], grid[1][plan.row[i]] = centre * scale[0], other * scale[1]
    state[:] = gut, centre, outer, other
