"""Amount, frequency, duration, form: engine tests with an invented drug, label tests with diazepam."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest

from serein.clinical.case import ICD10CM, Answer, Birth, Concept, Dosage, Supply, Timing
from serein.clinical.quantities import Amount, Interval, Unit
from tests.clinical.drafts import DAY, TODAY, born, codes, condition, established, judge, medicine, mg, order, person, severity
from tests.clinical.invented import zorbazepam

ZORB = Concept(text="zorbazepam 8 mg tablet")
SPASTICITY = (Concept(text="spasticity in multiple sclerosis"),)


def zorb(dose: str, times: str, **more):  # type: ignore[no-untyped-def]
    return order(mg(dose, times), **{"medicine": ZORB, "supply": Supply(days=Decimal(7)), **more})


def daily(*dosages: Dosage, **more):  # type: ignore[no-untyped-def]
    (one,) = judge(person(), order(*dosages, **more)).orders
    return one.daily_dose_mg


def test_an_ordinary_order_for_an_ordinary_person_has_no_findings():
    assert codes(judge(person())) == set()
    assert judge(person()).may_sign


def test_two_rings_round_an_invented_drug():
    known = zorbazepam()
    assert codes(judge(person(), zorb("16", "3"), known=known)) == set()
    assert codes(judge(person(), zorb("16", "4"), known=known)) == {"dose-above-recommended", "frequency-out-of-range"}
    assert severity(judge(person(), zorb("32", "4"), known=known), "dose-above-absolute") == "stop"
    assert "dose-above-absolute" not in codes(judge(person(), zorb("50", "2"), known=known))


def test_a_dose_of_10_mg_four_times_is_inside_the_label_and_more_is_stopped():
    assert codes(judge(person(), order(mg("10", "4")))) == set()
    above = judge(person(), order(mg("10", "4"), mg("1", "1")))
    assert severity(above, "dose-above-absolute") == "stop" and not above.may_sign
    assert "40 mg" in above.of("dose-above-absolute")[0].summary


def test_spasticity_may_reach_60_mg_with_a_warning_above_the_us_range():
    at_50 = judge(person(), order(mg("10", "5"), reasons=SPASTICITY))
    assert severity(at_50, "dose-above-recommended") == "warn" and at_50.may_sign
    assert severity(judge(person(), order(mg("21", "3"), reasons=SPASTICITY)), "dose-above-absolute") == "stop"
    assert "dose-above-absolute" not in codes(judge(person(), order(mg("20", "3"), reasons=SPASTICITY)))


def test_another_substance_without_limits_is_said_aloud():
    lorazepam = order(mg("1", "2"), medicine=Concept(text="lorazepam 1 mg tablet"))
    found = judge(person(), lorazepam)
    assert severity(found, "dose-limit-unknown") == "warn"
    assert "dose-above-absolute" in {n.check for n in found.not_checked}


def test_a_reason_that_no_label_names_is_no_licence_for_any_dose():
    found = judge(person(), order(mg("10", "4"), reasons=(Concept(text="itching"),)))
    assert {"indication-not-labelled", "dose-limit-unknown"} <= codes(found)
    assert "dose-above-absolute" in codes(judge(person(), order(mg("10", "5"), reasons=(Concept(text="itching"),))))


def test_without_a_reason_the_narrowest_usual_limit_holds():
    assert "indication-missing" in codes(judge(person(), order(reasons=())))
    assert "dose-above-absolute" in codes(judge(person(), order(mg("10", "5"), reasons=())))


def test_insomnia_is_labelled_in_the_uk_and_not_in_the_us():
    sleep = (Concept(text="insomnia"),)
    assert "indication-not-labelled" in codes(judge(person(), order(mg("5", "1"), reasons=sleep)))
    assert "indication-not-labelled" not in codes(judge(person(jurisdiction="UK"), order(mg("5", "1"), reasons=sleep)))


@pytest.mark.parametrize(
    ("years", "dose", "times", "expected"), [(72, "2.5", "2", False), (72, "5", "2", True), (40, "10", "4", False)]
)
def test_the_first_dose_of_an_older_person_is_small(years, dose, times, expected):
    found = codes(judge(person(birth=born(years)), order(mg(dose, times))))
    assert ("start-dose-too-high" in found) is expected


def test_a_frail_person_is_dosed_as_an_older_one():
    frail = person(conditions=(condition("Frailty"),))
    assert "start-dose-too-high" in codes(judge(frail, order(mg("5", "2"))))


def test_a_child_has_the_childs_limits_and_spasticity_its_own():
    child = person(birth=born(10))
    assert "start-dose-too-high" not in codes(judge(child, order(mg("2.5", "4"))))
    assert severity(judge(child, order(mg("5", "3"))), "dose-above-absolute") == "stop"
    assert "dose-above-absolute" not in codes(judge(child, order(mg("5", "3"), reasons=SPASTICITY)))


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing(times=Decimal(1), per=Interval(Decimal(8))), "15"),
        (Timing(times=Decimal(1), per=Interval(Decimal(7))), "20"),
        (Timing(times=Decimal(2), times_max=Decimal(3), per=DAY), "15"),
        (Timing(times=Decimal(1), per=Interval(Decimal(48))), "5"),
        (Timing(times=Decimal(2), per=Interval(Decimal(168))), "5"),
    ],
)
def test_the_daily_dose_is_that_of_the_fullest_day(timing, expected):
    dosage = Dosage(low=Amount(Decimal(5), Unit.MG), high=Amount(Decimal(5), Unit.MG), timing=timing)
    assert daily(dosage) == Decimal(expected)


def test_a_range_counts_with_its_upper_end():
    dosage = Dosage(low=Amount(Decimal(2), Unit.MG), high=Amount(Decimal(10), Unit.MG), timing=Timing(times=Decimal(2), per=DAY))
    assert daily(dosage) == 20


def test_morning_and_night_are_added_and_dated_steps_are_not():
    assert daily(mg("5", "1"), mg("10", "1")) == 15
    first = mg("5", "2", starts=TODAY, ends=TODAY + timedelta(days=6))
    second = mg("5", "1", starts=TODAY + timedelta(days=7), ends=TODAY + timedelta(days=13))
    assert daily(first, second) == 10


def test_grams_tablets_and_millilitres_become_milligrams():
    assert daily(mg("0.005", "2", unit=Unit.G)) == 10
    assert daily(mg("1.5", "2", unit=Unit.TABLET)) == 15
    assert daily(mg("5", "2", unit=Unit.ML), medicine=Concept(text="diazepam 5 MG/5 ML oral solution")) == 10


def test_a_written_maximum_caps_as_needed_use():
    assert daily(mg("5", "4", as_needed=True, maximum="10")) == 10


def test_what_cannot_be_read_is_stopped():
    nameless = Concept(text="diazepam")
    for draft in (
        order(mg("1", "2", unit=Unit.TABLET), medicine=nameless),
        order(dosages=()),
        order(Dosage(low=Amount(Decimal(5), Unit.MG))),
        order(Dosage(text="one in the morning", problems=("no structured dose",))),
        order(Dosage(low=Amount(Decimal(5), Unit.MG), as_needed=True)),
    ):
        found = judge(person(), draft)
        assert severity(found, "dose-unreadable") == "stop"
        assert found.orders[0].daily_dose_mg is None and not found.may_sign


def test_as_needed_asks_for_a_maximum():
    assert severity(judge(person(), order(mg("5", "2", as_needed=True))), "as-needed-without-maximum") == "warn"
    assert "as-needed-without-maximum" not in codes(judge(person(), order(mg("5", "2", as_needed=True, maximum="10"))))


@pytest.mark.parametrize(("quantity", "expected"), [("28", False), ("30", False), ("40", True), ("20", True)])
def test_quantity_is_dose_times_days(quantity, expected):
    supply = Supply(quantity=Decimal(quantity), unit=Unit.TABLET, days=Decimal(14))
    assert ("quantity-mismatch" in codes(judge(person(), order(mg("5", "2"), supply=supply)))) is expected


def test_supply_beyond_the_written_course_is_said():
    supply = Supply(quantity=Decimal(28), unit=Unit.TABLET, days=Decimal(14), repeats=2)
    assert "quantity-mismatch" in codes(judge(person(), order(mg("5", "2", days=Decimal(14)), supply=supply)))


@pytest.mark.parametrize(("dose", "expected"), [("5", False), ("2.5", False), ("7.5", False), ("3", True), ("6", True)])
def test_a_5_mg_tablet_makes_halves_and_no_more(dose, expected):
    assert ("dose-not-makeable" in codes(judge(person(), order(mg(dose, "2"))))) is expected


def test_a_strength_that_is_not_sold_is_said():
    assert "dose-not-makeable" in codes(judge(person(), order(mg("7.5", "2"), medicine=Concept(text="diazepam 7.5 mg tablet"))))


def test_the_concentrate_and_a_volume_without_concentration_are_said():
    concentrate = order(mg("1", "2", unit=Unit.ML), medicine=Concept(text="Diazepam Intensol 5 MG/ML oral concentrate"))
    assert severity(judge(person(), concentrate), "concentration-mixup") == "warn"
    blind = order(mg("5", "2", unit=Unit.ML), medicine=Concept(text="diazepam oral solution"))
    assert {"concentration-mixup", "dose-unreadable"} <= codes(judge(person(), blind))
    odd = order(mg("5", "2", text="5 mg (5 mL) twice daily"), medicine=Concept(text="diazepam 5 MG/ML oral concentrate"))
    assert any("do not fit" in f.detail or "concentrate" in f.detail for f in judge(person(), odd).of("concentration-mixup"))
    right = order(mg("5", "2", text="5 mg (5 mL) twice daily"), medicine=Concept(text="diazepam 5 MG/5 ML oral solution"))
    assert "concentration-mixup" not in codes(judge(person(), right))


@pytest.mark.parametrize("dose", ["20", "50", "100"])
def test_ten_times_a_label_dose_looks_like_a_slip(dose):
    assert severity(judge(person(), order(mg(dose, "3"))), "tenfold-slip") == "stop"


def test_a_tenth_of_a_label_dose_is_asked_about():
    assert severity(judge(person(), order(mg("0.5", "2"))), "tenfold-slip") == "warn"


def test_ten_times_or_a_tenth_of_the_dose_before_is_stopped_even_in_dependence():
    for before, now in (("4", "40"), ("20", "2")):
        running = person(medicines=(established(mg(before, "1")),))
        found = judge(running, order(mg(now, "1"), replaces="m9"))
        assert severity(found, "tenfold-slip") == "stop"


def test_words_and_code_ten_times_apart_are_stopped():
    assert severity(judge(person(), order(mg("5", "2", text="take 0.5 mg twice daily"))), "tenfold-slip") == "stop"
    assert "tenfold-slip" not in codes(judge(person(), order(mg("5", "2", text="take 5 mg twice daily"))))


def test_an_established_dose_above_every_label_is_no_slip():
    running = person(medicines=(established(mg("20", "4")),))
    found = judge(running, order(mg("20", "4"), replaces="m9"))
    assert "tenfold-slip" not in codes(found) and severity(found, "dose-above-absolute") == "warn"


def test_the_course_counts_what_was_taken_before_and_reports_the_highest_threshold_only():
    running = person(medicines=(established(months=5),))
    found = judge(running, order(mg("5", "3"), replaces="m9")).of("duration-beyond-guidance")
    assert [f.summary for f in found] == ["The course goes beyond 4 months"]


def test_repeats_count_into_the_course():
    assert "duration-beyond-guidance" in codes(judge(person(), order(supply=Supply(days=Decimal(14), repeats=2))))


def test_a_course_without_an_end_says_that_its_length_was_not_judged():
    found = judge(person(), order(supply=None))
    assert "duration-beyond-guidance" in {n.check for n in found.not_checked}


@pytest.mark.parametrize(("days_ago", "years", "expected"), [(5, 40, True), (9, 40, False), (9, 75, True), (12, 75, False)])
def test_an_increase_waits_for_this_persons_steady_state(days_ago, years, expected):
    """Half-life by age: 43 h at 40 years (6 days to 90 %), 84 h at 75 (12 days)."""
    before = medicine("", "m9", concept=order().medicine, dosages=(mg("2", "2"),), authored_on=TODAY - timedelta(days=days_ago))
    found = judge(person(birth=born(years), medicines=(before,)), order(mg("5", "2"), replaces="m9"))
    assert ("increase-too-soon" in codes(found)) is expected


def test_cirrhosis_lengthens_the_wait():
    before = medicine("", "m9", concept=order().medicine, dosages=(mg("2", "2"),), authored_on=TODAY - timedelta(days=9))
    sick = person(medicines=(before,), conditions=(condition("Cirrhosis", ICD10CM, "K74.60"),))
    assert "increase-too-soon" in codes(judge(sick, order(mg("5", "2"), replaces="m9")))


def test_alcohol_withdrawal_needs_a_supervised_course():
    reason = (Concept(text="acute alcohol withdrawal"),)
    alone = judge(person(), order(mg("10", "4"), reasons=reason))
    assert severity(alone, "alcohol-withdrawal-setting") == "stop"
    supervised = person(told={"alcohol_course": Answer.YES})
    assert judge(supervised, order(mg("10", "4"), reasons=reason)).may_sign


def test_repeat_doses_are_judged_only_inside_the_supervised_course():
    reason = (Concept(text="acute alcohol withdrawal"),)
    repeats = order(mg("10", "1", per=Interval(Decimal(3)), as_needed=True, maximum="80"), reasons=reason)
    assert severity(judge(person(), repeats), "dose-above-absolute") == "stop"
    inside = judge(person(told={"alcohol_course": Answer.YES}), repeats)
    assert "dose-above-absolute" not in codes(inside) and "dose-limit-unknown" in codes(inside)


def test_an_imprecise_birth_date_is_judged_at_both_ends():
    maybe_old = person(birth=Birth(date(1961, 1, 1), date(1961, 12, 31)))
    assert "older-adult" in codes(judge(maybe_old))
    maybe_baby = person(birth=Birth(date(2026, 1, 1), date(2026, 11, 1)))
    assert severity(judge(maybe_baby), "under-six-months") == "stop"


def test_more_than_five_repeats_are_against_us_law():
    many = Supply(days=Decimal(7), repeats=6)
    assert severity(judge(person(), order(supply=many)), "refills-beyond-law") == "stop"
    assert "refills-beyond-law" not in codes(judge(person(jurisdiction="UK"), order(supply=many)))
    assert "refills-beyond-law" not in codes(judge(person(), order(supply=msgspec.structs.replace(many, repeats=5))))
