"""Add to the record by hand: a clinician writes a condition, medicine, allergy or observation, or ends one that is no longer true."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.db import transaction

from serein.clinical.case import Allergy, Condition, Medicine, Observation
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.permissions import Sight
from serein.foundation.rows import new_id

from ..models import RecordEntry
from .own import put_on_trail

KINDS: dict[type, str] = {Condition: "condition", Medicine: "medicine", Allergy: "allergy", Observation: "observation"}


@dataclass(frozen=True)
class NewEntry:
    """`value` is the clinical core's value; `replaces` is the id of the entry that it corrects."""

    value: Condition | Medicine | Allergy | Observation
    words: str
    status: str = "active"
    replaces: UUID | None = None


@dataclass(frozen=True)
class Recorded:
    entry_id: UUID


@deed
@transaction.atomic
def record_entry(chart: OpenChart, new: NewEntry) -> Recorded | Refused:
    """Write one entry in a clinician's name. An entry that it replaces ends at the same instant; it is kept, and its segment goes on."""
    if chart.by is None or treating(chart) is None:
        return refuse_on_record(
            chart, "record_entry", Refused("not-your-role", "Only a clinician of the care team may write here.")
        )
    segment = ""
    if new.replaces is not None:
        old = RecordEntry.objects.filter(pk=new.replaces, patient=chart.patient_id)
        segment = old.values_list("segment", flat=True).first() or ""
        ended = RecordEntry.objects.filter(pk=new.replaces, patient=chart.patient_id, ended_at=None).update(ended_at=chart.at)
        if not ended:
            return refuse_on_record(
                chart, "record_entry", Refused("changed-meanwhile", "This entry has already been ended or replaced.")
            )
    key = new_id()
    entry = RecordEntry(
        id=key, clinic_id=chart.clinic_id, patient_id=chart.patient_id, kind=KINDS[type(new.value)], status=new.status, words=new.words[:400],
        since=getattr(new.value, "onset", None), value=msgspec.to_builtins(new.value), provenance="clinician", source_system="serein",
        source_id=str(key), recorded_at=chart.at, recorded_by_id=chart.by.account_id, segment=segment,
    )  # fmt: skip
    entry.save(force_insert=True)
    put_on_trail(chart, "record_entry", ("record_entry", key), kind=entry.kind)
    return Recorded(key)


@dataclass(frozen=True)
class SegmentMarked:
    entry_id: UUID
    again: bool = False


@deed
@transaction.atomic
def mark_segment(chart: OpenChart, entry_id: UUID) -> SegmentMarked | Refused:
    """Mark an entry as a substance-use record: it leaves the clinic only with the patient's own consent. A label only grows: no way back."""
    if chart.by is None or treating(chart) is None:
        return refuse_on_record(chart, "mark_segment", Refused("not-your-role", "Only somebody of the care team marks entries."))
    standing = RecordEntry.objects.filter(pk=entry_id, patient=chart.patient_id, ended_at=None)
    if standing.filter(segment="").update(segment=str(Sight.SUBSTANCE_USE)) == 1:
        put_on_trail(chart, "mark_segment", ("record_entry", entry_id), segment=str(Sight.SUBSTANCE_USE))
        return SegmentMarked(entry_id)
    if standing.exists():
        return SegmentMarked(entry_id, again=True)
    return refuse_on_record(chart, "mark_segment", Refused("changed-meanwhile", "This entry has already been ended or replaced."))
