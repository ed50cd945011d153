"""What nobody has said or done yet about coming changes. Run by the worker once a day; running it again opens nothing twice."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from serein.care.prescribing.models import Draft, DraftState
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenJob
from serein.foundation.people.models import Clinic, Patient
from serein.foundation.tasks.actions import NewTask, open_task

from ..models import Hold, TaperCourse, TaperState, TaperStep
from .recording import DECIDE_TASK, SILENT_TASK, STEP_TASK, UNCONFIRMED_TASK, day_at
from .steps import decide_task

# A person decides three days ahead; a prescription needs a week: to be written, sent and fetched.
SILENCE_DAYS, SUPPLY_DAYS, UNCONFIRMED_DAYS = 3, 7, 1


@dataclass(frozen=True)
class Raised:
    """How many steps of the clinic have an open question of each kind."""

    silent: int
    undecided: int
    unconfirmed: int
    to_prescribe: int


@deed
@transaction.atomic
def raise_silent_steps(job: OpenJob, at: datetime) -> Raised:
    """Tasks for steps that come in three days without a word from the patient or a decision, that came and are not
    confirmed, or that nobody prescribed.

    A held course raises none of them: its hold has its own task.
    """
    counts = {SILENT_TASK: 0, DECIDE_TASK: 0, UNCONFIRMED_TASK: 0, STEP_TASK: 0}
    held = set(Hold.objects.filter(clinic=job.clinic_id).values_list("course_id", flat=True))
    for course in TaperCourse.objects.filter(clinic=job.clinic_id, state=TaperState.RUNNING).order_by("id"):
        if course.id not in held:
            for kind in _of(job, course, at):
                counts[kind] += 1
    return Raised(counts[SILENT_TASK], counts[DECIDE_TASK], counts[UNCONFIRMED_TASK], counts[STEP_TASK])


def _of(job: OpenJob, course: TaperCourse, at: datetime) -> list[str]:
    zone = Patient.objects.values_list("time_zone", flat=True).get(pk=course.patient_id)
    today = day_at(zone, at)
    steps = list(TaperStep.objects.filter(course=course.id).order_by("number"))
    newest = max((s.number for s in steps if s.confirmed_at is not None), default=0)
    raised = []
    for step in steps:
        for new in _questions(step, course, today, newest):
            open_task(job, new, patient_id=course.patient_id)
            raised.append(new.kind)
    return raised


def _questions(step: TaperStep, course: TaperCourse, today: date, newest: int) -> list[NewTask]:
    ahead, found = (step.from_on - today).days, []
    open_to_decide = step.number > 1 and step.go_on_at is None
    if 0 < ahead <= SILENCE_DAYS and step.ready_at is None and step.go_on_at is None:
        words = ("Decide on the coming dose change", "It comes within three days and the patient has said nothing about it")
        found.append(_task(SILENT_TASK, "today", words, "go_on_with_step", step, course))
    if 0 < ahead <= SILENCE_DAYS and step.ready_at is not None and open_to_decide:
        found.append(decide_task(step, course.written_by_id, step.ready_at))
    if -ahead >= UNCONFIRMED_DAYS and step.confirmed_at is None and step.number > newest:
        words = ("Ask which dose the patient takes", "The day of a dose change has passed and nobody confirmed it")
        found.append(_task(UNCONFIRMED_TASK, "today", words, "confirm_step", step, course))
    if 0 < ahead <= SUPPLY_DAYS and step.doses and not _written(step):
        title = "Decide on the next step, then prescribe it" if open_to_decide else "Write the prescription for the next step"
        words = (title, "The next step comes within a week and is not prescribed")
        found.append(_task(STEP_TASK, "week", words, "sign_prescription", step, course))
    return found


def _written(step: TaperStep) -> bool:
    """A part of this step was signed: what is still open of it has a draft, which has its own place."""
    return Draft.objects.filter(patient=step.patient_id, order__regimen=str(step.id), state=DraftState.SIGNED).exists()


def _task(kind: str, tier: str, words: tuple[str, str], deed: str, step: TaperStep, course: TaperCourse) -> NewTask:
    zone = Clinic.objects.values_list("time_zone", flat=True).get(pk=course.clinic_id)
    due = datetime.combine(step.from_on, time(0), ZoneInfo(zone)).astimezone(UTC)
    owner: UUID = course.written_by_id
    return NewTask(kind, tier, *words, "The agreed taper", deed, due, owner, step.id)
