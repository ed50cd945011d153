"""Populations, unknown doses, one person from measured levels, and the summaries of a regimen."""

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from serein.clinical.kinetics import (
    Change,
    Course,
    Dose,
    Individual,
    Measured,
    NoSteadyState,
    NotValid,
    Question,
    Residual,
    Typical,
    band_of,
    days,
    doubts,
    falls_below,
    levels,
    people_like,
    steady,
)
from serein.clinical.kinetics.crowd import crowd_of
from serein.clinical.kinetics.individual import ENOUGH, individual
from serein.clinical.kinetics.population import widths

from .bodies import USUAL, d

SOMEBODY = Typical(USUAL, {"clearance_l_per_h": 0.3, "volume_l": 0.3, "metabolite_clearance_l_per_h": 0.25}, (), ())
TWICE = Dose(at_h=d(0), mg=5, every_h=d(12), count=60)


def course(*doses: Dose, at: tuple[int, ...] = (), changes: tuple[Change, ...] = ()) -> Course:
    return Course(USUAL, doses, changes, tuple(map(d, at)))


# People


def test_the_people_lie_log_normally_around_the_typical_one():
    people = people_like(SOMEBODY, 4000)
    logs = np.log(people["clearance_l_per_h"] / USUAL.clearance_l_per_h)
    assert abs(logs.mean()) < 0.01 and logs.std() == pytest.approx(widths(SOMEBODY)["clearance_l_per_h"], rel=0.02)
    assert np.allclose(people["peripheral_l"] / people["central_l"], 50 / 30), "volume_l moves both volumes together"
    assert abs(np.corrcoef(logs, np.log(people["central_l"]))[0, 1]) < 0.03


def test_a_narrower_band_lies_within_a_wider_one():
    half, most = band_of(course(TWICE, at=(10, 300, 900)), people_like(SOMEBODY), (0.5, 0.9))
    for inner, outer in ((half.parent_low, most.parent_low), (most.parent_high, half.parent_high)):
        assert all(a > b for a, b in zip(inner, outer, strict=True))


def test_a_change_moves_everybody_in_proportion():
    """Half the clearance for the typical person is half the clearance for each."""
    change = Change(d(0), {"clearance_l_per_h": USUAL.clearance_l_per_h / 2})
    changed = band_of(course(TWICE, at=(700,), changes=(change,)), people_like(SOMEBODY), (0.9,))[0]
    slower = replace(SOMEBODY, parameters=USUAL.with_(clearance_l_per_h=0.8))
    plain = band_of(replace(course(TWICE, at=(700,)), parameters=slower.parameters), people_like(slower), (0.9,))[0]
    assert changed.parent_high == pytest.approx(plain.parent_high, rel=1e-12)
    assert changed.metabolite_low == pytest.approx(plain.metabolite_low, rel=1e-12)


# Unknown doses


def test_unknown_doses_count_as_the_mean_over_every_adherence():
    sure, doubtful = Dose(at_h=d(0), mg=10), Dose(at_h=d(24), mg=10, every_h=d(24), count=5, unknown=True)
    found = levels(course(sure, doubtful, at=(30, 200)))
    none, every = (levels(course(sure, *more, at=(30, 200))) for more in ((), (replace(doubtful, unknown=False),)))
    assert found.parent == pytest.approx([(x + y) / 2 for x, y in zip(none.parent, every.parent, strict=True)], rel=1e-12)


def test_unknown_doses_widen_the_band_and_leave_its_middle():
    told, people = course(TWICE, at=(700,)), people_like(SOMEBODY)
    quiet = course(replace(TWICE, count=40), Dose(at_h=d(480), mg=5, every_h=d(12), count=20, unknown=True), at=(700,))
    sure, wide = (band_of(c, people, (0.9, 0.02)) for c in (told, quiet))
    assert wide[0].parent_high[0] / wide[0].parent_low[0] > 2 * sure[0].parent_high[0] / sure[0].parent_low[0]
    assert wide[0].parent_high[0] < sure[0].parent_high[0], "nobody has taken more than was planned"
    middle = (wide[1].parent_low[0] + wide[1].parent_high[0]) / 2
    assert middle == pytest.approx(levels(quiet).parent[0], rel=0.1)


