"""What the record says about pregnancy, breastfeeding, alcohol, falls and driving where nobody answered our own questions.

An answer that was given stays; the record only fills in what is unknown. A pregnancy test of long ago says nothing about today.
"""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

from serein.clinical.case import ICD10, ICD10CM, LOINC, SNOMED, Answer, Case, Circumstances, Concept, Observation
from serein.clinical.knowledge.names import says

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
PREGNANT = frozenset({"77386006", "72892002", "47200007", "LA15173-0"})
NOT_PREGNANT = frozenset({"60001007", "LA26683-5"})
LACTATING = frozenset({"413712001", "290122005"})
PREGNANCY_STATUS, BREASTFEEDING_STATUS = frozenset({"82810-3", "11449-6"}), frozenset({"63895-7"})
ALCOHOL_ANSWER, ALCOHOL_NUMBER = frozenset({"11331-6", "11287-0"}), frozenset({"74013-4", "75626-2", "74043-1"})
PREGNANCY_ICD = ("Z33", "Z34", "O0", "O1", "O2", "O3", "O4", "O6", "O7", "O9A", "Z3A")
ALCOHOL_ICD = ("F101", "F102", "F109")
SAYS_NO = ("never", "no", "none", "not pregnant", "does not", "lifetime non-drinker", "ex-drinker", "abstinent", "negative")


def circumstances(case: Case, on: date, status_days: int) -> Circumstances:
    """The case's circumstances with what its conditions and observations add. `status_days`: how long an observed pregnancy or
    breastfeeding status speaks for today."""
    told = case.circumstances
    found: dict[str, tuple[Answer, str]] = {}
    recent = [o for o in case.observations if o.on and timedelta(0) <= on - o.on <= timedelta(days=status_days)]
    for name, seen in (
        ("pregnant", _pregnant(case, recent)),
        ("breastfeeding", _breastfeeding(case, recent)),
        ("alcohol", _alcohol(case)),
    ):
        if getattr(told, name) is UNKNOWN and seen is not None:
            found[name] = seen
    answers: dict[str, Answer] = {name: answer for name, (answer, _) in found.items()}
    references = told.references + tuple((name, reference) for name, (_, reference) in found.items())
    return dataclasses.replace(told, references=references, **answers)  # type: ignore[arg-type]


def _pregnant(case: Case, recent: list[Observation]) -> tuple[Answer, str] | None:
    for c in case.conditions:
        if _icd(c.concept, PREGNANCY_ICD) or _is(c.concept, PREGNANT, ("pregnant", "pregnancy")):
            return YES, c.reference
    for o in _newest(recent, PREGNANCY_STATUS):
        said = o.answer or Concept()
        if _is(said, NOT_PREGNANT, ("not pregnant", "negative", "no")):
            return NO, o.reference
        if _is(said, PREGNANT, ("pregnant", "yes", "positive")):
            return YES, o.reference
    return None


def _breastfeeding(case: Case, recent: list[Observation]) -> tuple[Answer, str] | None:
    for c in case.conditions:
        if _icd(c.concept, ("Z391",)) or _is(c.concept, LACTATING, ("breastfeeding", "breast feeding", "lactating")):
            return YES, c.reference
    for o in _newest(recent, BREASTFEEDING_STATUS):
        if o.answer is not None:
            return (NO if _is(o.answer, frozenset(), SAYS_NO) else YES), o.reference
    return None


def _alcohol(case: Case) -> tuple[Answer, str] | None:
    for c in case.conditions:
        if _icd(c.concept, ALCOHOL_ICD) and "remission" not in c.concept.words.casefold():
            return YES, c.reference
    for o in _newest(list(case.observations), ALCOHOL_NUMBER):
        if o.value is not None:
            return (YES if o.value > 0 else NO), o.reference
    for o in _newest(list(case.observations), ALCOHOL_ANSWER):
        if o.answer is not None:
            return (NO if _is(o.answer, frozenset(), SAYS_NO) else YES), o.reference
    return None


def _newest(observations: list[Observation], codes: frozenset[str]) -> list[Observation]:
    mine = [o for o in observations if set(o.concept.codes(LOINC)) & codes]
    return sorted(mine, key=lambda o: o.on or date.min, reverse=True)[:1]


def _icd(concept: Concept, prefixes: tuple[str, ...]) -> bool:
    given = (c.replace(".", "").upper() for system in (ICD10CM, ICD10) for c in concept.codes(system))
    return any(c.startswith(prefixes) for c in given)


def _is(concept: Concept, codes: frozenset[str], text: tuple[str, ...]) -> bool:
    """By code or by words; "history of pregnancy" is no pregnancy."""
    if codes & ({*concept.codes(SNOMED), *concept.codes(LOINC)} | {c.code for c in concept.codings}):
        return True
    return any(
        says(text, t) for t in (concept.text, *(c.display for c in concept.codings)) if t and "history" not in t.casefold()
    )
