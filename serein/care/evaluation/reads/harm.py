"""Thoughts of self-harm told in a check-in. They stand until a clinician's assessment after them found no present risk: neither a calmer answer
nor a contact takes them back."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from serein.care.monitoring.form import FLAGS, HARM
from serein.care.monitoring.models import CheckIn
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.remembering import remembered

from ..models import RiskAssessment
from ..safety import CLEAN, NOT_REACHED
from .safety import open_safety


@dataclass(frozen=True)
class HarmTold:
    """One check-in (or one wording of it) with such an answer. `day` is the patient's; `says` are words for the clinician."""

    check_in_id: UUID
    day: date
    says: str
    answered_at: datetime

    @property
    def source(self) -> str:
        return f"check-in of {self.day:%d-%b-%Y}"


@shown
@remembered
def harm_told(chart: OpenChart) -> tuple[HarmTold, ...]:
    """What still stands, the newest first."""
    clean = clean_assessment(chart)
    found = []
    for row in CheckIn.objects.filter(patient=chart.patient_id).order_by("-answered_at", "-id"):
        codes = [c for c in row.flags if c in HARM]
        if codes and (clean is None or row.answered_at > clean):
            found.append(HarmTold(row.id, row.day, "; ".join(FLAGS[c].says for c in codes), row.answered_at))
    return tuple(found)


@shown
@remembered
def clean_assessment(chart: OpenChart) -> datetime | None:
    """When a clinician who reached the patient last found no present risk."""
    rows = RiskAssessment.objects.filter(patient=chart.patient_id, judgement=CLEAN).exclude(how=NOT_REACHED)
    found: datetime | None = rows.order_by("-at").values_list("at", flat=True).first()
    return found


@shown
def warnings_seen(chart: OpenChart) -> str:
    """What a page has shown of all warnings about the patient's life: an assessment names it, so that none is closed or cleared unread."""
    waiting, told = open_safety(chart), harm_told(chart)
    seen = [waiting.seen] if waiting else []
    return "|".join([*seen, *(f"{h.check_in_id}:{h.answered_at.isoformat()}" for h in told[:1])])
