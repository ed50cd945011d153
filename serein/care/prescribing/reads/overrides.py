"""Reasons that were recorded for going on in spite of a warning, and whether they still stand."""

from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import clinic_day, name_of

from ..models import Override

REASONS = MappingProxyType(
    {
        "benefit": "The benefit outweighs this risk for this patient",
        "managed": "Already known, and watched or treated",
        "temporary": "For a short, supervised time until it can be changed",
        "not-applicable": "It does not apply to this patient (say why)",
    }
)


@dataclass(frozen=True)
class Standing:
    """A recorded reason that stands today."""

    fingerprint: str
    code: str
    reason: str
    words: str
    by: str
    at: datetime
    until: date

    @property
    def reason_words(self) -> str:
        return REASONS.get(self.reason, self.reason)


@shown
def standing_overrides(chart: OpenChart) -> dict[str, Standing]:
    """By fingerprint of the warning. A reason stands until the day of the next reassessment that was in force when it was given: on that day
    somebody looks again. One given on or after that day counts for its own day only."""
    today = clinic_day(chart.clinic_id, chart.at)
    found = {}
    for row in Override.objects.filter(patient=chart.patient_id, at__lte=chart.at).order_by("id"):
        if today < row.until or clinic_day(chart.clinic_id, row.at) == today:
            found[row.fingerprint] = Standing(
                row.fingerprint, row.code, row.reason, row.words, name_of(row.by_id), row.at, row.until
            )
    return found
