"""One step at a time: ready, gone on with, confirmed, prescribed; and the last one closes the course."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from serein.care.planning.actions import finish_plan
from serein.care.planning.text import Mistaken
from serein.care.prescribing.actions.drafting import RegimenDrafted, draft_regimen
from serein.care.prescribing.reads.prescriptions import supplies
from serein.care.prescribing.reads.renewal import plan_to_prescribe, renewal
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.tasks.actions import NewTask, open_task

from .. import reads
from ..models import TaperCourse, TaperState, TaperStep
from ..reserve import Reserve, left_over, most_days, orders_of
from .recording import (
    DECIDE_TASK,
    LONGEST_WHY,
    NOT_CLINICIAN,
    NOT_PATIENT,
    SILENT_TASK,
    STEP_TASKS,
    UNCONFIRMED_TASK,
    clinic_today,
    clinician,
    close_step_tasks,
    done,
    one_at_a_time,
    patient,
    patient_today,
    refuse,
    why_wrong,
)

NO_STEP = ("no-step", "This step is not part of a taper that runs now.")
HELD = ("held", "The dose is held: this change does not come now.")
UNDECIDED = (
    "undecided",
    "Nobody has decided on this change yet. Decide to go on, or keep the dose, on the taper page; then prescribe.",
)
# A decision rests on how the patient is: earlier than the shortest interval between steps nobody can know it for the next one.
DECIDE_DAYS = 14
# What stands against going on until a person has answered it; a question alone does not.
WAITING_WISHES = frozenset({"wait", "slower", "pause", "back"})
# A hold without an end is prescribed for a fortnight at a time: long enough to meet, short enough to be looked at again.
HOLD_SUPPLY_DAYS = 14


@dataclass(frozen=True)
class Ready:
    step_id: UUID


@dataclass(frozen=True)
class GoneOn:
    step_id: UUID


@dataclass(frozen=True)
class Confirmed:
    """`finished` when it was the last change."""

    step_id: UUID
    finished: bool


@dataclass(frozen=True)
class Finished:
    course_id: UUID


def _running(chart: OpenChart, step_id: UUID) -> tuple[reads.TaperCard, reads.StepCard] | None:
    found = reads.step_of(chart, step_id)
    return found if found is not None and found[0].state == TaperState.RUNNING else None


@deed
@transaction.atomic
def ready_for_step(chart: OpenChart, step_id: UUID) -> Ready | Refused:
    """The patient says, before its day, that the change may come: it proposes to go on, and a clinician decides."""
    deed = "ready_for_step"
    if patient(chart) is None:
        return refuse(chart, deed, NOT_PATIENT)
    found = _not_held(chart, step_id, deed)
    if isinstance(found, Refused):
        return found
    card, step = found
    TaperStep.objects.filter(pk=step_id, ready_at=None).update(ready_at=chart.at)
    close_step_tasks(chart, [step_id], "the patient answered", (SILENT_TASK,))
    if not step.decided:
        open_task(chart, decide_task(step, card.written_by_id, chart.at))
    done(chart, deed, card.id, step=step.number)
    return Ready(step_id)


def decide_task(step: reads.StepCard | TaperStep, owner: UUID, at: datetime) -> NewTask:
    return NewTask(
        DECIDE_TASK, "today", "Decide on the coming dose change", "The patient is ready for it; nothing is prescribed before a decision",
        "Patient's answer before the change", "go_on_with_step", at + timedelta(days=1), owner, step.id,
    )  # fmt: skip


@deed
@transaction.atomic
def go_on_with_step(chart: OpenChart, step_id: UUID, *, why: str) -> GoneOn | Mistaken | Refused:
    """A clinician decides that the coming change comes, and says on what ground. Keeping the dose instead is `hold_taper`."""
    deed, by = "go_on_with_step", clinician(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN)
    wrong = why_wrong("why", why, longest=LONGEST_WHY)
    if wrong is not None:
        return wrong
    found = _not_held(chart, step_id, deed)
    if isinstance(found, Refused):
        return found
    card, step = found
    stands = _against(card, step, clinic_today(chart))
    if stands is not None:
        return refuse(chart, deed, stands, card.id)
    rows = TaperStep.objects.filter(pk=step_id, go_on_at=None)
    if not rows.update(go_on_at=chart.at, go_on_by=by, go_on_why=why.strip()):
        return refuse(chart, deed, ("decided", "This change is decided already. Hold the dose if it must not come."), card.id)
    close_step_tasks(chart, [step_id], "a clinician decided to go on", (SILENT_TASK, DECIDE_TASK))
    done(chart, deed, card.id, step=step.number, ready=step.ready_at is not None)
    return GoneOn(step_id)


def _against(card: reads.TaperCard, step: reads.StepCard, today: date) -> tuple[str, str] | None:
    """Why nobody can decide on this step now."""
    coming = card.coming(today)
    if step.from_on > today and (coming is None or coming.id != step.id or (step.from_on - today).days > DECIDE_DAYS):
        return ("too-early", f"Only the next change is decided on, at most {DECIDE_DAYS} days before it comes.")
    before = [s for s in card.reached(today) if s.number < step.number][-1:]
    if step.from_on > today and before and before[0].confirmed_at is None:
        return ("change-unconfirmed", "The change before it is not confirmed. First record which dose the patient takes.")
    if any(w.wish in WAITING_WISHES for w in card.open_wishes):
        return ("wish-open", "The patient asked not to go on like this. Answer that first, or keep the dose.")
    return None


def _not_held(chart: OpenChart, step_id: UUID, deed: str) -> tuple[reads.TaperCard, reads.StepCard] | Refused:
    one_at_a_time(chart)
    found = _running(chart, step_id)
    if found is None:
        return refuse(chart, deed, NO_STEP)
    card, step = found
    if card.hold is not None and step.from_on > card.hold.from_on:
        return refuse(chart, deed, HELD, card.id)
    return card, step


@deed
@transaction.atomic
def confirm_step(chart: OpenChart, step_id: UUID) -> Confirmed | Refused:
    """The patient says that they changed to this dose, or a clinician records it on their word. The last change closes the course."""
    deed, by = "confirm_step", patient(chart) or clinician(chart)
    if by is None:
        return refuse(chart, deed, NOT_PATIENT)
    one_at_a_time(chart)
    found = _running(chart, step_id)
    if found is None:
        return refuse(chart, deed, NO_STEP)
    card, step = found
    if step not in card.reached(patient_today(chart)):
        return refuse(chart, deed, HELD if card.hold else ("too-early", "The day of this change has not come."), card.id)
    if any(s.confirmed_at is not None and s.number >= step.number for s in card.steps):
        return refuse(chart, deed, ("already-confirmed", "This change, or a later one, is confirmed already."), card.id)
    mark_confirmed(chart, card, step, by)
    done(chart, deed, card.id, step=step.number)
    # A switch that is done goes on at its last dose until the reduction from it is agreed to: nobody is left without a dose in force.
    last = step.number == card.steps[-1].number and card.switch is None
    if last:
        _finish(chart, card)
    return Confirmed(step_id, last)


def mark_confirmed(chart: OpenChart, card: reads.TaperCard, step: reads.StepCard, by: UUID) -> None:
    TaperStep.objects.filter(pk=step.id, confirmed_at=None).update(confirmed_at=chart.at, confirmed_by=by)
    passed = [s.id for s in card.steps if s.number <= step.number]
    close_step_tasks(chart, passed, "the change is confirmed", (SILENT_TASK, DECIDE_TASK, UNCONFIRMED_TASK))


@deed
@transaction.atomic
def finish_taper(chart: OpenChart, course_id: UUID) -> Finished | Refused:
    """A clinician closes a course whose last change has come and is confirmed by nobody: on the patient's word, told elsewhere."""
    deed, by = "finish_taper", clinician(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN, course_id)
    one_at_a_time(chart)
    card = reads.taper(chart, course_id)
    if card is None or card.state != TaperState.RUNNING:
        return refuse(chart, deed, NO_STEP, course_id)
    if card.steps[-1] not in card.reached(clinic_today(chart)):
        return refuse(chart, deed, ("not-at-its-end", "The last change has not come yet."), course_id)
    mark_confirmed(chart, card, card.steps[-1], by)
    _finish(chart, card)
    return Finished(course_id)


