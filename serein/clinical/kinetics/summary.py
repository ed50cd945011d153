"""What a population does with a regimen, in a few numbers with their bands: peak and trough of each day, time to steady state, accumulation, and
the time until nearly everybody is below a level after the last dose. With and without a planned change: ask twice."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .course import Course, Dose, NoSteadyState
from .crowd import Crowd, in_force, propagators
from .many import Path, extremes_of_many, levels_of_many
from .population import quantile
from .programme import programme
from .propagator import applied

Floats = NDArray[np.float64]
STEADY = 0.9  # of the level at steady state: what "reached" means
LONGEST_H = 24 * 400


@dataclass(frozen=True)
class Spread:
    """Over people: the middle, and the ends of the middle 50 and 90 %. Each has one value for each day (or one)."""

    low_90: tuple[float, ...]
    low_50: tuple[float, ...]
    middle: tuple[float, ...]
    high_50: tuple[float, ...]
    high_90: tuple[float, ...]


@dataclass(frozen=True)
class Days:
    """ng/mL, by day from the begin of the course; read off on the hour."""

    parent_peak: Spread
    parent_trough: Spread
    metabolite_peak: Spread
    metabolite_trough: Spread


@dataclass(frozen=True)
class Steady:
    """Hours until the average level over a dose interval is 90 % of that at steady state (whole intervals), and how often the first interval's
    average it finally is."""

    parent_h: Spread
    metabolite_h: Spread
    parent_accumulation: Spread
    metabolite_accumulation: Spread


def spread(values: Floats) -> Spread:
    """`values` is [day][person] or [person]; people who never get there are infinite and stand at the end."""
    ordered = np.sort(np.atleast_2d(values), axis=1)
    with np.errstate(invalid="ignore"):
        each = [quantile(ordered, tail) for tail in (0.05, 0.25, 0.5, 0.75, 0.95)]
    return Spread(*(tuple(np.where(np.isnan(one), np.inf, one).tolist()) for one in each))


def days(course: Course, people: Crowd, count: int, *, threads: int = 1, path: Path | None = None) -> Days:
    """Peak and trough of each of the first `count` days. The course's own times are not used."""
    hours = count * 24
    hourly = replace(course, times_h=tuple(map(Decimal, range(hours))))
    day_of = (np.arange(hours) // 24).astype(np.int32)
    parent, metabolite = extremes_of_many(programme(hourly), in_force(hourly, people), day_of, threads=threads, path=path).cut()
    return Days(spread(parent[1]), spread(parent[0]), spread(metabolite[1]), spread(metabolite[0]))


def steady(dose: Dose, people: Crowd) -> Steady:
    """Of a dose repeated every `every_h`. Raises NoSteadyState where something is never cleared. Averages are exact: what was eliminated in an
    interval is what came in less what stayed."""
    if dose.every_h is None:
        raise ValueError("a steady state needs the interval between doses")
    every = float(dose.every_h)
    cleared = people["clearance_l_per_h"] * people["metabolite_clearance_l_per_h"]
    if np.any(cleared == 0):
        raise NoSteadyState("steady_state: parent or metabolite is never cleared, so there is no steady state")
    come = people["bioavailability"] * dose.mg
    made = people["fraction_to_metabolite"] * people.mass_ratio
    once = propagators(people.rates, every)
    none = np.zeros_like(come)
    state, gone, first = (come, none, none, none), None, None
    reached = [np.full_like(come, np.inf), np.full_like(come, np.inf)]
    for interval in range(1, int(LONGEST_H / every) + 1):
        after = applied(once, state)  # type: ignore[arg-type]
        eliminated = sum(state[:3]) - sum(after[:3])
        gone = (eliminated / come, (made * eliminated + state[3] - after[3]) / np.where(made > 0, made * come, 1.0))
        first = first or gone
        for to, share in zip(reached, gone, strict=True):
            to[(share >= STEADY) & np.isinf(to)] = interval * every
        state = (after[0] + come, np.asarray(after[1]), np.asarray(after[2]), np.asarray(after[3]))
        if all(np.isfinite(to).all() for to in reached):
            break
    assert first is not None
    return Steady(spread(reached[0]), spread(reached[1]), spread(1 / first[0]), spread(1 / np.maximum(first[1], 1e-300)))


def falls_below(
    course: Course,
    people: Crowd,
    below_ng_per_ml: float,
    *,
    analyte: Literal["parent", "metabolite"] = "parent",
    path: Path | None = None,
) -> Spread:
    """Hours after the last dose of `course` from which on the level stays below; rounded up to the hour, infinite beyond 400 days."""
    ends = [d.at_h + (d.every_h or 0) * (0 if d.steady_state else d.count - 1) for d in course.doses]
    stop = max(ends, default=Decimal(0))
    after = replace(course, times_h=tuple(stop + h for h in range(LONGEST_H + 1)))
    plan, phases = programme(after), in_force(after, people)
    found = np.full(people.people, np.inf)
    for a in range(0, people.people, 64):
        part = slice(a, a + 64)
        grid = levels_of_many(plan, [c.part(part) for c in phases], path=path).cut()
        above = grid[0 if analyte == "parent" else 1] >= below_ng_per_ml
        last = LONGEST_H - np.argmax(above[::-1], axis=0)
        found[part] = np.where(above[-1], np.inf, np.where(above.any(axis=0), last + 1.0, 0.0))
    return spread(found)
