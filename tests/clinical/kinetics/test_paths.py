"""NumPy, the compiled kernel, the exact engine and mpmath say the same; threads, buffers and chunks change no digit."""

from dataclasses import replace
from decimal import Decimal

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings

from serein.clinical.kinetics import Change, Course, Dose, NotAModel, Parameters, arrays, kernel, levels, many
from serein.clinical.kinetics.crowd import crowd_of, in_force, varied
from serein.clinical.kinetics.many import best_path, extremes_for, extremes_of_many, grid_for, levels_of_many
from serein.clinical.kinetics.programme import on_minutes, programme
from serein.clinical.kinetics.propagator import propagator
from serein.clinical.kinetics.windows import shaped, stretches

from .bodies import USUAL, courses, d

TOLERANCE = 1e-12
TIE = 1.6 / 30


def nearly(one, other, where=1e-250):
    one, other = np.asarray(one), np.asarray(other)
    assert np.all(np.isfinite(one)) and np.all(one >= 0)
    return np.all(np.abs(one - other) <= TOLERANCE * np.abs(other) + where)


def twin(body: Parameters, hours: float) -> list[mpmath.mpf]:
    """exp(A·h) with 60 digits from the very same rates."""
    with mpmath.workdps(60):
        ka, k10, k12, k21, kf, km = map(mpmath.mpf, body.rates)
        m = mpmath.expm(mpmath.matrix([[-ka, 0, 0, 0], [ka, -k10 - k12, k21, 0], [0, k12, -k21, 0], [0, kf, 0, -km]]) * hours)
        return [m[0, 0], m[1, 0], m[1, 1], m[1, 2], m[2, 0], m[2, 1], m[2, 2], m[3, 0], m[3, 1], m[3, 2], m[3, 3]]


HARD = {
    "usual": {},
    "no exchange": {"intercompartmental_l_per_h": 0.0},
    "hardly any exchange": {"intercompartmental_l_per_h": 1e-12},
    "very fast exchange": {"intercompartmental_l_per_h": 500.0},
    "all rates equal": {"intercompartmental_l_per_h": 0.0, "absorption_per_h": TIE, "metabolite_clearance_l_per_h": 60 * TIE},
    "rates 1e-12 apart": {"intercompartmental_l_per_h": 0.0, "absorption_per_h": TIE * (1 + 1e-12)},
    "huge absorption": {"absorption_per_h": 1e3},
    "tiny absorption": {"absorption_per_h": 1e-6},
    "never cleared": {"clearance_l_per_h": 0.0, "metabolite_clearance_l_per_h": 0.0},
}


@pytest.mark.parametrize("name", HARD)
def test_hard_cases_agree_with_sixty_digits_from_a_second_to_50000_hours(name):
    body = replace(USUAL, **HARD[name])
    for hours in (1 / 3600, 12.0, 1000.0, 50_000.0):
        for fast, slow in zip(propagator(body, hours), twin(body, hours), strict=True):
            assert abs(fast - slow) <= TOLERANCE * slow + mpmath.mpf(10) ** -290, (hours, fast, slow)


@settings(max_examples=40)
@given(courses)
def test_both_paths_agree_with_the_exact_engine_on_any_history(compiled, course):
    exact = levels(course)
    try:
        phases = in_force(course, crowd_of([course.parameters] * 9))
    except NotAModel:
        return  # a change of the lag: not for crowds
    plan = programme(course)
    for path in ("numpy", "compiled"):
        parent, metabolite = levels_of_many(plan, phases, path=path).cut()
        assert nearly(parent, np.array(exact.parent)[:, None]), path
        assert nearly(metabolite, np.array(exact.metabolite)[:, None]), path


TAPER = Course(
    replace(USUAL, lag_h=0.2),
    (Dose(at_h=d(0), mg=5, every_h=d(12), count=60), Dose(at_h=d(720), mg=2.5, every_h=d(12), count=28)),
    (),
    tuple(map(d, range(1057))),
)


def people(count):
    spread = {n: np.exp(np.linspace(-0.6, 0.6, count)) for n in ("clearance_l_per_h", "absorption_per_h")}
    return [varied(TAPER.parameters, spread)]


def test_a_crowd_is_its_people_one_by_one(compiled):
    crowd = people(11)
    found = {path: levels_of_many(programme(TAPER), crowd, path=path).cut() for path in ("numpy", "compiled")}
    for i in (0, 4, 10):
        body = replace(TAPER.parameters, **{n: float(crowd[0][n][i]) for n in ("clearance_l_per_h", "absorption_per_h")})
        exact = levels(replace(TAPER, parameters=body))
        for path, (parent, metabolite) in found.items():
            assert nearly(parent[:, i], exact.parent) and nearly(metabolite[:, i], exact.metabolite), path


