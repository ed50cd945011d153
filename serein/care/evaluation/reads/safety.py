"""Warnings about the patient's life: what was asked and answered, and whether a clinician has recorded an assessment since."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenList
from serein.foundation.remembering import remembered

from ..models import RiskAssessment, SafetyAnswer
from ..safety import EMERGENCY, NOT_REACHED, QUESTIONS


@dataclass(frozen=True)
class SafetyState:
    """One round of the follow-up questions. Empty text: not answered. `outcome` is emergency, support, or empty while unfinished.

    `raised_before`: an earlier round for the same questionnaire ended in emergency and was then changed by the patient.
    """

    id: UUID
    patient_id: UUID
    result_id: UUID
    instrument_item: int | None
    intent: str
    plan: str
    safe_now: str
    outcome: str
    asked_at: datetime
    answered_at: datetime | None
    raised_before: bool

    @property
    def answers(self) -> dict[str, str]:
        return {q.key: getattr(self, q.key) for q in QUESTIONS}

    @property
    def seen(self) -> str:
        """What a page has shown of this warning: an assessment names it, so that it never closes one that came in meanwhile."""
        return f"{self.id}:{self.outcome}:{self.answered_at.isoformat() if self.answered_at else ''}"


def _assessed(answer: SafetyAnswer, assessed_at: datetime | None) -> bool:
    return assessed_at is not None and assessed_at >= (answer.answered_at or answer.asked_at)


def _last_assessments(patients: list[UUID]) -> dict[UUID, datetime]:
    """When each patient was last assessed by somebody who reached them."""
    rows = RiskAssessment.objects.filter(patient__in=patients).exclude(how=NOT_REACHED).order_by("at")
    return dict(rows.values_list("patient_id", "at"))


def _value(answer: SafetyAnswer, raised_before: bool) -> SafetyState:
    a = answer
    return SafetyState(
        a.id, a.patient_id, a.result_id, a.result.answers.get("9"), a.intent, a.plan, a.safe_now, a.outcome, a.asked_at, a.answered_at,
        raised_before,
    )  # fmt: skip


def _open(patients: list[UUID]) -> dict[UUID, SafetyState]:
    assessed = _last_assessments(patients)
    found: dict[UUID, SafetyState] = {}
    rows = SafetyAnswer.objects.filter(patient__in=patients).select_related("result").order_by("asked_at", "id")
    waiting = [a for a in rows if not _assessed(a, assessed.get(a.patient_id))]
    for answer in waiting:
        before = found.get(answer.patient_id)
        found[answer.patient_id] = _value(answer, before is not None and (before.raised_before or before.outcome == EMERGENCY))
    return found


@shown
@remembered
def open_safety(chart: OpenChart) -> SafetyState | None:
    """The newest warning that no recorded assessment covers yet."""
    return _open([chart.patient_id]).get(chart.patient_id)


@shown
def open_safety_of(listing: OpenList) -> dict[UUID, SafetyState]:
    return _open(list(listing.patients))


@shown
def safety_to_answer(chart: OpenChart) -> SafetyState | None:
    """The round of questions that the patient left unanswered, if no assessment has been recorded since."""
    state = open_safety(chart)
    return state if state is not None and not state.outcome else None
