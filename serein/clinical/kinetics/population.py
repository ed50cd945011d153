"""Bands: how far levels of many people like this one lie apart.

The people are not drawn by chance but laid out evenly (a Halton sequence through the inverse normal distribution), so that the same question
has the same answer to the last digit, in any number of threads. They are calculated by NumPy unless the caller asks for another path: what a
command prints must not depend on whether the package was built with a compiler.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .course import Course
from .crowd import Crowd, in_force, normally, varied
from .many import Path, levels_of_many
from .programme import programme
from .somebody import NotValid, Typical

Floats = NDArray[np.float64]
PEOPLE = 400
PRIMES = (2, 3, 5, 7, 11, 13)


@dataclass(frozen=True)
class Band:
    """Low and high of the middle share, ng/mL, at each time."""

    parent_low: tuple[float, ...]
    parent_high: tuple[float, ...]
    metabolite_low: tuple[float, ...]
    metabolite_high: tuple[float, ...]


def widths(typical: Typical) -> dict[str, float]:
    """Standard deviations of the logarithms of what varies, from the coefficients of variation of the knowledge."""
    return {name: math.sqrt(math.log(1 + typical.spreads[name] ** 2)) for name in sorted(typical.spreads)}


def people_like(typical: Typical, count: int = PEOPLE) -> Crowd:
    """Log-normal around the typical value (its median)."""
    each = zip(widths(typical).items(), PRIMES, strict=False)
    factors = {name: np.exp(width * normally(count, base)) for (name, width), base in each}
    return varied(typical.parameters, factors or {"clearance_l_per_h": np.ones(count)})


def band(course: Course, typical: Typical, share: float, path: Path = "numpy") -> Band:
    """The interval that holds the middle `share` of people at each time, each time for itself. 0 < share < 1."""
    return band_of(course, people_like(typical), (share,), path)[0]


def band_of(course: Course, people: Crowd, shares: tuple[float, ...], path: Path = "numpy") -> tuple[Band, ...]:
    """A band for each of `shares` (0.5 and 0.9, say) of these people, equally weighted: of a population or of a posterior."""
    parent, metabolite = levels_of_many(programme(course), in_force(course, people), path=path).cut()
    ordered = np.sort(parent, axis=1), np.sort(metabolite, axis=1)
    found = []
    for share in shares:
        tails = ((1 - share) / 2, (1 + share) / 2)
        low, high, low_other, high_other = (tuple(quantile(one, tail).tolist()) for one in ordered for tail in tails)
        found.append(Band(low, high, low_other, high_other))
    return tuple(found)


def quantile(ordered: Floats, share: float) -> Floats:
    """Of the last axis, which is in order; between two people linearly."""
    place = share * (ordered.shape[-1] - 1)
    below = int(place)
    above = min(below + 1, ordered.shape[-1] - 1)
    between: Floats = ordered[..., below] + (ordered[..., above] - ordered[..., below]) * (place - below)
    return between


def no_spread(typical: Typical) -> NotValid | None:
    """Why there is no band: nobody published how far people differ."""
    return None if typical.spreads else NotValid("how far people differ has no published value here: there is no band")
