"""What is known of diazepam is not said of another substance, and every finding says what to do instead."""

from __future__ import annotations

import re

import pytest

from serein.clinical import knowledge
from serein.clinical.case import ICD10CM, LOINC, Answer, Coding, Concept, Observation
from serein.clinical.findings import Assessment
from tests.clinical.drafts import allergy, born, codes, condition, judge, medicine, order, person, severity
from tests.clinical.worked import of
from tests.clinical.worked.every import CASES

KNOWN = knowledge.load()
OTHERS = ("lorazepam", "clonazepam", "temazepam", "alprazolam", "zolpidem")
NUMBER = re.compile(r"\d+(\.\d+)? (mg|hours|times)\b")


@pytest.mark.parametrize("hazard", [h for h in KNOWN.contraindications if h.text], ids=lambda h: h.id)
def test_no_number_of_diazepam_is_said_of_another_substance(hazard):
    """ "First dose 2 to 2.5 mg" beside an order of lorazepam would be read as milligrams of lorazepam."""
    frail = person(birth=born(80), conditions=(condition(hazard.text[0]),))
    for name in OTHERS:
        for found in judge(frail, of(name, "1")).findings:
            said = " ".join((found.detail, *found.suggestions))
            assert not NUMBER.search(said) and "Diazepam stays" not in said, (name, found.code, said)


def test_of_diazepam_its_numbers_are_said():
    (frail,) = judge(person(conditions=(condition("frailty"),))).of("debility")
    assert "2 to 2.5 mg" in frail.detail
    (old,) = judge(person(birth=born(80))).of("older-adult")
    assert old.detail.startswith("Diazepam stays longer and builds up.")


def test_what_is_cleared_by_glucuronidation_has_no_slow_metaboliser():
    genotype = Observation(
        reference="ob1", concept=Concept(text="CYP2C19 phenotype"), answer=Concept(text="Poor metabolizer of CYP2C19")
    )
    slow = person(conditions=(condition("CYP2C19 poor metaboliser"),), observations=(genotype,))
    assert "slow-metaboliser" in codes(judge(slow)) and "slow-metaboliser" in codes(judge(slow, of("clobazam", "10")))
    for name in ("lorazepam", "oxazepam", "temazepam"):
        assert "slow-metaboliser" not in codes(judge(slow, of(name, "1")))


def test_every_finding_of_the_worked_cases_says_what_to_do():
    silent = {f.code for w in CASES for f in judge(w.case, *w.orders).findings if not f.suggestions}
    assert not silent


def test_a_limit_of_the_road_is_cited_only_where_it_holds():
    (here,) = judge(person(told={"drives": Answer.YES})).of("driving")
    assert not any("Road Traffic" in s.title for s in here.sources)


def test_liver_disease_by_code_tells_each_substance_what_is_known_of_it():
    ill = person(conditions=(condition("", ICD10CM, "K74.60"),))
    (diazepam,), (lorazepam,) = (judge(ill, o).of("liver-disease") for o in (order(), of("lorazepam", "1")))
    assert "2 to 5 times" in diazepam.detail and "2 to 5" not in lorazepam.detail
    assert any("label" in s for s in lorazepam.suggestions)


def test_wine_on_a_medicine_list_is_alcohol():
    assert "alcohol-together" in codes(judge(person(medicines=(medicine("red wine, 2 glasses"),))))


def test_a_genotype_is_read_by_code_and_a_normal_one_is_no_gap():
    """LOINC 79714-2 asks what CYP2C19 does in this person; LA9657-3 answers "Poor metabolizer"."""

    def typed(answer: str) -> Assessment:
        asked, said = Concept((Coding(LOINC, "79714-2"),)), Concept((Coding(LOINC, answer),))
        return judge(person(observations=(Observation(reference="ob1", concept=asked, answer=said),)))

    poor, normal, untyped = typed("LA9657-3"), typed("LA25391-6"), judge(person())
    assert "slow-metaboliser" in codes(poor) and "slow-metaboliser" not in codes(normal) | codes(untyped)
    gaps = [{n.check for n in found.not_checked} for found in (poor, normal, untyped)]
    assert ["slow-metaboliser" in g for g in gaps] == [False, False, True]


def test_an_allergy_to_the_z_drug_ordered_stops_it_and_nothing_else():
    allergic = person(allergies=(allergy("zolpidem"),))
    assert severity(judge(allergic, of("zolpidem", "5")), "allergy-to-benzodiazepine") == "stop"
    assert "allergy-to-benzodiazepine" not in codes(judge(allergic))