def test_many_people_are_calculated_as_few_are(compiled, monkeypatch):
    """NumPy takes as many of them together as fit into the cache; where the cut falls changes no digit."""
    crowd, plan = people(700), programme(TAPER)
    fast, slow = (levels_of_many(plan, crowd, path=path).cut() for path in ("compiled", "numpy"))
    monkeypatch.setattr(arrays, "AT_ONCE", 300)
    monkeypatch.setattr(arrays, "IN_CACHE", 70)
    cut = levels_of_many(plan, crowd, path="numpy").cut()
    for analyte in (0, 1):
        assert nearly(slow[analyte], fast[analyte]) and np.array_equal(slow[analyte], cut[analyte])


@pytest.mark.parametrize("path", ["numpy", "compiled"])
@pytest.mark.parametrize("count", [23, 517])
def test_the_extremes_of_a_day_are_those_of_its_rows(compiled, path, count, monkeypatch):
    """Rows stand three hours apart and clearance falls within a day, so that the kernel meets one day twice, with two volumes. NumPy takes
    people in several parts, which change nothing about who takes which unknown dose."""
    monkeypatch.setattr(many, "CHUNK", 200)
    changed = (Change(d(Decimal("101.5")), {"clearance_l_per_h": 0.5, "central_l": 30.0}),)
    unknown = Dose(at_h=d(100), mg=3, every_h=d(24), count=5, unknown=True)
    course = replace(TAPER, doses=(*TAPER.doses, unknown), changes=changed, times_h=tuple(map(d, range(1, 1000, 3))))
    plan, phases = programme(course), in_force(course, people(count)[0])
    day_of = (np.array(course.times_h, np.float64) // 24).astype(np.int32)
    found = extremes_of_many(plan, phases, day_of, threads=2, path=path)
    grid = levels_of_many(plan, phases, path=path).cut()
    for each, rows in zip(found.cut(), grid, strict=True):
        for day in range(int(day_of[-1]) + 1):
            of_day = rows[day_of == day]
            assert np.array_equal(each[0, day], of_day.min(axis=0)) and np.array_equal(each[1, day], of_day.max(axis=0))


def test_numpy_takes_windows_together_that_differ_and_doses_that_nobody_knows_of(compiled):
    """Three doses a day at uneven times, one of which is doubtful, and a week without any: stretches of several kinds, some with one dose less
    on the way, whose rows lie anywhere."""
    unknown = Dose(at_h=d(13), mg=2, every_h=d(24), count=30, unknown=True)
    doses = (Dose(at_h=d(8), mg=5, every_h=d(24), count=30), unknown, Dose(at_h=d(22), mg=7.5, every_h=d(24), count=30))
    course = replace(TAPER, doses=doses, times_h=tuple(map(d, range(900))))
    plan, crowd = programme(course), people(140)
    every = stretches(plan, shaped(plan, range(len(plan.matrix))))
    assert max(len(kind.chains) for kind in every) == 3 and len({kind.dosed for kind in every}) > 1
    assert any(len(set(kind.chains)) > 1 and len(kind.firsts) > 20 for kind in every)
    covered = sorted(first + i for kind in every for first in kind.firsts for i in range(len(kind.chains)))
    assert covered == list(range(len(covered)))
    fast, slow = (levels_of_many(plan, crowd, path=path).cut() for path in ("compiled", "numpy"))
    assert nearly(slow[0], fast[0]) and nearly(slow[1], fast[1])


def test_windows_that_do_not_repeat_are_taken_one_by_one():
    plan = programme(replace(TAPER, doses=tuple(Dose(at_h=d(7 * k + k * k % 5), mg=1) for k in range(40)), times_h=(d(300),)))
    assert {len(kind.chains) for kind in stretches(plan, shaped(plan, range(len(plan.matrix))))} == {1}


@pytest.mark.parametrize("count", [17, 23, 300])
@pytest.mark.parametrize("path", ["numpy", "compiled"])
def test_threads_and_used_buffers_change_no_digit(compiled, path, count):
    """Of 23 some threads get fewer than are calculated one by one where they are alone; of 17 one gets a single person, who would show sums
    that fuse a product into them where people stand side by side."""
    plan, crowd = programme(TAPER), people(count)
    alone = levels_of_many(plan, crowd, path=path)
    used = grid_for(plan.rows, count)
    used.parent.fill(7.0)
    for threads in (2, 3, 8):
        again = levels_of_many(plan, crowd, into=used, threads=threads, path=path)
        assert np.array_equal(again.cut()[0], alone.cut()[0]) and np.array_equal(again.cut()[1], alone.cut()[1])


def test_a_buffer_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="buffer"):
        levels_of_many(programme(TAPER), people(4), into=grid_for(3, 4))


