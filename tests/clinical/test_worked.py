"""The worked cases of tests/clinical/worked: what the sources say must be found, and what they do not say must not."""

from __future__ import annotations

import pytest

from tests.clinical.drafts import codes, judge
from tests.clinical.worked import Worked, companions, courses, doses, people

CASES = [*doses.CASES, *people.CASES, *companions.CASES, *courses.CASES]


@pytest.mark.parametrize("worked", CASES, ids=lambda w: w.says)
def test_worked_case(worked: Worked):
    found = judge(worked.case, *worked.orders)
    severities = {(f.code, f.severity.value) for f in found.findings}
    for wanted in worked.must.split():
        code, _, severity = wanted.partition(":")
        assert code in codes(found), f"{code} is missing"
        assert not severity or (code, severity) in severities, f"{code} is not a {severity}"
    unwanted = set(worked.never.split()) & codes(found)
    assert not unwanted, f"not what the source says: {unwanted}"


def test_there_are_at_least_150_each_says_something_and_none_twice():
    assert len(CASES) >= 150
    assert all(w.must or w.never for w in CASES)
    assert len({(w.says, w.must, w.never) for w in CASES}) == len(CASES)
