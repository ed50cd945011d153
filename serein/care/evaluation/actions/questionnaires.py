"""Answer a questionnaire. An answer that calls for a person is stored first, and everything else waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from serein.clinical import knowledge
from serein.clinical.instruments import score
from serein.clinical.knowledge import Instrument
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.tasks.actions import NewTask, open_task

from ..models import InstrumentResult, SafetyAnswer
from ..reads.intake import open_intake
from ..reads.safety import open_safety
from ..safety import ASK_ITEM
from .own import not_the_patient, put_on_trail
from .safety import ask_safety


@dataclass(frozen=True)
class Scored:
    """Stored. `safety_id` names the questions that must be asked now, when an answer called for them."""

    result_id: UUID
    safety_id: UUID | None = None


@dataclass(frozen=True)
class LeftOut:
    """Nothing was stored: these items have no answer, and the patient has not said to leave them out."""

    items: tuple[str, ...]


@deed
@transaction.atomic
def answer_instrument(
    chart: OpenChart, instrument: str, answers: Mapping[str, int | None], *, leave_out: bool = False
) -> Scored | LeftOut | Refused:
    """Score and store a questionnaire. `answers` maps item ids to values, None for an item that was left out.

    Items may be left out when the patient says so, or when another answer calls for a person at once: that answer must not wait for the rest.
    The same answers sent again are the same result.
    """
    if refused := not_the_patient(chart, "answer_instrument"):
        return refused
    known = knowledge.load()
    asked = known.instrument(instrument)
    given = _given(asked, answers)
    scored = score(instrument, given, known)
    if scored.missing and not scored.alerts and not leave_out:
        return LeftOut(scored.missing)
    same = _same_before(chart, instrument, given, alarm=bool(scored.alerts))
    if same is not None:
        return Scored(same.id, _round_of(same))
    result = InstrumentResult(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, instrument=instrument, answers=given, total=scored.total, band=scored.band or "",
        knowledge_version=known.version, answered_at=chart.at,
    )  # fmt: skip
    result.save(force_insert=True)
    put_on_trail(chart, "answer_instrument", ("instrument_result", result.id), instrument=instrument)
    if scored.alerts:
        return Scored(result.id, ask_safety(chart, result))
    if any(i.alert_from is not None and given[i.id] is None for i in asked.items):
        _ask_in_person(chart, asked, result.id)
    return Scored(result.id)


def _given(asked: Instrument, answers: Mapping[str, int | None]) -> dict[str, int | None]:
    """Every item, in the instrument's order, with what was said about it; strange items stay in, for the score to refuse."""
    return {i.id: None for i in (*asked.items, *asked.unscored)} | dict(answers)


def _same_before(chart: OpenChart, instrument: str, given: dict[str, int | None], *, alarm: bool) -> InstrumentResult | None:
    """The newest result, if it was given in the open intake and says the same: a page sent twice, or again after going back.

    An alarm that somebody has already assessed is not the same alarm: given again, it is raised again.
    """
    newest = InstrumentResult.objects.filter(patient=chart.patient_id, instrument=instrument).order_by("answered_at", "id").last()
    intake = open_intake(chart)
    if newest is None or intake is None or newest.answered_at < intake.started_at or newest.answers != given:
        return None
    waiting = open_safety(chart)
    return newest if not alarm or (waiting is not None and waiting.result_id == newest.id) else None


def _round_of(result: InstrumentResult) -> UUID | None:
    return SafetyAnswer.objects.filter(result=result).order_by("asked_at", "id").values_list("id", flat=True).last()


def _ask_in_person(chart: OpenChart, asked: Instrument, result_id: UUID) -> None:
    """The question about thoughts of death was left blank. Blank is not no: somebody asks."""
    open_task(
        chart,
        NewTask(
            kind=ASK_ITEM, tier="today", title=f"{asked.name}: question about thoughts of death left blank",
            why="A blank answer is not a no. Ask the patient.", source=f"{asked.name}, by the patient", finished_by="assess_risk",
            due_at=chart.at, subject_id=result_id,
        ),
    )  # fmt: skip
