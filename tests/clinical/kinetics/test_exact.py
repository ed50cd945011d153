"""The kinetics engine against closed forms, identities and a slow twin in exact arithmetic."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serein.clinical.kinetics import Change, Course, Dose, Levels, NoSteadyState, NotAModel, Parameters, levels
from serein.clinical.kinetics.propagator import applied, propagator

from .bodies import USUAL, bodies, d


def run(parameters: Parameters, *doses: Dose, at: list[object], changes: tuple[Change, ...] = ()) -> Levels:
    return levels(Course(parameters, doses, changes, tuple(d(t) for t in at)))


def slow_phi_column(parameters: Parameters, hours: float, column: int) -> list[float]:
    """exp(A·h)·e by a Taylor series in exact fractions: slow, obvious, and without rounding until the end."""
    ka, k10, k12, k21, kf, km = (Fraction(r) for r in parameters.rates)
    a = [[-ka, 0, 0, 0], [ka, -k10 - k12, k21, 0], [0, k12, -k21, 0], [0, kf, 0, -km]]
    h = Fraction(hours)
    term = [Fraction(int(i == column)) for i in range(4)]
    total = list(term)
    for k in range(1, 120):
        term = [Fraction(sum(a[i][j] * term[j] for j in range(4)) * h / k).limit_denominator(10**60) for i in range(4)]
        total = [x + y for x, y in zip(total, term, strict=True)]
    return [float(x) for x in total]


@pytest.mark.parametrize("body", [USUAL, replace(USUAL, absorption_per_h=1.6 / 30), replace(USUAL, intercompartmental_l_per_h=0)])
@pytest.mark.parametrize("hours", [0.01, 0.5, 3.0, 10.0])
def test_the_propagator_agrees_with_exact_fractions(body: Parameters, hours: float) -> None:
    phi = propagator(body, hours)
    for column in range(4):
        unit = tuple(float(i == column) for i in range(4))
        for fast, slow in zip(applied(phi, unit), slow_phi_column(body, hours, column), strict=True):  # type: ignore[arg-type]
            assert fast == pytest.approx(slow, rel=1e-12, abs=1e-25)


def test_equal_and_nearly_equal_rates_need_no_special_case() -> None:
    body = replace(
        USUAL, intercompartmental_l_per_h=0, lag_h=0, bioavailability=1, absorption_per_h=0.1, clearance_l_per_h=3.0, central_l=30
    )
    k = 0.1
    exact = [1000 * 10 * k * t * math.exp(-k * t) / 30 for t in (1, 10, 100)]
    for nudge in (1, 1 + 1e-12, 1 - 1e-9, 1 + 5.6e-5):
        got = run(replace(body, absorption_per_h=k * nudge), Dose(at_h=d(0), mg=10), at=[1, 10, 100]).parent
        assert got == pytest.approx(exact, rel=1e-3 if nudge == 1 + 5.6e-5 else 1e-8)


@given(bodies, st.floats(0.01, 2000))
def test_nothing_is_ever_negative_and_nothing_is_made_from_nothing(body: Parameters, hours: float) -> None:
    state = applied(propagator(body, hours), (1.0, 0.0, 0.0, 0.0))
    assert min(state) >= 0
    assert sum(state[:3]) <= 1 + 1e-9


@given(bodies, st.floats(0.01, 300), st.floats(0.01, 300))
def test_two_steps_are_one_step(body: Parameters, one: float, two: float) -> None:
    start = (3.0, 2.0, 1.0, 4.0)
    whole = applied(propagator(body, one + two), start)
    parts = applied(propagator(body, two), applied(propagator(body, one), start))
    assert parts == pytest.approx(whole, rel=1e-9, abs=1e-12)


def test_the_area_under_the_curves_is_dose_over_clearance() -> None:
    """AUC∞ = F·D/CL for the parent, fm·ratio·F·D/CLm for the metabolite: read off as the average level at steady state, exactly."""
    hours = [d(8760) + Decimal(i) / 100 for i in range(1201)]
    many = Dose(at_h=d(0), mg=5, every_h=d(12), count=1000)
    got = run(USUAL, many, at=hours)

    def mean(curve: tuple[float, ...]) -> float:
        return (sum(curve) - (curve[0] + curve[-1]) / 2) / (len(curve) - 1)

    assert mean(got.parent) == pytest.approx(1000 * 0.93 * 5 / 1.6 / 12, rel=1e-4)
    assert mean(got.metabolite) == pytest.approx(1000 * 0.8 * USUAL.mass_ratio * 0.93 * 5 / 0.7 / 12, rel=1e-4)


@pytest.mark.parametrize("lag", [0, 0.2, 12, 30.5])
def test_a_steady_state_is_what_very_many_doses_reach(lag: float) -> None:
    body = replace(USUAL, lag_h=lag)
    times = [4001, 4008, 4012.2, 4031, 4100.5]
    steady = run(body, Dose(at_h=d(4008), mg=5, every_h=d(12), steady_state=True), at=times)
    explicit = run(body, Dose(at_h=d(0), mg=5, every_h=d(12), count=335), at=times)  # the last one at 4008
    assert steady.parent == pytest.approx(explicit.parent, rel=1e-9)
    assert steady.metabolite == pytest.approx(explicit.metabolite, rel=1e-9)


def test_a_steady_state_adds_to_what_is_there() -> None:
    steady = Dose(at_h=d(24), mg=5, every_h=d(12), steady_state=True)
    alone, extra = run(USUAL, steady, at=[10, 30]), run(USUAL, Dose(at_h=d(6), mg=10), at=[10, 30])
    both = run(USUAL, steady, Dose(at_h=d(6), mg=10), at=[10, 30])
    assert both.parent == pytest.approx([x + y for x, y in zip(alone.parent, extra.parent, strict=True)], rel=1e-12)


def test_what_is_never_cleared_has_no_steady_state() -> None:
    steady = Dose(at_h=d(0), mg=5, every_h=d(12), steady_state=True)
    with pytest.raises(NoSteadyState):
        run(replace(USUAL, clearance_l_per_h=0), steady, at=[1])
    with pytest.raises(NoSteadyState):
        run(replace(USUAL, metabolite_clearance_l_per_h=0), steady, at=[1])


def test_at_one_instant_change_comes_before_dose_and_dose_before_sample() -> None:
    half = Change(d("0.3"), {"bioavailability": 0.5})
    changed = run(USUAL, Dose(at_h=d("0.1") + d("0.2"), mg=10), at=["0.3", 2], changes=(half,))
    plain = run(replace(USUAL, bioavailability=0.5), Dose(at_h=d("0.3"), mg=10), at=["0.3", 2])
    assert changed == plain
    same_time = run(replace(USUAL, central_l=15), Dose(at_h=d(0), mg=10), at=[5, 5], changes=(Change(d(5), {"central_l": 30}),))
    before = run(replace(USUAL, central_l=15), Dose(at_h=d(0), mg=10), at=[5])
    assert same_time.parent == pytest.approx([before.parent[0] / 2] * 2, rel=1e-12), "a new volume moves the level at once"


def test_a_dose_keeps_the_lag_and_bioavailability_of_the_instant_it_was_taken() -> None:
    late = replace(USUAL, lag_h=2)
    change = Change(d(1), {"bioavailability": 0.1, "lag_h": 0.0})
    assert run(late, Dose(at_h=d(0), mg=10), at=[1.5, 6], changes=(change,)) == run(late, Dose(at_h=d(0), mg=10), at=[1.5, 6])


def test_a_change_in_mid_course_reaches_earlier_doses() -> None:
    slower = run(USUAL, Dose(at_h=d(0), mg=10), at=[100], changes=(Change(d(10), {"clearance_l_per_h": 0.8}),))
    assert slower.parent[0] > run(USUAL, Dose(at_h=d(0), mg=10), at=[100]).parent[0] * 1.2


def test_impossible_bodies_are_refused_by_name() -> None:
    wrong = {"central_l": 0.0, "clearance_l_per_h": -1.0, "lag_h": math.inf, "peripheral_l": 0.0, "absorption_per_h": math.nan}
    for name, value in wrong.items():
        with pytest.raises(NotAModel, match=name):
            replace(USUAL, **{name: value})


@given(bodies, st.integers(1, 20), st.sampled_from(["6", "8", "12", "0.1"]))
def test_a_repeated_dose_is_its_doses_one_by_one(body: Parameters, count: int, every: str) -> None:
    times = [0.05, 1, 5.5, 40, 200]
    together = run(body, Dose(at_h=d(0), mg=5, every_h=d(every), count=count), at=times)
    singly = run(body, *(Dose(at_h=d(every) * k, mg=5) for k in range(count)), at=times)
    assert together.parent == pytest.approx(singly.parent, rel=1e-9, abs=1e-12)
