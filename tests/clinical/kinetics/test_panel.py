"""A patient of a panel gets what the same history would give alone."""

from dataclasses import replace

import numpy as np
import pytest

from serein.clinical.kinetics import Course, Dose, Typical, band_of, people_like
from serein.clinical.kinetics.panel import PEOPLE, Diary, ahead

from .bodies import USUAL, d

SOMEBODY = Typical(replace(USUAL, lag_h=0.2), {"clearance_l_per_h": 0.3, "volume_l": 0.3}, (), ())
MINUTES = np.cumsum(500 + (np.arange(40) * 7919) % 431).astype(np.int64)
DIARY = Diary(MINUTES, np.full(40, 5.0), np.zeros(40, np.bool_), int(MINUTES[29]) + 60)


@pytest.mark.parametrize("path", ["numpy", "compiled"])
def test_tonight_and_each_day_ahead_are_the_band_of_the_same_history(compiled, path):
    found = ahead(DIARY, SOMEBODY, 5, path=path)
    times = tuple(d(DIARY.tonight + 1440 * k) / 60 for k in range(6))
    course = Course(SOMEBODY.parameters, tuple(Dose(at_h=d(int(m)) / 60, mg=5) for m in MINUTES), (), times)
    band = band_of(course, people_like(SOMEBODY, PEOPLE), (0.9,))[0]
    assert [low for low, _, _ in found.parent] == pytest.approx(band.parent_low, rel=1e-11)
    assert [high for _, _, high in found.metabolite] == pytest.approx(band.metabolite_high, rel=1e-11)


def test_what_nobody_knows_of_widens_tonight_and_lowers_its_middle():
    sure = ahead(DIARY, SOMEBODY, 0).parent[0]
    doubtful = ahead(replace(DIARY, unknown=np.arange(40) > 15), SOMEBODY, 0).parent[0]
    assert doubtful[2] / doubtful[0] > sure[2] / sure[0] and doubtful[1] < sure[1]
