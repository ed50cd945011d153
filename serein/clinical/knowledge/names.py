"""Words of a medicine or a diagnosis made comparable, and matched as whole words only ("diazepam" is not in "nordiazepam")."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal

_WORD = re.compile(r"[a-z0-9']+")
_PART = re.compile(r"\s/\s|(?<=[a-z])/(?=[a-z])|\+|&|\band\b|\bwith\b|;")
_STRENGTH = re.compile(
    r"(?<![\w.,])(\d{1,6}(?:[.,]\d{1,4})?)\s*(mg|mcg|µg|g)(?:\s*/\s*(\d{1,4}(?:[.,]\d{1,3})?)?\s*(ml))?(?![a-z])"
)
_NEGATION = frozenset(
    ("no", "not", "without", "denies", "denied", "negative", "excluded", "unlikely", "family", "screening", "fear")
)
_DENIED_AFTER = frozenset({"excluded", "ruled", "unlikely"})
# Words that say nothing about which medicine it is.
FILLING_WORDS = """mg mcg g ml l iu unit units meq actuat hr hour hours day oral tablet tablets tab tabs capsule capsules cap
    caps solution suspension injection injectable prefilled syringe spray nasal cream ointment gel patch transdermal system inhaler
    inhalation powder drops ophthalmic topical extended release delayed chewable disintegrating film coated metered dose pack
    product liquid syrup concentrate rectal buccal sublingual vial kit hydrochloride hcl sodium potassium sulfate phosphate
    maleate tartrate succinate acetate citrate mesylate besylate bitartrate fumarate mucosal inert unt intrauterine implant
    of in for the a per"""
FILLING = frozenset(FILLING_WORDS.split())
RESCUE = frozenset({"rectal", "nasal", "buccal", "intranasal", "diastat", "valtoco", "nayzilam", "buccolam", "stesolid"})
NOT_ORAL = frozenset({"injection", "injectable", "intravenous", "intramuscular", "iv", "im", "vial", "autoinjector"})
FORMS = (
    ("oral-concentrate", frozenset({"concentrate", "intensol"})),
    ("oral-suspension", frozenset({"suspension"})),
    ("oral-solution", frozenset({"solution", "syrup", "liquid", "drops"})),
    ("tablet", frozenset({"tablet", "tablets", "tab", "tabs", "capsule", "capsules", "pill", "pills"})),
)
LONGEST_TEXT = 2000


LOCAL = frozenset(
    {
        "cream",
        "ointment",
        "shampoo",
        "lotion",
        "foam",
        "topical",
        "cutaneous",
        "eye",
        "ophthalmic",
        "ear",
        "otic",
        "inhaler",
        "inhalation",
        "inhaled",
    }
)


def words(text: str) -> tuple[str, ...]:
    """Lower-case words without accents; quotes made plain.

    >>> words("St. John’s Wort 300 MG")
    ('st', "john's", 'wort', '300', 'mg')
    """
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
    if text.isascii():
        folded = text.lower()
    else:
        accented = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
        folded = "".join(c for c in accented if not unicodedata.combining(c))
    found = _WORD.findall(folded)
    return tuple(w.strip("'") for w in found if w.strip("'")) if "'" in folded else tuple(found)


def acts_locally(said: tuple[str, ...]) -> bool:
    """Whether words name a form that acts where it is put, so that little of it reaches the blood.

    >>> acts_locally(words("ketoconazole 2 % shampoo")), acts_locally(words("ketoconazole 200 mg tablet"))
    (True, False)
    """
    return not LOCAL.isdisjoint(said)


def form_of(said: tuple[str, ...], product: str) -> str:
    """The form that words name; where they name no rescue form and no injection, that of the `product` ('' when none is known).

    >>> form_of(words("diazepam rectal gel"), "tablet"), form_of(words("diazepam oral solution"), "")
    ('rescue', 'oral-solution')
    """
    if not RESCUE.isdisjoint(said):
        return "rescue"
    if not NOT_ORAL.isdisjoint(said):
        return "injection"
    return product or next((form for form, signs in FORMS if not signs.isdisjoint(said)), "")


def parts(text: str) -> list[tuple[str, ...]]:
    """The parts of a combination product as words, without parts that name nothing (strengths, forms).

    >>> parts("Acetaminophen 300 MG / Codeine 30 MG Oral Tablet")[1][:2]
    ('codeine', '30')
    """
    pieces = [words(p) for p in _PART.split(text[:LONGEST_TEXT].casefold())]
    return [p for p in pieces if any(w not in FILLING and not w.isdigit() for w in p)]


def denied(hay: tuple[str, ...], at: int, length: int) -> bool:
    """Whether words near a phrase of `length` words at `at` deny it: up to three before, two after."""
    if at and not _NEGATION.isdisjoint(hay[max(0, at - 3) : at]):
        return True
    return not _DENIED_AFTER.isdisjoint(hay[at + length : at + length + 2])


def places(needle: tuple[str, ...], hay: tuple[str, ...]) -> Iterator[int]:
    """Where `needle` begins in `hay`, whole words."""
    for i in range(len(hay) - len(needle) + 1):
        if hay[i : i + len(needle)] == needle:
            yield i


@functools.lru_cache(maxsize=4096)
def _phrase(text: str) -> tuple[str, ...]:
    """Words of a phrase of the knowledge, kept; words of a record are never kept."""
    return words(text)


def says(phrases: Iterable[str], text: str) -> str:
    """The first phrase that `text` states and does not deny, or ''. "No sleep apnoea" and "family history of …" deny.

    >>> says(["sleep apnoea"], "Severe sleep apnoea"), says(["sleep apnoea"], "no sleep apnoea")
    ('sleep apnoea', '')
    """
    hay = words(text)
    for phrase in phrases:
        needle = _phrase(phrase)
        for i in places(needle, hay):
            if not denied(hay, i, len(needle)):
                return phrase
    return ""


def strengths(text: str) -> list[tuple[Decimal, bool]]:
    """Strengths in mg found in a text; True with each that is per mL.

    >>> strengths("diazepam 5 MG/5 ML oral solution")
    [(Decimal('1'), True)]
    """
    found = []
    for number, unit, per, ml in _STRENGTH.findall(text[:LONGEST_TEXT].casefold()):
        mg = Decimal(number.replace(",", ".")) * {"mg": 1, "g": 1000}.get(unit, Decimal("0.001"))
        if ml:
            volume = Decimal(per.replace(",", ".")) if per else Decimal(1)
            if volume > 0:
                found.append((mg / volume, True))
        else:
            found.append((mg, False))
    return found
