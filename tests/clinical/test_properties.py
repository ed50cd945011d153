"""What more danger, less knowledge, another order or another unit may do to a judgement: never soften it, never go unsaid."""

from __future__ import annotations

import random
from decimal import Decimal

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from serein.clinical import knowledge
from serein.clinical.case import Birth, Case, Concept, Known, Order
from serein.clinical.findings import Assessment, Severity, as_json
from serein.clinical.quantities import Amount, Unit
from tests.clinical.drafts import born, codes, judge, medicine, mg, order, person, tablet
from tests.clinical.test_assess import cases, drafts

KNOWN = knowledge.load()
# Rings of one limit are one fact: passing the outer one ends the warning about the inner one.
RINGS = ("dose-above-recommended", "dose-above-absolute", "dose-limit-unknown")
# What a dose may be too small or misshapen for: a larger one can mend these.
MENDED = {"tenfold-slip", "quantity-mismatch", "dose-not-makeable", "frequency-out-of-range"}
GUARDED = {
    e.code
    for f in KNOWN.findings
    for e in f.findings
    if {c.code for c in f.findings} & {"dose-above-absolute", "sleep-apnoea", "opioid-together"} and e.code not in MENDED
}


def weights(found: Assessment) -> dict[str, int]:
    """Gravest severity of each guarded code: 3 stop, 2 warn, 1 note. The rings of a dose count together."""
    told: dict[str, int] = {}
    for f in found.findings:
        if f.code in GUARDED:
            code = "a ring" if f.code in RINGS else f.code
            told[code] = max(told.get(code, 0), 3 - f.severity.rank)
    return told


def never_softer(before: Assessment, after: Assessment) -> None:
    one, other = weights(before), weights(after)
    softer = {code: (weight, other.get(code, 0)) for code, weight in one.items() if other.get(code, 0) < weight}
    assert not softer


def purposes(found: Assessment) -> list[str]:
    return [o.purpose.value for o in found.orders]


@settings(max_examples=100, deadline=None)
@given(cases(), drafts(), st.sampled_from(["oxycodone", "fluvoxamine", "ketoconazole", "gabapentin", "methadone"]))
def test_one_more_opioid_or_inhibitor_softens_nothing(case, draft, name):
    more = msgspec.structs.replace(case, medicines=(*case.medicines, medicine(name, "m98")))
    never_softer(judge(case, draft), judge(more, draft))


@settings(max_examples=100, deadline=None)
@given(cases(), drafts(), st.integers(18, 94), st.integers(1, 30))
def test_more_years_soften_nothing_in_an_adult(case, draft, years, more):
    """But for pregnancy, which ends with age, and for the driving note of no age at all."""
    assume(years + more >= 65)
    young, old = (msgspec.structs.replace(case, birth=born(n), sex="male") for n in (years, years + more))
    never_softer(judge(young, draft), judge(old, draft))


@settings(max_examples=100, deadline=None)
@given(cases(), drafts(), st.decimals(min_value="1.01", max_value="20", places=2))
def test_a_higher_dose_for_the_same_purpose_softens_nothing(case, draft, factor):
    (dosage,) = draft.dosages
    higher = msgspec.structs.replace(
        draft, dosages=(mg(dosage.low.value * factor, dosage.timing.times, as_needed=dosage.as_needed),)
    )
    before, after = judge(case, draft), judge(case, higher)
    assume(purposes(before) == purposes(after))
    never_softer(before, after)


def test_no_dose_is_too_large_to_look_like_a_slip():
    stops = [
        judge(person(), order(mg(str(n), "3"), medicine=Concept(text="diazepam"))).of("tenfold-slip")
        for n in (60, 100, 130, 500, 5000)
    ]
    assert all(found and found[0].severity is Severity.STOP for found in stops)


def without(case: Case, what: str) -> Case:
    return {
        "birth": lambda: msgspec.structs.replace(case, birth=None),
        "conditions": lambda: msgspec.structs.replace(case, conditions=(), conditions_known=Known.NO),
        "medicines": lambda: msgspec.structs.replace(case, medicines=(), past=(), medicines_known=Known.NO),
        "allergies": lambda: msgspec.structs.replace(case, allergies=(), allergies_known=Known.NO),
        "observations": lambda: msgspec.structs.replace(case, observations=()),
    }[what]()


@settings(max_examples=60, deadline=None)
@given(cases(), drafts())
@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("birth", "age-unknown"),
        ("conditions", "conditions"),
        ("medicines", "medicines-unknown"),
        ("allergies", "allergies-unknown"),
        ("observations", "kidney-disease"),
    ],
)
def test_data_that_are_missing_are_said_to_be_missing(what, said, case, draft):
    found = judge(without(case, what), draft)
    assert said in codes(found) | {n.check for n in found.not_checked}


@given(cases(), drafts())
@settings(max_examples=40, deadline=None)
def test_a_dose_that_is_missing_is_said_to_be_missing(case, draft):
    found = judge(case, msgspec.structs.replace(draft, dosages=()))
    assert found.of("dose-unreadable") and not found.may_sign


def shuffled(case: Case, seed: int) -> Case:
    mixed = random.Random(seed)
    names = ("medicines", "past", "conditions", "allergies", "observations", "questionnaires")
    return msgspec.structs.replace(case, **{n: tuple(mixed.sample(getattr(case, n), len(getattr(case, n)))) for n in names})


@settings(max_examples=100, deadline=None)
@given(cases(), drafts(), st.integers())
def test_the_order_of_a_record_changes_not_even_a_word(case, draft, seed):
    second = msgspec.structs.replace(draft, reference="o2", medicine=Concept(text="lorazepam 1 mg tablet"))
    one = judge(case, draft, second)
    other = judge(shuffled(case, seed), second, draft)
    assert as_json(one, "x")["findings"] == as_json(other, "x")["findings"]
    assert set(one.not_checked) == set(other.not_checked)


def written(amount: str, unit: Unit, what: Concept) -> Order:
    given = Amount(Decimal(amount), unit)
    (dosage,) = order().dosages
    return order(msgspec.structs.replace(dosage, low=given, high=given), medicine=what)


@pytest.mark.parametrize(
    "case", [person(), person(birth=born(80)), person(birth=born(9)), person(medicines=(medicine("oxycodone"),))]
)
@pytest.mark.parametrize("dose", ["2.5", "5", "10", "25", "100"])
def test_the_same_dose_in_another_unit_is_judged_the_same(case, dose):
    value = Decimal(dose)
    forms = [
        written(dose, Unit.MG, tablet("5")),
        written(str(value / 1000), Unit.G, tablet("5")),
        written(str(value * 1000), Unit.MCG, tablet("5")),
        written(str(value / 5), Unit.TABLET, tablet("5")),
    ]
    answers = [[(f.code, f.severity, f.summary) for f in judge(case, form).findings] for form in forms]
    assert all(answer == answers[0] for answer in answers)


def test_a_birth_year_alone_is_judged_at_both_ends():
    import datetime

    year = Birth(datetime.date(1961, 1, 1), datetime.date(1961, 12, 31))
    assert "older-adult" in codes(judge(person(birth=year), order()))
