"""What is found by key is what a search through all of the knowledge finds."""

from __future__ import annotations

import itertools

import pytest

from serein.clinical import knowledge
from serein.clinical.case import ICD10CM, Coding, Concept
from serein.clinical.dosing.rings import Asked, rings
from serein.clinical.knowledge.terms import plain_icd

KNOWN = knowledge.load()
PLACES = [*(j.id for j in KNOWN.jurisdictions), "nowhere"]
POPULATIONS = ("adult", "older", "child", "nobody")
NAMED = {
    **{("hazard", h.id): h.icd10 for h in KNOWN.contraindications},
    **{("indication", i.id): i.icd10 for f in KNOWN.indications for i in f.indications},
    **{("state", s.id): s.icd10 for f in KNOWN.states for s in f.states},
}
BUT = {("state", s.id): s.icd10_except for f in KNOWN.states for s in f.states}
BUT |= {("hazard", h.id): h.icd10_except for h in KNOWN.contraindications}
CODES = sorted({code for codes in NAMED.values() for code in codes})


@pytest.mark.parametrize("substance", [*(s.id for s in KNOWN.substances), "unheard-of"])
def test_limits_uses_and_products_by_key_are_those_of_a_search(substance: str):
    ranges = [r for f in KNOWN.limits if f.substance == substance for r in f.ranges]
    absolutes = [a for f in KNOWN.limits if f.substance == substance for a in f.absolutes]
    sold = [p for f in KNOWN.products if f.substance == substance for p in f.products]
    assert list(KNOWN.products_of(substance)) == sold
    for place in PLACES:
        here = [r for r in ranges if r.jurisdiction == place]
        assert KNOWN.labelled_uses(substance, place) == {r.indication for r in here}
        assert list(KNOWN.products_of(substance, place)) == [p for p in sold if place in p.jurisdictions]
        for who in POPULATIONS:
            assert list(KNOWN.ranges_of(substance, place, who)) == [r for r in here if r.population == who]
    for who in POPULATIONS:
        assert list(KNOWN.absolutes_of(substance, who)) == [a for a in absolutes if a.population == who]


def test_there_are_limits_uses_and_products_to_find():
    """Else the search above would agree about nothing."""
    assert KNOWN.ranges_of("diazepam", "US", "adult") and KNOWN.absolutes_of("diazepam", "older")
    assert "anxiety" in KNOWN.labelled_uses("diazepam", "US") and KNOWN.products_of("diazepam", "US")


def test_hazards_and_indications_come_in_the_order_of_the_knowledge():
    hazards = KNOWN.contraindications
    assert KNOWN.hazards_of(h.id for h in reversed(hazards)) == hazards
    indications = tuple(i.id for f in KNOWN.indications for i in f.indications)
    assert KNOWN.in_order(reversed(indications)) == indications
    with pytest.raises(KeyError):
        KNOWN.hazards_of(["unheard-of"])


@pytest.mark.parametrize("code", CODES)
def test_a_code_its_leaves_and_its_stem_mean_what_a_search_by_prefix_finds(code: str):
    for asked in (code, f"{code}9", f"{code}.12", code[:-1], code.lower(), "", "Z"):
        found = KNOWN.terms.means(Concept((Coding(ICD10CM, asked),)))
        said = plain_icd(asked)
        named = {key for key, codes in NAMED.items() if any(said.startswith(plain_icd(c)) for c in codes)}
        assert found == {key for key in named if not any(said.startswith(plain_icd(c)) for c in BUT.get(key, ()))}


def test_what_is_kept_of_words_and_codes_is_the_knowledges_own():
    """What a record says of a person never stays in memory, and what is kept is what is found anew."""
    known, said = knowledge.read(knowledge.library.HERE), Concept(text="Severe anxiety of Mrs Smith of Elm Street")
    coded = Concept((Coding(ICD10CM, "F41.1 Mrs Smith"), Coding(ICD10CM, "F41.1")), "generalized anxiety disorder")
    first = [known.terms.means(c) for c in (said, coded)]
    assert first == [known.terms.means(c) for c in (said, coded)] and all(first)
    alone = [known.terms.means(Concept(codings)) for codings in ((c,) for c in coded.codings)]
    assert alone == [known.terms.means(Concept((c,))) for c in coded.codings] and known.terms._whole
    kept = " ".join([*known.terms._heard, *known.terms._branches, *(word for key in known.terms._whole for word in key)])
    assert "F41.1" in kept and "generalized anxiety disorder" in kept and "Smith" not in kept and "Elm" not in kept


def test_rings_that_are_kept_are_those_worked_out_anew():
    uses = [i.id for f in KNOWN.indications for i in f.indications]
    asked = [
        Asked("diazepam", place, who, named)
        for place in PLACES
        for who in POPULATIONS
        for named in ((), *itertools.pairwise(uses))
    ]
    fresh = knowledge.read(knowledge.library.HERE)
    kept = [rings(KNOWN, a) for a in asked]
    assert kept == [rings(KNOWN, a) for a in asked] == [rings(fresh, a) for a in asked]
    assert any(b.absolute and b.daily and b.single and b.often and b.singles for b in kept)
