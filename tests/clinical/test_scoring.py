"""Questionnaires are scored by the book, and a missing answer is never guessed."""

from __future__ import annotations

import pytest

from serein.clinical import knowledge
from serein.clinical.instruments import NotAnAnswer, score

KNOWN = knowledge.load()


def flat(instrument: str, value: int) -> dict[str, int | None]:
    return {i.id: value for i in KNOWN.instrument(instrument).items}


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "minimal"),
        (4, "minimal"),
        (5, "mild"),
        (9, "mild"),
        (10, "moderate"),
        (14, "moderate"),
        (15, "severe"),
        (21, "severe"),
    ],
)
def test_gad_7_bands(total, band):
    answers = {str(n): min(3, max(0, total - 3 * (n - 1))) for n in range(1, 8)}
    scored = score("gad-7", answers)
    assert (scored.total, scored.band, scored.loinc_total) == (total, band, "70274-6")


@pytest.mark.parametrize(
    ("total", "band"), [(4, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe")]
)
def test_phq_9_bands(total, band):
    answers = {str(n): min(3, max(0, total - 3 * (n - 1))) for n in range(1, 10)}
    assert (score("phq-9", answers).total, score("phq-9", answers).band) == (total, band)


@pytest.mark.parametrize("value", [1, 2, 3])
def test_item_nine_calls_whatever_the_total(value):
    scored = score("phq-9", {**flat("phq-9", 0), "9": value})
    assert scored.alerts == ("9",) and scored.band == "minimal"
    assert score("phq-9", flat("phq-9", 0)).alerts == ()


def test_item_nine_calls_even_when_the_rest_is_missing():
    assert score("phq-9", {"9": 1}).alerts == ("9",)


def test_a_missing_item_leaves_no_total():
    scored = score("gad-7", {**flat("gad-7", 3), "4": None})
    assert (scored.total, scored.band, scored.missing, scored.complete) == (None, None, ("4",), False)


def test_the_functional_item_is_never_summed():
    assert score("phq-9", {**flat("phq-9", 1), "difficulty": 3}).total == 9


def test_audit_c_runs_to_12_with_options_of_its_own():
    assert score("audit-c", flat("audit-c", 4)).total == 12


@pytest.mark.parametrize("answers", [{"1": 4}, {"1": -1}, {"99": 1}, {"1": True}])
def test_what_is_no_answer_is_refused(answers):
    with pytest.raises(NotAnAnswer):
        score("gad-7", answers)


def test_ciwa_ar_runs_to_67_and_a_missing_item_leaves_no_total():
    asked = knowledge.load().instrument("ciwa-ar")
    full = {i.id: max(o.value for o in asked.options_of(i)) for i in asked.items}
    assert score("ciwa-ar", full).total == 67 and full["orientation"] == 4
    assert score("ciwa-ar", {**full, "tremor": None}).total is None


@pytest.mark.parametrize(
    ("total", "band"), [(0, "mild"), (9, "mild"), (10, "moderate"), (18, "moderate"), (19, "severe"), (63, "severe")]
)
def test_ciwa_ar_bands_are_those_of_the_guideline(total, band):
    ids = [i.id for i in knowledge.load().instrument("ciwa-ar").items if i.id != "orientation"]
    answers = {id: min(7, max(0, total - 7 * n)) for n, id in enumerate(ids)}
    assert score("ciwa-ar", {**answers, "orientation": 0}).band == band


@pytest.mark.parametrize("item", ["16", "17", "18"])
def test_a_fit_hallucinations_and_thoughts_of_suicide_call_at_once(item):
    answers = {str(n): 0 for n in range(1, 19)}
    assert score("withdrawal-checklist", answers).alerts == ()
    assert score("withdrawal-checklist", {**answers, item: 1}).alerts == (item,)


def test_the_grade_one_plus_stands_between_one_and_two():
    assert [score("spasticity-grade", {"1": n}).band for n in (1, 2, 3)] == ["grade 1", "grade 1+", "grade 2"]
    assert score("sleepiness", {"1": 8}).total == 8