# Summaries


def test_days_steady_state_and_wash_out_agree_with_the_levels_themselves():
    people = people_like(SOMEBODY, 50)
    summary = days(course(TWICE), people, 3, path="numpy")
    hourly = levels(course(TWICE, at=tuple(range(72))))
    alone = days(course(TWICE), crowd_of([USUAL]), 3, path="numpy")
    assert alone.parent_peak.middle == pytest.approx([max(hourly.parent[i : i + 24]) for i in (0, 24, 48)], rel=1e-12)
    assert alone.metabolite_trough.middle == pytest.approx([min(hourly.metabolite[i : i + 24]) for i in (0, 24, 48)], rel=1e-12)
    assert all(
        low < mid < high
        for low, mid, high in zip(
            summary.parent_peak.low_90, summary.parent_peak.middle, summary.parent_peak.high_90, strict=True
        )
    )
    after = falls_below(course(Dose(at_h=d(0), mg=10)), crowd_of([USUAL]), 20.0, path="numpy").middle[0]
    edge = levels(course(Dose(at_h=d(0), mg=10), at=(int(after) - 1, int(after))))
    assert edge.parent[0] >= 20.0 > edge.parent[1]


def test_the_compiled_path_keeps_the_same_peaks_and_troughs(compiled):
    people = people_like(SOMEBODY, 37)
    one, other = (days(course(TWICE), people, 10, threads=2, path=p) for p in ("numpy", "compiled"))
    for name in ("parent_peak", "parent_trough", "metabolite_peak", "metabolite_trough"):
        assert getattr(one, name).high_90 == pytest.approx(getattr(other, name).high_90, rel=1e-12)


def test_accumulation_is_the_ratio_of_averages_and_steady_state_takes_its_time():
    found = steady(Dose(at_h=d(0), mg=5, every_h=d(12)), crowd_of([USUAL]))
    grid = tuple(range(13))
    first = levels(course(Dose(at_h=d(0), mg=5), at=grid)).parent
    fine = Course(USUAL, (Dose(at_h=d(0), mg=5),), (), tuple(Decimal(i) / 50 for i in range(601)))
    curve = levels(fine).parent
    average = (sum(curve) - (curve[0] + curve[-1]) / 2) / 600
    assert found.parent_accumulation.middle[0] == pytest.approx(1000 * 0.93 * 5 / 1.6 / 12 / average, rel=1e-3)
    assert first[-1] > 0 and found.metabolite_h.middle[0] > found.parent_h.middle[0]
    with pytest.raises(NoSteadyState):
        steady(Dose(at_h=d(0), mg=5, every_h=d(12)), crowd_of([replace(USUAL, clearance_l_per_h=0.0)]))


# One person


def blood_of(clearance: float, hours: tuple[int, ...]) -> tuple[Measured, ...]:
    found = levels(replace(course(TWICE, at=hours), parameters=USUAL.with_(clearance_l_per_h=clearance)))
    return tuple(Measured(d(h), x) for h, x in zip(hours, found.parent, strict=True))


def asked(*measured: Measured, typical: Typical = SOMEBODY, error: float = 0.1) -> Question:
    return Question(course(TWICE), typical, measured, Residual(error))


def test_levels_of_a_slow_person_are_recognised_and_carried_into_the_forecast():
    found = individual(asked(*blood_of(0.8, (500, 600, 719))))
    assert isinstance(found, Individual) and found.effective_draws >= ENOUGH and not found.doubts
    assert found.parameters.clearance_l_per_h == pytest.approx(0.8, rel=0.1)
    later = course(TWICE, at=(1000,))
    truth = levels(replace(later, parameters=USUAL.with_(clearance_l_per_h=0.8))).parent[0]
    before, after = (band_of(later, people, (0.9,))[0] for people in (people_like(SOMEBODY), found.people))
    assert after.parent_low[0] < truth < after.parent_high[0]
    assert after.parent_high[0] / after.parent_low[0] < before.parent_high[0] / before.parent_low[0] / 10


