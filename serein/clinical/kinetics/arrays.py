"""The NumPy path: always there, and what the compiled kernel is held against.

Most histories repeat themselves: between two doses stands the same chain of samples. A chain's matrices are multiplied out once; people are then
carried from dose to dose, and all windows with the same chain are sampled together. Histories that do not repeat go step by step.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .crowd import Crowd, propagators
from .programme import Programme
from .propagator import IDENTITY, Matrix, applied, by_rates, times

Floats = NDArray[np.float64]
Grid = tuple[Floats, Floats]
LONGEST_CHAIN, FEW = 24, 8
# People who are carried from dose to dose together (fewer would be mostly calls, and threads wait for one another at each; more would leave the
# cache), and who of them are sampled together.
AT_ONCE, IN_CACHE = 2504, 128


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


def walk(known: Known, steps: range, to: tuple[Floats, Grid], *, few: bool) -> None:
    """Moves the state [4][people] through `steps` and writes the rows of the grid [row][people]. `few` is said of everybody, not of one thread's
    share: another way has other last digits."""
    state, grid = to
    plan, phases = known.plan, known.phases
    shape = shaped(plan, steps)
    all_windows, alike = shape.all, shape.alike
    if len(alike) > max(FEW, len(all_windows) // 4):
        _stepwise(known, steps, (state, grid))
        return
    people = phases[0].people
    if few:
        for i in range(people):
            one = Known(plan, [c.part(slice(i, i + 1)) for c in phases], known.taken[:, i : i + 1])
            _one_person(one, shape, (state[:, i : i + 1], _columns(grid, i)))
        return
    for a in range(0, people, AT_ONCE):
        part = slice(a, a + AT_ONCE)
        some = Known(plan, [c.part(part) for c in phases], known.taken[:, part])
        _many(some, shape, state[:, part], (grid[0][:, part], grid[1][:, part]))


def _many(known: Known, shape: Windows, state: Floats, grid: Grid) -> None:
    plan, phases, people = known.plan, known.phases, known.phases[0].people
    matrices = Matrices(plan, lambda phase, hours: propagators(phases[phase].rates, hours))
    prefixes = [_prefixes(plan, matrices, c) for c in shape.alike]
    anchors = _anchors(known, shape, [p[-1] for p in prefixes], state)
    scales = [c.scale for c in phases]
    samplings = [_sampling(plan, shape, chain, scales) for chain in zip(shape.alike, prefixes, strict=True)]
    scratch = np.empty((IN_CACHE, len(anchors), 4))
    for a in range(0, people, IN_CACHE):
        part = slice(a, a + IN_CACHE)
        states = scratch[: min(IN_CACHE, people - a)]
        for compartment in range(4):
            states[:, :, compartment] = anchors[:, compartment, part].T
        for sampling in samplings:
            if sampling is not None:
                _sampled(sampling, states, part, grid)


def _columns(grid: Grid, i: int) -> Grid:
    return grid[0][:, i : i + 1], grid[1][:, i : i + 1]


def _prefixes(plan: Programme, matrices: Matrices, chain: Chain) -> list[Matrix]:
    """What brings people from the window's begin to each of its steps."""
    found, so_far = [], IDENTITY
    for i in chain.steps:
        so_far = times(matrices[int(plan.matrix[i])], so_far)
        found.append(so_far)
    return found


def _anchors(known: Known, shape: Windows, moves: list[Matrix], state: Floats) -> Floats:
    """The state at the begin of each window, [window][4][people]; `state` ends as the last one's end."""
    found = np.empty((len(shape.all) + 1, *state.shape))
    found[0], terms = state, np.empty(state.shape)
    rows = [_rows(m, state.shape[1]) for m in moves]
    for number, w in enumerate(shape.all):
        before, after = found[number], found[number + 1]
        for to, entries in zip(after, rows[shape.chain_of[number]], strict=True):
            some = terms[: len(entries)]
            np.add.reduce(np.multiply(entries, before[: len(entries)], out=some), axis=0, out=to)
        if known.plan.mg[w.stop - 1] != 0:
            after[0] += known.entering(w.stop - 1)
    state[:] = found[-1]
    return found[:-1]


