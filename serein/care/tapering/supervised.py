"""What is asked when a supervised course of alcohol withdrawal begins, and the words for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from serein.care.planning.text import Mistaken, printable
from serein.clinical import knowledge
from serein.clinical.quantities import NotAQuantity, decimal
from serein.clinical.taper import by_mouth
from serein.clinical.taper.supervised import NONE_OF_THESE, AskedCourse, course_refused, preferences, regimens

SETTINGS = {
    "ward": "A hospital ward",
    "unit": "A detoxification or residential unit with staff day and night",
    "day-clinic": "A day clinic: staff watches while doses are given",
    "none": "At home, or nobody watches",
}
SUPERVISED = ("ward", "unit", "day-clinic")
LONGEST = 300
MOST_MG = Decimal(1000)


@dataclass(frozen=True, kw_only=True)
class CourseText:
    """As it is typed; numbers are decimal strings. `reasons` are people of a preference, or NONE_OF_THESE."""

    regimen: str
    dose_mg: str
    setting: str
    who_watches: str
    reasons: tuple[str, ...]
    despite: str = ""
    before_mg: str = ""


def number(written: str) -> Decimal | None:
    """Milligrams that a dose can be: plain digits, four places at most; None for anything else."""
    try:
        found = decimal(written)
    except NotAQuantity:
        return None
    return found if 0 <= found <= MOST_MG and found == round(found, 4) else None


def reasons_offered() -> tuple[str, ...]:
    return tuple(dict.fromkeys(p for one in preferences(knowledge.load()) for p in one.people))


def years_on(born: date | None, on: date) -> int | None:
    return None if born is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def mistakes(text: CourseText, *, age_years: int | None, jurisdiction: str) -> Mistaken | None:
    wrong = tuple(_wrong(text, age_years, jurisdiction))
    return Mistaken(wrong) if wrong else None


FIELDS = {
    "course-unsupervised": "setting", "course-dose": "dose_mg", "dose-not-makeable": "dose_mg", "regimen-unknown": "regimen",
    "course-choice": "despite",
}  # fmt: skip


def _wrong(text: CourseText, age_years: int | None, jurisdiction: str) -> Iterator[tuple[str, str]]:
    dose, before = number(text.dose_mg), number(text.before_mg) if text.before_mg else Decimal(0)
    if text.setting not in SETTINGS:
        yield "setting", "Say where the patient is watched."
    if not text.who_watches.strip() and text.setting != "none":
        yield "who_watches", "Say who watches, and where."
    for field in ("who_watches", "despite"):
        if len(getattr(text, field)) > LONGEST or not printable(getattr(text, field)):
            yield field, f"Use {LONGEST} ordinary characters or fewer."
    if not text.reasons or not set(text.reasons) <= {*reasons_offered(), NONE_OF_THESE}:
        yield "reasons", "Say which of these is true, or that none is."
    elif NONE_OF_THESE in text.reasons and len(text.reasons) > 1:
        yield "reasons", "Either some of these are true, or none is."
    if before is None:
        yield "before_mg", "Enter milligrams a day, or leave it empty."
    if dose is None:
        yield "dose_mg", "Enter the milligrams of one dose, such as 10."
        return
    refused = course_refused(knowledge.load(), asked(text, dose, age_years, jurisdiction))
    if refused is not None:
        yield FIELDS[refused.code], refused.why


def asked(text: CourseText, dose: Decimal, age_years: int | None, jurisdiction: str) -> AskedCourse:
    known = knowledge.load()
    substance = next((r.substance for r in regimens(known) if r.id == text.regimen), "")
    return AskedCourse(
        regimen=text.regimen, dose_mg=dose, supervised=text.setting in SUPERVISED, reasons=text.reasons, age_years=age_years,
        products=by_mouth(known, substance, jurisdiction.partition("-")[0]) if substance else (), despite=text.despite,
    )  # fmt: skip
