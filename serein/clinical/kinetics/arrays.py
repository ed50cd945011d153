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
from .propagator import IDENTITY, Matrix, State, applied, by_rates, times
from .windows import Chain, Stretch, Windows, shaped, stretches

Floats = NDArray[np.float64]
Grid = tuple[Floats, Floats]
FEW = 8
# People who are carried from dose to dose together (two threads wait for one another at each call, so that few long ones are quicker than many
# that stay in the cache), and who of them are sampled together.
AT_ONCE, IN_CACHE = 5000, 128
G, C, P, M = range(4)
ENTRIES = ((G, G), (C, G), (C, C), (C, P), (P, G), (P, C), (P, P), (M, G), (M, C), (M, P), (M, M))  # of a matrix: to, from


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
class Known:
    """A programme, the people in each of its phases, and who of them takes which of its unknown doses."""

    plan: Programme
    phases: list[Crowd]
    taken: Floats

    def entering(self, steps: NDArray[np.int64]) -> Floats:
        """mg that reach each person's gut at these steps, [step][person]; 0 at one without a dose."""
        plan = self.plan
        share = np.array([crowd["bioavailability"] for crowd in self.phases])
        mg: Floats = share[plan.dose_phase[steps]] * plan.mg[steps, None]
        unknown = np.flatnonzero(plan.unknown[steps])
        mg[unknown] *= self.taken[plan.doubt[steps[unknown]]]
        return mg


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
    kinds, shares = stretches(plan, shape), [_shares(plan, phases, c, p) for c, p in zip(shape.alike, prefixes, strict=True)]
    carried = [_carried(kind, [p[-1] for p in prefixes], people) for kind in kinds]
    anchors = _anchors(known, shape, (kinds, carried), state)
    samplings = [_sampling(plan, shape, kind, way.begins) for kind, way in zip(kinds, carried, strict=True)]
    for a in range(0, people, IN_CACHE):
        part = slice(a, min(a + IN_CACHE, people))
        each = [_turned(of[..., part]) for of in shares]
        for sampling, inputs in zip(samplings, anchors, strict=True):
            if sampling is not None:
                _sampled(sampling, each, inputs, (part, grid))


def _columns(grid: Grid, i: int) -> Grid:
    return grid[0][:, i : i + 1], grid[1][:, i : i + 1]


def _prefixes(plan: Programme, matrices: Matrices, chain: Chain) -> list[Matrix]:
    """What brings people from the window's begin to each of its steps."""
    found, so_far = [], IDENTITY
    for i in chain.steps:
        so_far = times(matrices[int(plan.matrix[i])], so_far)
        found.append(so_far)
    return found


@dataclass(frozen=True)
class _Carried:
    """What each mg that enters a stretch becomes. Its inputs are its doses on the way, in order, and the four amounts at its begin. `begins`
    [input][window][amount][person]: at the begin of each window; `rows` [amount][input][person]: at the stretch's end, the inputs that can
    reach that amount."""

    begins: Floats
    rows: tuple[Floats, ...]


def _carried(kind: Stretch, moves: list[Matrix], people: int) -> _Carried:
    matrix, doses, first = IDENTITY, list[State](), len(kind.doses)
    begins = np.zeros((first + 4, len(kind.chains), 4, people))
    for i, chain in enumerate(kind.chains):
        for k, dose in enumerate(doses):
            for amount, entry in enumerate(dose):
                begins[k, i, amount] = entry
        for (amount, before), entry in zip(ENTRIES, matrix, strict=True):
            begins[first + before, i, amount] = entry
        matrix, doses = times(moves[chain], matrix), [applied(moves[chain], dose) for dose in doses]
        if i in kind.doses:
            doses.append((1.0, 0.0, 0.0, 0.0))
    ends: list[list[float]] = [[dose[amount] for dose in doses] for amount in range(4)]
    for (amount, _), entry in zip(ENTRIES, matrix, strict=True):
        ends[amount].append(entry)
    return _Carried(begins, tuple(np.array([np.broadcast_to(entry, people) for entry in row]) for row in ends))


def _anchors(known: Known, shape: Windows, kinds: tuple[list[Stretch], list[_Carried]], state: Floats) -> list[Floats]:
    """The inputs of each stretch, for each kind [stretch][input][people]; `state` ends as the last one's end."""
    found = [np.empty((len(kind.firsts), len(kind.doses) + 4, state.shape[1])) for kind in kinds[0]]
    order = sorted((first, k, place) for k, kind in enumerate(kinds[0]) for place, first in enumerate(kind.firsts))
    # All doses at once, because threads wait for one another at each call.
    closing = []
    for kind, inputs in zip(kinds[0], found, strict=True):
        firsts = np.array(kind.firsts)
        for number, window in enumerate(kind.doses):
            inputs[:, number] = known.entering(shape.ends[firsts + window])
        closing.append(known.entering(shape.ends[firsts + len(kind.chains) - 1]))
    before, terms = state.copy(), np.empty((max(each.shape[1] for each in found), state.shape[1]))
    for _, k, place in order:
        inputs = found[k][place]
        inputs[len(kinds[0][k].doses) :] = before
        for to, row in zip(before, kinds[1][k].rows, strict=True):
            some = terms[: len(row)]
            np.add.reduce(np.multiply(row, inputs[: len(row)], out=some), axis=0, out=to)
        before[0] += closing[k][place]
    state[:] = before
    return found


