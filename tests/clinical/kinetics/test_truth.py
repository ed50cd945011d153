"""Identities that hold exactly for the linear model, and a whole course walked with fifty digits."""

import math
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serein.clinical.kinetics import Change, Course, Dose, Parameters, levels

from .bodies import USUAL, bodies, d

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)


def area(body: Parameters, mg: float) -> tuple[float, float]:
    """From 0 to where nothing is left, by Gauss's quadrature on intervals that double: exact to ten digits for such curves."""
    edges = [0.0, *(body.lag_h + 2.0**k / 16 for k in range(17))]
    if body.lag_h:
        edges.insert(1, body.lag_h)
    total = np.zeros(2)
    for a, b in pairwise(edges):
        times = [Decimal(float(t)) for t in (a + b) / 2 + (b - a) / 2 * NODES]
        found = levels(Course(body, (Dose(at_h=Decimal(0), mg=mg),), (), tuple(times)))
        total += np.array([WEIGHTS @ found.parent, WEIGHTS @ found.metabolite]) * (b - a) / 2
    return float(total[0]), float(total[1])


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"lag_h": 0.2},
        {"intercompartmental_l_per_h": 0.0},
        {"intercompartmental_l_per_h": 0.0, "absorption_per_h": 1.6 / 30},
        {"absorption_per_h": 0.3, "bioavailability": 0.5},
    ],
)
def test_the_areas_are_what_was_taken_over_the_clearances(changed):
    body = replace(USUAL, **changed)
    parent, metabolite = area(body, 10.0)
    assert parent == pytest.approx(1000 * body.bioavailability * 10 / body.clearance_l_per_h, rel=1e-9)
    made = body.fraction_to_metabolite * body.mass_ratio * body.bioavailability * 10
    assert metabolite == pytest.approx(1000 * made / body.metabolite_clearance_l_per_h, rel=1e-9)


def test_what_is_never_cleared_stays_to_the_last_digit():
    """Mass balance: without clearance the level at rest is the dose over both volumes."""
    body = replace(USUAL, clearance_l_per_h=0.0)
    found = levels(Course(body, (Dose(at_h=d(0), mg=10, every_h=d(12), count=3),), (), (d(5000), d(50_000))))
    assert found.parent == pytest.approx([1000 * 0.93 * 30 / 80] * 2, rel=1e-12) and found.metabolite == (0.0, 0.0)


@given(bodies, st.integers(1, 5000), st.floats(0.1, 50))
def test_later_by_any_time_and_more_by_any_factor_is_the_same_curve(body, shift, factor):
    doses = (Dose(at_h=d("0.3"), mg=5), Dose(at_h=d(7), mg=2, every_h=d("5.5"), count=4))
    times = tuple(map(d, ("0.3", "1", "7", "9.25", "60", "300")))
    change = Change(d(8), {"clearance_l_per_h": 0.7})
    plain = levels(Course(body, doses, (change,), times))
    moved = Course(
        body,
        tuple(replace(x, at_h=x.at_h + shift, mg=x.mg * factor) for x in doses),
        (replace(change, at_h=d(8 + shift)),),
        tuple(t + shift for t in times),
    )
    found = levels(moved)
    assert found.parent == pytest.approx([x * factor for x in plain.parent], rel=1e-12)
    assert found.metabolite == pytest.approx([x * factor for x in plain.metabolite], rel=1e-12)


def test_doses_at_one_time_are_one_dose_and_their_order_does_not_matter():
    times = (d(3), d(3), d(30))
    one = levels(Course(USUAL, (Dose(at_h=d(3), mg=7),), (), times))
    many = levels(Course(USUAL, tuple(Dose(at_h=d(3), mg=mg) for mg in (1, 4, 2)), (), times))
    again = levels(Course(USUAL, tuple(Dose(at_h=d(3), mg=mg) for mg in (2, 1, 4)), (), times))
    assert many.parent == pytest.approx(one.parent, rel=1e-14) and again.parent == pytest.approx(one.parent, rel=1e-14)


