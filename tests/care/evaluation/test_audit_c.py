"""AUDIT-C in the intake: of those who drink, by the book, and shown to the clinician with the cut-offs of both sexes."""

import pytest

from serein.care.evaluation import actions, answering, reads
from serein.clinical import knowledge
from serein.clinical.instruments import score
from tests.care.evaluation.filling import AUDIT, USUAL, fill, fill_and_send
from tests.interfaces.shell_people import enter
from tests.people import FourPeople, four_people, given, open_for, own_chart

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> FourPeople:
    return four_people()


def test_only_those_who_drink_are_asked_and_right_after_saying_so(people):
    asked = fill(own_chart(people.patient), alcohol={"choice": "weekly"})
    assert asked[asked.index("alcohol") + 1] == "audit-c"
    assert len(asked) <= 25
    for reply in ("never", "unknown"):
        answers = {**USUAL, "alcohol": {"choice": reply}}
        assert "audit-c" not in [q.key for q in answering.path(answers)]


def test_its_sum_and_the_cut_offs_stand_in_the_chart(people):
    fill_and_send(own_chart(people.patient), alcohol={"choice": "weekly"})
    (line,) = [r for r in reads.evaluation(open_for(people.clinician, people.patient)).results if r.instrument == "audit-c"]
    assert (line.total, line.maximum, line.missing) == (4, 12, 0)
    assert line.band == "positive (women from 3, men from 4)"
    assert [i.answer for i in line.items] == ["2 to 4 times a month", "3 or 4", "Less than monthly"]


@pytest.mark.parametrize(
    ("answers", "total", "band"), [("011", 2, "negative"), ("111", 3, "positive (women from 3, men from 4)")]
)
def test_the_band_turns_at_three(answers, total, band):
    scored = score("audit-c", {str(n): int(d) for n, d in enumerate(answers, 1)})
    assert (scored.total, scored.band, scored.maximum) == (total, band, 12)


def test_an_item_left_out_leaves_no_sum(people):
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    left = actions.answer_instrument(chart, "audit-c", AUDIT | {"3": None})
    assert isinstance(left, actions.LeftOut) and left.items == ("3",)
    given(actions.answer_instrument(chart, "audit-c", AUDIT | {"3": None}, leave_out=True))
    assert [r.total for r in reads.evaluation(open_for(people.clinician, people.patient)).results] == [None]


def test_the_page_asks_in_the_published_words(people, client, settings):
    settings.SEREIN_CLOCK = "tests.people.clock"
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    actions.answer_question(chart, "alcohol", {"choice": "daily"})
    client = enter(client, people.patient, "password")
    page = client.get("/me/questions/audit-c/").content.decode()
    known = knowledge.load().instrument("audit-c")
    assert known.stem in page
    for item in known.items:
        assert item.text in page and all(o.label in page for o in known.options_of(item))