def _finish(chart: OpenChart, card: reads.TaperCard) -> None:
    """The reduction is over. At nothing, the plan is over too; at a lower dose it goes on."""
    rows = TaperCourse.objects.filter(pk=card.id, state=TaperState.RUNNING)
    ended = rows.update(state=TaperState.FINISHED, closed_at=chart.at)
    assert ended == 1, "the patient's row is locked: nobody else can have closed the course"
    close_step_tasks(chart, [s.id for s in card.steps], "the taper came to its end", STEP_TASKS)
    if card.steps[-1].daily_mg == 0:
        finish_plan(chart, card.plan_id)
    done(chart, "finish_taper", card.id)


@deed
@transaction.atomic
def draft_for_step(chart: OpenChart, step_id: UUID) -> RegimenDrafted | Mistaken | Refused:
    """Drafts for the tablets of one step, one for each strength: prescribing is commanded back along the path and judges them by their sum. Each
    carries what is missing of the hold reserve; whoever signs may leave it out."""
    deed = "draft_regimen"
    if clinician(chart) is None:
        return refuse(chart, deed, NOT_CLINICIAN)
    found, today = _running(chart, step_id), clinic_today(chart)
    if found is None:
        return refuse(chart, deed, NO_STEP)
    card, step = found
    if card.hold is not None and step.from_on > card.hold.from_on:
        return refuse(chart, deed, HELD, card.id)
    if not step.decided:
        return refuse(chart, deed, UNDECIDED, card.id)
    start, end = max(step.from_on, today), step.from_on + timedelta(days=step.days)
    if card.switch is not None and step.number == card.steps[-1].number:
        end = max(end, today + timedelta(days=HOLD_SUPPLY_DAYS))  # it is kept until a reduction is planned
    if not step.doses or start >= end:
        return refuse(chart, deed, ("step-over", "This step needs no supply, or its days have passed."), card.id)
    return _drafted(chart, step_id, step.doses, (start, (end - start).days), reserve=True)


