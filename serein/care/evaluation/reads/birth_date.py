"""Two dates of birth: the one on record and the one that the patient told, until a clinician found out which is right."""

from dataclasses import dataclass
from datetime import date, datetime

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import name_of

from ..answering import live
from ..models import BirthDateFinding
from .intake import last_intake


@dataclass(frozen=True)
class BirthDates:
    """Both dates, while they differ and nobody has settled it. `told_at`: when the intake with the other one was sent."""

    recorded: date
    told: date
    told_at: datetime | None

    @property
    def seen(self) -> str:
        """What a page has shown: a finding names it, so that it never speaks of dates that nobody read."""
        return f"{self.recorded.isoformat()}|{self.told.isoformat()}"


@dataclass(frozen=True)
class BirthDateLine:
    right: date
    wrong: date
    why: str
    by: str
    at: datetime


@shown
def birth_dates(chart: OpenChart) -> BirthDates | None:
    """None while there is one date, or where it is known which is wrong."""
    recorded, intake = Patient.objects.values_list("birth_date", flat=True).get(pk=chart.patient_id), last_intake(chart)
    day = live(intake.answers).get("birth_date", {}).get("date") if intake else None
    told = date.fromisoformat(day) if day else None
    if intake is None or recorded is None or told is None or told == recorded or told in wrong_birth_dates(chart):
        return None
    return BirthDates(recorded, told, intake.submitted_at)


@shown
def wrong_birth_dates(chart: OpenChart) -> frozenset[date]:
    """Dates that the newest finding about each says are not the patient's."""
    wrong: dict[date, bool] = {}
    for row in BirthDateFinding.objects.filter(patient=chart.patient_id).order_by("at", "id"):
        wrong[row.right], wrong[row.wrong] = False, True
    return frozenset(day for day, is_wrong in wrong.items() if is_wrong)


@shown
def birth_date_findings(chart: OpenChart) -> tuple[BirthDateLine, ...]:
    """Newest first."""
    rows = BirthDateFinding.objects.filter(patient=chart.patient_id).order_by("-at", "-id")
    return tuple(BirthDateLine(r.right, r.wrong, r.why, name_of(r.by_id), r.at) for r in rows)