def _rows(m: Matrix, people: int) -> tuple[Floats, ...]:
    """The rows of a matrix, each as one array, so that a row times a state takes two calls: `applied`, digit for digit."""
    gg, cg, cc, cp, pg, pc, pp, mg, mc, mp, mm = m
    each = ((gg,), (cg, cc, cp), (pg, pc, pp), (mg, mc, mp, mm))
    return tuple(np.array([np.broadcast_to(entry, people) for entry in row]) for row in each)


@dataclass(frozen=True)
class _Sampling:
    """One chain's samples: `of` [person][4][sample][parent, metabolite] is what each amount at a window's begin adds to a sample's levels;
    `rows` [window][sample] is where they belong."""

    which: slice | list[int]
    of: Floats
    rows: NDArray[np.int32]


def _sampling(plan: Programme, shape: Windows, chain: tuple[Chain, list[Matrix]], scales: list[Floats]) -> _Sampling | None:
    (found, prefix), people = chain, scales[0].shape[1]
    sampled = [j for j, i in enumerate(found.steps) if plan.row[i] >= 0]
    if not sampled:
        return None
    of = np.zeros((people, 4, len(sampled), 2))
    for place, j in enumerate(sampled):
        v, u = scales[plan.sample_phase[found.steps[j]]]
        _, cg, cc, cp, _, _, _, mg, mc, mp, mm = prefix[j]
        for compartment, entry in enumerate((cg, cc, cp)):
            of[:, compartment, place, 0] = entry * v
        for compartment, entry in enumerate((mg, mc, mp, mm)):
            of[:, compartment, place, 1] = entry * u
    which, starts = found.which, np.array([shape.all[n].start for n in found.which])
    every = which[-1] - which[0] + 1 == len(which)
    return _Sampling(slice(which[0], which[-1] + 1) if every else which, of, plan.row[starts[:, None] + np.array(sampled)])


def _sampled(sampling: _Sampling, states: Floats, people: slice, grid: Grid) -> None:
    """The levels of one chain for some people, from their `states` [person][window][4]: each person's are one product of matrices."""
    mine, of = states[:, sampling.which], sampling.of[people]
    shares = of.reshape(*of.shape[:2], -1)
    there = _evenly_spaced(_side_by_side(grid, people), sampling.rows)
    if there is not None:
        np.matmul(mine, shares, out=there)
        return
    levels = np.matmul(mine, shares).reshape(*mine.shape[:2], -1, 2)
    for k, to in enumerate(grid):
        to.T[people, sampling.rows] = levels[..., k]


def _side_by_side(grid: Grid, people: slice) -> Floats | None:
    """[person][row, parent and metabolite] of a grid where these stand next to each other, as `many.grid_for` lays it out."""
    parent, metabolite = grid
    each, rows = parent.itemsize, parent.shape[0]
    apart = metabolite.__array_interface__["data"][0] - parent.__array_interface__["data"][0]
    if apart != each or parent.strides != metabolite.strides or parent.strides[0] != 2 * each:
        return None
    mine = parent.T[people]
    return np.lib.stride_tricks.as_strided(mine, (len(mine), 2 * rows), (parent.strides[1], each))


def _evenly_spaced(whole: Floats | None, rows: NDArray[np.int32]) -> Floats | None:
    """The places of `rows` in `whole` as a view that a product can be written to, where there is one: a copy would take longer than the
    product."""
    if whole is None:
        return None
    count, wide = rows.shape
    first, apart = int(rows[0, 0]), int(rows[1, 0] - rows[0, 0]) if count > 1 else wide
    if apart < wide or 2 * (first + count * apart) > whole.shape[1]:
        return None
    if not (rows == first + apart * np.arange(count)[:, None] + np.arange(wide)).all():
        return None
    return whole[:, 2 * first : 2 * (first + count * apart)].reshape(len(whole), count, 2 * apart)[:, :, : 2 * wide]


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
