"""What a patient ticks reaches the checks: each illness of the form is one that the knowledge knows by these words."""

from datetime import date

import pytest

from serein.care.evaluation.told import CONDITIONS, Told
from serein.clinical import knowledge
from serein.clinical.assess import assess
from serein.clinical.case import RXNORM as RX
from serein.clinical.case import Birth, Case, Coding, Concept, Dosage, Medicine, Order, Timing
from serein.clinical.quantities import Amount, Interval, Unit

ON = date(2026, 11, 23)
ORDER = Order(
    reference="draft", medicine=Concept((Coding(RX, "197591"),), "diazepam 5 mg tablet"), reasons=(Concept(text="anxiety"),), authored_on=ON,
    dosages=(Dosage(low=Amount("0.5", Unit.TABLET), high=Amount("0.5", Unit.TABLET), timing=Timing(times="2", per=Interval("24"))),),
)  # fmt: skip
EXPECTED = {
    ("sleep_apnea", "yes"): ("sleep-apnoea", "stop"), ("breathing", "severe"): ("severe-respiratory-disease", "stop"),
    ("breathing", "yes"): ("respiratory-disease", "warn"), ("liver", "severe"): ("severe-liver-disease", "stop"),
    ("liver", "yes"): ("liver-disease", "warn"), ("kidney", "yes"): ("kidney-disease", "warn"),
    ("myasthenia", "yes"): ("myasthenia-gravis", "stop"), ("glaucoma", "narrow"): ("narrow-angle-glaucoma", "warn"),
    ("glaucoma", "open_untreated"): ("open-angle-glaucoma", "stop"), ("glaucoma", "open_treated"): ("open-angle-glaucoma", "note"),
    ("glaucoma", "kind_unknown"): ("narrow-angle-glaucoma", "warn"), ("other_health", "depression"): ("depression", "warn"),
    ("other_health", "psychosis"): ("psychosis", "warn"), ("other_health", "epilepsy"): ("seizure-disorder", "note"),
    ("other_health", "dementia"): ("dementia", "warn"),
    ("other_health", "substance_use"): ("substance-use-disorder", "warn"), ("falls", "more"): ("falls", "warn"),
    ("reasons", "seizures"): ("seizure-disorder", "note"),
}  # fmt: skip


def findings(case: Case) -> set[tuple[str, str]]:
    return {(f.code, f.severity.value) for f in assess(case, ORDER, knowledge.load(), ON).findings}


def test_every_illness_of_the_form_is_expected_here():
    assert set(EXPECTED) == set(CONDITIONS)


@pytest.mark.parametrize(("ticked", "expected"), EXPECTED.items(), ids=lambda v: "-".join(v) if v else "none")
def test_a_ticked_illness_is_found_by_the_checks(ticked, expected):
    question, option = ticked
    told = Told({question: {"choice": option, "choices": [option]}}, "intake, 23-Nov-2026")
    person = {"birth": Birth.day(date(1985, 3, 27)), "sex": "female"}
    found = findings(Case(**person, conditions=tuple(told.conditions()))) - findings(Case(**person))
    assert found == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Xanax", "benzodiazepine-duplicate"), ("klonopin 1mg", "benzodiazepine-duplicate"), ("Tylenol with codeine", "opioid-together"),
     ("Omeprazole 20", "inhibitor-together"), ("neurontin", "gabapentinoid-together"), ("the little white pill", "medicine-not-recognised")],
)  # fmt: skip
def test_a_typed_name_is_placed_or_said_to_be_unknown(typed, code):
    medicine = Medicine(reference="intake, 23-Nov-2026, medicine 1", medicine=Concept(text=typed), source="patient")
    assert code in {c for c, _ in findings(Case(medicines=(medicine,)))}
