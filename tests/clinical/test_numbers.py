"""Each number by which an order is judged has a worked case that notices when it moves, and each fact a case in which it speaks."""

from __future__ import annotations

import pytest

from serein.clinical import knowledge
from serein.clinical.assess import assess
from tests.clinical.drafts import TODAY
from tests.clinical.worked.every import CASES
from tests.clinical.worked.moving import judged_by, moved, places
from tests.clinical.write_worked import MOVES, PAGE, notices, rows

KNOWN = knowledge.load()
HELD = rows(PAGE.read_text("utf-8"))
BY_NAME = {w.says: w for w in CASES}
SAID = [f for w in CASES for f in assess(w.case, w.orders, KNOWN, TODAY).findings]


def test_the_page_names_every_number_and_nothing_else():
    assert list(HELD) == list(places(KNOWN, judged_by(KNOWN))), "run: python -m tests.clinical.write_worked"


@pytest.mark.parametrize("place", HELD)
def test_the_cases_of_a_number_notice_when_it_moves(place):
    held = HELD[place]
    assert any(held.values()), f"{place} has no worked case"
    for move, names in held.items():
        other = moved(KNOWN, place, MOVES[move])
        assert all(notices(BY_NAME[name], other) for name in names), f"{place}: a case does not notice it {move}d"


@pytest.mark.parametrize("place", [p for p in HELD if "/absolute " in p or p.endswith(("/days", "/start_daily_mg"))])
def test_an_outer_limit_is_held_from_both_sides(place):
    assert all(HELD[place].values())


def test_a_case_that_a_number_does_not_touch_is_no_case_of_it():
    other = moved(KNOWN, "limits/diazepam/us-anxiety-adult/single_mg.high", MOVES["half"])
    assert notices(BY_NAME["anxiety: 10 mg, 4 times"], other) and not notices(BY_NAME["no alcohol"], other)


def test_every_code_is_demanded_by_a_case():
    demanded = {m.partition(":")[0] for w in CASES for m in w.must.split()}
    assert {e.code for e in KNOWN.codes} == demanded


@pytest.mark.parametrize("meeting", KNOWN.interactions, ids=lambda m: m.id)
def test_every_meeting_is_met_in_a_case(meeting):
    assert any(f.code == meeting.code and f.detail.startswith(meeting.detail) for f in SAID)


@pytest.mark.parametrize("hazard", KNOWN.contraindications, ids=lambda h: h.id)
def test_every_hazard_is_met_in_a_case(hazard):
    assert any(f.code == hazard.code and f.detail.startswith(hazard.detail) for f in SAID)


FORBIDDING = [(h, c) for h in KNOWN.contraindications for c in h.contraindicated]


@pytest.mark.parametrize(("hazard", "label"), FORBIDDING, ids=lambda v: getattr(v, "id", "") or getattr(v, "jurisdiction", ""))
def test_every_contraindication_of_a_label_stops_in_a_case(hazard, label):
    source = KNOWN.reference(label.cite)
    assert any(f.code == hazard.code and f.severity.value == "stop" and source in f.sources for f in SAID)