def test_the_posterior_is_what_quadrature_gives():
    """With one thing that varies the posterior can be added up: its mean and spread, without any sampling."""
    one = replace(SOMEBODY, spreads={"clearance_l_per_h": 0.4})
    measured = blood_of(1.0, (500, 719))
    found = individual(asked(*measured, typical=one, error=0.25))
    assert isinstance(found, Individual)
    width = widths(one)["clearance_l_per_h"]
    z = np.linspace(-6, 6, 601)
    log = []
    for x in z:
        body = USUAL.with_(clearance_l_per_h=1.6 * math.exp(width * x))
        level = np.array(levels(replace(course(TWICE, at=(500, 719)), parameters=body)).parent)
        seen = np.array([m.ng_per_ml for m in measured])
        log.append(-(((seen - level) / (0.25 * level)) ** 2).sum() / 2 - np.log(0.25 * level).sum() - x * x / 2)
    weight = np.exp(np.array(log) - max(log))
    mean = (z * weight).sum() / weight.sum()
    spread = math.sqrt(((z - mean) ** 2 * weight).sum() / weight.sum())
    people = np.log(found.people["clearance_l_per_h"] / 1.6) / width
    assert people.mean() == pytest.approx(mean, abs=0.03) and people.std() == pytest.approx(spread, rel=0.05)
    assert found.shrinkage["clearance_l_per_h"] == pytest.approx(1 - spread, abs=0.02)
    assert math.log(found.parameters.clearance_l_per_h / 1.6) / width == pytest.approx(z[int(np.argmax(log))], abs=0.02)


def test_the_same_seed_gives_the_same_people_and_threads_do_not_matter():
    one, again, other = (individual(asked(*blood_of(1.2, (719,))), seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.people.values, again.people.values) and not np.array_equal(one.people.values, other.people.values)


def test_what_the_levels_do_not_show_stays_as_uncertain_as_before():
    found = individual(asked(*blood_of(0.8, (719,))))
    assert found.shrinkage["metabolite_clearance_l_per_h"] < 0.1 < found.shrinkage["clearance_l_per_h"]


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (asked(), "1 to 10"),
        (asked(*blood_of(1.6, tuple(range(100, 111)))), "1 to 10"),
        (asked(Measured(d(0), 50.0)), "nothing in the body"),
        (asked(Measured(d(10), math.nan)), "zero or more"),
        (asked(*blood_of(1.6, (500,)), typical=replace(SOMEBODY, spreads={})), "no published value"),
        (asked(*blood_of(1.6, (500,)), error=0.0), "error"),
    ],
)
def test_what_cannot_be_estimated_is_not(question, why):
    found = individual(question)
    assert isinstance(found, NotValid) and why in found.why


def test_a_slip_of_unit_or_time_is_asked_about_and_adherence_is_never_inferred():
    level = blood_of(1.6, (600,))[0]
    assert doubts(course(TWICE), SOMEBODY, (level,), 0.2) == ()
    milligrams = doubts(course(TWICE), SOMEBODY, (replace(level, ng_per_ml=level.ng_per_ml / 1000),), 0.2)[0]
    assert any("mg/L" in one for one in milligrams.could_be)
    single = course(Dose(at_h=d(0), mg=10))
    early = levels(replace(single, times_h=(d(2),))).parent[0]
    late = doubts(single, SOMEBODY, (Measured(d(26), early),), 0.1)[0]
    assert any("earlier" in one for one in late.could_be)
    low = doubts(course(TWICE), SOMEBODY, (Measured(d(600), 3.0),), 0.2)[0]
    words = " ".join(low.could_be)
    assert "does not show whether doses were taken" in words and "not taken" not in words
