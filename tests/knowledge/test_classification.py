"""Conditions by the tree of codes: the reduced tree is the package's, and a code of the knowledge means its branch and nothing else."""

from __future__ import annotations

import dataclasses
from importlib.metadata import distribution
from pathlib import Path

import msgspec
import pytest

from serein.clinical import knowledge
from serein.clinical.case import ICD10, ICD10CM, Coding, Concept
from serein.clinical.knowledge import gates, library
from serein.clinical.knowledge.classification import FILE, ICD10_ALONE, classified, titles
from serein.clinical.knowledge.facts import BadKnowledge
from serein.clinical.knowledge.terms import plain_icd
from tests.clinical.drafts import codes, condition, established, judge, person
from tests.knowledge.write_classification import PACKAGE, named, reduced, whole

KNOWN = knowledge.load()
THINGS = [thing for _, thing in classified(KNOWN)]


def means(code: str, system: str = ICD10CM) -> set[str]:
    return {id for _, id in KNOWN.terms.means(Concept((Coding(system, code),)))}


def test_the_reduced_codes_are_those_that_the_package_lists_under_what_the_knowledge_names():
    # The package's own list, without importing it: that builds the whole tree and takes seconds.
    list_ = Path(str(distribution(PACKAGE).locate_file("simple_icd_10_cm/data/code-list-April-2026.txt")))
    listed = list_.read_text("utf-8").split()
    stems = tuple(plain_icd(c) for c in named())
    kept, theirs = {plain_icd(c) for c in titles()}, {c for c in listed if c.startswith(stems)}
    # Left out are seventh characters, and they alone: what they are added to (after an X in an empty place) is kept.
    assert kept <= theirs and all(len(c) == 7 and any(c[:n] in kept for n in range(3, 7)) for c in theirs - kept)


def test_cirrhosis_for_the_estimate_is_what_the_classification_calls_so():
    named_here = tuple(c for k in KNOWN.kinetics for c in k.cirrhosis_codes if not c.isdigit())
    # Of codes that are used: the category K74 itself holds fibrosis as well.
    called = {code: title for code, title in titles().items() if "." in code and "cirrhosis" in title.casefold()}
    assert named_here and set(named_here) <= called.keys()
    assert all(code.startswith(named_here) for code in called)


@pytest.mark.long
def test_the_reduction_equals_the_package_to_the_letter():
    assert reduced() == FILE.read_text("utf-8")


@pytest.mark.long
def test_a_branch_is_a_prefix_everywhere_in_the_tree_of_the_package():
    import simple_icd_10_cm as tree

    codes = whole()
    for branch in (c for c in named() if c in codes):
        below = {branch, *tree.get_descendants(branch)} & codes.keys()
        assert below == {c for c in codes if plain_icd(c).startswith(plain_icd(branch))}, branch


def test_every_code_of_the_subtrees_means_what_its_branches_say_but_for_the_exceptions():
    for code in titles():
        expected = {t.id for t in THINGS if code.startswith(t.icd10) and not (t.icd10_except and code.startswith(t.icd10_except))}
        assert means(code) == expected, code


def test_no_code_is_named_twice_by_one_thing_nor_stands_under_another_branch_of_it():
    for thing in THINGS:
        again = [c for c in thing.icd10 if any(c != o and c.startswith(o) for o in thing.icd10)]
        assert not again and len(set(thing.icd10)) == len(thing.icd10), thing.id


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"icd10": ("G47.3", "G47.35X")}, "no ICD-10 code 'G47.35X'"),
        ({"icd10": ("U99",)}, "no ICD-10 code 'U99'"),
        ({"icd10_except": ("J44.9",)}, "J44.9 is excepted from nothing"),
    ],
)
def test_a_code_that_no_classification_has_is_refused(changes, says):
    apnoea = next(h for h in KNOWN.contraindications if h.id == "sleep-apnoea")
    odd = tuple(msgspec.structs.replace(h, **changes) if h is apnoea else h for h in KNOWN.contraindications)
    with pytest.raises(BadKnowledge, match=says):
        gates.check(dataclasses.replace(KNOWN, contraindications=odd), tuple(library.ROOMS))


def test_codes_of_the_who_stand_beside_those_of_the_clinical_modification():
    assert not ICD10_ALONE & titles().keys()
    assert "dementia" in means("F00", ICD10) and "alcohol-withdrawal" in means("F10.4", ICD10)
    # The WHO has no fifth character here: primary angle-closure glaucoma, not known to be acute.
    assert means("H40.2", ICD10) == {"narrow-angle-glaucoma"}


def test_a_past_dependence_is_no_dependence_and_overweight_no_obesity():
    """F13.21 is dependence in remission: read as dependence it would soften a stop for somebody who is not dependent."""
    assert "sedative-dependence" in means("F13.20") and "sedative-dependence" not in means("F13.21")
    assert "sedative-dependence" not in {id for _, id in KNOWN.terms.means(Concept(text="sedative dependence in remission"))}
    assert "alcohol-use" in means("F10.20") and not means("F10.21") & {"alcohol-use"} and not means("F10.91") & {"alcohol-use"}
    assert means("E66.9") == {"obesity"} and not means("E66.3")
    again = judge(person(medicines=(established(months=0),), conditions=(condition("", ICD10CM, "F13.21"),)))
    assert "dependence-likely" not in codes(again) and "substance-use-disorder" in codes(again)


@pytest.mark.parametrize(
    ("code", "id"),
    [
        ("X80.XXXA", "suicidal-thoughts"),
        ("T42.4X2A", "suicidal-thoughts"),
        ("S72.001A", "falls"),
        ("Z87.310", "falls"),
        ("E11.22", "kidney-disease"),
        ("H40.51X2", "glaucoma-kind-unknown"),
        ("B19.20", "liver-disease"),
        ("B19.21", "severe-liver-disease"),
        ("O99.341", "pregnant"),
        ("F31.30", "depression"),
        ("J95.3", "severe-respiratory-disease"),
    ],
)
def test_what_a_list_from_memory_had_left_out(code, id):
    assert id in means(code)
