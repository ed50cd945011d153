"""Dosage instructions: what is written is what is read, and what cannot be read is a problem, never a guess."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from serein.clinical.case import Dosage
from serein.interfaces.translate.record import read_record
from tests.interfaces.bundles import bundle, dosage, draft, patient, times_a_day

Json = dict[str, Any]


def read(instruction: Json) -> Dosage:
    (found,) = read_record(bundle(patient(), draft("o1", instruction))).orders[0].dosages
    return found


def timed(**repeat: Any) -> Json:
    return dosage(timing={"repeat": repeat})


def amount(value: Any, **unit: str) -> Json:
    return {**dosage(), "doseAndRate": [{"doseQuantity": {"value": value, **unit}}]}


def per_day(found: Dosage) -> Decimal:
    assert found.timing, found.problems
    return (found.timing.times / found.timing.per.days).quantize(Decimal("0.0001")).normalize()


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        ({"unit": "mg"}, "5 mg"),
        ({"code": "mg", "system": "http://unitsofmeasure.org"}, "5 mg"),
        ({"unit": "milligrams"}, "5 mg"),
        ({"unit": "g"}, "5 g"),
        ({"code": "ug"}, "5 mcg"),
        ({"unit": "µg"}, "5 mcg"),
        ({"unit": "mL"}, "5 mL"),
        ({"unit": "ml"}, "5 mL"),
        ({"unit": "tablet"}, "5 tablets"),
        ({"unit": "TAB"}, "5 tablets"),
        ({"code": "{tbl}"}, "5 tablets"),
        ({"unit": "tablet(s)", "code": "{tbl}"}, "5 tablets"),
        ({"unit": "capsule"}, "5 tablets"),
        ({"unit": "Tablet by mouth", "code": "732936001", "system": "http://snomed.info/sct"}, "5 tablets"),
    ],
)
def test_units_by_code_and_in_words(unit: Json, says: str) -> None:
    found = read(amount(5, **unit))
    assert str(found.low) == says and found.problems == ()


@pytest.mark.parametrize(
    ("unit", "why"),
    [
        ({}, "without a unit"),
        ({"unit": "drop"}, "the unit 'drop' is none of"),
        ({"unit": "mg/kg"}, "the unit 'mg/kg' is none of"),
        ({"unit": "mg/kg", "code": "mg"}, "does not go with the code"),
        ({"unit": "mg", "code": "g"}, "the unit is both"),
        ({"unit": "2 tablets", "code": "mg"}, "does not go with the code"),
        ({"unit": "mg", "comparator": "<"}, "comparator '<'"),
    ],
)
def test_units_that_could_mean_another_dose_are_a_problem(unit: Json, why: str) -> None:
    found = read(amount(5, **unit))
    assert found.low is None and why in found.problems[0]


def test_numbers_may_be_decimal_strings_and_keep_their_digits() -> None:
    assert read(amount("2.50", unit="mg")).low == read(amount(Decimal("2.5"), unit="mg")).low


def test_a_dose_below_zero_is_a_problem() -> None:
    assert "below zero" in read(amount(-5, unit="mg")).problems[0]


def test_a_range_and_what_is_no_range() -> None:
    mg = {"unit": "mg"}
    found = read({**dosage(), "doseAndRate": [{"doseRange": {"low": {"value": 2, **mg}, "high": {"value": 5, **mg}}}]})
    assert (str(found.low), str(found.high)) == ("2 mg", "5 mg")
    upside_down = read({**dosage(), "doseAndRate": [{"doseRange": {"low": {"value": 5, **mg}, "high": {"value": 2, **mg}}}]})
    assert upside_down.low is None and "not low to high" in upside_down.problems[0]
    half = read({**dosage(), "doseAndRate": [{"doseRange": {"high": {"value": 2, **mg}}}]})
    assert half.problems == ("a dose range without both ends",)


def test_an_ordered_dose_goes_before_a_calculated_one_and_two_doses_are_a_problem() -> None:
    def rate(mg: int, kind: str) -> Json:
        return {"type": {"coding": [{"code": kind}]}, "doseQuantity": {"value": mg, "unit": "mg"}}

    assert str(read({**dosage(), "doseAndRate": [rate(7, "calculated"), rate(5, "ordered")]}).low) == "5 mg"
    assert "several doses at once" in read({**dosage(), "doseAndRate": [rate(7, "ordered"), rate(5, "ordered")]}).problems


@pytest.mark.parametrize(
    ("repeat", "times"),
    [
        ({"frequency": 3, "period": 1, "periodUnit": "d"}, "3"),
        ({"frequency": 1, "period": 8, "periodUnit": "h"}, "3"),
        ({"frequency": "2", "period": "1.0", "periodUnit": "d"}, "2"),
        ({"period": 1, "periodUnit": "d"}, "1"),
        ({"frequency": 1, "period": 2, "periodUnit": "d"}, "0.5"),
        ({"frequency": 7, "period": 1, "periodUnit": "wk"}, "1"),
        ({"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}, "6"),
        ({"timeOfDay": ["08:00:00", "14:00:00", "22:00:00"]}, "3"),
        ({"when": ["MORN", "HS"]}, "2"),
        ({"frequency": 2, "period": 1, "periodUnit": "d", "when": ["MORN", "HS"]}, "2"),
        ({"frequency": 3, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "wed", "fri"]}, "0.4286"),
    ],
)
def test_rhythms(repeat: Json, times: str) -> None:
    found = read(timed(**repeat))
    assert per_day(found) == Decimal(times) and found.problems == ()


@pytest.mark.parametrize(
    ("code", "times"),
    [("QD", "1"), ("BID", "2"), ("TID", "3"), ("QID", "4"), ("Q6H", "4"), ("Q8H", "3"), ("QOD", "0.5"), ("BED", "1")],
)
def test_coded_timings(code: str, times: str) -> None:
    assert per_day(read(dosage(timing={"code": {"coding": [{"code": code}]}}))) == Decimal(times)
    assert per_day(read(dosage(timing={"code": {"text": code.lower()}}))) == Decimal(times)


@pytest.mark.parametrize(
    ("timing", "why"),
    [
        ({"repeat": {"frequency": 3}}, "a frequency without a period"),
        ({"repeat": {"frequency": 3, "period": 1}}, "a period without a unit"),
        ({"repeat": {"frequency": 3, "period": 1, "periodUnit": "fortnight"}}, "the period unit 'fortnight' is not known"),
        ({"repeat": {"frequency": 0, "period": 1, "periodUnit": "d"}}, "a frequency of 0"),
        ({"repeat": {"frequency": 3, "frequencyMax": 2, "period": 1, "periodUnit": "d"}}, "a frequency of 3 to 2"),
        ({"repeat": {"frequency": 3, "period": 0, "periodUnit": "d"}}, "interval: 0 h is not above zero"),
        ({"repeat": {"frequency": 3, "period": -1, "periodUnit": "d"}}, "interval: -24 h is not above zero"),
        ({"repeat": {"frequency": 3, "period": 1, "periodUnit": "d", "when": ["MORN"]}}, "3 times a day and 1 times of day"),
        (
            {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "tue"]}},
            "1 times a week on 2 named days",
        ),
        (
            {"code": {"coding": [{"code": "BID"}]}, "repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}},
            "say different things",
        ),
        ({"code": {"text": "when the moon is full"}}, "the timing 'when the moon is full' is not known"),
        ({"event": ["2026-11-23"]}, "a timing without a rhythm that can be read"),
        (times_a_day(boundsPeriod={"start": "2026-12-01", "end": "2026-11-01"}), "it ends before it starts"),
        (times_a_day(boundsDuration={"value": 2, "unit": "moons"}), "a time of 2 moons"),
    ],
)
def test_a_rhythm_that_cannot_be_read_is_a_problem(timing: Json, why: str) -> None:
    found = read(dosage(timing=timing))
    assert any(why in p for p in found.problems), found.problems


@pytest.mark.parametrize(
    ("bounds", "days"),
    [
        ({"boundsDuration": {"value": 10, "unit": "days", "code": "d"}}, "10"),
        ({"boundsDuration": {"value": 2, "code": "wk"}}, "14"),
        ({"boundsDuration": {"value": 1, "code": "mo"}}, "30"),
        ({"boundsRange": {"low": {"value": 5, "code": "d"}, "high": {"value": 7, "code": "d"}}}, "5"),
        ({"count": 14}, "7"),
    ],
)
def test_how_long(bounds: Json, days: str) -> None:
    timing = read(dosage(timing=times_a_day(2, **bounds))).timing
    assert timing and timing.days == Decimal(days)


def test_a_period_keeps_its_days_and_a_month_its_last() -> None:
    timing = read(dosage(timing=times_a_day(boundsPeriod={"start": "2026-11-01", "end": "2027-02"}))).timing
    assert timing and (timing.starts, timing.ends) == (date(2026, 11, 1), date(2027, 2, 28))


def test_as_needed_with_a_maximum_needs_no_rhythm() -> None:
    top = {"numerator": {"value": 20, "unit": "mg"}, "denominator": {"value": 1, "unit": "day"}}
    found = read(
        {
            **dosage(timing={"repeat": {"boundsDuration": {"value": 7, "code": "d"}}}),
            "asNeededBoolean": True,
            "maxDosePerPeriod": top,
        }
    )
    assert (
        found.as_needed
        and str(found.maximum) == "20 mg"
        and found.maximum_per
        and found.maximum_per.hours == 24
        and not found.problems
    )
    assert read({**dosage(), "asNeededCodeableConcept": {"text": "for panic"}}).as_needed
    assert not read({**dosage(), "asNeededBoolean": False}).as_needed


def test_a_maximum_that_cannot_be_read_is_a_problem() -> None:
    found = read({**dosage(), "maxDosePerPeriod": {"numerator": {"value": 20, "unit": "mg"}}})
    assert found.maximum is None and found.problems == ("a maximum that cannot be read",)


def test_free_text_is_kept_and_never_interpreted() -> None:
    found = read({"text": "one tablet twice a day"})
    assert found.text == "one tablet twice a day" and found.low is None and found.timing is None


def test_instructions_come_in_their_sequence() -> None:
    order = draft("o1", {**dosage(10), "sequence": 2}, {**dosage(5), "sequence": 1})
    found = read_record(bundle(patient(), order)).orders[0].dosages
    assert [str(d.low) for d in found] == ["5 mg", "10 mg"]


def test_every_problem_is_listed_with_its_place() -> None:
    record = read_record(bundle(patient(), draft("o1", amount(5, unit="drop"))))
    (found,) = record.not_understood
    assert found.first == "entry[1].resource.dosageInstruction[0]" and "drop" in found.why


def step(number: int, mg: int, days: int | None, **more: Any) -> Json:
    bounds = {"boundsDuration": {"value": days, "code": "d"}} if days else {}
    return {**dosage(mg, timing=times_a_day(2, **bounds)), "sequence": number, **more}


def read_all(*instructions: Json, **more: Any) -> tuple[Dosage, ...]:
    return read_record(bundle(patient(), draft("o1", *instructions, **more))).orders[0].dosages


def test_a_taper_by_sequence_is_steps_with_days_and_not_a_sum() -> None:
    first, second, last = read_all(step(2, 4, 14), step(1, 5, 14), step(3, 3, None), authoredOn="2026-11-20")
    assert [d.timing and (d.timing.starts, d.timing.ends) for d in (first, second, last)] == [
        (date(2026, 11, 20), date(2026, 12, 3)),
        (date(2026, 12, 4), date(2026, 12, 17)),
        (date(2026, 12, 18), None),
    ]
    assert [str(d.low) for d in (first, second, last)] == ["5 mg", "4 mg", "3 mg"]
    record = read_record(bundle(patient(), draft("o1", step(1, 5, 14), step(2, 4, 14))))
    assert [n.why for n in record.not_understood] == ["read as steps that follow one another, by their sequence"]


@pytest.mark.parametrize(
    "instructions",
    [
        [step(1, 5, 14, text="in the morning"), step(2, 10, 14, text="at bedtime")],
        [step(1, 5, 14), step(1, 10, 14)],
        [step(1, 5, None), step(2, 10, None)],
        [
            {**dosage(5, timing=times_a_day(1, when=["MORN"], boundsDuration={"value": 14, "code": "d"})), "sequence": 1},
            step(2, 10, 14),
        ],
        [step(1, 5, 14), step(2, 5, 14, asNeededBoolean=True)],
        [dosage(5), dosage(10)],
    ],
)
def test_doses_of_one_day_are_never_read_as_steps(instructions: list[Json]) -> None:
    assert all(d.timing and d.timing.starts is None for d in read_all(*instructions))


def test_a_supply_as_long_as_each_instruction_says_one_day() -> None:
    supply = {"expectedSupplyDuration": {"value": 14, "code": "d"}}
    assert all(d.timing and d.timing.starts is None for d in read_all(step(1, 5, 14), step(2, 10, 14), dispenseRequest=supply))
    both = {"expectedSupplyDuration": {"value": 28, "code": "d"}}
    assert all(d.timing and d.timing.starts for d in read_all(step(1, 5, 14), step(2, 10, 14), dispenseRequest=both))
