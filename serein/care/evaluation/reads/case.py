"""Everything known about one patient as the clinical core wants it, each fact with where it was read."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from serein.clinical.case import Allergy, Birth, Case, Condition, Known, Medicine, Observation, QuestionnaireAnswers
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.foundation.remembering import remembered

from ..answering import live
from ..models import InstrumentResult, RecordEntry
from ..told import Told
from .birth_date import wrong_birth_dates
from .harm import clean_assessment, harm_told
from .intake import last_intake
from .safety import open_safety

TYPES: dict[str, type] = {"condition": Condition, "medicine": Medicine, "allergy": Allergy, "observation": Observation}
ENDED = ("completed", "stopped", "ended", "inactive", "resolved", "remission", "not-taken", "cancelled")


@shown
@remembered
def case_of(chart: OpenChart, on: date) -> Case:
    """The patient as known on the day `on`. What was never asked stays unknown; answers that were not sent yet are not used.

    The case holds the record, the last intake that was sent, and the newest result of each questionnaire. A condition or medicine that ended
    before `on` is past.
    """
    patient = Patient.objects.get(pk=chart.patient_id)
    intake = last_intake(chart)
    entries = _entries(chart)
    told = Told(
        live(intake.answers) if intake else {},
        f"intake, {_staff_day(chart, intake.submitted_at)}" if intake and intake.submitted_at else "",
    )
    medicines = [m for m in entries["medicine"] if isinstance(m, Medicine)]
    return Case(
        patient=f"Patient/{patient.id}",
        birth=_birth(patient.birth_date, told.birth_date, wrong_birth_dates(chart)),
        sex=patient.sex or told.sex,
        medicines=tuple(m for m in medicines if _current(m, on)),
        medicines_known=Known.YES if told.medicines_known or medicines else Known.NO,
        past=tuple(m for m in medicines if not _current(m, on)),
        conditions=(*entries["condition"], *told.conditions()),
        conditions_known=Known.YES if told.conditions_known or entries["condition"] else Known.NO,
        allergies=tuple(entries["allergy"]),
        allergies_known=Known.YES if told.allergies_known or entries["allergy"] else Known.NO,
        observations=tuple(entries["observation"]),
        questionnaires=tuple(_questionnaires(chart)),
        circumstances=told.circumstances(suicidal=_suicidal(chart)),
        jurisdiction=clinic_card(chart.clinic_id).jurisdiction.partition("-")[0],
    )


def _staff_day(chart: OpenChart, at: datetime) -> str:
    return f"{clinic_day(chart.clinic_id, at):%d-%b-%Y}"


def _birth(recorded: date | None, told: date | None, wrong: frozenset[date]) -> Birth | None:
    """Two different dates are a range: a check must hold for the youngest and the oldest that the patient can be, until somebody found out which
    of them is wrong."""
    days = [d for d in (recorded, told) if d is not None and (d == recorded or d not in wrong)]
    return Birth(min(days), max(days)) if days else None


def _entries(chart: OpenChart) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {kind: [] for kind in TYPES}
    for kind, value in (
        RecordEntry.objects.filter(patient=chart.patient_id, ended_at=None)
        .order_by("kind", "recorded_at", "id")
        .values_list("kind", "value")
    ):
        found[kind].append(msgspec.convert(value, TYPES[kind]))
    found["medicine"] = _told_apart(found["medicine"])
    return found


def _told_apart(medicines: list[Medicine]) -> list[Medicine]:
    """Each with a reference of its own. Two systems, or two intakes of one day, may name different medicines alike, and no entry is dropped
    for its name: the second is `X (2)`, as long as the first stands."""
    named: dict[str, int] = {}
    apart = []
    for each in medicines:
        name = each.reference
        while name in named:
            named[each.reference] += 1
            name = f"{each.reference} ({named[each.reference]})"
        named[name] = 1
        apart.append(replace(each, reference=name))
    return apart


def _current(medicine: Medicine, on: date) -> bool:
    return medicine.status not in ENDED and (medicine.ends is None or medicine.ends >= on)


@remembered
def _newest(chart: OpenChart) -> tuple[InstrumentResult, ...]:
    """The newest result of each questionnaire."""
    results = InstrumentResult.objects.filter(patient=chart.patient_id).order_by("answered_at", "id")
    return tuple({r.instrument: r for r in results}.values())


def _questionnaires(chart: OpenChart) -> Iterator[QuestionnaireAnswers]:
    for result in _newest(chart):
        day = clinic_day(chart.clinic_id, result.answered_at)
        yield QuestionnaireAnswers(
            reference=f"{result.instrument.upper()}, {day:%d-%b-%Y}",
            instrument=result.instrument,
            answers=tuple(sorted(result.answers.items())),
            on=day,
        )


def _suicidal(chart: OpenChart) -> tuple[bool | None, str]:
    """Whether thoughts of being better off dead stand in the newest PHQ-9, in a warning that nobody has assessed yet, or in a check-in after
    which no assessment found no present risk; None: never asked."""
    waiting, told = open_safety(chart), harm_told(chart)
    where = [f"safety questions, {_staff_day(chart, waiting.asked_at)}"] if waiting else []
    where += [h.source for h in told[:1]]
    if where:
        return True, "; ".join(where)
    for result in _newest(chart):
        value = result.answers.get("9")
        if result.instrument == "phq-9" and value is not None:
            return value > 0, f"PHQ-9, {_staff_day(chart, result.answered_at)}"
    clean = clean_assessment(chart)
    return (False, f"risk assessment, {_staff_day(chart, clean)}") if clean else (None, "")
