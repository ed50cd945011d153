"""A history of doses as a list of steps that is the same for everybody: let time pass, add a dose, write a row.

Made once for many people. Times are compared exactly (see `course`); what is left for arrays are indices, amounts and lengths of time. A diary
in minutes has almost as many different lengths as doses, and each would need a matrix of its own; `on_minutes` writes every length in digits to
a base of at most 48 instead, and a matrix stands for each digit of each place: two moves where the longest gap is under 38 hours.
"""

import functools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .course import CHANGE, ENTRY, Course, Dose, Phases, entries, since_entry

Floats = NDArray[np.float64]
Whole = NDArray[np.int32]
LARGEST_BASE = 48
MOST_DIRECT = 24
Step = tuple[int, float, int, int, int, bool]
_KIND: dict[str, type[np.generic]] = {"hours": np.float64, "mg": np.float64}  # in the kernel; all others are 32-bit whole numbers


@dataclass(frozen=True)
class Series:
    """A dose of `mg` repeated every `every_h` for ever. Before step `step` everybody gets what it left, its newest dose `since_h` ago; `earlier`
    are the rows before it: (hours since a dose, phase of the volumes, row)."""

    step: int
    phase: int
    mg: float
    every_h: float
    since_h: float
    earlier: tuple[tuple[float, int, int], ...]


@dataclass(frozen=True)
class Programme:
    """`hours[i]` with the rates of `phase_of[i]` makes matrix i; `products` compose further ones. A step (same index in the five step arrays)
    lets time pass by `matrix` (-1: none), adds `mg` times the bioavailability of `dose_phase`, and writes `row` (-1: none) with the volumes of
    `sample_phase`; `unknown` marks amounts of which nobody knows whether they were taken. `times_h` are the rows' hours."""

    hours: Floats
    phase_of: Whole
    products: Whole
    matrix: Whole
    mg: Floats
    dose_phase: Whole
    row: Whole
    sample_phase: Whole
    unknown: NDArray[np.bool_]
    rows: int
    times_h: Floats
    series: tuple[Series, ...] = ()

    @functools.cached_property
    def doubt(self) -> Whole:
        """[step] number of the unknown dose, -1 for what was surely taken."""
        return np.where(self.unknown, np.cumsum(self.unknown) - 1, -1).astype(np.int32)

    @functools.cached_property
    def doubts(self) -> int:
        """How many doses are unknown."""
        return int(self.unknown.sum())

    @functools.cached_property
    def kept(self) -> dict[object, Any]:
        """What whoever calculates with this plan prepares once and finds here again."""
        return {}

    @functools.cached_property
    def laid_out(self) -> dict[str, tuple[NDArray[Any], int]]:
        """The arrays as the kernel reads them, by their name there, and the bytes of a step where an array has one entry for each."""
        whole = {"hours": self.hours, "phase_of": self.phase_of, "product": self.products}
        steps = {
            "matrix": self.matrix, "mg": self.mg, "dose_phase": self.dose_phase, "row": self.row, "sample_phase": self.sample_phase,
            "doubt": self.doubt,
        }  # fmt: skip
        found = {name: (np.ascontiguousarray(array, _KIND.get(name, np.int32)), 0) for name, array in whole.items()}
        for name, array in steps.items():
            there = np.ascontiguousarray(array, _KIND.get(name, np.int32))
            found[name] = (there, there.itemsize)
        return found


def programme(course: Course) -> Programme:
    """The steps of `course`. Its lag holds for everybody. Raises ValueError for too many doses."""
    phases = Phases(course)
    events: list[tuple[Decimal, int, Any]] = [(c.at_h, CHANGE, None) for c in phases.changes]
    events += [(at, ENTRY, (dose.mg, phases.at(taken), dose.unknown)) for at, taken, dose in entries(course, phases)]
    events += [(t, ENTRY + 1, i) for i, t in enumerate(course.times_h)]
    steady = [(d.at_h, ENTRY, d) for d in course.doses if d.steady_state]
    events = sorted(events + steady, key=lambda e: (e[0], e[1]))
    lengths: dict[tuple[int, Decimal], int] = {}
    steps: list[Step] = []
    series: list[Series] = []
    phase, now = 0, events[0][0] if events else Decimal(0)
    for at, kind, what in events:
        moved = lengths.setdefault((phase, at - now), len(lengths)) if at > now else -1
        now = at
        if kind == CHANGE:
            if moved >= 0:
                steps.append((moved, 0.0, 0, -1, 0, False))
            phase += 1
        elif kind != ENTRY:
            steps.append((moved, 0.0, 0, what, phase, False))
        elif isinstance(what, Dose):
            if moved >= 0:
                steps.append((moved, 0.0, 0, -1, 0, False))
            series.append(_series(course, phases, what, len(steps)))
        else:
            steps.append((moved, what[0], what[1], -1, 0, what[2]))
    return _made(steps, lengths, course, tuple(series))


