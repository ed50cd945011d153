"""Write, send, answer, withdraw a plan. A plan that was sent is never changed; nothing starts without the patient's recorded agreement."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from serein.foundation.audit.trail import Entry, record
from serein.foundation.outbox.post import post
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import clinic_card, clinic_day, letterbox
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from . import reads
from .models import Plan, PlanExtension, PlanReply, PlanState
from .text import Mistaken, PlanText, mistakes, printable, text_digest

QUESTION_TASK, PRESCRIBE_TASK = "answer-plan-question", "prescribe-agreed-plan"
READ_INTAKE_TASK = "read-intake"  # opened when the intake was sent (evaluation); a plan that was sent is its answer
AGREE, ASK = "agree", "ask"
LONGEST_WORDS = 2000
OPEN = (PlanState.DRAFT, PlanState.SENT, PlanState.QUESTIONED, PlanState.AGREED)


@dataclass(frozen=True)
class Written:
    plan_id: UUID
    version: int


@dataclass(frozen=True)
class Sent:
    plan_id: UUID
    replaced: int


@dataclass(frozen=True)
class Replied:
    plan_id: UUID
    answer: str


@dataclass(frozen=True)
class Withdrawn:
    plan_id: UUID


def _done(chart: OpenChart, deed: str, plan_id: UUID, **facts: object) -> None:
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, deed, purpose=chart.purpose)
    record(entry.about(chart.patient_id, "plan", plan_id), facts=facts)


def _refused(chart: OpenChart, deed: str, code: str, why: str, plan_id: UUID | None = None) -> Refused:
    return refuse_on_record(chart, deed, Refused(code, why), subject=("plan", plan_id) if plan_id else None)


def _wrong(chart: OpenChart, text: PlanText) -> Mistaken | None:
    return mistakes(text, on=clinic_day(chart.clinic_id, chart.at), jurisdiction=clinic_card(chart.clinic_id).jurisdiction)


def _not_the_clinician(chart: OpenChart) -> bool:
    return treating(chart) is None


@deed
@transaction.atomic
def write_plan(chart: OpenChart, text: PlanText) -> Written | Mistaken | Refused:
    """Write the patient's plan as a draft: the open draft is rewritten, otherwise a new version begins."""
    if _not_the_clinician(chart) or chart.by is None:
        return _refused(chart, "write_plan", "not-your-role", "Only the care team writes plans.")
    wrong = _wrong(chart, text)
    if wrong is not None:
        return wrong
    fields = _fields(text) | {"written_by_id": chart.by.account_id, "written_at": chart.at}
    Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)  # versions are counted one after the other
    mine = Plan.objects.filter(patient=chart.patient_id)
    draft = mine.filter(state=PlanState.DRAFT).first()
    if draft is None:
        version = (mine.aggregate(last=Max("version"))["last"] or 0) + 1
        draft = Plan(
            id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, version=version, state=PlanState.DRAFT, **fields
        )
        draft.save(force_insert=True)
    else:
        Plan.objects.filter(pk=draft.id, state=PlanState.DRAFT).update(**fields)
    _done(chart, "write_plan", draft.id, version=draft.version, digest=text_digest(text))
    return Written(draft.id, draft.version)


def _fields(text: PlanText) -> dict[str, object]:
    regimen = [d.as_json() for d in text.doses]
    return {
        "indication": text.indication, "indication_words": text.indication_words.strip(), "goal": text.goal.strip(),
        "substance": "diazepam", "product": text.product, "regimen": regimen, "starts_on": text.starts_on, "ends_on": text.ends_on,
        "reassess_on": text.reassess_on, "supportive_care": list(text.supportive_care),
        "supportive_note": text.supportive_note.strip(),
    }  # fmt: skip


