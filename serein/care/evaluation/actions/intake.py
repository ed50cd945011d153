"""Fill in the intake: one question at a time, saved at once, sent once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record
from serein.foundation.people.persons import clinic_day
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, open_task

from ..answering import MOST_ROWS, Answer, Problem, first_open, path, read_answer, read_row
from ..form import BY_KEY, VERSION
from ..models import Intake, IntakeAnswer
from ..question import Kind, Question
from ..reads.intake import last_intake, open_intake
from .own import not_the_patient, put_on_trail, without_consent
from .told import keep_identity, keep_lists


@dataclass(frozen=True)
class Started:
    intake_id: UUID


@dataclass(frozen=True)
class Answered:
    """The answer is saved. `changed` is False when it was there already."""

    question: str
    changed: bool = True


@dataclass(frozen=True)
class NotAnswered:
    """The answer cannot be kept as it is; nothing was changed."""

    question: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Submitted:
    intake_id: UUID


@dataclass(frozen=True)
class NotSubmitted:
    """Something is still to be answered: the first such question."""

    question: str


CLOSED = Refused("intake-not-open", "There are no open questions. You have already sent your answers.")
NOT_ASKED = Refused("not-asked", "We no longer need the answer to this question.")


@deed
@transaction.atomic
def start_intake(chart: OpenChart) -> Started | Refused:
    """Open an intake, or go on with the open one. After one was sent, a new one begins with its answers, so that only changes are typed."""
    if refused := not_the_patient(chart, "start_intake") or without_consent(chart, "start_intake"):
        return refused
    # Not get-or-create: of two that start at one instant, the unique index lets one write and the other then reads what it wrote.
    made = Intake.objects.bulk_create(
        [Intake(clinic_id=chart.clinic_id, patient_id=chart.patient_id, form_version=VERSION, started_at=chart.at)],
        ignore_conflicts=True,
    )
    intake = Intake.objects.get(patient=chart.patient_id, submitted_at=None)
    if intake.id != made[0].id:
        return Started(intake.id)
    before = last_intake(chart)
    kept = before.answers if before else {}
    IntakeAnswer.objects.bulk_create(
        _row(chart, intake, k, a) for k, a in kept.items() if k in BY_KEY and BY_KEY[k].kind is not Kind.INSTRUMENT
    )
    put_on_trail(chart, "start_intake", ("intake", intake.id), form=VERSION)
    return Started(intake.id)


def _row(chart: OpenChart, intake: Intake, key: str, value: Answer) -> IntakeAnswer:
    return IntakeAnswer(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, intake=intake, question=key, value=value, answered_at=chart.at
    )


def _ready(chart: OpenChart, deed: str, key: str) -> tuple[Intake, Question, dict[str, Answer]] | Refused:
    """The open intake (locked until the transaction ends), the question if it is asked, and all answers."""
    if refused := not_the_patient(chart, deed) or without_consent(chart, deed):
        return refused
    intake = Intake.objects.select_for_update().filter(patient=chart.patient_id, submitted_at=None).first()
    state = open_intake(chart)
    if intake is None or state is None:
        return refuse_on_record(chart, deed, CLOSED)
    question = next((q for q in path(state.answers) if q.key == key), None)
    if question is None:
        return refuse_on_record(chart, deed, NOT_ASKED, subject=("intake", intake.id))
    return intake, question, state.answers


def _store(chart: OpenChart, intake: Intake, key: str, value: Answer) -> None:
    IntakeAnswer.objects.update_or_create(
        intake=intake,
        question=key,
        defaults={"value": value, "answered_at": chart.at},
        create_defaults={"value": value, "answered_at": chart.at, "clinic_id": chart.clinic_id, "patient_id": chart.patient_id},
    )
    put_on_trail(chart, "answer_question", ("intake", intake.id), question=key)


@deed
@transaction.atomic
def answer_question(chart: OpenChart, question: str, value: Mapping[str, Any]) -> Answered | NotAnswered | Refused:
    """Save one answer of the patient. For a list, `{"done": True}` says that it is whole."""
    ready = _ready(chart, "answer_question", question)
    if isinstance(ready, Refused):
        return ready
    intake, asked, answers = ready
    if asked.kind is Kind.INSTRUMENT:
        return NotAnswered(question, (Problem("choice", "Answer this page as a whole."),))
    before = answers.get(question)
    if asked.kind is Kind.ROWS:
        clean: Answer = {"rows": (before or {}).get("rows", []), "done": True}
        problems = [] if clean["rows"] else [Problem(asked.blanks[0].key, "Add at least one, or go back and change your answer.")]
    else:
        clean, problems = read_answer(asked, value, today=clinic_day(chart.clinic_id, chart.at))
    if problems:
        return NotAnswered(question, tuple(problems))
    if clean == before:
        return Answered(question, changed=False)
    _store(chart, intake, question, clean)
    return Answered(question)


@deed
@transaction.atomic
def add_row(chart: OpenChart, question: str, value: Mapping[str, Any]) -> Answered | NotAnswered | Refused:
    """Add one line to a list (a medicine, an allergy). A line that is there already, word for word, is not added again."""
    ready = _ready(chart, "answer_question", question)
    if isinstance(ready, Refused):
        return ready
    intake, asked, answers = ready
    if asked.kind is not Kind.ROWS:
        raise ValueError(f"{question} is not a list")
    row, problems = read_row(asked, value)
    rows = answers.get(question, {}).get("rows", [])
    if not problems and len(rows) >= MOST_ROWS:
        problems = [Problem(asked.blanks[0].key, f"The list is full at {MOST_ROWS}. Tell your care team about the others.")]
    if problems:
        return NotAnswered(question, tuple(problems))
    if any({**r, "id": ""} == {**row, "id": ""} for r in rows):
        return Answered(question, changed=False)
    _store(chart, intake, question, {"rows": [*rows, {**row, "id": new_id().hex}], "done": False})
    return Answered(question)


@deed
@transaction.atomic
def remove_row(chart: OpenChart, question: str, row_id: str) -> Answered | Refused:
    """Take one line off a list. A line that is gone already stays gone."""
    ready = _ready(chart, "answer_question", question)
    if isinstance(ready, Refused):
        return ready
    intake, _, answers = ready
    rows = answers.get(question, {}).get("rows", [])
    left = [r for r in rows if r["id"] != row_id]
    if len(left) == len(rows):
        return Answered(question, changed=False)
    _store(chart, intake, question, {"rows": left, "done": False})
    return Answered(question)


@deed
@transaction.atomic
def submit_intake(chart: OpenChart) -> Submitted | NotSubmitted | Refused:
    """Send the intake to the clinic, once. What the patient listed becomes part of the record; a clinician is asked to read it."""
    if refused := not_the_patient(chart, "submit_intake") or without_consent(chart, "submit_intake"):
        return refused
    intake = Intake.objects.select_for_update().filter(patient=chart.patient_id, submitted_at=None).first()
    state = open_intake(chart)
    if intake is None or state is None:
        return refuse_on_record(chart, "submit_intake", CLOSED)
    missing = first_open(state.answers)
    if missing is not None:
        return NotSubmitted(missing.key)
    Intake.objects.filter(pk=intake.pk, submitted_at=None).update(submitted_at=chart.at)
    keep_identity(chart, state.answers)
    keep_lists(chart, intake.id, state.answers)
    put_on_trail(chart, "submit_intake", ("intake", intake.id), form=intake.form_version)
    open_task(
        chart,
        NewTask(
            kind="read-intake", tier="today", title="Intake sent: read it and plan", why="The patient has answered the intake.",
            source="Intake, by the patient", finished_by="send_plan", due_at=chart.at + timedelta(days=1), subject_id=intake.id,
        ),
    )  # fmt: skip
    return Submitted(intake.id)