def _series(course: Course, phases: Phases, dose: Dose, step: int) -> Series:
    assert dose.every_h is not None
    phase = phases.at(dose.at_h)
    body = phases.parameters[phase]
    earlier = [(float(since_entry(body, dose, t)), phases.at(t), i) for i, t in enumerate(course.times_h) if t < dose.at_h]
    since = float(since_entry(body, dose, dose.at_h))
    return Series(step, phase, dose.mg, float(dose.every_h), since, tuple(earlier))


def _made(
    steps: list[Step],
    lengths: dict[tuple[int, Decimal], int],
    course: Course,
    series: tuple[Series, ...],
) -> Programme:
    matrix, mg, dose_phase, row, sample_phase, unknown = zip(*steps, strict=True) if steps else ((), (), (), (), (), ())
    return Programme(
        np.array([float(h) for _, h in lengths], np.float64), np.array([p for p, _ in lengths], np.int32), np.zeros((0, 2), np.int32),
        np.array(matrix, np.int32), np.array(mg, np.float64), np.array(dose_phase, np.int32), np.array(row, np.int32),
        np.array(sample_phase, np.int32), np.array(unknown, np.bool_), len(course.times_h),
        np.array([float(t) for t in course.times_h], np.float64), series,
    )  # fmt: skip


def on_minutes(
    doses: NDArray[np.int64],
    mg: Floats,
    samples: NDArray[np.int64],
    *,
    lag_min: int = 0,
    unknown: NDArray[np.bool_] | None = None,
) -> Programme:
    """The steps of a diary on the minute clock: `mg[i]` at minute `doses[i]`, rows at the minutes `samples` (both in order). A dose at a
    sample's minute comes first. Raises ValueError for times that go backwards."""
    if (doses[1:] < doses[:-1]).any() or (samples[1:] < samples[:-1]).any():
        raise ValueError("the minutes of doses and of samples must not go backwards")
    when = np.concatenate([doses + lag_min, samples])
    order = when.argsort(kind="stable")
    when = when[order]
    order = order[: int(np.searchsorted(when, samples[-1] if len(samples) else 0, side="right"))]
    when = when[: len(order)]
    padded, doubtful = np.zeros(len(doses) + len(samples)), np.zeros(len(doses) + len(samples), np.bool_)
    padded[: len(doses)] = mg
    if unknown is not None:
        doubtful[: len(doses)] = unknown
    steps = _Steps(padded[order], np.where(order >= len(doses), order - len(doses), -1).astype(np.int32), doubtful[order])
    apart = np.zeros_like(when)
    np.subtract(when[1:], when[:-1], out=apart[1:])
    different = _different(apart)
    if len(different) <= MOST_DIRECT:
        matrix = np.where(apart > 0, np.searchsorted(different, apart), -1).astype(np.int32)
        hours, products = different / 60.0, np.zeros((0, 2), np.int32)
    else:
        matrix, steps, hours, products = _in_digits(apart, steps)
    none = np.zeros(len(matrix), np.int32)
    return Programme(
        hours, np.zeros(len(hours), np.int32), products, matrix, steps.amount, none, steps.row, none, steps.unknown, len(samples),
        samples / 60.0,
    )  # fmt: skip


@dataclass(frozen=True)
class _Steps:
    amount: Floats
    row: Whole
    unknown: NDArray[np.bool_]


def _in_digits(apart: NDArray[np.int64], steps: _Steps) -> tuple[Whole, _Steps, Floats, Whole]:
    """Each length as its digits to the smallest base that needs as few places: matrices 0 … k-1 are the powers, the others their multiples,
    each made from the one below."""
    longest, places = int(apart.max()), 1
    while LARGEST_BASE**places <= longest:
        places += 1
    base = next(b for b in range(2, LARGEST_BASE + 1) if b**places > longest)
    digits = (apart[:, None] // base ** np.arange(places)) % base
    used = digits > 0
    # Of a length without digits (nothing passes) one step is left, to carry its dose or row.
    used[apart == 0, 0] = True
    step, place = np.nonzero(used)
    digit = digits[step, place]
    matrix = np.where(digit == 0, -1, np.where(digit == 1, place, places + place * (base - 2) + digit - 2)).astype(np.int32)
    last = np.ones(len(step), np.bool_)
    np.not_equal(step[1:], step[:-1], out=last[:-1])
    carried = _Steps(
        np.where(last, steps.amount[step], 0.0),
        np.where(last, steps.row[step], -1).astype(np.int32),
        steps.unknown[step] & last,
    )
    return matrix, carried, *_multiples(base, places)


def _different(apart: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lengths above zero, in order, each once: by counting where that is quicker than sorting."""
    if len(apart) and apart.max() < 100_000:
        return np.flatnonzero(np.bincount(apart)[1:]) + 1
    return np.unique(apart[apart > 0])


@functools.lru_cache(maxsize=64)
def _multiples(base: int, places: int) -> tuple[Floats, Whole]:
    """Hours of the powers, and how their multiples are made: the same for every diary with this base, and not to be written to."""
    products = [(p if d == 2 else places + p * (base - 2) + d - 3, p) for p in range(places) for d in range(2, base)]
    return (base ** np.arange(places) / 60.0).astype(np.float64), np.array(products, np.int32).reshape(-1, 2)
