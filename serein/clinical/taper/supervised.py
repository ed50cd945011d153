"""Alcohol withdrawal treated under supervision: which published regimen, which substance for whom, and what it gives at one score.

Nothing is proposed: a clinician chooses a regimen and a dose within what its source prints, says who watches, and decides on every dose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from serein.clinical.findings import SourceReference
from serein.clinical.instruments import Score, score
from serein.clinical.knowledge import Knowledge
from serein.clinical.quantities import plain

from .amounts import Product, Shelf
from .courses import FIXED, TRIGGERED
from .values import Refused

CIWA = "ciwa-ar"
OLDER, NONE_OF_THESE = "older adults", "none of these"


@dataclass(frozen=True)
class Regimen:
    """One published course. A single dose is `low_mg` to `high_mg` of the substance; 0 as `low_mg`: the source prints no amount."""

    id: str
    kind: str
    substance: str
    low_mg: Decimal
    high_mg: Decimal
    says: str
    until: str
    source: SourceReference


def regimens(knowledge: Knowledge) -> tuple[Regimen, ...]:
    """Those that can be run and recorded here: by symptoms, or fixed. A fixed dose is held under the highest single dose by symptoms."""
    most = knowledge.rule("course-dose-high-mg").value
    found = []
    for course in (c for file in knowledge.withdrawal for c in file.courses if c.kind in (TRIGGERED, FIXED)):
        low, high = (course.single_mg.low, course.single_mg.high) if course.single_mg else (Decimal(0), most)
        found.append(
            Regimen(
                course.id, course.kind, course.substance, low, high, course.says, course.until, knowledge.reference(course.cite)
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class Preference:
    """Which substances a source prefers for people of whom one of `people` is true, and why."""

    people: tuple[str, ...]
    prefer: tuple[str, ...]
    why: str
    source: SourceReference


def preferences(knowledge: Knowledge) -> tuple[Preference, ...]:
    return tuple(
        Preference(c.people, c.prefer, c.why, knowledge.reference(c.cite)) for file in knowledge.withdrawal for c in file.choices
    )


def always(knowledge: Knowledge) -> tuple[str, ...]:
    """What holds in every course."""
    return tuple(words for file in knowledge.withdrawal for words in file.always)


def is_older(knowledge: Knowledge, age_years: int | None) -> bool:
    return age_years is not None and age_years >= knowledge.rule("older-adult-years").value


@dataclass(frozen=True, kw_only=True)
class AskedCourse:
    """`reasons` are people of a preference that are true here, or NONE_OF_THESE; `despite` says why another substance is chosen all the same."""

    regimen: str
    dose_mg: Decimal
    supervised: bool
    reasons: tuple[str, ...]
    age_years: int | None
    products: tuple[Product, ...]
    despite: str = ""


def course_refused(knowledge: Knowledge, asked: AskedCourse) -> Refused | None:
    """Why this course cannot begin; None where it can."""
    regimen = next((r for r in regimens(knowledge) if r.id == asked.regimen), None)
    if regimen is None:
        return Refused("regimen-unknown", "Choose one of the regimens.")
    if not asked.supervised:
        why = "A withdrawal course needs somebody who watches it: a seizure, delirium or too deep a sleep is met in time only there."
        return Refused("course-unsupervised", f"{why} Arrange a ward, a unit or a day clinic.")
    low, high = regimen.low_mg, regimen.high_mg
    if not low <= asked.dose_mg <= high or asked.dose_mg <= 0:
        span = (
            f"{plain(low)} to {plain(high)} mg" if 0 < low < high else f"{plain(high)} mg" if low else f"at most {plain(high)} mg"
        )
        return Refused("course-dose", f"One dose of {regimen.substance} is {span} in this regimen.")
    for preference in preferences(knowledge):
        true = [p for p in preference.people if p in asked.reasons or (p == OLDER and is_older(knowledge, asked.age_years))]
        if true and regimen.substance not in preference.prefer and not asked.despite.strip():
            named = " or ".join(preference.prefer)
            return Refused("course-choice", f"For {', '.join(true)} prefer {named}: {preference.why}. Choose it, or say why not.")
    return _makeable(regimen, asked)


def _makeable(regimen: Regimen, asked: AskedCourse) -> Refused | None:
    if not asked.products:
        return None  # no product of this substance is known here: the page says that nothing was checked
    wanted = (asked.dose_mg, asked.dose_mg / 2) if regimen.kind == FIXED else (asked.dose_mg,)
    shelf = Shelf(asked.products, asked.dose_mg)
    if not all(shelf.can_make(mg) for mg in wanted):
        half = " and half of it" if regimen.kind == FIXED else ""
        return Refused(
            "dose-not-makeable", f"The products of {regimen.substance} known here cannot make {plain(asked.dose_mg)} mg{half}."
        )
    return None


@dataclass(frozen=True)
class FixedPart:
    """From `hours` after the beginning on, for `lasts` hours, `doses_a_day` doses of `dose_mg` each."""

    hours: int
    lasts: int
    doses_a_day: int
    dose_mg: Decimal

    @property
    def ends(self) -> int:
        return self.hours + self.lasts

    @property
    def dose(self) -> str:
        return plain(self.dose_mg)

    @property
    def daily(self) -> str:
        return plain(self.dose_mg * self.doses_a_day)


def fixed_parts(knowledge: Knowledge, dose_mg: Decimal) -> tuple[FixedPart, ...]:
    """The days of a fixed course: the full dose, then half of it."""
    a_day, first, half = (
        int(knowledge.rule(f"course-fixed-{name}").value) for name in ("doses-a-day", "first-days", "half-days")
    )
    return FixedPart(0, first * 24, a_day, dose_mg), FixedPart(first * 24, half * 24, a_day, dose_mg / 2)


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One look at the patient: when, the score, what was seen beside it, and what was given at it, and when. `unsaid`: a dose was due and nobody
    said whether it was given."""

    at: datetime
    points: int
    drowsy: bool = False
    seizure: bool = False
    given_mg: Decimal | None = None
    given_at: datetime | None = None
    unsaid: bool = False


