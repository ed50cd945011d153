"""The reassessment that unlocks renewal, and the bridge that keeps a missed one from ending in an abrupt stop."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from serein.care.evaluation.actions.own import put_on_trail
from serein.care.evaluation.answering import text_problem
from serein.care.planning.reads import PlanCard
from serein.care.planning.text import Mistaken
from serein.clinical import knowledge
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import clinic_day
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from ..models import Bridge, Reassessment
from ..reads.changes import what_changed
from ..reads.reviews import BRIDGE_REASONS, DECISIONS, plan_to_review, review_of

REVIEW_TASK = "review-due"
LONGEST_WORDS = 5000
NOT_YOURS = Refused("not-your-role", "Only a clinician of the care team may do this.")
NO_PLAN = Refused("no-agreed-plan", "This plan is not the one that the patient agreed to, or it was replaced.")
CHANGED = Refused("changed-meanwhile", "Something new came in since you opened this page. Read it first.")
NOT_NEEDED = Refused("bridge-not-needed", "No review is missed: an ordinary prescription can be written.")


@dataclass(frozen=True)
class NewReview:
    """`seen` is `Changes.digest` of the page that it was decided on."""

    decision: str
    words: str
    next_on: date
    seen: str


@dataclass(frozen=True)
class Reassessed:
    reassessment_id: UUID
    next_on: date


@dataclass(frozen=True)
class NewBridge:
    days: int
    reason: str
    words: str = ""


@dataclass(frozen=True)
class Bridged:
    bridge_id: UUID
    last_day: date


def _stand(chart: OpenChart, plan_id: UUID) -> PlanCard | Refused:
    if chart.by is None or treating(chart) is None:
        return NOT_YOURS
    plan = plan_to_review(chart)
    return plan if plan is not None and plan.id == plan_id else NO_PLAN


def latest_next(on: date) -> date:
    """The furthest day that a next review may be set to."""
    months = int(knowledge.load().rule("review-months").value)
    year, month = divmod(on.month - 1 + months, 12)
    last = 31
    while True:
        try:
            return date(on.year + year, month + 1, min(on.day, last))
        except ValueError:
            last -= 1


@deed
@transaction.atomic
def reassess(chart: OpenChart, plan_id: UUID, new: NewReview) -> Reassessed | Mistaken | Refused:
    """Record the dated review of a plan: continue, change, taper or stop. It unlocks renewal up to `next_on` and no further."""
    subject = ("plan", plan_id)
    plan = _stand(chart, plan_id)
    if isinstance(plan, Refused):
        return refuse_on_record(chart, "reassess", plan, subject=subject)
    on = clinic_day(chart.clinic_id, chart.at)
    wrong = tuple(_mistaken_review(new, on))
    if wrong:
        return Mistaken(wrong)
    Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)  # what arrives now is for the next look
    changes = what_changed(chart)
    if changes is None or changes.digest != new.seen:
        return refuse_on_record(chart, "reassess", CHANGED, subject=subject)
    assert chart.by is not None
    row = Reassessment(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, plan_id=plan_id, decision=new.decision, seen=changes.as_codes,
        words=new.words.strip(), on=on, next_on=new.next_on, by_id=chart.by.account_id, at=chart.at,
    )  # fmt: skip
    row.save(force_insert=True)
    put_on_trail(chart, "reassess", ("reassessment", row.id), decision=new.decision, seen=new.seen)
    close_tasks(chart, kind=REVIEW_TASK, why="the treatment was reviewed", subject_id=plan_id)
    return Reassessed(row.id, new.next_on)


def _mistaken_review(new: NewReview, on: date) -> Iterator[tuple[str, str]]:
    if new.decision not in DECISIONS:
        yield "decision", "Choose what was decided."
    if not new.words.strip():
        yield "words", "Write benefit, harm and what the patient wishes."
    elif text_problem(new.words, LONGEST_WORDS):
        yield "words", f"Use {LONGEST_WORDS} ordinary characters or fewer."
    if not on < new.next_on <= latest_next(on):
        yield "next_on", f"Set the next review after today and no later than {latest_next(on):%d-%b-%Y}."


@deed
@transaction.atomic
def grant_bridge(chart: OpenChart, plan_id: UUID, new: NewBridge) -> Bridged | Mistaken | Refused:
    """Allow one short supply in spite of a missed review, or after the plan's end, with its reason; the review is then for today."""
    subject = ("plan", plan_id)
    plan = _stand(chart, plan_id)
    if isinstance(plan, Refused):
        return refuse_on_record(chart, "grant_bridge", plan, subject=subject)
    on, review = clinic_day(chart.clinic_id, chart.at), review_of(chart, plan)
    wrong = tuple(_mistaken_bridge(new))
    if wrong:
        return Mistaken(wrong)
    if not review.due(on) and on <= plan.text.ends_on and not review.decided_to_stop:
        return refuse_on_record(chart, "grant_bridge", NOT_NEEDED, subject=subject)
    assert chart.by is not None
    row = Bridge(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, plan_id=plan_id, days=new.days, reason=new.reason,
        words=new.words.strip(), by_id=chart.by.account_id, at=chart.at, on=on,
    )  # fmt: skip
    row.save(force_insert=True)
    put_on_trail(chart, "grant_bridge", ("bridge", row.id), reason=new.reason)
    close_tasks(chart, kind=REVIEW_TASK, why="a bridge was given; the review is due all the same", subject_id=plan_id)
    open_task(
        chart,
        NewTask(
            REVIEW_TASK, "today", "Review the treatment", "A bridge supply was given in spite of a missed review", "Bridge supply", "reassess",
            chart.at, plan.written_by_id, plan_id,
        ),
    )  # fmt: skip
    return Bridged(row.id, on + timedelta(days=new.days - 1))


def _mistaken_bridge(new: NewBridge) -> Iterator[tuple[str, str]]:
    most = int(knowledge.load().rule("bridge-days").value)
    if isinstance(new.days, bool) or not 1 <= new.days <= most:
        yield "days", f"A bridge covers from 1 to {most} days."
    if new.reason not in BRIDGE_REASONS:
        yield "reason", "Choose a reason."
    elif new.reason == "other" and not new.words.strip():
        yield "words", "Say which reason."
    if text_problem(new.words, LONGEST_WORDS):
        yield "words", f"Use {LONGEST_WORDS} ordinary characters or fewer."
