"""What every assessment keeps, whatever the case: properties on generated cases, and the shape that scripts rely on."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serein.clinical import knowledge
from serein.clinical.assess import Plain, assess, order_of
from serein.clinical.assess import codes as catalogue
from serein.clinical.case import ICD10CM, Answer, Concept, Dosage, Known, Supply, Timing
from serein.clinical.findings import Finding, NotAFinding, Severity, as_json
from serein.clinical.quantities import Amount, Interval, Unit
from tests.clinical.drafts import TODAY, born, codes, condition, established, judge, medicine, mg, order, person

KNOWN = knowledge.load()
LISTED = {e.code: e for e in catalogue()}
MEDICINES = [
    "oxycodone",
    "Xyrem",
    "lorazepam 1 mg",
    "omeprazole",
    "lisinopril",
    "blurb",
    "gabapentin",
    "zolpidem",
    "carbamazepine",
]
ILLNESSES = ["G47.33", "J44.9", "J96.11", "K72.90", "N18.31", "F32.1", "H40.219", "E66.9", "F13.20", "F90.9", "Z91.81"]

doses = st.decimals(min_value="0.5", max_value="120", places=1)
times = st.integers(1, 6).map(Decimal)
answers = st.sampled_from(list(Answer))


@st.composite
def cases(draw):  # type: ignore[no-untyped-def]
    taken = draw(st.lists(st.sampled_from(MEDICINES), max_size=4, unique=True))
    ill = draw(st.lists(st.sampled_from(ILLNESSES), max_size=4, unique=True))
    running = [established(mg(draw(doses), draw(times)), months=draw(st.integers(0, 14)))] if draw(st.booleans()) else []
    return person(
        birth=draw(st.one_of(st.none(), st.integers(0, 95).map(born))),
        sex=draw(st.sampled_from(["male", "female", "unknown"])),
        medicines=(*running, *(medicine(t, f"m{n}") for n, t in enumerate(taken))),
        conditions=tuple(condition("", ICD10CM, c, reference=f"c{n}") for n, c in enumerate(ill)),
        allergies_known=draw(st.sampled_from(list(Known))),
        told={"pregnant": draw(answers), "alcohol": draw(answers), "alcohol_course": draw(answers)},
        jurisdiction=draw(st.sampled_from(["US", "UK"])),
    )


@st.composite
def drafts(draw):  # type: ignore[no-untyped-def]
    reasons = draw(st.sampled_from(["", "severe anxiety", "spasticity", "epilepsy", "acute alcohol withdrawal", "itching"]))
    return order(
        mg(draw(doses), draw(times), as_needed=draw(st.booleans())),
        medicine=Concept(text="diazepam"),
        reasons=(Concept(text=reasons),) if reasons else (),
        supply=draw(st.one_of(st.none(), st.builds(Supply, days=st.integers(1, 200).map(Decimal), repeats=st.integers(0, 9)))),
        replaces=draw(st.sampled_from(["", "m9"])),
    )


@settings(max_examples=150, deadline=None)
@given(cases(), drafts())
def test_every_finding_is_listed_cites_a_source_and_names_its_inputs(case, draft):
    found = judge(case, draft)
    for finding in found.findings:
        assert finding.severity in LISTED[finding.code].severity
        assert finding.inputs and finding.sources and all(i.what and i.source for i in finding.inputs)
        assert all(s.id in {x.id for x in KNOWN.sources} for s in finding.sources)
        assert 0 < len(finding.summary) <= 90 and finding.detail
        assert finding.order == "o1"
    assert found.may_sign is not any(f.severity is Severity.STOP for f in found.findings)
    assert all(n.check and n.why for n in found.not_checked)


@settings(max_examples=100, deadline=None)
@given(cases(), drafts())
def test_the_same_question_has_the_same_answer(case, draft):
    assert judge(case, draft) == judge(case, draft)


@settings(max_examples=100, deadline=None)
@given(cases(), drafts(), st.decimals(min_value="1.01", max_value="3", places=2))
def test_raising_a_dose_never_removes_dose_above_absolute(case, draft, factor):
    (dosage,) = draft.dosages
    higher = msgspec.structs.replace(
        draft, dosages=(mg(dosage.low.value * factor, dosage.timing.times, as_needed=dosage.as_needed),)
    )
    below, above = judge(case, draft).of("dose-above-absolute"), judge(case, higher).of("dose-above-absolute")
    assert not below or above
    if below and above:
        assert above[0].severity.rank <= below[0].severity.rank


@settings(max_examples=100, deadline=None)
@given(cases(), drafts(), st.sampled_from(ILLNESSES))
def test_one_more_illness_never_removes_a_stop_of_a_start(case, draft, illness):
    """Except a diagnosis of dependence, which relaxes on purpose, and a milder illness that a graver one silences."""
    if illness == "F13.20":
        return
    worse = msgspec.structs.replace(case, conditions=(*case.conditions, condition("", ICD10CM, illness, reference="c99")))
    before = {f.code for f in judge(case, draft).findings if f.severity is Severity.STOP}
    after = {f.code for f in judge(worse, draft).findings if f.severity is Severity.STOP}
    assert before <= after


@settings(max_examples=80, deadline=None)
@given(cases(), drafts(), st.sampled_from(MEDICINES))
def test_one_more_medicine_never_removes_a_finding_of_company(case, draft, text):
    more = msgspec.structs.replace(case, medicines=(*case.medicines, medicine(text, "m99")))
    company = {
        "opioid-together",
        "gabapentinoid-together",
        "contraindicated-pair",
        "benzodiazepine-duplicate",
        "inhibitor-together",
    }
    assert codes(judge(case, draft)) & company <= codes(judge(more, draft))


@settings(max_examples=80, deadline=None)
@given(cases(), drafts())
def test_a_stop_is_relaxed_only_for_a_dependent_person_whose_dose_is_not_raised(case, draft):
    found = judge(case, draft)
    relaxed = [f for f in found.findings if f.relaxed_from]
    if relaxed:
        assert "dependence-likely" in codes(found)
        assert found.orders[0].purpose not in ("start", "increase")
    hard = {"dose-unreadable", "tenfold-slip", "contraindicated-pair", "allergy-to-benzodiazepine", "age-unknown"}
    assert not any(f.code in hard for f in relaxed)


def test_the_answer_has_the_shape_that_scripts_rely_on():
    found = as_json(judge(person(medicines=(medicine("oxycodone 5 mg tablet", "m7"),)), order(mg("2.5"))), "0.1.0")
    assert json.loads(json.dumps(found)) == found
    assert (found["serein"], found["knowledge"], found["on"], found["may_sign"]) == ("0.1.0", "2026.1", "2026-11-22", True)
    assert found["orders"] == [{"reference": "o1", "substance": "diazepam", "daily_dose_mg": "5", "purpose": "start"}]
    (finding,) = found["findings"]
    assert finding["code"] == "opioid-together" and finding["severity"] == "warn" and finding["order"] == "o1"
    assert finding["inputs"] == [{"what": "oxycodone 5 mg tablet", "from": "m7"}]
    assert finding["sources"][0]["where"] == "boxed warning, part 1"
    assert {"id", "title", "where", "url"} <= finding["sources"][0].keys()


def test_a_finding_without_reason_or_source_cannot_be_made():
    with pytest.raises(NotAFinding):
        Finding(code="x", severity=Severity.NOTE, summary="x", detail="x", inputs=(), sources=())


def test_no_order_is_no_question():
    with pytest.raises(ValueError, match="no proposed order"):
        assess(person(), (), KNOWN, TODAY)


def test_a_forms_values_become_the_order_they_mean():
    plain = Plain(
        reference="o1",
        product="diazepam-tablet-5",
        units=Decimal("0.5"),
        times=Decimal(3),
        on=TODAY,
        days=Decimal(14),
        quantity=Decimal(21),
        indication="anxiety",
    )
    found = judge(person(), order_of(plain, KNOWN))
    assert codes(found) == set() and found.orders[0].daily_dose_mg == Decimal("7.5")
    liquid = dataclasses.replace(plain, product="diazepam-solution-1", units=Decimal(5), quantity=Decimal(210))
    drafted = order_of(liquid, KNOWN)
    assert drafted.dosages[0].low.unit is Unit.ML and codes(judge(person(), drafted)) == set()


@pytest.mark.parametrize("product", [p.id for p in KNOWN.products_of("diazepam")])
@pytest.mark.parametrize("units", ["1", "2", "10"])
def test_every_product_of_the_list_can_be_ordered_without_a_quarrel_about_its_name(product, units):
    plain = Plain(reference="o1", product=product, units=Decimal(units), times=Decimal(2), on=TODAY, indication="anxiety")
    found = codes(judge(person(), order_of(plain, KNOWN)))
    assert not {"code-text-disagree", "dose-unreadable", "dose-not-makeable", "medicine-not-recognised"} & found


@pytest.mark.parametrize("indication", [i.id for f in KNOWN.indications for i in f.indications])
def test_every_indication_of_the_list_is_read_back_as_itself(indication):
    plain = Plain(
        reference="o1", product="diazepam-tablet-5", units=Decimal(1), times=Decimal(2), on=TODAY, indication=indication
    )
    found = judge(person(told={"alcohol_course": Answer.YES}, jurisdiction="UK"), order_of(plain, KNOWN))
    assert not {"indication-missing", "indication-not-labelled", "dose-limit-unknown"} & codes(found)


wild = st.decimals(min_value=0, max_value=Decimal("1e23"), allow_nan=False, allow_infinity=False)


@settings(max_examples=200, deadline=None)
@given(
    wild.filter(lambda d: d == 0 or d > Decimal("1e-20")),
    st.sampled_from(list(Unit)),
    wild.filter(lambda d: d > Decimal("1e-20")),
    wild.filter(lambda d: d > Decimal("1e-20")),
    st.builds(Supply, quantity=st.just(Decimal(7)), unit=st.sampled_from(list(Unit)), repeats=st.integers(0, 10**9)),
    st.sampled_from(
        ["diazepam 5 mg tablet", "diazepam", "lorazepam 1 mg", "diazepam 1 mg/ml oral solution", "", "\x00 / + 5 mg"]
    ),
)
def test_no_number_and_no_name_breaks_the_assessment(amount, unit, often, hours, supply, text):
    def short(value: Decimal) -> Decimal:
        return Decimal(f"{value:.6g}")

    dosage = Dosage(low=Amount(short(amount), unit), timing=Timing(times=short(often), per=Interval(short(hours))))
    draft = order(dosage, medicine=Concept(text=text), supply=msgspec.structs.replace(supply, days=short(amount)))
    found = judge(person(medicines=(established(), medicine(text, "m5"))), draft)
    assert json.dumps(as_json(found, "0"))
