"""A whole panel, one patient after another: tonight's level and the band of the days ahead, from each one's own diary on the minute clock.

Nothing is kept between patients, so that a panel of any size streams through the same memory; whoever calls shares patients out to processes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .many import Path, levels_of_many
from .population import people_like, quantile
from .programme import on_minutes
from .somebody import Typical

PEOPLE = 128  # whole vectors, and evenly laid out to the base 2; the 5 % tail is the seventh of them


@dataclass(frozen=True)
class Diary:
    """Doses in order: the minute each was (or is to be) taken, mg, and whether nobody knows of it. `tonight` is a minute; forecasts follow each
    24 hours."""

    minutes: NDArray[np.int64]
    mg: NDArray[np.float64]
    unknown: NDArray[np.bool_]
    tonight: int


@dataclass(frozen=True)
class Ahead:
    """ng/mL tonight and after each further day: the middle and the ends of the middle 90 % of people like this one, of parent and metabolite."""

    parent: tuple[tuple[float, float, float], ...]
    metabolite: tuple[tuple[float, float, float], ...]


def ahead(diary: Diary, typical: Typical, days: int = 14, *, people: int = PEOPLE, path: Path | None = None) -> Ahead:
    """(low, middle, high) tonight and for each of `days` days. The lag is rounded to the minute, as the diary is."""
    samples = diary.tonight + 1440 * np.arange(days + 1, dtype=np.int64)
    lag = round(typical.parameters.lag_h * 60)
    plan = on_minutes(diary.minutes, diary.mg, samples, lag_min=lag, unknown=diary.unknown)
    grids = levels_of_many(plan, [people_like(typical, people)], path=path).cut()
    ordered = np.sort(np.stack(grids), axis=2)
    found = np.stack([quantile(ordered, tail) for tail in (0.05, 0.5, 0.95)], axis=-1).tolist()
    parent, metabolite = (tuple((low, middle, high) for low, middle, high in rows) for rows in found)
    return Ahead(parent, metabolite)
