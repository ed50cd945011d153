"""Bodies and courses that the tests of this room share."""

from decimal import Decimal

from hypothesis import strategies as st

from serein.clinical.kinetics import Change, Course, Dose, Parameters

USUAL = Parameters(
    bioavailability=0.93, lag_h=0, absorption_per_h=2.0, clearance_l_per_h=1.6, central_l=30, intercompartmental_l_per_h=20,
    peripheral_l=50, fraction_to_metabolite=0.8, metabolite_clearance_l_per_h=0.7, metabolite_volume_l=60,
)  # fmt: skip


def d(text: object) -> Decimal:
    return Decimal(str(text))


rate = st.floats(1e-3, 20, allow_nan=False)
bodies = st.builds(
    Parameters, bioavailability=st.floats(0.05, 1), lag_h=st.sampled_from([0, 0.2, 0.25, 1.5]), absorption_per_h=rate, clearance_l_per_h=rate,
    central_l=st.floats(1, 300), intercompartmental_l_per_h=st.one_of(st.just(0.0), rate), peripheral_l=st.floats(1, 300),
    fraction_to_metabolite=st.floats(0, 1), metabolite_clearance_l_per_h=rate, metabolite_volume_l=st.floats(1, 300),
)  # fmt: skip
hours = st.integers(0, 3000).map(lambda n: Decimal(n) / 10)
single = st.builds(Dose, at_h=hours, mg=st.floats(0.5, 40))
repeated = st.builds(
    Dose, at_h=hours, mg=st.floats(0.5, 40), every_h=st.sampled_from([d(6), d(12), d("0.1"), d("7.3")]), count=st.integers(1, 40)
)
steady = st.builds(
    Dose, at_h=hours, mg=st.floats(0.5, 40), every_h=st.sampled_from([d(8), d(24), d("11.5")]), steady_state=st.just(True)
)
changes = st.builds(Change, hours, st.sampled_from([{"clearance_l_per_h": 0.5}, {"central_l": 40.0, "bioavailability": 0.4}]))
courses = st.builds(
    Course,
    bodies,
    st.lists(st.one_of(single, repeated, steady), min_size=1, max_size=4).map(tuple),
    st.lists(changes, max_size=2).map(tuple),
    st.one_of(st.just(tuple(map(Decimal, range(0, 200, 3)))), st.lists(hours, min_size=1, max_size=9).map(sorted).map(tuple)),
)
