"""A dose that went through a float is not the dose that was written; what cannot be, cannot be built."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from serein.clinical.case import Birth, Case, Concept, Dosage, Medicine, NotACase, Supply, Timing
from serein.clinical.knowledge.names import says, strengths, words
from serein.clinical.quantities import Amount, Dose, Interval, NotAQuantity, Span, Unit, decimal, plain


@pytest.mark.parametrize("value", [0.1, True, "NaN", "Infinity", "1e99", "five", "9" * 30, None, "--1"])
def test_no_decimal_is_made_of_this(value):
    with pytest.raises(NotAQuantity):
        decimal(value)


@pytest.mark.parametrize(("value", "text"), [("15.00", "15"), ("2E+1", "20"), ("0.50", "0.5"), ("0", "0"), ("100", "100")])
def test_numbers_are_shown_plainly(value, text):
    assert plain(Decimal(value)) == text


def test_quantities_refuse_what_they_cannot_be():
    for make in (
        lambda: Dose(Decimal(-1)),
        lambda: Amount(Decimal(-1), Unit.MG),
        lambda: Interval(Decimal(0)),
        lambda: Span(Decimal(2), Decimal(1)),
    ):
        with pytest.raises(NotAQuantity):
            make()


def test_cases_refuse_what_contradicts_itself():
    day = Interval(Decimal(24))
    for make in (
        lambda: Birth(date(2000, 1, 2), date(2000, 1, 1)),
        lambda: Timing(times=Decimal(3), times_max=Decimal(2), per=day),
        lambda: Timing(times=Decimal(0), per=day),
        lambda: Timing(times=Decimal(1), per=day, starts=date(2026, 2, 1), ends=date(2026, 1, 1)),
        lambda: Dosage(low=Amount(Decimal(2), Unit.MG), high=Amount(Decimal(1), Unit.MG)),
        lambda: Dosage(maximum=Amount(Decimal(2), Unit.MG)),
        lambda: Supply(repeats=-1),
        lambda: Medicine(reference="", medicine=Concept()),
        lambda: Case(medicines=(Medicine(reference="m", medicine=Concept()), Medicine(reference="m", medicine=Concept()))),
    ):
        with pytest.raises(NotACase):
            make()


def test_ages_are_completed_months_and_leap_days_count():
    born = Birth.day(date(2024, 2, 29))
    assert born.youngest_months(date(2024, 8, 28)) == 5 and born.youngest_months(date(2024, 8, 29)) == 6
    assert born.oldest_years(date(2042, 2, 28)) == 17 and born.oldest_years(date(2042, 3, 1)) == 18


def test_words_match_whole_and_strengths_are_read():
    assert says(["diazepam"], "nordiazepam") == ""
    assert says(["sleep apnoea"], "known sleep apnoea, severe") == "sleep apnoea"
    assert says(["sleep apnoea"], "sleep apnoea excluded") == ""
    assert words("Café “x”") == ("cafe", "x")
    assert strengths("Diazepam 5 MG/ML") == [(Decimal(5), True)]
    assert strengths("Diazepam 2 mg/5 mL") == [(Decimal("0.4"), True)]
    assert strengths("0.5 g") == [(Decimal("500.0"), False)]


def test_the_examples_in_the_documentation_run():
    import doctest
    from importlib import import_module

    for name in ("quantities", "knowledge", "knowledge.names", "instruments", "instruments.scoring"):
        failed, tried = doctest.testmod(import_module(f"serein.clinical.{name}"))
        assert tried and not failed
