"""The people of a large clinic for `bench.web`, made by the actions that everybody uses.

One clinician has many patients; each signer has a draft ready to be signed.

Run inside a process whose settings point at a running installation. Passwords of patients are hashed cheaply (nobody signs in as them here);
those of the signers are hashed as the product does, because the signature proves them.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from serein.care.prescribing.actions.checking import check_draft, override_warning
from serein.care.prescribing.actions.drafting import Drafted, draft_prescription
from serein.foundation.people.persons import Person
from tests.care.devices import set_up_codes
from tests.care.plans import agreed, sent
from tests.people import AT, TestClinic, given, make_clinic, maria, open_for

PRODUCT, QUICK = ("django.contrib.auth.hashers.ScryptPasswordHasher",), ("tests.hashing.QuickScrypt",)
FAMILIES = (
    "Abara",
    "Brandt",
    "Castillo",
    "Dufour",
    "Eriksen",
    "Farah",
    "Grant",
    "Haddad",
    "Ito",
    "Jansen",
    "Kovacs",
    "Lindqvist",
)


@dataclass(frozen=True)
class Signer:
    """A clinician with a prescription ready to be signed."""

    who: Person
    patient_id: UUID
    draft_id: UUID


@dataclass(frozen=True)
class Population:
    clinician: Person
    patients: tuple[Person, ...]
    signers: tuple[Signer, ...]


def progress(what: str, total: int) -> Iterator[int]:
    for n in range(total):
        if sys.stderr.isatty() or n % 250 == 0:
            print(f"\r{what}: {n} of {total}", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
        yield n
    print(f"\r{what}: {total} of {total}", file=sys.stderr)


def patient(clinic: TestClinic, clinician: Person, n: int) -> Person:
    """Every fourth has an agreed plan (and so a task), every tenth one that waits for an answer."""
    new = maria(given=f"P{n:04}", family=FAMILIES[n % len(FAMILIES)], email=f"p{n}@bench.example", phone=f"559-{n:07}")
    with transaction.atomic():
        who = clinic.patient(of=clinician, new=new)
        if n % 4 == 0:
            agreed(clinician, who)
        elif n % 10 == 1:
            sent(clinician, who)
    return who


def signer(clinic: TestClinic, n: int, before: Person) -> Signer:
    """Somebody whose right to sign was approved by the one `before`: a code counts once, so nobody approves two in one minute."""
    settings.PASSWORD_HASHERS = list(PRODUCT)
    with transaction.atomic():
        who = clinic.clinician(f"Signer{n} Okafor")
        clinic.grant(who, by=before, at=AT + timedelta(minutes=1))
    settings.PASSWORD_HASHERS = list(QUICK)
    with transaction.atomic():
        set_up_codes(who)
        treated = clinic.patient(of=who, new=maria(given=f"S{n:04}", email=f"s{n}@bench.example", phone=f"558-{n:07}"))
        plan = agreed(who, treated)
        at = AT + timedelta(minutes=1)
        drafted = draft_prescription(open_for(who, treated, at), plan)
        assert isinstance(drafted, Drafted), drafted
        for finding in given(check_draft(open_for(who, treated, at), drafted.draft_id)).examination.unanswered:
            override_warning(open_for(who, treated, at), drafted.draft_id, finding.fingerprint, reason="managed")
    assert treated.patient_id is not None
    return Signer(who, treated.patient_id, drafted.draft_id)


def populate(patients: int, signers: int) -> Population:
    settings.PASSWORD_HASHERS = list(QUICK)
    with transaction.atomic():
        clinic = make_clinic(AT, name="Bench Clinic")
        clinician = clinic.clinician()
    everybody = tuple(patient(clinic, clinician, n) for n in progress("patients", patients))
    ready: list[Signer] = []
    for n in progress("signers", signers):
        ready.append(signer(clinic, n, ready[-1].who if ready else clinician))
    return Population(clinician, everybody, tuple(ready))
