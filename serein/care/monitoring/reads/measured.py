"""Levels that a laboratory found, and whether the patient sees a picture of the estimate."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import name_of
from serein.foundation.remembering import remembered

from ..measured import ng_per_ml
from ..models import MeasuredLevel, PictureChoice

NOTHING, PICTURE, NUMBERS = "nothing", "picture", "numbers"
SHOWS = {NOTHING: "No picture", PICTURE: "A picture without numbers", NUMBERS: "A picture with numbers"}


@dataclass(frozen=True)
class LevelLine:
    """One level as the laboratory printed it. `right_at`: a clinician said so in spite of a doubt; `error_at`: entered in error, it counts for
    nothing."""

    id: UUID
    substance: str
    value: Decimal
    unit: str
    drawn_at: datetime
    last_dose_at: datetime | None
    by: str
    at: datetime
    right_at: datetime | None
    right_by: str
    right_why: str
    error_at: datetime | None
    error_by: str
    error_why: str

    @property
    def ng_per_ml(self) -> Decimal:
        return ng_per_ml(self.value, self.unit)


@dataclass(frozen=True)
class PictureLine:
    shows: str
    why: str
    by: str
    at: datetime

    @property
    def words(self) -> str:
        return SHOWS[self.shows]


@shown
@remembered
def measured_levels(chart: OpenChart) -> tuple[LevelLine, ...]:
    """Newest blood first, those entered in error among them."""
    rows = MeasuredLevel.objects.filter(patient=chart.patient_id).order_by("-drawn_at", "-id")
    return tuple(
        LevelLine(
            r.id, r.substance, r.value, r.unit, r.drawn_at, r.last_dose_at, name_of(r.by_id), r.at, r.right_at,
            name_of(r.right_by_id) if r.right_by_id else "", r.right_why, r.error_at,
            name_of(r.error_by_id) if r.error_by_id else "", r.error_why,
        )
        for r in rows
    )  # fmt: skip


@shown
@remembered
def picture_choice(chart: OpenChart) -> PictureLine | None:
    """The newest choice; None, which shows nothing, where nobody has chosen."""
    row = PictureChoice.objects.filter(patient=chart.patient_id).order_by("-at", "-id").first()
    return PictureLine(row.shows, row.why, name_of(row.by_id), row.at) if row else None
