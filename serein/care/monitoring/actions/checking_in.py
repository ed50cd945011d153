"""The check-in. Each answer is stored before any advice is shown, and a red flag makes a task in the same transaction: a patient who reads no
further, or whose battery dies, is on the list all the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from serein.care.access.reads import patient_card
from serein.care.evaluation.actions.own import not_the_patient, put_on_trail, without_consent
from serein.care.evaluation.actions.safety import wake_the_team
from serein.care.evaluation.answering import Problem, read_answer
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record
from serein.foundation.people.models import Patient
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from ..days import local
from ..form import BY_KEY, VERSION, Answers, Flag, first_open, flags_of, highest
from ..models import CheckIn
from ..reads.check_ins import ever_raised, root_of

FLAG_TASK = "check-in-flag"
NOT_OPEN = Refused("check-in-not-open", "This check-in is no longer open. You can start a new one.")


@dataclass(frozen=True)
class Answered:
    """Where the check-in stands. `level` is emergency, support, same-day or empty; `raised` the flags that this answer added; `open` the next
    question without an answer, or empty when all five are answered."""

    check_in_id: UUID
    level: str
    raised: tuple[str, ...]
    open: str


@dataclass(frozen=True)
class NotAnswered:
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class SentIn:
    check_in_id: UUID
    level: str


@deed
@transaction.atomic
def answer_check_in(chart: OpenChart, answers: Mapping[str, Mapping[str, Any]]) -> Answered | NotAnswered | Refused:
    """Store one or more answers in today's open check-in, which begins with the first of them.

    Another answer to a question that had raised a flag is a correction: the flagged row is closed as it is, and a new one goes on from it.
    Raises ValueError for a question that the form does not have.
    """
    if refused := not_the_patient(chart, "answer_check_in") or without_consent(chart, "answer_check_in"):
        return refused
    Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)
    today = local(chart.at, patient_card(chart).time_zone).date()
    read = _read(chart, answers)
    if isinstance(read, NotAnswered):
        return read
    row = _open_row(chart)
    if row is not None and row.day != today:  # an unfinished one of another day stays as it was
        CheckIn.objects.filter(pk=row.id).update(finished_at=chart.at)
        row = None
    before = row.answers if row else {}
    merged = {**before, **read}
    flags = flags_of(merged)
    if row is not None and _takes_back(before, read):
        row = _corrected(chart, row, merged, flags)
    elif row is None:
        row = _begun(chart, merged, flags)
    else:
        _go_on(chart, row, merged, flags)
    raised = _tell(chart, row, before, flags)
    left = first_open(merged)
    return Answered(row.id, highest(flags), raised, left.key if left else "")


def _read(chart: OpenChart, answers: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | NotAnswered:
    if unknown := set(answers) - set(BY_KEY):
        raise ValueError(f"the check-in does not ask {sorted(unknown)}")
    clean, problems = {}, []
    for key, raw in answers.items():
        clean[key], wrong = read_answer(BY_KEY[key], raw, today=chart.at.date())
        problems += wrong
    return NotAnswered(tuple(problems)) if problems else clean


def _open_row(chart: OpenChart) -> CheckIn | None:
    return CheckIn.objects.filter(patient=chart.patient_id, finished_at=None).first()


def _takes_back(before: Answers, read: Answers) -> bool:
    """Whether an answer that had raised a flag is given otherwise: then both are kept."""
    alone = {key: {f.code for f in flags_of({key: before[key]})} for key in read if key in before}
    return any(codes - {f.code for f in flags_of({key: read[key]})} for key, codes in alone.items())


def _row(chart: OpenChart, answers: dict[str, Any], flags: tuple[Flag, ...], corrects: CheckIn | None = None) -> CheckIn:
    row = CheckIn(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, form_version=VERSION,
        day=local(chart.at, patient_card(chart).time_zone).date(), answers=answers, flags=[f.code for f in flags], level=highest(flags),
        started_at=chart.at, answered_at=chart.at, corrects=corrects, private=corrects.private if corrects else False,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def _begun(chart: OpenChart, answers: dict[str, Any], flags: tuple[Flag, ...]) -> CheckIn:
    row = _row(chart, answers, flags)
    put_on_trail(chart, "answer_check_in", ("check_in", row.id))
    return row


def _go_on(chart: OpenChart, row: CheckIn, answers: dict[str, Any], flags: tuple[Flag, ...]) -> None:
    if row.answers == answers:
        return
    row.answers, row.flags, row.level, row.answered_at = answers, [f.code for f in flags], highest(flags), chart.at
    row.save(update_fields=["answers", "flags", "level", "answered_at"])
    put_on_trail(chart, "answer_check_in", ("check_in", row.id))


def _corrected(chart: OpenChart, row: CheckIn, answers: dict[str, Any], flags: tuple[Flag, ...]) -> CheckIn:
    CheckIn.objects.filter(pk=row.id, finished_at=None).update(finished_at=chart.at)
    newer = _row(chart, answers, flags, corrects=row)
    put_on_trail(chart, "correct_check_in", ("check_in", newer.id))
    return newer


def _tell(chart: OpenChart, row: CheckIn, before: Answers, flags: tuple[Flag, ...]) -> tuple[str, ...]:
    """The task, as pressing as anything this check-in ever said: taking an answer back does not take the patient off the list."""
    earlier = {f.code for f in flags_of(before)}
    raised = tuple(f.code for f in flags if f.code not in earlier)
    ever = ever_raised(chart, row.id)
    if not ever or (not raised and not earlier - {f.code for f in flags}):
        return raised
    top, root = ever[0], root_of(chart, row.id)
    taken_back = [f.says for f in ever if f.code not in {g.code for g in flags}]
    why = "; ".join(f.says for f in flags) or "Nothing stands now"
    if taken_back:
        why = f"{why}. The patient took back: {'; '.join(taken_back)}"
    due_at = row.started_at if top.tier == "now" else row.started_at + timedelta(hours=24)
    close_tasks(chart, kind=FLAG_TASK, why="said anew after more answers", subject_id=root)
    open_task(
        chart,
        NewTask(
            kind=FLAG_TASK, tier=top.tier, title=f"Check-in: {top.says[:1].lower()}{top.says[1:]}", why=why[:300],
            source="Check-in, by the patient", finished_by="record_contact", due_at=due_at, subject_id=root,
        ),
    )  # fmt: skip
    if any(f.code in raised and f.tier == "now" for f in flags):
        wake_the_team(chart)
    return raised


@deed
@transaction.atomic
def send_check_in(chart: OpenChart, check_in_id: UUID) -> SentIn | Refused:
    """Finish a check-in whose five questions are answered. Sending twice is sending once."""
    if refused := not_the_patient(chart, "send_check_in"):
        return refused
    row = CheckIn.objects.select_for_update().filter(pk=check_in_id, patient=chart.patient_id).first()
    if row is None or first_open(row.answers) is not None or (row.finished_at and _replaced(row)):
        return refuse_on_record(chart, "send_check_in", NOT_OPEN)
    if row.finished_at is None:
        CheckIn.objects.filter(pk=row.id, finished_at=None).update(finished_at=chart.at)
        put_on_trail(chart, "send_check_in", ("check_in", row.id))
    return SentIn(row.id, row.level)


def _replaced(row: CheckIn) -> bool:
    return CheckIn.objects.filter(corrects=row.id).exists()


__all__ = ["FLAG_TASK", "Answered", "NotAnswered", "SentIn", "answer_check_in", "send_check_in"]