def _shares(plan: Programme, phases: list[Crowd], chain: Chain, prefix: list[Matrix]) -> Floats:
    """[amount][sample, parent and metabolite][person]: what each mg at a window's begin adds to the levels of each of its samples."""
    sampled, scales = chain.sampled(plan), [c.scale for c in phases]
    of = np.zeros((4, len(sampled), 2, phases[0].people))
    for place, j in enumerate(sampled):
        v, u = scales[plan.sample_phase[chain.steps[j]]]
        _, cg, cc, cp, _, _, _, mg, mc, mp, mm = prefix[j]
        for amount, entry in enumerate((cg, cc, cp)):
            np.multiply(entry, v, out=of[amount, place, 0])
        for amount, entry in enumerate((mg, mc, mp, mm)):
            np.multiply(entry, u, out=of[amount, place, 1])
    return of.reshape(4, 2 * len(sampled), phases[0].people)


@dataclass(frozen=True)
class _Sampling:
    """The samples of one kind of stretch, whose windows have these `chains`; `rows` [stretch][sample] is where they belong, `evenly` the same
    where two numbers say it."""

    chains: tuple[int, ...]
    begins: Floats
    rows: NDArray[np.int32]
    evenly: tuple[int, int] | None

    def of(self, each: list[Floats], people: slice) -> Floats:
        """[person][input][levels]: what each mg that enters a stretch adds to its levels, from the same of `each` chain and its amounts."""
        if len(self.chains) == 1:
            return each[self.chains[0]]
        begins = _turned(self.begins[..., people])
        if len(set(self.chains)) == 1:  # one product instead of several
            one: Floats = np.matmul(begins.reshape(len(begins), -1, 4), each[self.chains[0]])
            return one.reshape(*begins.shape[:2], -1)
        found, place = np.empty((*begins.shape[:2], 2 * self.rows.shape[1])), 0
        for i, chain in enumerate(self.chains):
            wide = each[chain].shape[2]
            np.matmul(begins[:, :, i], each[chain], out=found[:, :, place : place + wide])
            place += wide
        return found


def _turned(array: Floats) -> Floats:
    """With the people first, as a product of matrices for each of them wants it."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 0))


def _sampling(plan: Programme, shape: Windows, kind: Stretch, begins: Floats) -> _Sampling | None:
    first = shape.all[kind.firsts[0]].start
    starts = np.array([shape.all[n].start for n in kind.firsts])
    steps = [
        shape.all[kind.firsts[0] + i].start - first + j
        for i, chain in enumerate(kind.chains)
        for j in shape.alike[chain].sampled(plan)
    ]
    if not steps:
        return None
    rows = plan.row[starts[:, None] + np.array(steps)]
    return _Sampling(kind.chains, begins, rows, _evenly_spaced(rows, plan.rows))


def _sampled(sampling: _Sampling, each: list[Floats], inputs: Floats, to: tuple[slice, Grid]) -> None:
    """The levels of one kind of stretch for some people, from their `inputs` [stretch][input][person]: each person's are one product."""
    people, grid = to
    mine, of = _turned(inputs[..., people]), sampling.of(each, people)
    whole = _side_by_side(grid, people)
    if whole is not None and sampling.evenly is not None:
        first, apart = sampling.evenly
        count, wide = sampling.rows.shape
        there = whole[:, 2 * first : 2 * (first + count * apart)].reshape(len(whole), count, 2 * apart)
        np.matmul(mine, of, out=there[:, :, : 2 * wide])
        return
    levels = np.matmul(mine, of).reshape(*mine.shape[:2], -1, 2)
    for k, analyte in enumerate(grid):
        analyte.T[people, sampling.rows] = levels[..., k]


def _side_by_side(grid: Grid, people: slice) -> Floats | None:
    """[person][row, parent and metabolite] of a grid where these stand next to each other, as `many.grid_for` lays it out."""
    parent, metabolite = grid
    each, rows = parent.itemsize, parent.shape[0]
    apart = metabolite.__array_interface__["data"][0] - parent.__array_interface__["data"][0]
    if apart != each or parent.strides != metabolite.strides or parent.strides[0] != 2 * each:
        return None
    mine = parent.T[people]
    return np.lib.stride_tricks.as_strided(mine, (len(mine), 2 * rows), (parent.strides[1], each))


def _evenly_spaced(rows: NDArray[np.int32], all_rows: int) -> tuple[int, int] | None:
    """The first of `rows` and how far those of the next stretch are from it, where that says it all: a product can then be written to where it
    belongs, and a copy would take longer than the product."""
    count, wide = rows.shape
    first, apart = int(rows[0, 0]), int(rows[1, 0] - rows[0, 0]) if count > 1 else wide
    if apart < wide or first + count * apart > all_rows:
        return None
    return (first, apart) if (rows == first + apart * np.arange(count)[:, None] + np.arange(wide)).all() else None


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
        sampled = chain.sampled(plan)
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
            gut = gut + known.entering(np.array([i]))[0]
        if plan.row[i] >= 0:
            scale = scales[plan.sample_phase[i]]
            grid[0][plan.row[i]], grid[1][plan.row[i]] = centre * scale[0], other * scale[1]
    state[:] = gut, centre, outer, other
