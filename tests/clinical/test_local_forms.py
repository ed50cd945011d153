"""What acts where it is put moves no level: a shampoo must not forbid alprazolam."""

from __future__ import annotations

import pytest

from serein.clinical.case import ATC, SNOMED, Coding, Concept
from tests.clinical.drafts import codes, judge, medicine, person
from tests.clinical.worked import of

LEVEL = {"inhibitor-together", "inducer-together", "contraindicated-pair"}


def beside(text: str, *codings: Coding, substance: str = "alprazolam") -> set[str]:
    taken = medicine(text, concept=Concept(codings, text))
    return codes(judge(person(medicines=(taken,)), of(substance, "0.5")))


@pytest.mark.parametrize(
    "text",
    [
        "ketoconazole 2 % shampoo",
        "ketoconazole cream",
        "erythromycin eye ointment",
        "ciprofloxacin ear drops",
        "hydrocortisone 1 % cream",
    ],
)
@pytest.mark.parametrize("substance", ["diazepam", "alprazolam"])
def test_a_cream_or_drops_move_no_level_and_are_still_recognised(text, substance):
    assert not beside(text, substance=substance) & {*LEVEL, "medicine-not-recognised"}


def test_by_class_code_of_the_skin_or_the_senses_too():
    assert not beside("ketoconazole", Coding(ATC, "D01AC08")) & LEVEL
    assert "contraindicated-pair" in beside("ketoconazole", Coding(ATC, "J02AB02"))
    assert "contraindicated-pair" in beside("ketoconazole 200 mg tablet")


def test_what_reaches_the_blood_counts_whatever_its_form():
    """A ring or a patch is not local, and a fentanyl patch is an opioid."""
    assert "inhibitor-together" in beside("NuvaRing", substance="diazepam")
    assert "opioid-together" in beside("fentanyl patch", substance="diazepam")


def test_a_code_that_circulates_as_clonazepam_is_said_to_be_wrong():
    wrong = judge(person(medicines=(medicine("", concept=Concept((Coding(SNOMED, "372702002", "Clonazepam"),))),)))
    assert "code-text-disagree" in codes(wrong) and "benzodiazepine-duplicate" in codes(wrong)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("co-codamol 30/500", "opioid-together"),
        ("Nytol", "cns-depressant-together"),
        ("Gaviscon", "absorption-changed"),
        ("CBD oil", "cns-depressant-together"),
    ],
)
def test_names_of_the_counter(name, code):
    assert code in beside(name, substance="diazepam")
