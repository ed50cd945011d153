"""Which hazards, indications and states a diagnosis means: every code and phrase of the knowledge in one index, made once.

ICD-10 and ICD-10-CM are trees whose branches are prefixes of their leaves, so a code of the knowledge stands for all codes that
begin with it, but for those under its exceptions; a code of next year falls on its branch too. SNOMED CT has no such codes: there
the concepts that the knowledge names count, alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from typing import Any, Protocol

from serein.clinical.case import ICD10, ICD10CM, SNOMED, Coding, Concept
from serein.clinical.knowledge.names import denied, words

LONGEST_CODE, MOST_CODES = 8, 20_000
_TREES = frozenset({ICD10CM, ICD10})


class Named(Protocol):
    """What the index needs of a hazard, an indication or a state."""

    @property
    def id(self) -> str: ...
    @property
    def icd10(self) -> tuple[str, ...]: ...
    @property
    def snomed(self) -> tuple[str, ...]: ...
    @property
    def text(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class _Phrase:
    words: tuple[str, ...]
    means: Any
    against: bool


class Terms:
    """`means(concept)` is the set of `key(thing)` for all things that the concept names by code or by words."""

    def __init__(self, things: dict[Any, Named]) -> None:
        # By the stem that every branch has: most diagnoses are told apart by that one look.
        self._stem = min((len(plain_icd(c)) for thing in things.values() for c in thing.icd10), default=0)
        self._icd: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        self._but = [(plain_icd(c), key) for key, thing in things.items() for c in getattr(thing, "icd10_except", ())]
        self._snomed: dict[str, set[Any]] = defaultdict(set)
        self._phrases: dict[str, list[_Phrase]] = defaultdict(list)
        self._past_denies = {key for key, thing in things.items() if getattr(thing, "history_denies", False)}
        # A code by itself says nothing about anybody; longer ones are none, and may be somebody's words.
        self._branches: dict[str, frozenset[Any]] = {}
        self._heard: dict[str, Set[Any]] = {}
        self._whole: dict[tuple[str, str, str, str], frozenset[Any]] = {}
        for key, thing in things.items():
            for code in thing.icd10:
                self._icd[plain_icd(code)[: self._stem]].append((plain_icd(code), key))
            for code in thing.snomed:
                self._snomed[code].add(key)
            for phrase in thing.text:
                self._enter(phrase, key, against=False)
            for phrase in getattr(thing, "not_text", ()):
                self._enter(phrase, key, against=True)

        self._words = {w for phrases in self._phrases.values() for p in phrases for w in p.words}

    def _enter(self, phrase: str, key: Any, against: bool) -> None:
        said = words(phrase)
        self._phrases[said[0]].append(_Phrase(said, key, against))

    def means(self, concept: Concept) -> frozenset[Any]:
        """By code, then by words. Where the words of one text say a phrase that speaks against ("respiratory depression" is no
        depression) that text does not count. Kept for a concept of one code and of the knowledge's own words."""
        codings = concept.codings
        if len(codings) > 1:
            return frozenset(self._means(concept))
        c = codings[0] if codings else _NO_CODE
        key = (concept.text, c.system, c.code, c.display)
        whole = self._whole.get(key)
        if whole is None:
            whole = frozenset(self._means(concept))
            if (not key[0] or key[0] in self._heard) and self._own(key) and len(self._whole) < MOST_CODES:
                self._whole[key] = whole
        return whole

    def _own(self, key: tuple[str, str, str, str]) -> bool:
        """Whether nothing is in it, beside its text, but the knowledge's own words and a code of a classification."""
        _, system, code, display = key
        listed = code in self._branches if system in _TREES else not system and not code
        return listed and (not display or display in self._heard)

    def _means(self, concept: Concept) -> set[Any]:
        found: set[Any] = set()
        text = concept.text
        for coding in concept.codings:
            system, display = coding.system, coding.display
            if system in _TREES:
                meant = self._branches.get(coding.code)
                found |= self._on_branch(coding.code) if meant is None else meant
            elif system == SNOMED:
                found |= self._snomed.get(coding.code, _NONE)
            if display and display != text:
                found |= self._said(display)
        if text:
            found |= self._said(text)
        return found

    def _on_branch(self, written: str) -> frozenset[Any]:
        """What an ICD code stands under; kept, because the classification has some ten thousand codes."""
        code = plain_icd(written)
        found = frozenset(key for branch, key in self._icd.get(code[: self._stem], ()) if code.startswith(branch))
        found -= {key for branch, key in self._but if code.startswith(branch)}
        if len(written) <= LONGEST_CODE and len(self._branches) < MOST_CODES:
            self._branches[written] = found
        return found

    def _said(self, text: str) -> Set[Any]:
        """Kept where the text is made of the knowledge's own words: what somebody wrote into a record never stays in memory."""
        heard = self._heard.get(text)
        if heard is None:
            hay = words(text)
            heard = _NONE if self._phrases.keys().isdisjoint(hay) else self._meant(hay)
            if len(self._heard) < MOST_CODES and self._words.issuperset(hay):
                self._heard[text] = heard
        return heard

    def _meant(self, hay: tuple[str, ...]) -> Set[Any]:
        said: set[Any] = set()
        against: set[Any] = set()
        for i, word in enumerate(hay):
            for phrase in self._phrases.get(word, ()):
                length = len(phrase.words)
                if (length == 1 or hay[i : i + length] == phrase.words) and not denied(hay, i, length):
                    (against if phrase.against else said).add(phrase.means)
        if said and self._past_denies and "history" in hay:
            against = against | self._past_denies
        return said - against


_NONE: frozenset[Any] = frozenset()
_NO_CODE = Coding("", "")


def plain_icd(code: str) -> str:
    return code.replace(".", "").upper()
