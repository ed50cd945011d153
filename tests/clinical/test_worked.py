"""The worked cases of tests/clinical/worked: what the sources say must be found, and what they do not say must not."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from serein.clinical import knowledge
from serein.clinical.case import Answer
from serein.clinical.findings import Assessment
from tests.clinical.drafts import TODAY, born, condition, judge, medicine, mg, order
from tests.clinical.drafts import person as ordinary
from tests.clinical.worked import Worked, for_, of
from tests.clinical.worked.every import CASES

KNOWN = knowledge.load()


@pytest.mark.parametrize("worked", CASES, ids=lambda w: w.says)
def test_worked_case(worked: Worked):
    assert not worked.amiss(judge(worked.case, *worked.orders))


def test_there_are_at_least_150_each_says_something_and_none_twice():
    assert len(CASES) >= 150
    assert all(w.must or w.never for w in CASES)
    assert len({(w.says, w.must, w.never) for w in CASES}) == len(CASES)


def test_the_uk_names_the_blood_limit_of_the_substance_and_says_when_it_knows_none():
    driver = ordinary(told={"drives": Answer.YES}, jurisdiction="UK")
    (diazepam,) = judge(driver, order()).of("driving")
    assert "550 micrograms per litre" in diazepam.detail and "medical defence" in diazepam.detail
    (clobazam,) = judge(driver, of("clobazam", "10")).of("driving")
    assert "No blood limit for clobazam is known here." in clobazam.detail
    (us,) = judge(ordinary(told={"drives": Answer.YES}), order()).of("driving")
    assert "limit" not in us.detail


def test_an_increase_too_soon_names_all_that_the_sources_give_for_a_half_life():
    before = medicine("diazepam 5 MG", "m9", dosages=(mg("5", "1"),), starts=TODAY - timedelta(days=1))
    (found,) = judge(ordinary(medicines=(before,)), of("diazepam", "5", "2", replaces="m9")).of("increase-too-soon")
    assert "Sources give 20–105.6 hours for different people." in found.detail


def test_what_is_reckoned_with_lies_within_what_the_sources_give():
    """For every substance with a half-life: each of its ages, and poor metabolisers."""
    with_one = [s for s in KNOWN.substances if s.half_life]
    assert with_one
    for s in with_one:
        low, high = min(p.hours.low for p in s.published), max(p.hours.high for p in s.published)
        used = (s.half_life.young_hours, s.half_life.old_hours, *([s.half_life.slow_hours] if s.half_life.slow_hours else []))
        assert all(low <= hours <= high for hours in used), s.id


def test_an_exception_of_the_criteria_is_said_and_the_warning_stays():
    (for_seizures,) = judge(ordinary(birth=born(80)), for_("epilepsy", "2")).of("older-adult")
    (for_anxiety,) = judge(ordinary(birth=born(80)), for_("anxiety", "2")).of("older-adult")
    assert "Acceptable because" in for_seizures.detail and "Acceptable because" not in for_anxiety.detail


def test_liver_disease_leaves_the_time_to_settle_unknown_where_no_source_gives_it():
    """Alprazolam: no half-life in cirrhosis was found; lorazepam: 41.2 h against 21.7 h."""
    ill = condition("cirrhosis of liver")

    def raised(name: str) -> Assessment:
        before = medicine(f"{name} 1 MG", "m9", dosages=(mg("1", "1"),), starts=TODAY - timedelta(days=3))
        return judge(ordinary(conditions=(ill,), medicines=(before,)), of(name, "2", "1", replaces="m9"))

    assert any(n.check == "increase-too-soon" for n in raised("alprazolam").not_checked)
    assert raised("lorazepam").of("increase-too-soon")


def test_what_is_kept_between_decisions_changes_no_answer():
    """Every worked case, judged forwards and then backwards by one knowledge, and backwards by another that has seen none."""
    one, other = (dataclasses.replace(KNOWN) for _ in range(2))
    forwards = [judge(w.case, *w.orders, known=one) for w in CASES]
    again = [judge(w.case, *w.orders, known=one) for w in reversed(CASES)]
    backwards = [judge(w.case, *w.orders, known=other) for w in reversed(CASES)]
    assert forwards == again[::-1] == backwards[::-1]


def test_what_a_record_says_is_not_kept_between_decisions():
    """Neither a name nor a note that somebody wrote into a record stays with the knowledge, whatever was recognised beside it."""
    known = dataclasses.replace(KNOWN)
    who = ordinary(
        medicines=(medicine("oxycodone of Zebulon Quirke", "m1"), medicine("zebulonium 5 mg", "m2")),
        conditions=(condition("sleep apnoea, Zebulon Quirke", "http://hl7.org/fhir/sid/icd-10-cm", "G47.33"),),
    )
    assert judge(who, order(mg("5", text="Zebulon Quirke takes it")), known=known).of("opioid-together")
    kept = [known.prepared, known.register.__dict__["_seen"], known.terms.__dict__["_heard"], known.terms.__dict__["_whole"]]
    assert "oxycodone" in repr(known.register.names) and not any(
        w in repr(k).casefold() for k in kept for w in ("zebulon", "quirke")
    )
