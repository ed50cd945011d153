"""What an order does to what was there before, and what a course must not do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from serein.clinical.case import ICD10CM, Answer, Concept, DependenceFacts, Supply
from serein.clinical.findings import Severity
from serein.clinical.quantities import Interval, Unit
from tests.clinical.drafts import (
    TODAY,
    allergy,
    codes,
    condition,
    established,
    judge,
    medicine,
    mg,
    order,
    person,
    severity,
    tablet,
)

APNOEA = (condition("Sleep apnoea", ICD10CM, "G47.33"),)


@pytest.mark.parametrize(
    ("dose", "times", "purpose"),
    [("5", "3", "same"), ("5", "4", "increase"), ("5", "2", "decrease"), ("7.5", "2", "same")],
)
def test_purpose_is_read_from_the_regimen_before(dose, times, purpose):
    found = judge(person(medicines=(established(),)), order(mg(dose, times), replaces="m9"))
    assert found.orders[0].purpose == purpose


def test_nothing_before_is_a_start():
    assert judge(person()).orders[0].purpose == "start"


def test_an_order_that_nobody_replaces_goes_on_and_is_added():
    found = judge(person(medicines=(established(),)), order(mg("10", "3")))
    assert found.orders[0].purpose == "increase"
    assert severity(found, "dose-above-absolute") == "stop"
    assert "supply-overlap" in codes(found)


def test_two_strengths_of_one_plan_are_one_regimen():
    five, two = order(mg("5", "2"), reference="o1"), order(mg("2", "2"), reference="o2", medicine=tablet("2"))
    found = judge(person(), five, two)
    assert [str(o.daily_dose_mg) for o in found.orders] == ["10", "4"]
    assert {o.purpose for o in found.orders} == {"start"}
    assert not {"benzodiazepine-duplicate", "supply-overlap"} & codes(found)
    over = judge(person(), order(mg("10", "3")), order(mg("10", "2"), reference="o2"))
    assert severity(over, "dose-above-absolute") == "stop"


def test_an_order_that_has_ended_is_not_added():
    over = established(ends=TODAY - timedelta(days=2))
    found = judge(person(medicines=(over,)), order(mg("5", "3"), supply=Supply(days=Decimal(28))))
    assert found.orders[0].purpose == "same" and "supply-overlap" not in codes(found)


def test_a_short_supply_after_the_last_one_ran_out_is_a_bridge():
    over = established(ends=TODAY - timedelta(days=2))
    found = judge(person(medicines=(over,), conditions=APNOEA), order(mg("5", "3"), supply=Supply(days=Decimal(7))))
    assert found.orders[0].purpose == "bridge" and found.may_sign


def test_what_a_patient_says_they_take_is_what_was_before_and_is_not_added():
    stated = established(source="statement")
    found = judge(person(medicines=(stated,)), order(mg("5", "3"), supply=Supply(days=Decimal(28))))
    assert found.orders[0].purpose == "same" and "dose-above-absolute" not in codes(found)


@pytest.mark.parametrize(
    ("months", "dose", "likely"),
    [(4, "1", True), (4, "0.5", True), (2, "10", True), (2, "5", False), (0, "10", False)],
)
def test_dependence_follows_the_guidelines_table(months, dose, likely):
    before = established(mg(dose, "2"), months=months)
    found = judge(person(medicines=(before,)), order(mg(dose, "2"), replaces="m9"))
    assert ("dependence-likely" in codes(found)) is likely


def test_three_days_a_week_is_rarely_dependence():
    weekly = established(mg("10", "3", per=Interval(Decimal(168))), months=12)
    found = judge(person(medicines=(weekly,)), order(mg("10", "3", per=Interval(Decimal(168))), replaces="m9"))
    assert "dependence-likely" not in codes(found)


def test_the_larger_table_decides_about_dependence():
    """Clonazepam 0.6 mg is 6 mg diazepam by one table and 12 by the other: for withdrawal the larger counts."""
    clonazepam = medicine(
        "clonazepam", "m9", dosages=(mg("0.3", "2"),), authored_on=TODAY - timedelta(days=62), concept=Concept(text="clonazepam")
    )
    found = judge(person(medicines=(clonazepam,)), order(mg("5", "2"), replaces="m9"))
    assert "dependence-likely" in codes(found)


def test_a_diagnosis_or_the_patients_word_is_enough():
    by_diagnosis = person(medicines=(established(months=0),), conditions=(condition("", ICD10CM, "F13.20"),))
    assert "dependence-likely" in codes(judge(by_diagnosis, order(mg("5", "3"), replaces="m9")))
    by_word = person(told={"dependence": DependenceFacts(months_of_use=Decimal(8))})
    assert "dependence-likely" in codes(judge(by_word))


@pytest.mark.parametrize(("dose", "may_sign"), [("5", True), ("4", True), ("10", False)])
def test_a_stop_about_the_person_guards_starts_and_increases_only(dose, may_sign):
    dependent = person(medicines=(established(),), conditions=APNOEA)
    found = judge(dependent, order(mg(dose, "3"), medicine=Concept(text="diazepam"), replaces="m9"))
    assert found.may_sign is may_sign
    (finding,) = found.of("sleep-apnoea")
    assert (finding.relaxed_from is Severity.STOP) is may_sign
    if may_sign:
        words = " ".join(finding.suggestions)
        assert all(w in words for w in ("taper", "bridge", "inpatient"))


def test_a_stop_stays_for_somebody_who_is_not_dependent():
    recent = person(medicines=(established(months=0),), conditions=APNOEA)
    assert not judge(recent, order(mg("5", "3"), replaces="m9")).may_sign


def test_a_duplicate_is_relaxed_too():
    both = person(medicines=(established(), medicine("lorazepam 1 mg", "m2")))
    assert severity(judge(both, order(mg("5", "3"), replaces="m9")), "benzodiazepine-duplicate") == "warn"


def test_the_four_hard_stops_stay_in_dependence():
    dependent = {"medicines": (established(), medicine("Xyrem", "m2"))}
    assert severity(judge(person(**dependent), order(mg("5", "3"), replaces="m9")), "contraindicated-pair") == "stop"
    allergic = person(medicines=(established(),), allergies=(allergy("diazepam"),))
    assert severity(judge(allergic, order(mg("5", "3"), replaces="m9")), "allergy-to-benzodiazepine") == "stop"


def test_an_unreadable_dose_relaxes_nothing():
    dependent = person(medicines=(established(),), conditions=APNOEA)
    found = judge(dependent, order(mg("1", "3", unit=Unit.TABLET), medicine=Concept(text="diazepam"), replaces="m9"))
    assert severity(found, "sleep-apnoea") == "stop" and severity(found, "dose-unreadable") == "stop"


@pytest.mark.parametrize(("dose", "fast"), [("11.25", False), ("11", True), ("13.5", False), ("5", True)])
def test_a_cut_of_more_than_a_quarter_is_too_fast(dose, fast):
    before = person(medicines=(established(mg("15", "1")),))
    found = judge(before, order(mg(dose, "1"), medicine=Concept(text="diazepam"), replaces="m9"))
    assert ("cut-too-fast" in codes(found)) is fast


def test_cuts_of_the_last_two_weeks_are_counted_together():
    higher = established(mg("20", "1"), reference="p1", ends=TODAY - timedelta(days=7), status="completed")
    now = medicine("", "m9", concept=tablet(), dosages=(mg("16", "1"),), authored_on=TODAY - timedelta(days=7))
    found = judge(
        person(medicines=(now,), past=(higher,)), order(mg("13", "1"), medicine=Concept(text="diazepam"), replaces="m9")
    )
    (finding,) = found.of("cut-too-fast")
    assert "From 20 to 13" in finding.summary


def test_a_dependent_persons_course_that_ends_in_nothing_is_said():
    dependent = person(medicines=(established(),))
    ending = order(mg("5", "3", days=Decimal(10)), replaces="m9")
    assert severity(judge(dependent, ending), "abrupt-stop") == "warn"
    open_ended = order(mg("5", "3"), replaces="m9", supply=None)
    assert "abrupt-stop" not in codes(judge(dependent, open_ended))
    assert "abrupt-stop" not in codes(judge(person(), order(mg("5", "3", days=Decimal(10)))))


def test_replacing_a_benzodiazepine_by_something_else_is_an_abrupt_stop():
    dependent = person(medicines=(established(),))
    hydroxyzine = order(mg("25", "2"), medicine=Concept(text="hydroxyzine 25 mg"), replaces="m9")
    assert severity(judge(dependent, hydroxyzine), "abrupt-stop") == "warn"


def test_early_requests_and_several_hands_are_said():
    supply = Supply(days=Decimal(30))
    fresh = medicine("", "m9", concept=tablet(), dosages=(mg("5", "3"),), authored_on=TODAY - timedelta(days=10), supply=supply)
    found = judge(person(medicines=(fresh,)), order(mg("5", "3"), replaces="m9"))
    assert "early-request" in codes(found)
    late = medicine("", "m9", concept=tablet(), dosages=(mg("5", "3"),), authored_on=TODAY - timedelta(days=25), supply=supply)
    assert "early-request" not in codes(judge(person(medicines=(late,)), order(mg("5", "3"), replaces="m9")))
    two = person(medicines=(medicine("oxycodone", prescriber="Dr A"),))
    assert "several-prescribers" in codes(judge(two, order(prescriber="Dr B")))
    assert "several-prescribers" not in codes(judge(two, order(prescriber="Dr A")))


def test_a_long_course_needs_an_end_and_a_review():
    told = {"taper_plan": Answer.UNKNOWN, "last_review": TODAY - timedelta(days=120)}
    found = judge(person(medicines=(established(),), told=told), order(mg("5", "3"), replaces="m9"))
    assert {"taper-missing", "review-overdue"} <= codes(found)
    reviewed = {"last_review": TODAY - timedelta(days=20)}
    found = judge(person(medicines=(established(),), told=reviewed), order(mg("5", "3"), replaces="m9"))
    assert not {"taper-missing", "review-overdue"} & codes(found)


def test_an_unchanged_warning_keeps_its_fingerprint_on_the_next_order():
    taking = person(medicines=(medicine("oxycodone 5 mg", "m1"),))
    (first,) = judge(taking, order(reference="o1")).of("opioid-together")
    (next_time,) = judge(taking, order(reference="o77"), on=TODAY + timedelta(days=5)).of("opioid-together")
    (changed,) = judge(person(medicines=(medicine("oxycodone 20 mg", "m1"),)), order()).of("opioid-together")
    assert first.fingerprint == next_time.fingerprint != changed.fingerprint


def test_a_short_supply_to_a_dependent_person_must_be_followed():
    dependent = person(medicines=(established(),))
    week = order(mg("5", "3"), replaces="m9", supply=Supply(days=Decimal(7)))
    month = order(mg("5", "3"), replaces="m9", supply=Supply(days=Decimal(28)))
    assert "abrupt-stop" in codes(judge(dependent, week)) and "abrupt-stop" not in codes(judge(dependent, month))


def test_the_short_supply_of_a_running_taper_is_followed_by_the_next_step():
    facts = replace(person().circumstances, taper_runs=Answer.YES)
    dependent = person(medicines=(established(),), circumstances=facts)
    fortnight = order(mg("5", "3"), replaces="m9", supply=Supply(days=Decimal(14)))
    assert "abrupt-stop" not in codes(judge(dependent, fortnight))


def test_a_switch_between_uneven_numbers_is_read():
    """Clorazepate 10 mg stands for 6.666… mg diazepam: a third has no end, and is still a dose."""
    taking = person(medicines=(medicine("clorazepate", "m9", dosages=(mg("10", "1"),), authored_on=TODAY - timedelta(days=90)),))
    assert judge(taking, order(mg("7.5", "1"), replaces="m9")).orders[0].purpose == "increase"
    assert judge(taking, order(mg("5", "1"), replaces="m9")).orders[0].purpose == "decrease"


def test_an_order_that_goes_on_unread_stops_the_new_one_unless_it_is_replaced():
    unread = established(dosages=())
    assert severity(judge(person(medicines=(unread,)), order(mg("5", "3"))), "dose-unreadable") == "stop"
    assert "dose-unreadable" not in codes(judge(person(medicines=(unread,)), order(mg("5", "3"), replaces="m9")))


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar_break_nothing(year):
    day = TODAY.replace(year=year, month=1, day=1)
    running = established(authored_on=day)
    assert judge(person(medicines=(running,)), order(mg("5", "3"), authored_on=day, replaces="m9"), on=day).orders
    assert judge(person(medicines=(running,)), order(mg("10", "3"), replaces="m9")).orders


def test_a_dose_that_nobody_can_read_is_not_taken_for_none():
    stated = established(dosages=(), source="statement")
    found = judge(person(medicines=(stated,)), order(mg("5", "3")))
    assert severity(found, "established-dose-unknown") == "warn" and found.orders[0].purpose == "start"
    assert "established-dose-unknown" not in codes(judge(person(medicines=(established(),)), order(mg("5", "3"), replaces="m9")))


def test_a_benzodiazepine_with_a_written_end_before_the_start_is_no_duplicate():
    over = medicine("lorazepam 1 mg tablet", "m2", dosages=(mg("1", "2"),), ends=TODAY - timedelta(days=3))
    assert "benzodiazepine-duplicate" not in codes(judge(person(medicines=(over,))))
    going = medicine("lorazepam 1 mg tablet", "m2", dosages=(mg("1", "2"),), ends=TODAY + timedelta(days=3))
    assert "benzodiazepine-duplicate" in codes(judge(person(medicines=(going,))))


def test_a_renewal_does_not_make_an_old_warning_new():
    first = established(months=8, reference="p1", ends=TODAY - timedelta(days=20), status="completed")
    second = established(months=0, reference="m9", authored_on=TODAY - timedelta(days=20))
    earlier = judge(person(medicines=(established(months=8, reference="p1"),)), order(mg("5", "3"), replaces="p1"))
    later = judge(person(medicines=(second,), past=(first,)), order(mg("5", "3"), reference="o2", replaces="m9"))
    for code in ("duration-beyond-guidance", "dependence-likely"):
        assert earlier.of(code)[0].fingerprint == later.of(code)[0].fingerprint
