"""Is physical dependence probable? The guideline's table read on the record, on a diagnosis, or on the patient's word."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

from serein.clinical.case import YES, whole_months
from serein.clinical.findings import Input, NotChecked, Severity
from serein.clinical.history import Regimen
from serein.clinical.knowledge.course import Course, course
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene


class Dependence(Struct, frozen=True):
    """`probable` rests on `inputs`; `why` is the reason in words."""

    probable: bool
    why: str
    inputs: tuple[Input, ...]


NONE = Dependence(False, "", ())
DEPENDENT = ("state", "sedative-dependence")
NO_EARLIER_USE = (NotChecked("dependence-likely", "no earlier benzodiazepine use in the record"),)


def dependence(scene: Scene, at: date) -> Dependence:
    """Probable dependence on day `at`, by the first of: diagnosis, the patient's word, the table of duration, days and dose."""
    return _diagnosed(scene) or _told(scene) or (None if scene.none_before else _taken(scene, course(scene, at))) or NONE


def _diagnosed(scene: Scene) -> Dependence | None:
    met = tuple([Input(c.concept.words, c.reference) for c, meant in scene.diagnoses if DEPENDENT in meant])
    return Dependence(True, "a diagnosis of sedative dependence", met) if met else None


def _told(scene: Scene) -> Dependence | None:
    told = scene.told.dependence
    source = told.reference or scene.told.reference("dependence")
    if told.said_dependent is YES:
        return Dependence(True, "dependence told or recorded", (Input("dependence told or recorded", source),))
    if told.months_of_use is None:
        return None
    days = told.days_per_week if told.days_per_week is not None else Decimal(7)
    if not by_table(scene, told.months_of_use, days, told.daily_diazepam_mg):
        return None
    return Dependence(True, "length of use as told", (Input(f"use for {told.months_of_use} months, as told", source),))


def _taken(scene: Scene, taken: Course) -> Dependence | None:
    if taken.since is None:
        return None
    months = Decimal(whole_months(taken.since, taken.until))
    current = [w for w in taken.uses if w in scene.active] or list(taken.uses[-1:])
    days = max((w.days_per_week for w in current), default=Decimal(7))
    if not by_table(scene, months, days, _diazepam(scene, taken)):
        return None
    return Dependence(True, "length, frequency and dose of use in the record", taken.inputs)


def _diazepam(scene: Scene, taken: Course) -> Decimal | None:
    """The most mg diazepam a day that the current use can stand for: the larger table, because the question is withdrawal."""
    total = Decimal(0)
    for w in [w for w in taken.uses if w in scene.active] or list(taken.uses[-1:]):
        tables = scene.knowledge.substance(w.substance).equivalents
        if w.daily_mg is None or not tables:
            return None
        total += max(w.daily_mg * 10 / e.mg.low for e in tables)
    return total


def by_table(scene: Scene, months: Decimal, days_per_week: Decimal, diazepam_mg: Decimal | None) -> bool:
    """ASAM 2025 table 2: a "yes" row. Rare below 4 days a week; lower below 1 month, and from 1 to 3 months up to 10 mg.

    The boundary of 10 mg stands in two rows of the printed table; low is read as up to 10. An unknown dose is not high.
    """
    if days_per_week < scene.rule("dependence-days-per-week"):
        return False
    if months >= scene.rule("dependence-months"):
        return True
    above = diazepam_mg is not None and diazepam_mg > scene.rule("dependence-moderate-mg")
    return months >= scene.rule("dependence-month") and above


def dependence_likely(scene: Scene, regimen: Regimen, found: Dependence) -> Said:
    if not found.probable:
        if scene.none_before:
            return NO_EARLIER_USE if scene.told.dependence.months_of_use is None else SILENT
        unread = [w.reference for w in scene.active if w.daily_mg is None and scene.of_class(w.substance, "benzodiazepine")]
        if unread:
            return (NotChecked("dependence-likely", f"the dose of {', '.join(unread)} cannot be read"),)
        return SILENT
    texts = (
        "Physical dependence is likely",
        f"By {found.why}. Stopping or cutting quickly can cause seizures; a dose that is kept or lowered is not stopped here.",
    )
    return (scene.finding("dependence-likely", Severity.NOTE, regimen.order, texts, Because(inputs=found.inputs)),)
