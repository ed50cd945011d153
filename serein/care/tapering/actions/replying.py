"""What the patient says to a taper: agree, or wish for something else. Nothing runs before they agreed; a wish is answered by a person."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from serein.care.planning.actions import Extended, extend_plan
from serein.care.planning.text import Mistaken
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_day
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from .. import reads
from ..models import TaperCourse, TaperReply, TaperState, TaperStep
from ..words import calendar_code
from .papers import new_calendar
from .recording import (
    LONGEST_WORDS,
    NOT_CLINICIAN,
    NOT_PATIENT,
    RESUME_TASK,
    STEP_TASK,
    STEP_TASKS,
    WISH_TASK,
    clinic_today,
    clinician,
    close_step_tasks,
    done,
    one_at_a_time,
    patient,
    refuse,
    why_wrong,
)

WISHES = {
    "wait": "wait before the next change",
    "slower": "go slower",
    "pause": "pause at the dose now",
    "back": "go back one step",
    "ask": "ask something",
}
NOT_WAITING = ("not-waiting", "This taper no longer waits for an answer.")


# What the patient's page promises, and when the task is due.
ANSWERED_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Agreed:
    course_id: UUID


@dataclass(frozen=True)
class Asked:
    course_id: UUID
    wish: str


@dataclass(frozen=True)
class Answered:
    course_id: UUID
    wishes: int


@deed
@transaction.atomic
def agree_taper(chart: OpenChart, course_id: UUID) -> Agreed | Refused:
    """The patient's own agreement: this version runs from now on, and the plan lasts as long. Nobody can agree on a patient's behalf."""
    deed, by = "agree_taper", patient(chart)
    if by is None:
        return refuse(chart, deed, NOT_PATIENT, course_id)
    one_at_a_time(chart)
    card, old = reads.taper(chart, course_id), reads.running_taper(chart)
    refused = _stale(chart, card, old)
    if refused is not None or card is None:
        return refuse(chart, deed, refused or NOT_WAITING, course_id)
    extended = extend_plan(chart, card.plan_id, card.ends_on)
    if not isinstance(extended, Extended):
        return extended
    mine = TaperCourse.objects.filter(patient=chart.patient_id)
    if old is not None:
        mine.filter(pk=old.id, state=TaperState.RUNNING).update(state=TaperState.REPLACED, closed_at=chart.at)
        _close_all(chart, old, "a newer version replaced it")
    started = mine.filter(pk=course_id, state=TaperState.SENT).update(state=TaperState.RUNNING, agreed_at=chart.at, agreed_by=by)
    assert started == 1, "the patient's row is locked: nobody else can have changed the course"
    TaperStep.objects.filter(course=course_id, told_at=None).update(told_at=chart.at)
    _reply(chart, course_id, by, "agree", "")
    close_tasks(chart, kind=WISH_TASK, why="the patient agreed", subject_id=course_id)
    _prescribe(chart, card)
    new_calendar(chart, calendar_code(course_id, agreed=True, holds=0))
    done(chart, deed, course_id, version=card.version)
    return Agreed(course_id)


def _stale(chart: OpenChart, card: reads.TaperCard | None, old: reads.TaperCard | None) -> tuple[str, str] | None:
    """Why this version cannot be agreed to any more."""
    if card is None or card.state != TaperState.SENT:
        return NOT_WAITING
    today = clinic_today(chart)
    if card.starts_on < today:
        return ("dates-passed", "The first change of this plan has passed. Ask for a new one.")
    if old is not None and old.id != card.replaces:
        return ("plan-changed", "Another version runs now. Ask for a new one.")
    written = clinic_day(chart.clinic_id, card.written_at)
    if old is not None and any(s.from_on > written for s in old.reached(today)):
        return ("dose-changed", "Your dose changed since this plan was written. Ask for a new one.")
    return None


def _prescribe(chart: OpenChart, card: reads.TaperCard) -> None:
    first = card.steps[0]
    if not first.doses:
        return
    due = chart.at + timedelta(days=max(1, min(7, (first.from_on - clinic_today(chart)).days - 3)))
    task = NewTask(
        STEP_TASK, "week", "Write the prescription for the first step", "The patient agreed to the taper; its first step is not prescribed yet",
        "Patient's agreement to the taper", "sign_prescription", due, card.written_by_id, first.id,
    )  # fmt: skip
    open_task(chart, task)


def _close_all(chart: OpenChart, card: reads.TaperCard, why: str) -> None:
    close_step_tasks(chart, [s.id for s in card.steps], why, STEP_TASKS)
    for kind in (WISH_TASK, RESUME_TASK):
        close_tasks(chart, kind=kind, why=why, subject_id=card.id)
    TaperReply.objects.filter(course=card.id, answered_at=None).exclude(wish="agree").update(answered_at=chart.at)


def _reply(chart: OpenChart, course_id: UUID, by: UUID, wish: str, words: str) -> None:
    TaperReply(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, course_id=course_id, wish=wish, words=words.strip(), by_id=by, at=chart.at
    ).save(force_insert=True)  # fmt: skip


@deed
@transaction.atomic
def ask_about_taper(chart: OpenChart, course_id: UUID, wish: str, words: str = "") -> Asked | Mistaken | Refused:
    """The patient wishes to wait, slow down, pause, go back or ask. Opens a task for today; nothing changes by itself."""
    deed, by = "ask_about_taper", patient(chart)
    if by is None:
        return refuse(chart, deed, NOT_PATIENT, course_id)
    if wish not in WISHES:
        return Mistaken((("wish", "Choose what you want."),))
    wrong = why_wrong("words", words, longest=LONGEST_WORDS, needed=wish == "ask")
    if wrong is not None:
        return wrong
    card = reads.taper(chart, course_id)
    if card is None or card.state not in (TaperState.SENT, TaperState.RUNNING):
        return refuse(chart, deed, NOT_WAITING, course_id)
    _reply(chart, course_id, by, wish, words)
    task = NewTask(
        WISH_TASK, "today", f"Answer: the patient wants to {WISHES[wish]}", "The patient asked for this about the taper",
        "Patient's words on the taper page", "answer_about_taper", chart.at + ANSWERED_WITHIN, card.written_by_id, course_id,
    )  # fmt: skip
    open_task(chart, task)
    done(chart, deed, course_id, wish=wish)
    return Asked(course_id, wish)


@deed
@transaction.atomic
def answer_about_taper(chart: OpenChart, course_id: UUID) -> Answered | Refused:
    """A clinician talked with the patient and nothing has to change. Holding or replacing the taper answers by itself."""
    deed = "answer_about_taper"
    if clinician(chart) is None:
        return refuse(chart, deed, NOT_CLINICIAN, course_id)
    count = answered(chart, course_id, "a clinician answered")
    if not count:
        return refuse(chart, deed, ("nothing-asked", "No wish is open."), course_id)
    done(chart, deed, course_id)
    return Answered(course_id, count)


def answered(chart: OpenChart, course_id: UUID, why: str) -> int:
    """Mark what the patient asked as answered, and close its task."""
    close_tasks(chart, kind=WISH_TASK, why=why, subject_id=course_id)
    open_wishes = TaperReply.objects.filter(patient=chart.patient_id, course=course_id, answered_at=None).exclude(wish="agree")
    return open_wishes.update(answered_at=chart.at)
