"""Levels of many people from one history: by the compiled kernel where there is one, by NumPy where there is none; the same to 1e-12.

People do not depend on one another, so that threads share them out and change no digit. A buffer may be given again: writing fresh memory takes
four times as long as the arithmetic.
"""

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from . import arrays, kernel
from .course import NoSteadyState
from .crowd import Crowd, propagators, restored
from .programme import Programme, Series
from .propagator import applied, times

Floats = NDArray[np.float64]
Path = Literal["compiled", "numpy"]
PATTERNS, CHUNK, IN_CACHE = 17, 1024, 64
GOLDEN, SILVER = (5**0.5 - 1) / 2, 2**0.5 - 1


@dataclass(frozen=True)
class Grid:
    """ng/mL, [row][person]: people may be followed by copies that fill the last vector (`people` says how many count). In memory the rows stand
    together for the kernel; for NumPy each person's levels do, parent and metabolite by turns."""

    parent: Floats
    metabolite: Floats
    people: int

    def cut(self) -> tuple[Floats, Floats]:
        return self.parent[..., : self.people], self.metabolite[..., : self.people]


@dataclass(frozen=True)
class Extremes:
    """ng/mL, [lowest, highest][day][person]: people may be followed by copies that fill the last vector, as in a grid."""

    parent: Floats
    metabolite: Floats
    people: int

    def cut(self) -> tuple[Floats, Floats]:
        return self.parent[..., : self.people], self.metabolite[..., : self.people]


@dataclass(frozen=True)
class How:
    threads: int
    path: Path
    taken: Floats


def best_path() -> Path:
    return "compiled" if kernel.compiled() is not None else "numpy"


def grid_for(rows: int, people: int, path: Path | None = None) -> Grid:
    """An empty buffer for `levels_of_many` by the same path, to be used again and again."""
    if (path or best_path()) == "numpy":
        both = np.empty((people, rows, 2))
        return Grid(both[..., 0].T, both[..., 1].T, people)
    if people == 1:  # whole vectors of copies would be eight times as much to write
        return Grid(np.empty((rows, 1)), np.empty((rows, 1)), 1)
    return Grid(kernel.aligned((rows,), people), kernel.aligned((rows,), people), people)


def levels_of_many(
    plan: Programme, phases: list[Crowd], *, into: Grid | None = None, threads: int = 1, path: Path | None = None
) -> Grid:
    """`phases` from `crowd.in_force` (one crowd when nothing changes). Unknown doses are integrated over: see `adherence`.

    Raises NoSteadyState; ValueError for a buffer of another shape."""
    people = phases[0].people
    path = path or best_path()
    grid = into or grid_for(plan.rows, people, path)
    if grid.parent.shape[0] != plan.rows or grid.people != people:
        raise ValueError(f"the buffer is for {grid.parent.shape[0]} rows and {grid.people} people, not {plan.rows} and {people}")
    if path == "compiled" and not (grid.parent.flags.c_contiguous and grid.metabolite.flags.c_contiguous):
        raise ValueError("the buffer is laid out for NumPy, not for the kernel")
    _run(plan, phases, grid, How(threads, path, adherence(plan, people)))
    return grid


def adherence(plan: Programme, people: int) -> Floats:
    """[unknown dose][person]: 1 where that person is taken to have taken it, else 0. People follow 17 patterns in turn; pattern k takes about
    (k + ½)/17 of the unknown doses, so that every adherence from none to all is held equally likely, and which doses it is follows an even
    sequence, not chance. (17, because the people themselves are laid out to the bases 2 to 13.)"""
    if not plan.doubts:
        return np.zeros((0, people))
    number, pattern = np.arange(plan.doubts), np.arange(people) % PATTERNS
    place = (number[:, None] * GOLDEN + pattern * SILVER) % 1.0
    return np.where(place < (pattern + 0.5) / PATTERNS, 1.0, 0.0)


def expected(plan: Programme) -> Programme:
    """The same with half of each unknown dose: the mean over every adherence."""
    return replace(plan, mg=np.where(plan.unknown, plan.mg / 2, plan.mg), unknown=np.zeros_like(plan.unknown))


def extremes_for(days: int, people: int) -> Extremes:
    """An empty buffer for `extremes_of_many`, to be used again and again."""
    return Extremes(kernel.aligned((2, days), people), kernel.aligned((2, days), people), people)


def extremes_of_many(
    plan: Programme,
    phases: list[Crowd],
    day_of: NDArray[np.int32],
    *,
    into: Extremes | None = None,
    threads: int = 1,
    path: Path | None = None,
) -> Extremes:
    """Lowest and highest level of each row's day (`day_of[row]`, not decreasing, from 0 without gaps), without keeping the grid.

    Raises NoSteadyState; ValueError for a buffer of another shape."""
    days, people = int(day_of[-1]) + 1, phases[0].people
    found = into or extremes_for(days, people)
    if found.parent.shape[1] != days or found.people != people:
        raise ValueError(f"the buffer is for {found.parent.shape[1]} days and {found.people} people, not {days} and {people}")
    path, every = path or best_path(), slice(0, len(plan.matrix))
    if path == "compiled" and not plan.series and kernel.repeats(plan, every):
        prepared = kernel.Prepared(plan, phases, every, adherence(plan, people))
        row = np.where(plan.row >= 0, day_of[plan.row], -1).astype(np.int32)
        shared_out(prepared.padded, threads, lambda a, b: prepared.extremes(row, (found.parent, found.metabolite), (a, b)))
        return found
    begins, taken = np.searchsorted(day_of, np.arange(days)), adherence(plan, people)
    grid = grid_for(plan.rows, min(people, CHUNK), path)
    for part in _chunks(people):
        count = part.stop - part.start
        grid = grid if grid.people == count else grid_for(plan.rows, count, path)
        _run(plan, [c.part(part) for c in phases], grid, How(threads, path, taken[:, part]))
        shared_out(count, threads, functools.partial(_by_day, grid, (found, part.start), begins))
    return found


