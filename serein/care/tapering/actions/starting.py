"""Write down a starting point that is no steady dose, and see to it that somebody looks again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from serein.care.planning.text import Mistaken
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.permissions import Sight
from serein.foundation.people.persons import clinic_card
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from ..models import StartNote
from ..starting import AS_NEEDED, UNPRESCRIBED, BoughtText, NoSteps, UseText, bought_mistakes, steps_as_json, steps_of
from .recording import NOT_CLINICIAN, clinic_today, clinician, note, one_at_a_time, refuse_about

START_TASK = "starting-point"


@dataclass(frozen=True)
class StartNoted:
    note_id: UUID
    again_on: date | None


@deed
@transaction.atomic
def note_use_when_needed(chart: OpenChart, text: UseText) -> StartNoted | NoSteps | Mistaken | Refused:
    """Keep steps of fewer days a week as they were spoken about. Nothing is prescribed, and the plan stays as it was agreed."""
    by = clinician(chart)
    if by is None:
        return refuse_about(chart, "note_use_when_needed", NOT_CLINICIAN)
    found = steps_of(text, clinic_today(chart))
    if not isinstance(found, tuple):
        return found
    told = {"mg_per_use": text.mg_per_use.strip(), "uses": text.uses, "goal_uses": text.goal_uses}
    return _kept(chart, by, StartNote(kind=AS_NEEDED, told=told, steps=steps_as_json(found), again_on=text.again_on))


@deed
@transaction.atomic
def note_unprescribed(chart: OpenChart, text: BoughtText) -> StartNoted | Mistaken | Refused:
    """Write down what was told and seen of tablets that nobody prescribed. There is no dose in it, and none is worked out from it."""
    by = clinician(chart)
    if by is None:
        return refuse_about(chart, "note_unprescribed", NOT_CLINICIAN)
    wrong = bought_mistakes(text, clinic_today(chart))
    if wrong is not None:
        return wrong
    told: dict[str, Any] = {key: words.strip() for key, words in text.told} | {"naloxone": text.naloxone}
    again = None if text.steady else text.again_on
    row = StartNote(kind=UNPRESCRIBED, told=told, steady=text.steady, again_on=again, segment=str(Sight.SUBSTANCE_USE))
    return _kept(chart, by, row)


def _kept(chart: OpenChart, by: UUID, row: StartNote) -> StartNoted:
    one_at_a_time(chart)
    row.id, row.clinic_id, row.patient_id, row.by_id, row.at = new_id(), chart.clinic_id, chart.patient_id, by, chart.at
    row.save(force_insert=True)
    close_tasks(chart, kind=START_TASK, why="a newer look was written down")
    if row.again_on is not None:
        zone = ZoneInfo(clinic_card(chart.clinic_id).time_zone)
        due = max(chart.at, datetime.combine(row.again_on, time(9), zone).astimezone(UTC))
        task = NewTask(
            START_TASK, "week", "See the patient again before a taper is planned", "The starting dose is not settled yet", "Note of it",
            "note_unprescribed" if row.kind == UNPRESCRIBED else "note_use_when_needed", due, by, row.id,
        )  # fmt: skip
        open_task(chart, task)
    note(chart, "note_unprescribed" if row.kind == UNPRESCRIBED else "note_use_when_needed", ("start_note", row.id))
    return StartNoted(row.id, row.again_on)
