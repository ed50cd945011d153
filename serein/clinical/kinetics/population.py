"""Bands: how far levels of many people like this one lie apart.

The people are not drawn by chance but laid out evenly (a Halton sequence through the inverse normal distribution), so that the same question
has the same answer to the last digit, in any number of threads.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist

from .course import Course, levels
from .model import Parameters
from .somebody import Typical

PEOPLE = 400
PRIMES = (2, 3, 5, 7, 11, 13)


@dataclass(frozen=True)
class Band:
    """Low and high of the middle share, ng/mL, at each time."""

    parent_low: tuple[float, ...]
    parent_high: tuple[float, ...]
    metabolite_low: tuple[float, ...]
    metabolite_high: tuple[float, ...]


def halton(index: int, base: int) -> float:
    """The index-th point (from 1) of van der Corput's sequence: strictly between 0 and 1."""
    point, scale = 0.0, 1.0
    while index:
        index, digit = divmod(index, base)
        scale /= base
        point += digit * scale
    return point


def people_like(typical: Typical, count: int = PEOPLE) -> Iterator[Parameters]:
    """Log-normal around the typical value (its median), with the coefficients of variation of the knowledge."""
    names = sorted(typical.spreads)
    widths = [math.sqrt(math.log(1 + typical.spreads[n] ** 2)) for n in names]
    for i in range(1, count + 1):
        factors = {
            name: math.exp(width * NormalDist().inv_cdf(halton(i, base)))
            for name, width, base in zip(names, widths, PRIMES, strict=False)
        }
        yield _multiplied(typical.parameters, factors)


def _multiplied(parameters: Parameters, factors: dict[str, float]) -> Parameters:
    volume = factors.pop("volume_l", 1.0)
    changed = {name: getattr(parameters, name) * factor for name, factor in factors.items()}
    return parameters.with_(**changed, central_l=parameters.central_l * volume, peripheral_l=parameters.peripheral_l * volume)


def band(course: Course, typical: Typical, share: float) -> Band:
    """The interval that holds the middle `share` of people at each time, each time for itself. 0 < share < 1."""
    runs = [levels(replace(course, parameters=p)) for p in people_like(typical)]
    tails = ((1 - share) / 2, (1 + share) / 2)
    parent = [[_quantile(column, tail) for column in zip(*(r.parent for r in runs), strict=True)] for tail in tails]
    metabolite = [[_quantile(column, tail) for column in zip(*(r.metabolite for r in runs), strict=True)] for tail in tails]
    return Band(tuple(parent[0]), tuple(parent[1]), tuple(metabolite[0]), tuple(metabolite[1]))


def _quantile(values: tuple[float, ...], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
