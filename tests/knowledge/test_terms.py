"""The index of codes and phrases against an obvious twin: each thing asked by itself, each phrase looked for in each text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from serein.clinical import knowledge
from serein.clinical.case import ICD10, ICD10CM, SNOMED, Coding, Concept
from serein.clinical.knowledge.names import says

KNOWN = knowledge.load()
THINGS = {
    **{("hazard", h.id): h for h in KNOWN.contraindications},
    **{("indication", i.id): i for f in KNOWN.indications for i in f.indications},
    **{("state", s.id): s for f in KNOWN.states for s in f.states},
}
PHRASES = sorted({p for t in THINGS.values() for p in (*t.text, *getattr(t, "not_text", ()))})
FILLING = [
    "no",
    "history of",
    "family history of",
    "severe",
    "chronic",
    "with",
    "excluded",
    "ruled out",
    "left",
    "unlikely",
    "and",
    "not",
]
ICD = sorted({c for t in THINGS.values() for c in (*t.icd10, *getattr(t, "icd10_except", ()))})
CONCEPTS = sorted({c for t in THINGS.values() for c in t.snomed})


def slow_twin(concept: Concept) -> set[tuple[str, str]]:
    texts = [t for t in (concept.text, *(c.display for c in concept.codings)) if t]
    return {key for key, thing in THINGS.items() if by_code(thing, concept) or any(by_words(thing, t) for t in texts)}


def by_code(thing, concept):  # type: ignore[no-untyped-def]
    for coding in concept.codings:
        bare = coding.code.replace(".", "").upper()
        under = [c for c in thing.icd10 if bare.startswith(c.replace(".", ""))]
        but = [c for c in getattr(thing, "icd10_except", ()) if bare.startswith(c.replace(".", ""))]
        if coding.system in (ICD10, ICD10CM) and under and not but:
            return True
        if coding.system == SNOMED and coding.code in thing.snomed:
            return True
    return False


def by_words(thing, text):  # type: ignore[no-untyped-def]
    if getattr(thing, "history_denies", False) and "history" in text:
        return False
    return bool(says(thing.text, text)) and not says(getattr(thing, "not_text", ()), text)


texts = st.lists(st.sampled_from(PHRASES + FILLING), max_size=5).map(" ".join)
codings = st.one_of(
    st.builds(
        Coding, st.sampled_from([ICD10, ICD10CM]), st.sampled_from(ICD).flatmap(lambda c: st.sampled_from([c, c + ".9"])), texts
    ),
    st.builds(Coding, st.just(SNOMED), st.sampled_from(CONCEPTS), texts),
    st.builds(Coding, st.just("http://example.org/codes"), st.sampled_from(ICD + CONCEPTS), texts),
)


@settings(max_examples=400, deadline=None)
@given(st.builds(Concept, st.lists(codings, max_size=3).map(tuple), texts))
def test_the_index_means_what_the_obvious_twin_means(concept):
    assert KNOWN.terms.means(concept) == slow_twin(concept)


def test_an_icd_code_stands_for_its_whole_subtree_and_for_nothing_beside_it():
    def means(code: str) -> set[tuple[str, str]]:
        return KNOWN.terms.means(Concept((Coding(ICD10CM, code),)))

    assert ("hazard", "sleep-apnoea") in means("G47.33")
    assert ("indication", "seizures") in means("G40.A09") and ("indication", "seizures") in means("g40a09")
    assert ("hazard", "sleep-apnoea") not in means("G47.09") and not means("Z00.00")


def test_words_that_deny_do_not_count():
    for text in ("no sleep apnoea", "sleep apnoea ruled out", "family history of sleep apnoea", "respiratory depression"):
        assert not {k for k in KNOWN.terms.means(Concept(text=text)) if k[1] in ("sleep-apnoea", "depression")}
