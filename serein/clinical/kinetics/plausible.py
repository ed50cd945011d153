"""Can this level be right? A measured level against what people like this one would have, before anything is learnt from it.

A level far outside is not refused: it is asked about, with what would explain it (another unit, the two substances exchanged, another time).
That doses were not taken is never among the explanations offered: a low level alone cannot tell.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from .course import Course
from .crowd import in_force, normally
from .many import levels_of_many
from .model import DIAZEPAM_G_PER_MOL, NORDIAZEPAM_G_PER_MOL
from .population import people_like
from .programme import programme
from .somebody import Measured, Typical

Floats = NDArray[np.float64]
PEOPLE, BASE = 1000, 17
STRANGE, FITS = 0.005, 0.10
SHIFTS_H = tuple(h for h in range(-24, 25) if h)


@dataclass(frozen=True)
class Doubt:
    """Level `number` (from 0): the share of people like this one with a lower one, and what would make it an ordinary level."""

    number: int
    share_below: float
    could_be: tuple[str, ...]


def doubts(course: Course, typical: Typical, measured: tuple[Measured, ...], proportional: float) -> tuple[Doubt, ...]:
    """Those of `measured` that fewer than one person in a hundred would have."""
    people, error = people_like(typical, PEOPLE), 1 + proportional * normally(PEOPLE, BASE)
    found = []
    for number, one in enumerate(measured):
        at = sorted({Decimal(0), *(max(Decimal(0), one.at_h + h) for h in (0, *SHIFTS_H))})
        asked = replace(course, times_h=tuple(at))
        rows = levels_of_many(programme(asked), in_force(asked, people), path="numpy").cut()
        expected = {
            name: {t: np.maximum(r[i], 0) * error for i, t in enumerate(at)}
            for name, r in zip(("parent", "metabolite"), rows, strict=True)
        }
        below = _share(expected[one.analyte][one.at_h], one.ng_per_ml)
        if not STRANGE <= below <= 1 - STRANGE:
            found.append(Doubt(number, below, tuple(_explanations(one, expected))))
    return tuple(found)


def _share(expected: Floats, level: float) -> float:
    return float(np.mean(expected < level))


def _ordinary(expected: Floats, level: float) -> bool:
    return FITS <= _share(expected, level) <= 1 - FITS


def _explanations(one: Measured, expected: dict[str, dict[Decimal, Floats]]) -> list[str]:
    here, other = expected[one.analyte], "metabolite" if one.analyte == "parent" else "parent"
    mass = DIAZEPAM_G_PER_MOL if one.analyte == "parent" else NORDIAZEPAM_G_PER_MOL
    units = {"µg/mL or mg/L": 1000.0, "nmol/L": mass / 1000, "pg/mL or ng/L": 0.001, "µmol/L": mass}
    found = [
        f"it would be ordinary if the number is in {unit}, not ng/mL"
        for unit, f in units.items()
        if _ordinary(here[one.at_h], one.ng_per_ml * f)
    ]
    if _ordinary(expected[other][one.at_h], one.ng_per_ml):
        found.append("it would be ordinary for the other of parent and metabolite")
    shifts = [h for h in SHIFTS_H if one.at_h + h >= 0 and _ordinary(here[one.at_h + h], one.ng_per_ml)]
    if shifts:
        nearest = min(shifts, key=abs)
        found.append(
            f"it would be ordinary {abs(nearest)} h {'later' if nearest > 0 else 'earlier'}: are the times of blood and last dose right?"
        )
    return found or ["no slip of unit, substance or time explains it; a level alone does not show whether doses were taken"]