def _by_day(grid: Grid, to: tuple[Extremes, int], begins: NDArray[np.int64], first: int, last: int) -> None:
    """The lowest and highest level of each day of people `first` to `last`, who stand in the result `to` from a place on. They are taken side
    by side (along so short an axis as a day a reduction would take longer), as many as fit into the cache."""
    found, place = to
    for a in range(first, min(last, grid.people), IN_CACHE):
        b = min(a + IN_CACHE, last, grid.people)
        for rows, days in zip(grid.cut(), (found.parent, found.metabolite), strict=True):
            some = np.ascontiguousarray(rows[:, a:b])
            for end, extreme in enumerate((np.minimum, np.maximum)):
                _each_day(some, begins, extreme, days[end, :, place + a : place + b])


def _each_day(rows: Floats, begins: NDArray[np.int64], extreme: np.ufunc, to: Floats) -> None:
    long = int(begins[1]) if len(begins) > 1 else len(rows)
    alike = int(np.argmin(np.append(np.diff(begins) == long, False)))  # so many days have as many rows as the first
    if alike:
        extreme.reduce(rows[: alike * long].reshape(alike, long, -1), axis=1, out=to[:alike])
    to[alike:] = extreme.reduceat(rows, begins[alike:], axis=0)


def _chunks(people: int) -> Iterator[slice]:
    """A last one of a few people would take their way, which has other last digits."""
    whole = people // CHUNK if people % CHUNK < arrays.FEW else people // CHUNK + 1
    for k in range(max(1, whole)):
        yield slice(k * CHUNK, people if k + 1 >= max(1, whole) else (k + 1) * CHUNK)


def _run(plan: Programme, phases: list[Crowd], grid: Grid, how: How) -> None:
    state = np.zeros((4, kernel.padded(grid.people)))
    begin = 0
    for series in sorted(plan.series, key=lambda s: s.step):
        _segment(plan, phases, (begin, series.step), (state, grid), how)
        state[:, : grid.people] += _after(phases[series.phase], _steady_state(phases, series), series.since_h)
        begin = series.step
    _segment(plan, phases, (begin, len(plan.matrix)), (state, grid), how)
    for series in plan.series:
        _add_earlier(phases, series, grid)


def _segment(plan: Programme, phases: list[Crowd], steps: tuple[int, int], to: tuple[Floats, Grid], how: How) -> None:
    state, grid = to
    if steps[0] == steps[1]:
        return
    if how.path == "compiled":
        prepared = kernel.Prepared(plan, phases, slice(*steps), how.taken)
        shared_out(prepared.padded, how.threads, lambda a, b: prepared.walk(state, (grid.parent, grid.metabolite), (a, b)))
        return

    def numpy(a: int, b: int) -> None:
        b = min(b, grid.people)
        if a < b:
            part, mine = slice(a, b), [c.part(slice(a, b)) for c in phases]
            there = (state[:, part], (grid.parent[:, part], grid.metabolite[:, part]))
            arrays.walk(arrays.Known(plan, mine, how.taken[:, part]), range(*steps), there, few=grid.people < arrays.FEW)

    shared_out(grid.parent.shape[1], how.threads, numpy)


def shared_out(people: int, threads: int, work: Callable[[int, int], None]) -> None:
    """`work(from, to)` on whole vectors of people, in as many threads."""
    width = kernel.WIDTH
    each = -(-people // (width * max(1, threads))) * width
    parts = [(a, min(a + each, people)) for a in range(0, people, each)]
    if len(parts) == 1:
        work(*parts[0])
        return
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(lambda part: work(*part), parts))


def _piled_up(rates: Floats, every_h: float, first: Floats) -> tuple[Floats, ...]:
    """As `course._piled_up`, for everybody at once."""
    none, once = np.zeros_like(first), propagators(rates, every_h)
    state: tuple[Floats, ...] = (first, none, none, none)
    for doubling in range(1, 129):
        after = tuple(x + y for x, y in zip(state, applied(once, state), strict=True))  # type: ignore[arg-type]
        if all(np.array_equal(x, y) for x, y in zip(state, after, strict=True)):
            return state
        if max(float(x.max()) for x in after) > 1e300:
            break
        h = np.full_like(first, np.ldexp(every_h, doubling))
        state, once = after, restored(rates, h, times(once, once))  # type: ignore[assignment,arg-type]
    raise NoSteadyState("steady_state: parent or metabolite is never cleared, so there is no steady state")


def _steady_state(phases: list[Crowd], series: Series) -> tuple[Floats, ...]:
    crowd = phases[series.phase]
    return _piled_up(crowd.rates, series.every_h, crowd["bioavailability"] * series.mg)


def _after(crowd: Crowd, pile: tuple[Floats, ...], since_h: float) -> Floats:
    return np.array(applied(propagators(crowd.rates, since_h), pile))  # type: ignore[arg-type]


def _add_earlier(phases: list[Crowd], series: Series, grid: Grid) -> None:
    """The rows before a steady state see the doses that made it."""
    if not series.earlier:
        return
    crowd, pile = phases[series.phase], _steady_state(phases, series)
    seen: dict[float, Floats] = {}
    parent, metabolite = grid.cut()
    for since, volumes, row in series.earlier:
        if since not in seen:
            seen[since] = _after(crowd, pile, since)
        scale = phases[volumes].scale
        parent[row] += seen[since][1] * scale[0]
        metabolite[row] += seen[since][3] * scale[1]
