"""A measured level gets into the record, is vouched for, or is marked as entered in error; and whether the patient sees a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from serein.care.evaluation.actions.own import put_on_trail
from serein.care.evaluation.answering import text_problem
from serein.care.planning.text import Mistaken
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.rows import new_id

from ..measured import SUBSTANCES, value_problem
from ..models import MeasuredLevel, PictureChoice
from ..reads.levels import LONGEST_DAYS
from ..reads.measured import SHOWS

LONGEST_WHY = 300
NOT_YOURS = Refused("not-your-role", "Only a clinician of the care team may do this.")
GONE = Refused("changed-meanwhile", "This level is not there any more, or was marked as entered in error.")
ALREADY = Refused("changed-meanwhile", "Somebody has said already that this level is right.")


@dataclass(frozen=True)
class NewLevel:
    """`value` in `unit` as the laboratory printed it; `last_dose_at` as told, None when nobody told."""

    substance: str
    value: Decimal
    unit: str
    drawn_at: datetime
    last_dose_at: datetime | None = None


@dataclass(frozen=True)
class LevelRecorded:
    level_id: UUID


@dataclass(frozen=True)
class LevelMarked:
    level_id: UUID


@dataclass(frozen=True)
class PictureChosen:
    shows: str


def _may(chart: OpenChart) -> bool:
    return treating(chart) is not None


@deed
@transaction.atomic
def record_level(chart: OpenChart, new: NewLevel) -> LevelRecorded | Mistaken | Refused:
    """Store a level. Whether the estimate uses it is decided at each look: a doubtful one waits for a clinician's word."""
    if not _may(chart):
        return refuse_on_record(chart, "record_level", NOT_YOURS)
    wrong = tuple(_mistaken(chart, new))
    if wrong:
        return Mistaken(wrong)
    assert chart.by is not None
    row = MeasuredLevel(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, substance=new.substance, value=new.value, unit=new.unit,
        drawn_at=new.drawn_at, last_dose_at=new.last_dose_at, by_id=chart.by.account_id, at=chart.at,
    )  # fmt: skip
    row.save(force_insert=True)
    put_on_trail(chart, "record_level", ("measured level", row.id), substance=new.substance, unit=new.unit)
    return LevelRecorded(row.id)


def _mistaken(chart: OpenChart, new: NewLevel) -> Iterator[tuple[str, str]]:
    if new.substance not in SUBSTANCES:
        yield "substance", "Choose what was measured."
    problem = value_problem(new.value, new.unit)
    if problem:
        yield ("unit" if problem.startswith("Choose") else "value"), problem
    if new.drawn_at > chart.at:
        yield "drawn_on", "The blood cannot have been taken in the future."
    elif new.drawn_at < chart.at - timedelta(days=LONGEST_DAYS):
        yield "drawn_on", f"The estimate reaches back {LONGEST_DAYS} days: an older level cannot be weighed."
    if new.last_dose_at is not None and new.last_dose_at > new.drawn_at:
        yield "dose_on", "The last dose before the blood cannot come after it."


@deed
@transaction.atomic
def vouch_for_level(chart: OpenChart, level_id: UUID, *, why: str) -> LevelMarked | Mistaken | Refused:
    """Say that a doubtful level is right, and how that is known. From then on the estimate uses it."""
    subject = ("measured level", level_id)
    if not _may(chart):
        return refuse_on_record(chart, "vouch_for_level", NOT_YOURS, subject=subject)
    if wrong := _why_problem(why, "Say how you know that it is right."):
        return Mistaken(wrong)
    assert chart.by is not None
    mine = MeasuredLevel.objects.filter(pk=level_id, patient=chart.patient_id, error_at=None)
    if not mine.filter(right_at=None).update(right_at=chart.at, right_by=chart.by.account_id, right_why=why.strip()):
        return refuse_on_record(chart, "vouch_for_level", ALREADY if mine.exists() else GONE, subject=subject)
    put_on_trail(chart, "vouch_for_level", subject)
    return LevelMarked(level_id)


@deed
@transaction.atomic
def mark_level_wrong(chart: OpenChart, level_id: UUID, *, why: str) -> LevelMarked | Mistaken | Refused:
    """Mark a level as entered in error. It stays in the record and counts for nothing."""
    subject = ("measured level", level_id)
    if not _may(chart):
        return refuse_on_record(chart, "mark_level_wrong", NOT_YOURS, subject=subject)
    if wrong := _why_problem(why, "Say what is wrong with it."):
        return Mistaken(wrong)
    assert chart.by is not None
    mine = MeasuredLevel.objects.filter(pk=level_id, patient=chart.patient_id, error_at=None)
    if not mine.update(error_at=chart.at, error_by=chart.by.account_id, error_why=why.strip()):
        return refuse_on_record(chart, "mark_level_wrong", GONE, subject=subject)
    put_on_trail(chart, "mark_level_wrong", subject)
    return LevelMarked(level_id)


@deed
@transaction.atomic
def choose_picture(chart: OpenChart, shows: str, *, why: str) -> PictureChosen | Mistaken | Refused:
    """Whether the patient sees a picture of the estimated level, and whether with numbers."""
    if not _may(chart):
        return refuse_on_record(chart, "choose_picture", NOT_YOURS)
    if shows not in SHOWS:
        return Mistaken((("shows", "Choose what the patient sees."),))
    if wrong := _why_problem(why, "Say why."):
        return Mistaken(wrong)
    assert chart.by is not None
    row = PictureChoice(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, shows=shows, why=why.strip(), by_id=chart.by.account_id, at=chart.at
    )  # fmt: skip
    row.save(force_insert=True)
    put_on_trail(chart, "choose_picture", ("level picture", row.id), shows=shows)
    return PictureChosen(shows)


def _why_problem(why: str, missing: str) -> tuple[tuple[str, str], ...]:
    if not why.strip():
        return (("why", missing),)
    return (("why", f"Use {LONGEST_WHY} ordinary characters or fewer."),) if text_problem(why, LONGEST_WHY) else ()