@dataclass(frozen=True)
class Running:
    """A course that began at `at`, one dose being `dose_mg`."""

    kind: str
    dose_mg: Decimal
    at: datetime


@dataclass(frozen=True)
class Gives:
    """What the regimen gives at the newest look. `again_at`: when to look again, where the source says it; `may_end`: watching ends by it."""

    dose_mg: Decimal
    why: str
    again_at: datetime | None
    may_end: bool


def rated(knowledge: Knowledge, answers: Mapping[str, int | None]) -> Score:
    """The observer's ten answers, scored. Raises NotAnAnswer as `score` does."""
    return score(CIWA, answers, knowledge)


def flags(knowledge: Knowledge, answers: Mapping[str, int | None], *, drowsy: bool, seizure: bool) -> tuple[str, ...]:
    """What calls for a doctor at once, whatever the regimen gives. Read from the instrument's own words, so that no number stands here."""
    instrument, seen = knowledge.instrument(CIWA), []
    if drowsy:
        seen.append(
            "Drowsy, hard to wake or breathing slowly: check airway and breathing, call for help, give nothing that sedates."
        )
    if seizure:
        seen.append("A seizure: complicated withdrawal. Hospital now.")
    for item in instrument.items:
        label = next((o.label for o in instrument.options_of(item) if o.value == answers.get(item.id)), "")
        if "hallucination" in label or "disoriented" in label:
            seen.append(f"{item.text.partition(':')[0]}: {label}. Think of delirium: hospital now.")
    found = rated(knowledge, answers)
    if found.band == instrument.bands[-1].name:
        seen.append(f"{found.total} points are {found.band}: a doctor looks now, and decides where this is treated.")
    return tuple(seen)


def gives(knowledge: Knowledge, running: Running, looks: Sequence[Looked]) -> Gives:
    """At the newest of `looks` (oldest first, at least one)."""
    newest = looks[-1]
    # A dose that was due and of which nobody said anything counts as given: twice would be worse than late.
    last = next((one.given_at or one.at for one in reversed(looks[:-1]) if one.given_mg or one.unsaid), None)
    ends = _may_end(knowledge, running, looks)
    if running.kind == FIXED:
        return _fixed(knowledge, running, newest, last, ends)
    every = timedelta(hours=int(knowledge.rule("course-hours-between").value))
    least = int(knowledge.rule("course-trigger-points").value)
    again = newest.at + every if newest.points >= least or newest.drowsy else None
    if newest.drowsy:
        return Gives(Decimal(0), "Drowsy: nothing is given, whatever the score.", again, False)
    if newest.points < least:
        return Gives(Decimal(0), f"{newest.points} points are below {least}: no dose.", again, ends)
    if last is not None and newest.at - last < every:
        return Gives(
            Decimal(0), f"{newest.points} points, and the last dose is less than {_hours(every)} ago.", last + every, False
        )
    return Gives(running.dose_mg, f"{newest.points} points, {least} or more: one dose.", again, False)


def _fixed(knowledge: Knowledge, running: Running, newest: Looked, last: datetime | None, ends: bool) -> Gives:
    since = newest.at - running.at
    part = next((p for p in fixed_parts(knowledge, running.dose_mg) if since < timedelta(hours=p.hours + p.lasts)), None)
    if part is None:
        return Gives(Decimal(0), "The fixed doses have come to their end.", None, ends)
    every = timedelta(hours=24) / part.doses_a_day
    if newest.drowsy:
        return Gives(Decimal(0), "Drowsy: nothing is given, whatever the time.", newest.at + every, False)
    if last is not None and newest.at - last < every:
        return Gives(Decimal(0), f"The last dose is less than {_hours(every)} ago.", last + every, False)
    return Gives(part.dose_mg, f"A dose every {_hours(every)}.", newest.at + every, False)


def _hours(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return "an hour" if hours == 1 else f"{hours} hours"


def _may_end(knowledge: Knowledge, running: Running, looks: Sequence[Looked]) -> bool:
    """By symptoms: every score of the last days stayed below the line, with looks at both ends of that time. Fixed: the last part is over."""
    newest = looks[-1]
    if running.kind == FIXED:
        last = fixed_parts(knowledge, running.dose_mg)[-1]
        return newest.at - running.at >= timedelta(hours=last.hours + last.lasts)
    below = int(knowledge.rule("course-stop-points").value)
    calm = newest.at
    for one in reversed(looks):
        if one.points >= below or one.seizure:
            break
        calm = one.at
    quiet = newest.points < below and not newest.seizure and not newest.drowsy
    return quiet and newest.at - calm >= timedelta(hours=int(knowledge.rule("course-stop-hours").value))
