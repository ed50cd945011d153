"""A handover from another clinic comes in. It is kept as it came, confirmed by nobody here, and somebody must look at it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from serein.care.evaluation.actions import ImportDone, import_record
from serein.care.evaluation.incoming import IncomingEntry, IncomingRecord
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, open_chart, open_job, refuse_on_record
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import Person
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from ..facts import HandoverFacts, read, written
from ..models import Received
from ..reads.gathering import OF_SEREIN
from .recording import LOOK_TASK, NOT_CLINICIAN, clinician, done, one_at_a_time, refuse

OWN = Refused("own-document", "This handover was made in this clinic. Nothing was imported.")
OLDER = Refused("older-document", "A newer handover of this patient is here already. Nothing was imported.")


@dataclass(frozen=True)
class ReceivedDone:
    """`new`: False when this very document was here already; then nothing was written."""

    patient_id: UUID
    received_id: UUID
    new: bool
    record: ImportDone


@dataclass(frozen=True)
class LookedAt:
    received_id: UUID


@transaction.atomic
def receive_handover(
    by: Person, document: bytes, facts: HandoverFacts, *, at: datetime, door: str = "web"
) -> ReceivedDone | Refused:
    """Keep a handover from elsewhere: the patient when new here, every fact of the record as imported, and plan, taper and dose as told.

    Nothing is signed, agreed or confirmed by it, and who answers for the patient is not changed there: their sender records that. The same
    document again changes nothing; an older one than what is here is refused.
    """
    digest = hashlib.sha256(document).hexdigest()
    refused = _not_wanted(by, digest, facts, at)
    if refused is not None:
        return refused
    imported = import_record(by, _record(facts), at=at, door=door)
    if isinstance(imported, Refused):
        return imported
    chart = open_chart(by, imported.patient_id, purpose="care", at=at)
    if isinstance(chart, Refused):
        return chart
    return _keep(chart, document, facts, imported)


def _not_wanted(by: Person, digest: str, facts: HandoverFacts, at: datetime) -> Refused | None:
    """Asked with the job's key and before anything is written: an old document must not turn the record back."""
    job = open_job(by.clinic_id, purpose="import record", at=at)
    if facts.patient.source.startswith(f"{OF_SEREIN}{by.clinic_id}|"):
        return refuse_on_record(job, "receive_handover", OWN)
    who = Patient.objects.filter(clinic=by.clinic_id, source=facts.patient.source).first()
    newest = Received.objects.filter(patient=who, replaced_at=None).first() if who else None
    if newest is None or newest.document_sha256 == digest or read(bytes(newest.facts)).at < facts.at:
        return None
    return refuse_on_record(job, "receive_handover", OLDER)


def _keep(chart: OpenChart, document: bytes, facts: HandoverFacts, imported: ImportDone) -> ReceivedDone:
    one_at_a_time(chart)
    digest = hashlib.sha256(document).hexdigest()
    mine = Received.objects.filter(patient=chart.patient_id)
    same = mine.filter(document_sha256=digest).first()
    if same is not None:
        return ReceivedDone(chart.patient_id, same.id, False, imported)
    mine.filter(replaced_at=None).update(replaced_at=chart.at)
    if imported.new_patient:
        _how_to_reach(chart, facts)
    assert chart.by is not None, "an import has an account"
    row = Received(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, from_clinic=facts.clinician.clinic, document=document,
        document_sha256=digest, facts=written(facts), accepted_by_id=chart.by.account_id, accepted_at=chart.at,
    )  # fmt: skip
    row.save(force_insert=True)
    close_tasks(chart, kind=LOOK_TASK, why="a newer document came")
    _ask_to_look(chart, row.id, facts)
    done(chart, "receive_handover", row.id, sha256=digest)
    return ReceivedDone(chart.patient_id, row.id, True, imported)


def _how_to_reach(chart: OpenChart, facts: HandoverFacts) -> None:
    who = facts.patient
    ZoneInfo(who.time_zone)
    Patient.objects.filter(pk=chart.patient_id).update(
        phone=who.phone, address=who.address, language=who.language, time_zone=who.time_zone
    )


def _ask_to_look(chart: OpenChart, received_id: UUID, facts: HandoverFacts) -> None:
    """At once where somebody's life is at stake or tablets may end; the tier is what another clinic's facts say, not what we know."""
    urgent = any(r.code == "self-harm" for r in facts.risks)
    dose = (
        f"They are told to take {facts.dose.mg} mg a day; nothing is prescribed here"
        if facts.dose
        else "Nothing is confirmed here"
    )
    task = NewTask(
        LOOK_TASK, "now" if urgent else "today", "Look through what came from another clinic", dose, "Handover from another clinic",
        "look_at_received", chart.at + timedelta(days=0 if urgent else 1), chart.by.account_id if chart.by else None, received_id,
    )  # fmt: skip
    open_task(chart, task)


def _record(facts: HandoverFacts) -> IncomingRecord:
    """The record's facts and the prescriptions as medicines: the checks of this clinic must know what the patient takes."""
    who = facts.patient
    entries = [IncomingEntry(source_id=e.id, fact=e.value) for e in facts.entries]
    entries += [IncomingEntry(source_id=s.medicine.reference, fact=s.medicine) for s in facts.supplies]
    system = who.source.partition("|")[0]
    return IncomingRecord(
        source=who.source, system=system, given=who.given, family=who.family, birth_date=who.birth_date, sex=who.sex, entries=tuple(entries),
    )  # fmt: skip


@deed
@transaction.atomic
def look_at_received(chart: OpenChart, received_id: UUID) -> LookedAt | Refused:
    """A clinician read it with the patient. It stays what another clinic said; what is to hold here is written and agreed here."""
    deed, by = "look_at_received", clinician(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN, received_id)
    row = Received.objects.filter(pk=received_id, patient=chart.patient_id, looked_at=None)
    if not row.update(looked_at=chart.at, looked_by=by):
        return refuse(chart, deed, ("looked-at", "This was looked through already."), received_id)
    close_tasks(chart, kind=LOOK_TASK, why="a clinician looked through it", subject_id=received_id)
    done(chart, deed, received_id)
    return LookedAt(received_id)