@deed
@transaction.atomic
def send_plan(chart: OpenChart, plan_id: UUID, *, shown: str = "") -> Sent | Refused:
    """Send the draft to the patient. `shown` is the digest of what the page displayed: a draft changed since is not sent unseen.

    A version that still lay with the patient is replaced at once; an agreed one stays in force until the new one is agreed to.
    """
    if _not_the_clinician(chart):
        return _refused(chart, "send_plan", "not-your-role", "Only the care team sends plans.", plan_id)
    card = reads.plan(chart, plan_id)
    if card is None or card.state != PlanState.DRAFT:
        return _refused(chart, "send_plan", "not-a-draft", "This plan is no longer a draft.", plan_id)
    if shown and shown != card.digest:
        return _refused(chart, "send_plan", "plan-changed", "The plan changed since you saw it. Look again.", plan_id)
    if _wrong(chart, card.text):
        return _refused(chart, "send_plan", "dates-passed", "A date of this plan has passed. Change the plan first.", plan_id)
    if not Plan.objects.filter(pk=plan_id, state=PlanState.DRAFT).update(state=PlanState.SENT, sent_at=chart.at):
        return _refused(chart, "send_plan", "not-a-draft", "This plan is no longer a draft.", plan_id)
    waiting = Plan.objects.filter(patient=chart.patient_id, state__in=(PlanState.SENT, PlanState.QUESTIONED)).exclude(pk=plan_id)
    replaced = _replace(chart, list(waiting.values_list("id", flat=True)))
    close_tasks(chart, kind=READ_INTAKE_TASK, why="a plan was sent to the patient")
    post(chart, kind="plan-waiting", to=letterbox(chart.patient_id), body={})
    _done(chart, "send_plan", plan_id, version=card.version, digest=card.digest, replaced=replaced)
    return Sent(plan_id, replaced)


def _replace(chart: OpenChart, plan_ids: list[UUID]) -> int:
    """Close older versions in favour of a newer one, and what was still to be done about them."""
    count = Plan.objects.filter(pk__in=plan_ids, state__in=OPEN).update(state=PlanState.REPLACED, closed_at=chart.at)
    for one in plan_ids:
        close_tasks(chart, kind=QUESTION_TASK, why="a newer version replaced it", subject_id=one)
        close_tasks(chart, kind=PRESCRIBE_TASK, why="a newer version replaced it", subject_id=one)
    return count


@deed
@transaction.atomic
def reply_to_plan(chart: OpenChart, plan_id: UUID, answer: str, words: str = "") -> Replied | Mistaken | Refused:
    """The patient's own answer: agree, or ask with words. Nobody can agree on a patient's behalf."""
    if chart.by is None or chart.by.patient_id != chart.patient_id:
        return _refused(chart, "reply_to_plan", "not-the-patient", "Only the patient can answer a plan.", plan_id)
    if answer not in (AGREE, ASK):
        return Mistaken((("answer", "Choose whether you agree or want to ask."),))
    if answer == ASK and not words.strip():
        return Mistaken((("words", "Write what you want to ask or change."),))
    if len(words) > LONGEST_WORDS or not printable(words):
        return Mistaken((("words", f"Use {LONGEST_WORDS} ordinary characters or fewer."),))
    if answer == AGREE:
        # First, so that "one agreed plan" holds at every moment; the rollback of a lost race brings it back.
        earlier = Plan.objects.filter(patient=chart.patient_id, state=PlanState.AGREED).exclude(pk=plan_id)
        refused = _answerable(chart, plan_id)
        if refused is not None:
            return refused
        _replace(chart, list(earlier.values_list("id", flat=True)))
    to = PlanState.AGREED if answer == AGREE else PlanState.QUESTIONED
    waiting = Plan.objects.filter(pk=plan_id, state__in=(PlanState.SENT, PlanState.QUESTIONED))
    if not waiting.update(state=to):
        return _refused(chart, "reply_to_plan", "not-waiting", "This plan no longer waits for an answer.", plan_id)
    reply = PlanReply(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, plan_id=plan_id, answer=answer, words=words.strip(),
        by_id=chart.by.account_id, at=chart.at,
    )  # fmt: skip
    reply.save(force_insert=True)
    _tell_the_clinician(chart, plan_id, answer)
    _done(chart, "reply_to_plan", plan_id, answer=answer)
    return Replied(plan_id, answer)


def _answerable(chart: OpenChart, plan_id: UUID) -> Refused | None:
    """Lock the plan and look: it must wait for an answer, and its end must not have passed."""
    row = Plan.objects.select_for_update().filter(pk=plan_id).first()
    if row is None or row.state not in (PlanState.SENT, PlanState.QUESTIONED):
        return _refused(chart, "reply_to_plan", "not-waiting", "This plan no longer waits for an answer.", plan_id)
    if row.ends_on < clinic_day(chart.clinic_id, chart.at):
        return _refused(chart, "reply_to_plan", "plan-ended", "The end of this plan has passed. Ask for a new one.", plan_id)
    return None


