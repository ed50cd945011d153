"""safety/asvs.yaml is whole: every requirement of levels 1 and 2 once, with what its state needs; each test and place named is there."""

from collections import Counter
from pathlib import Path

import pytest

from tests.house.test_hazards import decorators_of
from tests.house.write_manual import NEEDS, ledger

ROOT = Path(__file__).parents[2]
# Counted in the CSV that OWASP publishes with ASVS 5.0.0: in each section levels 1 and 2 come first and are numbered without a gap.
SECTIONS = {
    "V1": (2, 9, 11, 3, 2),
    "V2": (3, 3, 4, 1),
    "V3": (0, 2, 4, 6, 5, 0, 2),
    "V4": (3, 1, 2, 4),
    "V5": (1, 3, 2, 3),
    "V6": (3, 12, 4, 4, 5, 3, 0, 4),
    "V7": (3, 4, 2, 5, 2, 2),
    "V8": (2, 3, 1, 1),
    "V9": (3, 4),
    "V10": (2, 2, 4, 11, 5, 2, 3),
    "V11": (2, 3, 3, 4, 1, 1),
    "V12": (3, 2, 4),
    "V13": (1, 5, 2, 5),
    "V14": (2, 4, 3),
    "V15": (3, 3, 7),
    "V16": (1, 5, 4, 3, 3),
    "V17": (1, 4, 2),
}
LEVEL_1 = {
    "V1": 8,
    "V2": 4,
    "V3": 8,
    "V4": 2,
    "V5": 4,
    "V6": 13,
    "V7": 6,
    "V8": 4,
    "V9": 4,
    "V10": 5,
    "V11": 3,
    "V12": 3,
    "V13": 1,
    "V14": 2,
    "V15": 3,
}
ROWS = ledger()


def test_every_requirement_of_both_levels_stands_there_once_and_in_order() -> None:
    wanted = [
        f"{chapter}.{section}.{number}"
        for chapter, counts in SECTIONS.items()
        for section, count in enumerate(counts, 1)
        for number in range(1, count + 1)
    ]
    assert len(wanted) == 253
    assert [row["id"] for row in ROWS] == wanted


def test_levels_are_counted_as_in_the_standard() -> None:
    first = Counter(row["id"].split(".")[0] for row in ROWS if row["level"] == 1)
    assert first == LEVEL_1 and first.total() == 70
    assert {row["level"] for row in ROWS} == {1, 2}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_state_has_its_reason(row: dict) -> None:
    need = NEEDS[row["state"]]
    assert set(row) == {"id", "level", "subject", "state", need} and row[need]
    assert 0 < len(row["subject"].split()) <= 12, "a few words of our own, not the standard's sentence"


@pytest.mark.parametrize("row", [row for row in ROWS if row["state"] == "held"], ids=lambda row: row["id"])
def test_what_is_held_names_tests_that_run_every_time(row: dict) -> None:
    for node in row["test"]:
        file, _, name = node.partition("::")
        found = decorators_of(ROOT / file)
        assert name in found, f"{node} is not there"
        assert not any(word in found[name] for word in ("long", "skip", "xfail")), f"{node} does not run every time"


@pytest.mark.parametrize("row", [row for row in ROWS if row["state"] == "built"], ids=lambda row: row["id"])
def test_what_is_built_stands_where_the_ledger_says(row: dict) -> None:
    for place in row["where"]:
        file, _, words = place.partition(" ")
        assert words in (ROOT / file).read_text(), place
