"""Records changed at random are judged or refused in words: no check may fall over what a record can hold."""

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serein.clinical import knowledge
from serein.clinical.assess import assess
from serein.clinical.findings import as_json
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.chart import as_request
from serein.interfaces.translate.record import read_record
from tests.interfaces.test_translate_fuzz import ODD, PLACES, SEED, Path, put
from tests.interfaces.test_translate_record import TODAY


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=4))
def test_a_changed_record_is_judged_or_refused(changes: list[tuple[Path, Any]]) -> None:
    tree = copy.deepcopy(SEED)
    for path, value in changes:
        put(tree, path, copy.deepcopy(value))
    try:
        record = read_record(tree)
        request = as_request(record, None, TODAY)
    except BadInput as error:
        assert str(error).isprintable()
        return
    found = assess(request.case, request.orders, knowledge.load(), request.on)
    assert [o.reference for o in found.orders] == [o.reference for o in record.orders]
    assert as_json(found, "")["may_sign"] == (not any(f.severity.value == "stop" for f in found.findings))
