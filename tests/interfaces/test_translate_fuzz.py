"""Bundles changed at random in one to four places: read, or refused with BadInput. Nothing else may come out."""

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.chart import as_case
from serein.interfaces.translate.record import read_record
from tests.interfaces.bundles import dosage, draft, own, times_a_day, written

SEED = own()
SEED["entry"].append(
    {
        "resource": draft(
            "x1",
            dosage(timing=times_a_day(boundsPeriod={"start": "2026-11-01", "end": "2026-12"}), asNeededBoolean=True,
                   maxDosePerPeriod={"numerator": {"value": 20, "unit": "mg"}, "denominator": {"value": 1, "unit": "d"}}),
            subject={"reference": "Patient/p7"},
            dispenseRequest={"quantity": {"value": 28, "unit": "tablet"}, "expectedSupplyDuration": {"value": 14, "unit": "d"}},
            priorPrescription={"reference": "MedicationRequest/m1"},
            reasonReference=[{"reference": "Condition/c1"}],
        )
    }
)  # fmt: skip
SEED = json.loads(written(SEED), parse_float=str)

Path = tuple[str | int, ...]


def places(tree: Any, path: Path = ()) -> list[Path]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [*([path] if path else []), *(p for key, value in inner for p in places(value, (*path, key)))]


PLACES = places(SEED)
WORDS = [
    "", " ", "1970-13-45", "0001-01-01", "2026", "2026-11", "9999-12-31T23:59:60Z", "#", "#in", "/", "Patient/p2", "urn:uuid:", "1e24", "-1",
    "5,0", "NaN", "\ud800", "\x00", "TID", "mg", "tablet", "mo", "٣", "²", "1/2", "a" * 500, "draft", "plan", "entered-in-error",
]  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**45), 10**45), st.integers(-3, 3), st.text(max_size=12),
    st.sampled_from(WORDS),
    st.decimals(allow_nan=False, allow_infinity=False, places=20),
    st.just([]), st.just({}), st.just([[]]), st.just([None]), st.just({"resourceType": "Bundle", "entry": []}),
    st.sampled_from(PLACES).map(lambda path: copy.deepcopy(at(SEED, path))),
)  # fmt: skip


def at(tree: Any, path: Path) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def put(tree: Any, path: Path, value: Any) -> None:
    """Replace what stands at the path; a path that an earlier change has removed is left alone."""
    try:
        at(tree, path[:-1])[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=4))
def test_a_changed_bundle_is_read_or_refused_in_words(changes: list[tuple[Path, Any]]) -> None:
    tree = copy.deepcopy(SEED)
    for path, value in changes:
        put(tree, path, copy.deepcopy(value))
    try:
        record = read_record(tree)
        as_case(record)
    except BadInput as error:
        assert str(error) and str(error).isprintable()
    else:
        assert all(n.count > 0 and n.why for n in record.not_understood)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(written(SEED)) - 1), st.binary(max_size=3))
def test_a_bundle_with_changed_bytes_is_read_or_refused(place: int, new: bytes) -> None:
    data = written(SEED)
    try:
        read_record(data[:place] + new + data[place + len(new) :])
    except BadInput as error:
        assert str(error).isprintable()
