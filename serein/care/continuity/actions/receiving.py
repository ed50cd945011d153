"""A handover from another clinic comes in. It is kept as it came, confirmed by nobody here, and somebody must look at it."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from serein.care.evaluation.actions import OTHER_PERSON, ImportDone, import_record
from serein.care.evaluation.incoming import SUBSTANCE_USE, IncomingEntry, IncomingRecord
from serein.care.prescribing.models import Prescription
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, open_chart, open_job, refuse_on_record
from serein.foundation.people.models import CareTeam, Patient
from serein.foundation.people.persons import Person, clinic_card
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from ..facts import HandoverFacts, read, written
from ..models import Handover, HandoverState, Received
from ..reads.gathering import OF_SEREIN
from .recording import LOOK_TASK, NOT_CLINICIAN, clinician, done, one_at_a_time, refuse

OWN = Refused("own-document", "This handover was made in this clinic. Nothing was imported.")
NOT_KNOWN = Refused("not-known-here", "It names a patient of this clinic who is not here. Nothing was imported.")
OLDER = Refused("older-document", "A newer handover of this patient is here already. Nothing was imported.")


@dataclass(frozen=True)
class ReceivedDone:
    """`new`: False when this very document was here already; then nothing was written. `back`: a patient of this clinic comes back."""

    patient_id: UUID
    received_id: UUID
    new: bool
    record: ImportDone
    back: bool = False


@dataclass(frozen=True)
class LookedAt:
    received_id: UUID


@transaction.atomic
def receive_handover(
    by: Person, document: bytes, facts: HandoverFacts, *, at: datetime, door: str = "web"
) -> ReceivedDone | Refused:
    """Keep a handover from elsewhere: the patient when new here, every fact of the record as imported, and plan, taper and dose as told.

    Nothing is signed, agreed or confirmed by it, and who answers for the patient is not changed there: their sender records that. The same
    document again changes nothing; an older one than what is here is refused. A patient who was handed over from here and comes back is updated,
    not made a second time: whoever brings the document in joins their care team, which nobody is in any more.
    """
    digest = hashlib.sha256(document).hexdigest()
    known = _known_here(by, digest, facts, at)
    if isinstance(known, Refused):
        return known
    joined = _join(by, known, at) if known is not None and known.nobodys else None
    imported = import_record(by, _record(facts, known), at=at, door=door)
    if isinstance(imported, Refused):
        if joined is not None:  # nobody joins a care team through a document that was refused
            CareTeam.objects.filter(pk=joined.pk).update(until=at)
        return imported
    chart = open_chart(by, imported.patient_id, purpose="care", at=at)
    if isinstance(chart, Refused):
        return chart
    return replace(_keep(chart, document, facts, imported), back=known is not None)


@dataclass(frozen=True)
class KnownHere:
    """A patient of this clinic whom another one hands back. `nobodys`: that clinic's acceptance is on record, and no care team is left here;
    `signed` are the prescriptions that were signed here."""

    id: UUID
    nobodys: bool
    signed: frozenset[str]


def _known_here(by: Person, digest: str, facts: HandoverFacts, at: datetime) -> KnownHere | Refused | None:
    """Who of ours comes back; None for anybody else's patient. Asked with the job's key and before anything is written: an old document must
    not turn the record back, and one that was made here says nothing new."""
    job = open_job(by.clinic_id, purpose="import record", at=at)
    system, _, name = facts.patient.source.partition("|")
    ours, who = system == f"{OF_SEREIN}{by.clinic_id}", None
    if ours and _made_here(by.clinic_id, digest, facts):
        return refuse_on_record(job, "receive_handover", OWN)
    with suppress(ValueError):
        mine = Patient.objects.filter(clinic=by.clinic_id)
        who = (mine.filter(pk=UUID(name)) if ours else mine.filter(source=facts.patient.source)).first()
    if ours and who is None:
        return refuse_on_record(job, "receive_handover", NOT_KNOWN)
    gone = _gone(who) if ours and who else None
    newest = Received.objects.filter(patient=who, replaced_at=None).first() if who else None
    since = [read(bytes(newest.facts)).at] if newest and newest.document_sha256 != digest else []
    if any(told >= facts.at for told in (*since, *([gone.at] if gone else []))):
        return refuse_on_record(job, "receive_handover", OLDER)
    if not ours or who is None:
        return None
    if who.birth_date != facts.patient.birth_date:
        return refuse_on_record(job, "receive_handover", OTHER_PERSON)
    team = CareTeam.objects.filter(clinic=by.clinic_id, patient_id=who.id, since__lte=at).exclude(until__lte=at)
    signed = Prescription.objects.filter(patient=who).values_list("id", flat=True)
    return KnownHere(who.id, gone is not None and not team.exists(), frozenset(map(str, signed)))


def _made_here(clinic_id: UUID, digest: str, facts: HandoverFacts) -> bool:
    """By the file itself, or by the sender's clinic as ours is called: the same document may be laid out anew."""
    here, told = clinic_card(clinic_id), facts.clinician
    same = (told.clinic, told.clinic_phone, told.clinic_address) == (here.name, here.phone, here.address)
    return same or Handover.objects.filter(bundle_sha256=digest).exists()


def _gone(who: Patient) -> Handover | None:
    """The last handover of this patient that another clinic accepted."""
    rows = Handover.objects.filter(patient=who, state=HandoverState.ACCEPTED, to_account=None)
    return rows.order_by("-accepted_at").first()


def _join(by: Person, known: KnownHere, at: datetime) -> CareTeam:
    row = CareTeam(clinic_id=by.clinic_id, patient_id=known.id, account_id=by.account_id, since=at, lead=True)
    row.save(force_insert=True)
    return row


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
    done(chart, "receive_handover", row.id, sha256=digest, new=imported.new_patient)
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


def _label(segment: str) -> str:
    """What came under a label stays under one, also under a label that this version does not know."""
    return SUBSTANCE_USE if segment else ""


def _record(facts: HandoverFacts, known: KnownHere | None) -> IncomingRecord:
    """The record's facts and the prescriptions as medicines: the checks of this clinic must know what the patient takes. What was signed here
    is known here, and must not count twice."""
    who, signed = facts.patient, known.signed if known else frozenset()
    entries = [IncomingEntry(source_id=e.id, fact=e.value, segment=_label(e.segment)) for e in facts.entries]
    entries += [IncomingEntry(source_id=s.medicine.reference, fact=s.medicine) for s in facts.supplies if s.id not in signed]
    system = who.source.partition("|")[0]
    return IncomingRecord(
        source=who.source, system=system, given=who.given, family=who.family, birth_date=who.birth_date, sex=who.sex, entries=tuple(entries),
        ours=known.id if known else None,
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
