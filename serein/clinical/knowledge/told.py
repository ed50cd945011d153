"""What the record says about pregnancy, breastfeeding, alcohol, falls and driving where nobody answered our own questions.

An answer that was given stays; the record only fills in what is unknown. A pregnancy test of long ago says nothing about today.
"""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from serein.clinical.case import LOINC, NO, SNOMED, UNKNOWN, YES, Answer, Case, Circumstances, Concept, Condition, Observation
from serein.clinical.knowledge.names import says

PREGNANT = frozenset({"77386006", "72892002", "47200007", "LA15173-0"})
NOT_PREGNANT = frozenset({"60001007", "LA26683-5"})
PREGNANCY_STATUS, BREASTFEEDING_STATUS = frozenset({"82810-3", "11449-6"}), frozenset({"63895-7"})
ALCOHOL_ANSWER, ALCOHOL_NUMBER = frozenset({"11331-6", "11287-0"}), frozenset({"74013-4", "75626-2", "74043-1"})
OVER = frozenset({"inactive", "resolved", "remission"})
SAYS_NO = ("never", "no", "none", "not pregnant", "does not", "lifetime non-drinker", "ex-drinker", "abstinent", "negative")


Diagnoses = tuple[tuple[Condition, frozenset[tuple[str, str]]], ...]


def circumstances(case: Case, diagnoses: Diagnoses, on: date, status_days: int) -> Circumstances:
    """The case's circumstances with what its conditions and observations add. `diagnoses` with what they mean; `status_days`: how
    long an observed pregnancy or breastfeeding status speaks for today."""
    told = case.circumstances
    if UNKNOWN not in (told.pregnant, told.breastfeeding, told.alcohol):
        return told
    recent = [o for o in case.observations if o.on and timedelta(0) <= on - o.on <= timedelta(days=status_days)]
    seen: dict[str, tuple[Answer, str] | None] = {}
    if told.pregnant is UNKNOWN:
        seen["pregnant"] = _diagnosed(diagnoses, "pregnant") or _pregnant(recent)
    if told.breastfeeding is UNKNOWN:
        seen["breastfeeding"] = _diagnosed(diagnoses, "breastfeeding") or _breastfeeding(recent)
    if told.alcohol is UNKNOWN:
        seen["alcohol"] = _diagnosed(diagnoses, "alcohol-use") or _alcohol(case)
    found = {name: answer for name, answer in seen.items() if answer is not None}
    if not found:
        return told
    answers: dict[str, Answer] = {name: answer for name, (answer, _) in found.items()}
    references = told.references + tuple((name, reference) for name, (_, reference) in found.items())
    return replace(told, references=references, **answers)


def _diagnosed(diagnoses: Diagnoses, state: str) -> tuple[Answer, str] | None:
    """An illness in remission is none today."""
    for c, meant in diagnoses:
        if ("state", state) in meant and c.status not in OVER and "remission" not in c.concept.words.casefold():
            return YES, c.reference
    return None


def _pregnant(recent: list[Observation]) -> tuple[Answer, str] | None:
    for o in _newest(recent, PREGNANCY_STATUS):
        said = o.answer or Concept()
        if _is(said, NOT_PREGNANT, ("not pregnant", "negative", "no")):
            return NO, o.reference
        if _is(said, PREGNANT, ("pregnant", "yes", "positive")):
            return YES, o.reference
    return None


def _breastfeeding(recent: list[Observation]) -> tuple[Answer, str] | None:
    for o in _newest(recent, BREASTFEEDING_STATUS):
        if o.answer is not None:
            return (NO if _is(o.answer, frozenset(), SAYS_NO) else YES), o.reference
    return None


def _alcohol(case: Case) -> tuple[Answer, str] | None:
    for o in _newest(list(case.observations), ALCOHOL_NUMBER):
        if o.value is not None:
            return (YES if o.value > 0 else NO), o.reference
    for o in _newest(list(case.observations), ALCOHOL_ANSWER):
        if o.answer is not None:
            return (NO if _is(o.answer, frozenset(), SAYS_NO) else YES), o.reference
    return None


def _newest(observations: list[Observation], codes: frozenset[str]) -> list[Observation]:
    if not observations:
        return observations
    mine = [o for o in observations if any(c.code in codes and c.system == LOINC for c in o.concept.codings)]
    return sorted(mine, key=lambda o: o.on or date.min, reverse=True)[:1]


def _is(concept: Concept, codes: frozenset[str], text: tuple[str, ...]) -> bool:
    """By code or by words; "history of pregnancy" is no pregnancy."""
    if codes & ({*concept.codes(SNOMED), *concept.codes(LOINC)} | {c.code for c in concept.codings}):
        return True
    return any(
        says(text, t) for t in (concept.text, *(c.display for c in concept.codings)) if t and "history" not in t.casefold()
    )
