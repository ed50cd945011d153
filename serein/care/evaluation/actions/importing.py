"""Taking over a record from another system: as often as one likes, with the same result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from serein.care.access.actions import NewPatient, register_patient
from serein.care.visits.actions import record_past_encounters, shortened
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenChart, Refused, open_chart, open_job, open_new_chart, refuse_on_record
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import Person

from ..incoming import IncomingEntry, IncomingRecord
from ..models import OURS, RecordEntry

LONGEST_WORDS = 400
OTHER_PERSON = Refused(
    "not-the-same-person", "A patient with this identifier is here already, with another date of birth. Nothing was imported."
)
TWICE = Refused("named-twice", "Two facts of this record have the same name in their system. Nothing was imported.")


@dataclass(frozen=True)
class ImportDone:
    """How many facts were added, replaced by a changed one, or known already; and whether the patient is new here."""

    patient_id: UUID
    new_patient: bool
    added: int
    changed: int
    known: int
    encounters_added: int


def import_record(by: Person, incoming: IncomingRecord, *, at: datetime, door: str = "web") -> ImportDone | Refused:
    """Write another system's record into the clinic: the patient, when new here, and every fact that is new or has changed.

    Facts are matched by the name that their system gives them, so a second import of the same record adds nothing. A fact that is missing
    from a later import stays: a bundle need not be the whole record. Refused: `by` is no clinician, is not in the care team of a patient
    who is here already, or the person's date of birth is another one. `door` is kept in the trail: on the console an operator acts for `by`.
    """
    with transaction.atomic():
        # One import of one person at a time: the second waits, then finds what the first wrote.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {by.clinic_id} {incoming.source}"])
        found = _known_patient(by, incoming, at)
        known_id = found.id if found else None
        chart = (
            open_chart(by, known_id, purpose="care", at=at) if known_id else open_new_chart(by, purpose="import record", at=at)
        )
        if isinstance(chart, Refused):
            return chart
        refused = _refused(found, incoming)
        if refused is not None:
            return refuse_on_record(chart, "import_record", refused, subject=("patient", chart.patient_id))
        if found is None:
            new = NewPatient(incoming.given, incoming.family, incoming.birth_date, sex=incoming.sex)
            registered = register_patient(chart, new, source=incoming.source)
            if isinstance(registered, Refused):
                return registered
        return _write(chart, incoming, new_patient=found is None, door=door)


def _known_patient(by: Person, incoming: IncomingRecord, at: datetime) -> Patient | None:
    """Whoever is here under this identifier. Asked with the job's key: a patient of another care team must be found, not made twice."""
    open_job(by.clinic_id, purpose="import record", at=at)
    mine = Patient.objects.filter(clinic=by.clinic_id)
    return mine.filter(pk=incoming.ours).first() if incoming.ours else mine.filter(source=incoming.source).first()


def _refused(found: Patient | None, incoming: IncomingRecord) -> Refused | None:
    names = [(e.kind, e.source_id) for e in incoming.entries]
    if len(names) != len(set(names)):
        return TWICE
    both_known = found is not None and found.birth_date and incoming.birth_date
    return OTHER_PERSON if both_known and found and found.birth_date != incoming.birth_date else None


def _write(chart: OpenChart, incoming: IncomingRecord, *, new_patient: bool, door: str) -> ImportDone:
    systems = (incoming.system, *OURS) if incoming.ours else (incoming.system,)
    rows = RecordEntry.objects.filter(patient=chart.patient_id, source_system__in=systems, ended_at=None)
    before = {(row.kind, row.source_id): row for row in rows}
    new: list[RecordEntry] = []
    replaced: list[UUID] = []
    for entry in incoming.entries:
        row = _row(chart, incoming.system, entry)
        old = before.get((entry.kind, entry.source_id))
        if old is not None and (old.value, old.status) == (row.value, row.status):
            if entry.segment and not old.segment:
                RecordEntry.objects.filter(pk=old.id).update(segment=entry.segment)
            continue
        row.segment = (old.segment if old is not None else "") or entry.segment  # a newer wording is no way out of a segment
        new.append(row)
        replaced.extend([old.id] if old else [])
    RecordEntry.objects.filter(pk__in=replaced, ended_at=None).update(ended_at=chart.at)
    RecordEntry.objects.bulk_create(new)
    visits = record_past_encounters(chart, incoming.system, incoming.encounters)
    assert not isinstance(visits, Refused), "both keys of an import may write"
    added = len(new) - len(replaced)
    done = ImportDone(chart.patient_id, new_patient, added, len(replaced), len(incoming.entries) - len(new), visits.added)
    by = chart.by.account_id if chart.by else None
    entry_of_trail = Entry(chart.clinic_id, chart.at, by, "import_record").about(chart.patient_id, "patient", chart.patient_id)
    counts = {"added": done.added, "changed": done.changed, "known": done.known, "encounters": visits.added}
    record(entry_of_trail, facts={**counts, "door": door})
    return done


def _row(chart: OpenChart, system: str, entry: IncomingEntry) -> RecordEntry:
    return RecordEntry(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, kind=entry.kind, status=entry.status,
        words=shortened(entry.words, LONGEST_WORDS), since=entry.since, value=_stored(entry), provenance="imported",
        source_system=system, source_id=entry.source_id, recorded_at=chart.at, recorded_by_id=chart.by.account_id if chart.by else None,
    )  # fmt: skip


def _stored(entry: IncomingEntry) -> Any:
    """The value exactly as it comes back from the database, so that it can be compared with what is there."""
    return msgspec.json.decode(msgspec.json.encode(entry.fact))
