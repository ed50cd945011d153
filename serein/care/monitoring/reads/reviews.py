"""Reassessments and bridges: until when a plan may be renewed, and what carries a patient over a missed review."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from serein.care.planning.reads import PlanCard, plans
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import clinic_day, name_of
from serein.foundation.remembering import remembered

from ..models import Bridge, Reassessment

CONTINUE, CHANGE, TAPER, STOP = "continue", "change", "taper", "stop"
DECISIONS = MappingProxyType(
    {
        CONTINUE: "Continue as it is",
        CHANGE: "Change the plan",
        TAPER: "Reduce step by step (taper)",
        STOP: "End the treatment, never suddenly",
    }
)
BRIDGE_REASONS = MappingProxyType(
    {
        "no-appointment": "No appointment could be had in time",
        "patient-unwell": "The patient is unwell or away",
        "clinician-away": "The clinician is away",
        "handover": "Care is being handed over",
        "other": "Another reason (say which)",
    }
)


@dataclass(frozen=True)
class ReassessmentLine:
    id: UUID
    plan_id: UUID
    decision: str
    words: str
    on: date
    next_on: date
    by: str
    at: datetime

    @property
    def decision_words(self) -> str:
        return DECISIONS[self.decision]


@dataclass(frozen=True)
class BridgeLine:
    """A bridge covers `days` days from `on`, the first included."""

    id: UUID
    plan_id: UUID
    days: int
    reason: str
    words: str
    by: str
    at: datetime
    on: date

    @property
    def last_day(self) -> date:
        return self.on + timedelta(days=self.days - 1)

    @property
    def reason_words(self) -> str:
        return BRIDGE_REASONS.get(self.reason, self.reason)


@dataclass(frozen=True)
class Review:
    """When the next look at the patient is due: the plan's own date, or what the last reassessment set. On that day it is due."""

    plan_id: UUID
    due_on: date
    last: ReassessmentLine | None

    def due(self, on: date) -> bool:
        return on >= self.due_on

    @property
    def decided_to_stop(self) -> bool:
        return self.last is not None and self.last.decision == STOP


@shown
@remembered
def reassessments(chart: OpenChart) -> tuple[ReassessmentLine, ...]:
    """Newest first."""
    rows = Reassessment.objects.filter(patient=chart.patient_id).order_by("-at", "-id")
    return tuple(ReassessmentLine(r.id, r.plan_id, r.decision, r.words, r.on, r.next_on, name_of(r.by_id), r.at) for r in rows)


@shown
def review_of(chart: OpenChart, plan: PlanCard) -> Review:
    last = next((r for r in reassessments(chart) if r.plan_id == plan.id), None)
    return Review(plan.id, last.next_on if last else plan.text.reassess_on, last)


@shown
@remembered
def bridges(chart: OpenChart) -> tuple[BridgeLine, ...]:
    """Newest first."""
    rows = Bridge.objects.filter(patient=chart.patient_id).order_by("-at", "-id")
    return tuple(BridgeLine(b.id, b.plan_id, b.days, b.reason, b.words, name_of(b.by_id), b.at, b.on) for b in rows)


@shown
def bridge_running(chart: OpenChart, plan_id: UUID) -> BridgeLine | None:
    """The newest bridge of a plan, while its days run and no reassessment came after it."""
    newest = next((b for b in bridges(chart) if b.plan_id == plan_id), None)
    if newest is None or not newest.on <= clinic_day(chart.clinic_id, chart.at) <= newest.last_day:
        return None
    later = any(r.plan_id == plan_id and (r.at, r.id) > (newest.at, newest.id) for r in reassessments(chart))
    return None if later else newest


@shown
def plan_to_review(chart: OpenChart) -> PlanCard | None:
    """The plan that the patient agreed to and that nothing has replaced, also when its end has passed."""
    return next((p for p in plans(chart) if p.state == "agreed"), None)
