"""What is done about visits: those that took place elsewhere are recorded as they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating

from .models import Encounter, PsychotherapyNote

LONGEST_KIND = 120
KINDS = ("in person", "video", "telephone")


@dataclass(frozen=True, kw_only=True)
class PastEncounter:
    """A visit in another system; `source_id` is its name there. Instants may be unknown."""

    kind: str
    source_id: str
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Recorded:
    added: int
    known: int


@deed
def record_past_encounters(chart: OpenChart, source_system: str, visits: Sequence[PastEncounter]) -> Recorded:
    """Record visits of another system; one that is known by its name there stays as it is."""
    mine = Encounter.objects.filter(patient=chart.patient_id, source_system=source_system)
    known = set(mine.values_list("source_id", flat=True))
    new = [
        Encounter(
            clinic_id=chart.clinic_id, patient_id=chart.patient_id, kind=shortened(v.kind, LONGEST_KIND), started_at=v.started_at,
            ended_at=v.ended_at, source_system=source_system, source_id=v.source_id, recorded_at=chart.at,
        )
        for v in {v.source_id: v for v in visits}.values()
        if v.source_id not in known
    ]  # fmt: skip
    Encounter.objects.bulk_create(new)
    if new:
        by = chart.by.account_id if chart.by else None
        entry = Entry(chart.clinic_id, chart.at, by, "record_past_encounters")
        record(entry.about(chart.patient_id, "patient", chart.patient_id), facts={"added": len(new)})
    return Recorded(len(new), len(visits) - len(new))


def shortened(text: str, longest: int) -> str:
    """For a label beside which the whole is kept elsewhere."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


@dataclass(frozen=True, kw_only=True)
class NewEncounter:
    """A visit here. `kind` says how patient and clinician met: in person, video, telephone."""

    kind: str
    started_at: datetime
    ended_at: datetime | None = None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class EncounterRecorded:
    encounter_id: UUID


@deed
def record_encounter(chart: OpenChart, new: NewEncounter) -> EncounterRecorded | Refused:
    """Record a visit that took place: how, when, why, and what was noted. Only the care team does."""
    with transaction.atomic():
        if chart.by is None or treating(chart) is None:
            return refuse_on_record(chart, "record_encounter", Refused("not-your-deed", "Only the care team records visits."))
        refused = _encounter_refused(new, chart.at)
        if refused is not None:
            return refuse_on_record(chart, "record_encounter", refused)
        encounter = Encounter(
            clinic_id=chart.clinic_id, patient_id=chart.patient_id, kind=new.kind, started_at=new.started_at, ended_at=new.ended_at,
            clinician_id=chart.by.account_id, reason=shortened(new.reason, 300), note=new.note, recorded_at=chart.at,
        )  # fmt: skip
        encounter.save(force_insert=True)
        entry = Entry(chart.clinic_id, chart.at, chart.by.account_id, "record_encounter")
        record(entry.about(chart.patient_id, "encounter", encounter.id), facts={"kind": new.kind})
        return EncounterRecorded(encounter.id)


def _encounter_refused(new: NewEncounter, at: datetime) -> Refused | None:
    if new.kind not in KINDS:
        return Refused("kind-unknown", f"Say how you met: {', '.join(KINDS)}.")
    if new.started_at > at or (new.ended_at is not None and not new.started_at <= new.ended_at <= at):
        return Refused("not-yet", "A visit is recorded after it began, and it ends after it began.")
    return None


LONGEST_NOTE = 20_000


@dataclass(frozen=True)
class NoteKept:
    note_id: UUID


@deed
def keep_psychotherapy_note(chart: OpenChart, words: str) -> NoteKept | Refused:
    """Keep a note that its author alone meets. The trail holds that there is one, nothing of it."""
    with transaction.atomic():
        if chart.by is None:
            return refuse_on_record(chart, "keep_psychotherapy_note", Refused("not-your-deed", "A note has an author."))
        if not words.strip() or len(words) > LONGEST_NOTE or "\x00" in words:
            empty = Refused("note-unclear", f"Write something, at most {LONGEST_NOTE} characters.")
            return refuse_on_record(chart, "keep_psychotherapy_note", empty)
        note = PsychotherapyNote(
            clinic_id=chart.clinic_id, patient_id=chart.patient_id, author_id=chart.by.account_id, words=words, written_at=chart.at
        )  # fmt: skip
        note.save(force_insert=True)
        entry = Entry(chart.clinic_id, chart.at, chart.by.account_id, "keep_psychotherapy_note")
        record(entry.about(chart.patient_id, "psychotherapy_note", note.id))
        return NoteKept(note.id)