def _tell_the_clinician(chart: OpenChart, plan_id: UUID, answer: str) -> None:
    owner = Plan.objects.values_list("written_by_id", flat=True).get(pk=plan_id)
    close_tasks(chart, kind=QUESTION_TASK, why="answered again by the patient", subject_id=plan_id)
    if answer == ASK:
        task = NewTask(
            QUESTION_TASK, "today", "Answer the question about the plan", "The patient asks about the plan before agreeing",
            "Patient's reply to the plan", "send_plan", chart.at + timedelta(days=1), owner, plan_id,
        )  # fmt: skip
    else:
        task = NewTask(
            PRESCRIBE_TASK, "week", "Write the prescription", "The patient agreed to the plan; nothing is prescribed yet",
            "Patient's reply to the plan", "sign_prescription", chart.at + timedelta(days=7), owner, plan_id,
        )  # fmt: skip
    open_task(chart, task)


@deed
@transaction.atomic
def withdraw_plan(chart: OpenChart, plan_id: UUID, *, why: str) -> Withdrawn | Mistaken | Refused:
    """Close a plan in any open state. What was already signed under it stays as it is and is cancelled by its own action."""
    if _not_the_clinician(chart):
        return _refused(chart, "withdraw_plan", "not-your-role", "Only the care team withdraws plans.", plan_id)
    if not why.strip() or len(why) > 300 or not printable(why):
        return Mistaken((("why", "Say why in 300 characters or fewer."),))
    rows = Plan.objects.filter(pk=plan_id, state__in=OPEN)
    sent = rows.exclude(state=PlanState.DRAFT).exists()
    if not rows.update(state=PlanState.WITHDRAWN, closed_at=chart.at, closed_why=why.strip()):
        return _refused(chart, "withdraw_plan", "already-closed", "This plan is already closed.", plan_id)
    for kind in (QUESTION_TASK, PRESCRIBE_TASK):
        close_tasks(chart, kind=kind, why="the plan was withdrawn", subject_id=plan_id)
    if sent:
        post(chart, kind="plan-withdrawn", to=letterbox(chart.patient_id), body={})
    _done(chart, "withdraw_plan", plan_id)
    return Withdrawn(plan_id)


@dataclass(frozen=True)
class Extended:
    plan_id: UUID
    ends_on: date


@deed
@transaction.atomic
def extend_plan(chart: OpenChart, plan_id: UUID, ends_on: date) -> Extended | Refused:
    """Move the planned end of the agreed plan to a later day. Only the patient can: it is part of agreeing to a taper that lasts longer.

    The dose, the indication and the day of the next look stay as they were. An earlier day changes nothing.
    """
    if chart.by is None or chart.by.patient_id != chart.patient_id:
        return _refused(chart, "extend_plan", "not-the-patient", "Only the patient can agree to a longer plan.", plan_id)
    card = reads.plan_in_force(chart)
    if card is None or card.id != plan_id:
        return _refused(chart, "extend_plan", "no-agreed-plan", "This plan is not in force.", plan_id)
    if ends_on > card.text.ends_on:
        PlanExtension(
            clinic_id=chart.clinic_id, patient_id=chart.patient_id, plan_id=plan_id, ends_on=ends_on, by_id=chart.by.account_id, at=chart.at
        ).save(force_insert=True)  # fmt: skip
        _done(chart, "extend_plan", plan_id)
    return Extended(plan_id, max(ends_on, card.text.ends_on))


@dataclass(frozen=True)
class Finished:
    plan_id: UUID


@deed
@transaction.atomic
def finish_plan(chart: OpenChart, plan_id: UUID) -> Finished | Refused:
    """Close an agreed plan because its course came to its end."""
    if not Plan.objects.filter(pk=plan_id, state=PlanState.AGREED).update(state=PlanState.FINISHED, closed_at=chart.at):
        return _refused(chart, "finish_plan", "not-agreed", "This plan is not in force.", plan_id)
    for kind in (QUESTION_TASK, PRESCRIBE_TASK):
        close_tasks(chart, kind=kind, why="the course ended", subject_id=plan_id)
    _done(chart, "finish_plan", plan_id)
    return Finished(plan_id)
