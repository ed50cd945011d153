"""Hold the dose, and go on later: the rest is planned anew from the dose in force, sent, and agreed to like any other version."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from serein.care.planning.text import Mistaken
from serein.clinical import taper
from serein.clinical.quantities import NotAQuantity, decimal, plain
from serein.foundation.outbox.post import post
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import letterbox
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from .. import reads
from ..models import Hold, TaperState
from ..text import MOST_DAYS_AHEAD, MOST_EVERY, limits
from ..words import calendar_code
from .papers import new_calendar
from .proposing import NewCourse, Proposed, store
from .recording import (
    LONGEST_WHY,
    NOT_CLINICIAN,
    RESUME_TASK,
    STEP_TASKS,
    clinic_today,
    clinician,
    close_step_tasks,
    done,
    one_at_a_time,
    refuse,
    why_wrong,
)
from .replying import answered
from .steps import mark_confirmed

# When to look at a hold again that has no end: as often as an outpatient taper is looked at anyway.
LOOK_AGAIN = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class HoldText:
    """`until_on` is the first day on which a change may come again; None: until somebody decides. `takes_mg` says which dose the patient takes
    where the last change is not confirmed."""

    why: str
    until_on: date | None = None
    takes_mg: str = ""
    asked_by_patient: bool = False


@dataclass(frozen=True, kw_only=True)
class ResumeText:
    """From when changes may come again; the pace only where it becomes slower, a higher dose only for a step back."""

    resume_on: date
    cut_percent: str = ""
    every_days: int | None = None
    back_to_mg: str = ""


@dataclass(frozen=True)
class Held:
    course_id: UUID


@deed
@transaction.atomic
def hold_taper(chart: OpenChart, course_id: UUID, text: HoldText) -> Held | Mistaken | Refused:
    """Keep the dose where it is. No change comes until a new version was agreed to: the end of a hold ends nothing by itself."""
    deed, by, today = "hold_taper", clinician(chart), clinic_today(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN, course_id)
    one_at_a_time(chart)
    card, now = reads.taper(chart, course_id), reads.dose_in_force(chart, today)
    if card is None or now is None or card.state != TaperState.RUNNING:
        return refuse(chart, deed, ("not-running", "This taper does not run."), course_id)
    if card.hold is not None:
        return refuse(chart, deed, ("held", "The dose is held already."), course_id)
    wrong = why_wrong("why", text.why, longest=LONGEST_WHY) or _wrong_until(text, today)
    if wrong is not None:
        return wrong
    from_on = _from_on(chart, card, now, text, by)
    if isinstance(from_on, Mistaken):
        return from_on
    if not any(s.from_on > from_on for s in card.steps):
        return refuse(chart, deed, ("nothing-remains", "No change remains that could be held."), course_id)
    Hold(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, course_id=course_id, from_on=from_on, until_on=text.until_on,
        asked_by_patient=text.asked_by_patient, why=text.why.strip(), by_id=by, at=chart.at,
    ).save(force_insert=True)  # fmt: skip
    new_calendar(chart, calendar_code(course_id, agreed=True, holds=len(card.holds) + 1))
    _tell(chart, card, text, by)
    done(chart, deed, course_id, asked=text.asked_by_patient)
    return Held(course_id)


def _wrong_until(text: HoldText, today: date) -> Mistaken | None:
    if text.until_on is not None and not today <= text.until_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        return Mistaken((("until_on", "Choose a day from today on, within a year, or leave it open."),))
    return None


def _from_on(chart: OpenChart, card: reads.TaperCard, now: reads.DoseInForce, text: HoldText, by: UUID) -> date | Mistaken:
    """The day from which the dose stays. With an unconfirmed change the clinician says which of the two doses is held: if it is the old one,
    the hold begins the day before that change."""
    today, change = clinic_today(chart), now.unconfirmed_change
    if change is None:
        return today
    try:
        takes = decimal(text.takes_mg)
    except NotAQuantity:
        takes = Decimal(-1)
    if takes not in (change.from_mg, change.to_mg):
        both = f"{plain(change.from_mg)} mg or {plain(change.to_mg)} mg"
        return Mistaken((("takes_mg", f"The last change is not confirmed. Say which dose the patient takes: {both}."),))
    if takes == change.to_mg:
        step = next(s for s in card.steps if s.id == change.step_id)
        mark_confirmed(chart, card, step, by)
        return today
    first = next(s for s in card.steps if s.daily_mg < change.from_mg)
    return first.from_on - timedelta(days=1)


def _tell(chart: OpenChart, card: reads.TaperCard, text: HoldText, by: UUID) -> None:
    close_step_tasks(chart, [s.id for s in card.steps], "the dose is held", STEP_TASKS)
    answered(chart, card.id, "the dose is held")
    wait = LOOK_AGAIN if text.until_on is None else max(timedelta(days=1), text.until_on - clinic_today(chart))
    task = NewTask(
        RESUME_TASK, "week", "Decide how the taper goes on", "The dose is held; no change comes until a new version is agreed to",
        "Hold of the taper", "resume_taper", chart.at + wait, by, card.id,
    )  # fmt: skip
    open_task(chart, task)
    post(chart, kind="taper-held", to=letterbox(chart.patient_id), body={})


@deed
@transaction.atomic
def resume_taper(chart: OpenChart, course_id: UUID, text: ResumeText) -> Proposed | Mistaken | Refused:
    """A draft of the next version: the rest of the plan from the dose in force, on no day lower than it was agreed."""
    deed, by, today = "resume_taper", clinician(chart), clinic_today(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN, course_id)
    one_at_a_time(chart)
    card, now = reads.taper(chart, course_id), reads.dose_in_force(chart, today)
    if card is None or now is None or card.state != TaperState.RUNNING or card.hold is None:
        return refuse(chart, deed, ("not-held", "No dose is held."), course_id)
    if card.switch is not None:
        return refuse(chart, deed, ("switch-held", "A switch is held: plan the rest of the switch on its own page."), course_id)
    found = replanned(card, now, text, today)
    if isinstance(found, Mistaken):
        return found
    why = "; ".join(change_words(c) for c in found.changes) or "Nothing but the version changes"
    close_tasks(chart, kind=RESUME_TASK, why="the rest was planned", subject_id=course_id)
    return store(chart, by, NewCourse(card.plan_id, found.request, found.plan, card.id, why, card.own), deed)


def replanned(card: reads.TaperCard, now: reads.DoseInForce, text: ResumeText, today: date) -> taper.Replanned | Mistaken:
    """What `resume_taper` would store. Never before the end of the hold: a hold is not shortened."""
    assert card.hold is not None
    earliest = max(today, card.hold.until_on or today)
    if not earliest <= text.resume_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        return Mistaken((("resume_on", f"The next change can come on {earliest:%d-%b-%Y} or later, within a year."),))
    try:
        percent = decimal(text.cut_percent) if text.cut_percent else card.request.pace.cut_percent
        back = decimal(text.back_to_mg) if text.back_to_mg else now.mg
    except NotAQuantity:
        return Mistaken((("cut_percent", "Enter numbers, such as 5."),))
    every = text.every_days if text.every_days is not None else card.request.pace.every_days
    if not 0 < percent <= 100 or not 1 <= every <= MOST_EVERY:
        return Mistaken((("cut_percent", f"Enter a percentage above 0 and 1 to {MOST_EVERY} days."),))
    if back < now.mg:
        return Mistaken((("back_to_mg", "A step back is to a higher dose that this plan had."),))
    pace = taper.Pace(percent, every)
    since = now.since if back == now.mg else today
    hold = taper.Hold(
        from_=card.hold.from_on, dose_mg=back, since=since, resume_on=text.resume_on, pace=None if pace == card.request.pace else pace,
    )  # fmt: skip
    found = taper.replan(card.request, limits(card.plan.policy, card.own), card.plan, hold)
    if isinstance(found, taper.Refused):
        field = {"faster-than-agreed": "cut_percent", "dose-not-of-plan": "back_to_mg"}.get(found.code, "resume_on")
        return Mistaken(((field, found.why),))
    return found


def change_words(change: taper.Change) -> str:
    """A change of the plan, for staff: 'The next change moves from 05-Mar-2027 to 19-Mar-2027'."""
    before, after = (_shown(v) for v in (change.before, change.after))
    words = {
        "next-change": f"The next change moves from {before} to {after}",
        "last-change": f"The last change moves from {before} to {after}",
        "step-back": f"The dose goes back from {before} to {after} a day",
        "pace": f"The pace goes from {before} to {after}",
    }
    return words[change.code]


def _shown(value: str) -> str:
    try:
        return f"{date.fromisoformat(value):%d-%b-%Y}"
    except ValueError:
        return value
