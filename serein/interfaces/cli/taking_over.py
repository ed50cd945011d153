"""The console's side of `serein import`: who takes the patients over, one bundle after the other, and what is said about each."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db import OperationalError

from serein.care.continuity.actions import receive_handover
from serein.care.evaluation.actions import ImportDone, import_record
from serein.care.evaluation.incoming import SUBSTANCE_USE, Fact, IncomingEntry, IncomingRecord
from serein.care.visits.actions import PastEncounter
from serein.foundation.people.keys import Refused
from serein.foundation.people.models import Account, Role
from serein.foundation.people.persons import Person, person
from serein.interfaces.cli.given import read_given
from serein.interfaces.translate.bad_input import BadInput, printable
from serein.interfaces.translate.handover import is_handover, read_handover
from serein.interfaces.translate.people import ImportedEncounter, ImportedPatient
from serein.interfaces.translate.record import Imported, ImportedRecord, read_record

LONGEST_SOURCE, LONGEST_NAME = 200, 120
# A number that follows a person through life is no name for a row.
NOT_A_SOURCE = frozenset({"http://hl7.org/fhir/sid/us-ssn"})


def take_over(names: Sequence[str], *, email: str, at: datetime) -> int:
    """Import every bundle for one clinician. Returns the gravest exit code: 0 imported, 1 refused by the clinic, 2 not usable."""
    try:
        by = _clinician(email, at)
    except OperationalError as problem:
        return _complain(f"no clinic is running here: {str(problem).splitlines()[0]}")
    if by is None:
        who = f"no clinician signs in as {email}" if email else "there is not exactly one clinician here"
        return _complain(f"{who}; name the one who takes the patients over: --for EMAIL")
    return max([_one(by, name, at) for name in names], default=0)


def _complain(why: str) -> int:
    print(f"serein import: {printable(why)}", file=sys.stderr)
    return 2


def _clinician(email: str, at: datetime) -> Person | None:
    """The clinician with that address; without one, the only clinician there is."""
    accounts = Account.objects.filter(is_active=True)
    accounts = accounts.filter(email__iexact=email) if email else accounts
    with_role = (person(pk, at=at) for pk in accounts.values_list("pk", flat=True))
    clinicians = [p for p in with_role if p is not None and p.has(Role.CLINICIAN)]
    return clinicians[0] if len(clinicians) == 1 else None


def _one(by: Person, name: str, at: datetime) -> int:
    try:
        data = read_given(name)
        if is_handover(data):
            return _handover(by, name, data, at)
        read = read_record(data)
        incoming = as_incoming(read)
    except BadInput as problem:
        return _complain(f"{name}: {problem}")
    done = import_record(by, incoming, at=at, door="console")
    if isinstance(done, Refused):
        print(f"{printable(name)}: refused: {done.why}", flush=True)
        return 1
    print(f"{printable(name)}: {_said(done)}", flush=True)
    for line in left_out(read):
        print(f"  not understood: {printable(line)}")
    return 0


def _handover(by: Person, name: str, data: bytes, at: datetime) -> int:
    """A handover of another clinic that works with Serein: plan, taper and dose come along, confirmed by nobody here. Raises BadInput."""
    facts = read_handover(data)
    done = receive_handover(by, data, facts, at=at, door="console")
    if isinstance(done, Refused):
        print(f"{printable(name)}: refused: {done.why}", flush=True)
        return 1
    what = "a handover" if done.new else "a handover that is here already"
    print(f"{printable(name)}: {what} from {printable(facts.clinician.clinic)}; {_said(done.record)}", flush=True)
    return 0


def _said(done: ImportDone) -> str:
    who = f"{'new ' if done.new_patient else ''}patient {done.patient_id}"
    return f"{who}: {done.added} facts added, {done.changed} changed, {done.known} known already; {done.encounters_added} visits added"


def left_out(read: ImportedRecord) -> Iterator[str]:
    """Everything of the bundle that did not reach the chart, and why."""
    yield from map(str, read.not_understood)
    if read.patient.birth and _birth_day(read.patient) is None:
        yield f"Patient.birthDate: not a whole day ({read.patient.birth.earliest} to {read.patient.birth.latest}); left empty"
    if read.orders:
        yield f"MedicationRequest ×{len(read.orders)}: a proposed order; only what is prescribed or taken is imported"
    if read.answers:
        yield f"QuestionnaireResponse ×{len(read.answers)}: answers given elsewhere; the patient is asked here again"


def as_incoming(read: ImportedRecord) -> IncomingRecord:
    """The bundle as the clinic takes it in. Raises BadInput for a name longer than the chart holds: it is not cut."""
    patient = read.patient
    for part in ("given", "family"):
        if len(getattr(patient, part)) > LONGEST_NAME:
            raise BadInput("Patient.name", f"{part} is longer than {LONGEST_NAME} characters")
    facts: list[Imported[Fact]] = [*read.conditions, *read.medicines, *read.allergies, *read.observations]
    return IncomingRecord(
        source=source_of(patient), system=read.system if len(read.system) <= LONGEST_SOURCE else _digest(read.system),
        given=patient.given, family=patient.family, birth_date=_birth_day(patient), sex=patient.sex,
        entries=tuple(IncomingEntry(source_id=f.id, fact=f.value, segment=SUBSTANCE_USE if f.guarded else "") for f in facts),
        encounters=tuple(_visit(e) for e in read.encounters),
    )  # fmt: skip


def _visit(encounter: Imported[ImportedEncounter]) -> PastEncounter:
    told = encounter.value
    return PastEncounter(kind=told.kind or "Visit", source_id=encounter.id, started_at=told.starts, ended_at=told.ends)


def source_of(patient: ImportedPatient) -> str:
    """What names this person in the other system, for good.

    Without an identifier a bundle's own `Patient/1` may be another person's in the next bundle, so name and birth are part of it.
    """
    named = next((i for i in patient.identifiers if i.system and i.value and i.system not in NOT_A_SOURCE), None)
    if named is not None:
        text = f"{named.system}|{named.value}"
    elif patient.reference.startswith("urn:uuid:"):
        text = patient.reference
    else:
        text = f"unnamed|{_digest(f'{patient.reference}|{patient.given}|{patient.family}|{patient.birth}')}"
    return text if len(text) <= LONGEST_SOURCE else _digest(text)


def _birth_day(patient: ImportedPatient) -> date | None:
    birth = patient.birth
    return birth.earliest if birth and birth.earliest == birth.latest else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
