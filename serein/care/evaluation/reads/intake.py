"""Where an intake stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.remembering import remembered

from ..models import InstrumentResult, Intake, IntakeAnswer


@dataclass(frozen=True)
class IntakeState:
    """One intake. `answers` holds every stored answer, also to questions no longer asked: `answering.live` says which count.

    A finished instrument stands among the answers as `{"result": id, "answers": item to value}`.
    """

    id: UUID
    started_at: datetime
    submitted_at: datetime | None
    answers: dict[str, dict[str, Any]]


@shown
def open_intake(chart: OpenChart) -> IntakeState | None:
    """The intake that the patient is filling in."""
    return _state(Intake.objects.filter(patient=chart.patient_id, submitted_at=None).first())


@shown
@remembered
def last_intake(chart: OpenChart) -> IntakeState | None:
    """The intake that was sent last. What has not been sent is the patient's own and is not read by the clinic."""
    sent = Intake.objects.filter(patient=chart.patient_id, submitted_at__isnull=False)
    return _state(sent.order_by("-submitted_at").first())


def _state(intake: Intake | None) -> IntakeState | None:
    if intake is None:
        return None
    answers = dict(IntakeAnswer.objects.filter(intake=intake).values_list("question", "value"))
    done = InstrumentResult.objects.filter(patient=intake.patient_id, answered_at__gte=intake.started_at).order_by(
        "answered_at", "id"
    )
    if intake.submitted_at is not None:
        done = done.filter(answered_at__lte=intake.submitted_at)
    answers |= {r.instrument: {"result": str(r.pk), "answers": r.answers} for r in done}
    return IntakeState(intake.id, intake.started_at, intake.submitted_at, answers)