def test_the_kernel_refuses_a_buffer_that_is_laid_out_for_numpy(compiled):
    plan = programme(TAPER)
    with pytest.raises(ValueError, match="laid out"):
        levels_of_many(plan, people(4), into=grid_for(plan.rows, 4, "numpy"), path="compiled")


@pytest.mark.parametrize("path", ["numpy", "compiled"])
def test_a_diary_in_minutes_is_the_same_history(compiled, path):
    """200 doses at odd minutes: more lengths than matrices are made for, so that each is composed of digits."""
    minutes = np.cumsum(300 + (np.arange(200) * 7919) % 611).astype(np.int64)
    samples = np.arange(0, int(minutes[-1]) + 5000, 731, dtype=np.int64)
    mg = 1 + (np.arange(200) % 7) * 0.5
    doses = tuple(Dose(at_h=d(int(m)) / 60, mg=float(x)) for m, x in zip(minutes, mg, strict=True))
    body = replace(USUAL, lag_h=0.2)
    exact = levels(Course(body, doses, (), tuple(d(int(s)) / 60 for s in samples)))
    plan = on_minutes(minutes, mg, samples, lag_min=12)
    assert len(plan.products) > 0
    parent, metabolite = levels_of_many(plan, [crowd_of([body] * 8)], path=path).cut()
    # The exact engine's thirds of an hour are rounded at the 28th digit: a dose at a sample's instant stays before it.
    assert nearly(parent[:, 0], exact.parent) and nearly(metabolite[:, 0], exact.metabolite)


def test_without_a_kernel_numpy_does_the_work(monkeypatch, compiled):
    crowd, plan = people(8), programme(TAPER)
    fast = levels_of_many(plan, crowd).cut()[0]
    monkeypatch.setattr(kernel, "compiled", lambda: None)
    assert best_path() == "numpy"
    assert nearly(levels_of_many(plan, crowd).cut()[0], fast)


@pytest.mark.parametrize("path", ["numpy", "compiled"])
def test_one_person_alone_takes_another_way_to_the_same_levels(compiled, path):
    """The kernel keeps one body in registers and NumPy takes a chain's windows at once; unknown doses are among the doses."""
    course = replace(TAPER, doses=(*TAPER.doses, Dose(at_h=d(100), mg=3, every_h=d(24), count=5, unknown=True)))
    plan, crowd = programme(course), people(17)[0]
    together = levels_of_many(plan, [crowd], path=path).cut()
    alone = levels_of_many(plan, [crowd.part(slice(0, 1))], path=path).cut()
    for one, all_ in zip(alone, together, strict=True):
        assert one.shape == (plan.rows, 1) and nearly(one[:, 0], all_[:, 0])
        assert path == "numpy" or np.array_equal(one[:, 0], all_[:, 0]), "the kernel: to the last bit"


@pytest.mark.parametrize("path", ["numpy", "compiled"])
def test_a_buffer_for_extremes_is_used_again_and_one_of_another_shape_refused(compiled, path):
    plan, crowd, day_of = programme(TAPER), people(20), (np.arange(1057) // 24).astype(np.int32)
    fresh = extremes_of_many(plan, crowd, day_of, path=path)
    used = extremes_for(45, 20)
    used.parent.fill(7.0)
    again = extremes_of_many(plan, crowd, day_of, into=used, threads=3, path=path)
    assert again is used and all(np.array_equal(x, y) for x, y in zip(again.cut(), fresh.cut(), strict=True))
    with pytest.raises(ValueError, match="buffer"):
        extremes_of_many(plan, crowd, day_of, into=extremes_for(44, 20), path=path)


def test_the_kernel_takes_windows_only_where_a_history_repeats_itself(compiled):
    """Both ways are asked elsewhere in this file; this says which is which."""
    taper = programme(TAPER)
    assert kernel.repeats(taper, slice(0, len(taper.matrix)))
    minutes = np.cumsum(300 + (np.arange(200) * 7919) % 611).astype(np.int64)
    diary = on_minutes(minutes, np.ones(200), np.arange(0, int(minutes[-1]), 731, dtype=np.int64))
    assert not kernel.repeats(diary, slice(0, len(diary.matrix)))