@deed
@transaction.atomic
def draft_for_hold(chart: OpenChart, course_id: UUID) -> RegimenDrafted | Mistaken | Refused:
    """Drafts for the dose that is held: until the day of the hold, or for a fortnight where it has none."""
    deed, today = "draft_regimen", clinic_today(chart)
    card, now = reads.taper(chart, course_id), reads.dose_in_force(chart, today)
    if clinician(chart) is None:
        return refuse(chart, deed, NOT_CLINICIAN, course_id)
    if card is None or card.state != TaperState.RUNNING or card.hold is None or now is None or not now.parts:
        return refuse(chart, deed, ("not-held", "No dose is held."), course_id)
    until = card.hold.until_on
    days = max(1, (until - today).days) if until else HOLD_SUPPLY_DAYS
    return _drafted(chart, course_id, now.parts, (today, days))


def _drafted(
    chart: OpenChart, regimen: UUID, doses: tuple[reads.StepDose, ...], span: tuple[date, int], *, reserve: bool = False
) -> RegimenDrafted | Mistaken | Refused:
    plan = plan_to_prescribe(chart)
    if plan is None:
        return refuse(chart, "draft_regimen", ("no-agreed-plan", "No agreed plan is in force."))
    start, days = span
    fills_to = renewal(chart, plan, str(regimen)).fills_to
    if fills_to is not None and fills_to >= start:
        days = min(days, (fills_to - start).days + 1)  # the rest of the step follows after the review
    until = min(plan.text.ends_on, fills_to or plan.text.ends_on)
    spare = (
        max(0, min(most_days(), (until - start).days + 1 - days)) if reserve else 0
    )  # never past the day on which somebody looks again
    beside = tuple(s for s in supplies(chart) if s.regimen != str(regimen))
    kept = Reserve(spare, left_over(beside, start)) if spare else Reserve()
    return draft_regimen(chart, plan.id, regimen, orders_of(doses, start, days, kept))