def test_a_whole_course_agrees_with_fifty_digits():
    """Lag, an inhibitor that begins exactly at a dose and ends between two, near-tied rates, a long wash-out."""
    body = replace(USUAL, lag_h=0.2, absorption_per_h=0.71342)
    doses = (Dose(at_h=d(0), mg=5, every_h=d("11.9"), count=12), Dose(at_h=d("47.6"), mg=3))
    changes = (Change(d("47.6"), {"clearance_l_per_h": 0.56}), Change(d("100.05"), {"clearance_l_per_h": 1.6, "central_l": 33.0}))
    times = tuple(map(d, ("0.2", "0.21", "47.6", "47.8", "100.05", "131", "2000")))
    found = levels(Course(body, doses, changes, times))
    exact = walked(body, doses, changes, times)
    for one, (parent, metabolite) in enumerate(exact):
        assert abs(found.parent[one] - parent) <= 1e-12 * parent, times[one]
        assert abs(found.metabolite[one] - metabolite) <= 1e-12 * metabolite, times[one]


def walked(body, doses, changes, times):
    """The slow twin: each interval's matrix exponential with fifty digits, event by event."""
    events = [(c.at_h, 0, c) for c in changes] + [(t, 2, None) for t in times]
    for dose in doses:
        for k in range(dose.count):
            at = dose.at_h + (dose.every_h or 0) * k
            events.append((at + Decimal(repr(body.lag_h)), 1, dose.mg))
    found, now = [], Decimal(0)
    with mpmath.workdps(50):
        x = mpmath.matrix([0, 0, 0, 0])
        for at, kind, what in sorted(events, key=lambda e: (e[0], e[1])):
            if at > now:
                x, now = mpmath.expm(rates_of(body) * (mpmath.mpf(str(at)) - mpmath.mpf(str(now)))) * x, at
            if kind == 0:
                body = body.with_(**what.parameters)
            elif kind == 1:
                x[0] += mpmath.mpf(body.bioavailability) * mpmath.mpf(what)
            else:
                found.append((1000 * x[1] / mpmath.mpf(body.central_l), 1000 * x[3] / mpmath.mpf(body.metabolite_volume_l)))
    return found


def rates_of(body):
    v1, v2, cl, q = map(mpmath.mpf, (body.central_l, body.peripheral_l, body.clearance_l_per_h, body.intercompartmental_l_per_h))
    ka, made = mpmath.mpf(body.absorption_per_h), mpmath.mpf(body.fraction_to_metabolite) * mpmath.mpf(body.mass_ratio)
    km = mpmath.mpf(body.metabolite_clearance_l_per_h) / mpmath.mpf(body.metabolite_volume_l)
    return mpmath.matrix([[-ka, 0, 0, 0], [ka, -(cl + q) / v1, q / v2, 0], [0, q / v1, -q / v2, 0], [0, made * cl / v1, 0, -km]])


def test_a_steady_state_of_what_hardly_leaves_keeps_its_digits():
    """A metabolite with a half-life of eight years: its average is what comes over what leaves, and the sum over all doses must find it."""
    body = replace(USUAL, metabolite_clearance_l_per_h=0.0006, intercompartmental_l_per_h=0.0)
    ka, k10, _, _, kf, km = body.rates
    first = Dose(at_h=d(0), mg=5, every_h=d(12), steady_state=True)
    found = levels(Course(body, (first,), (), (d(0),)))
    with mpmath.workdps(40):
        terms = (
            (ka, mpmath.mpf(ka) * kf / ((mpmath.mpf(k10) - ka) * (mpmath.mpf(km) - ka))),
            (
                k10,
                mpmath.mpf(ka) * kf / ((mpmath.mpf(ka) - k10) * (mpmath.mpf(km) - k10)),
            ),
            (km, mpmath.mpf(ka) * kf / ((mpmath.mpf(ka) - km) * (mpmath.mpf(k10) - km))),
        )
        exact = sum(share / -mpmath.expm1(-12 * mpmath.mpf(rate)) for rate, share in terms) * mpmath.mpf(0.93) * 5 * 1000 / 60
    assert abs(found.metabolite[0] - exact) <= 1e-13 * exact


def test_fifty_thousand_hours_neither_vanish_nor_explode():
    found = levels(Course(USUAL, (Dose(at_h=d(0), mg=10, every_h=d(24), count=2084),), (), (d(49_992), d(50_015))))
    steady = levels(Course(USUAL, (Dose(at_h=d(0), mg=10, every_h=d(24), steady_state=True),), (), (d(0), d(23))))
    assert found.parent == pytest.approx(steady.parent, rel=1e-12) and found.metabolite == pytest.approx(
        steady.metabolite, rel=1e-12
    )
    assert all(math.isfinite(x) for x in levels(Course(USUAL, (Dose(at_h=d(0), mg=10),), (), (d(50_000),))).parent)
