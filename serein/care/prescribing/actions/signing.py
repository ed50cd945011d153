"""Signing: everything is looked at again inside the transaction that signs, and what differs from the page is a refusal.

Not here yet: velocity limits and a note to the prescriber on every signature (machine-speed forgery is the real attack on e-prescribing).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from serein.care.access.actions.revoking import COVER_TASK
from serein.care.access.models import SigningGrant
from serein.care.planning.actions import PRESCRIBE_TASK
from serein.care.planning.models import Plan
from serein.care.planning.text import Mistaken
from serein.foundation.audit.trail import Entry, record
from serein.foundation.outbox.post import post
from serein.foundation.people.door import hold_account
from serein.foundation.people.factors import Proof, holds
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, code_digest, refuse_on_record
from serein.foundation.people.models import CareTeam, Licence, Patient, Rota, Slip
from serein.foundation.people.persons import letterbox, person
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import close_tasks

from ..codes import new_code
from ..models import Cancellation, Draft, DraftState, Prescription, PrescriptionState
from ..plaintext import NotPlain, plain_text
from ..reads.agreed import siblings
from ..reads.examination import Shown, Signable, signable
from ..signer import CannotVerify, Seal, signer
from .drafting import CHANGED, NOT_YOURS, STEP_TASK, by_clinician

Prove = Callable[[str], Proof | Refused]
DEED, CANCEL = "sign_prescription", "cancel_prescription"
LONGEST_WHY = 300
NOT_PROVED = Refused("factors-missing", "Enter your password and a new one-time code to sign exactly this prescription.")
NO_MORE = Refused("not-in-care-team", "You are not in this patient’s care team any more. Nothing was signed.")
NO_KEY = Refused("signer-unavailable", "The clinic’s signing key cannot be used now. Nothing was signed.")


@dataclass(frozen=True)
class Signed:
    prescription_id: UUID
    code: str
    at: datetime


@dataclass(frozen=True)
class Cancelled:
    prescription_id: UUID


@deed
def sign_prescription(chart: OpenChart, draft_id: UUID, shown: Shown, prove: Prove) -> Signed | Refused:
    """Sign the draft exactly as it was shown. Refused, and on the trail, when anything is missing or has changed since.

    `prove` is asked for the two factors last of all, with the digest of what is signed: no one-time code is spent on a page that is refused.
    """
    with transaction.atomic():
        _hold_still(chart, draft_id)
        if not _still_treats(chart):
            return _refuse(chart, draft_id, NO_MORE)
        ready = signable(chart, draft_id, shown)
        if isinstance(ready, Refused):
            return _refuse(chart, draft_id, ready)
        assert chart.by is not None, "signable refuses a key that nobody holds"
        proof = prove(ready.content.sha256)
        if isinstance(proof, Refused):
            return _refuse(chart, draft_id, proof)
        if not holds(proof, account_id=chart.by.account_id, digest=ready.content.sha256, at=chart.at):
            return _refuse(chart, draft_id, NOT_PROVED)
        return _sign(chart, ready, chart.by.account_id)


def _refuse(chart: OpenChart, draft_id: UUID, why: Refused) -> Refused:
    return refuse_on_record(chart, DEED, why, subject=("draft", draft_id))


def _hold_still(chart: OpenChart, draft_id: UUID) -> None:
    """Nobody adds to this record, ends this plan, this licence or the right to sign between the last look and the signature.

    Every row of a record refers to its patient, and PostgreSQL takes a key-share lock there for each new row, at the latest when it commits
    (Django's foreign keys are deferred). A full lock on that one row therefore makes every new fact come before our look or after our commit.
    """
    if chart.by is not None:
        hold_account(chart.by.account_id)
    Patient.objects.select_for_update().filter(pk=chart.patient_id).first()
    plan = Draft.objects.filter(pk=draft_id).values_list("plan_id", flat=True).first()
    if plan is not None:
        list(Plan.objects.select_for_update(no_key=True).filter(pk=plan))
    if chart.by is not None and chart.by.practitioner_id is not None:
        list(Licence.objects.select_for_update(no_key=True).filter(practitioner=chart.by.practitioner_id))
        list(SigningGrant.objects.select_for_update(no_key=True).filter(account=chart.by.account_id, ended_at=None))


def _still_treats(chart: OpenChart) -> bool:
    """Whether what opened this record is still there, now that nobody can take it away before the commit.

    Not by the instant of the key: what was ended after it, while this request waited, has ended all the same.
    """
    if chart.by is None:
        return False
    mine = CareTeam.objects.select_for_update(no_key=True).filter(patient_id=chart.patient_id, account=chart.by.account_id)
    hours = Rota.objects.select_for_update(no_key=True).filter(
        account=chart.by.account_id, since__lte=chart.at, until__gt=chart.at
    )
    there = bool(list(mine.filter(until=None)) or list(hours.filter(ended_at=None)))
    now = person(chart.by.account_id, at=chart.at)
    return there and now is not None and chart.by.roles <= now.roles


def _sign(chart: OpenChart, ready: Signable, by: UUID) -> Signed | Refused:
    # Which of two tabs signs is decided here: the count of one conditional UPDATE.
    mine = Draft.objects.filter(pk=ready.draft.id, state=DraftState.OPEN, version=ready.draft.version)
    if mine.update(state=DraftState.SIGNED, changed_at=chart.at) != 1:
        return _refuse(chart, ready.draft.id, CHANGED)
    prescription_id, code, at = new_id(), new_code(), chart.at.replace(microsecond=0)
    try:
        signature = signer().sign(ready.content.canonical, Seal(prescription_id, code_digest(code), at))
    except CannotVerify:
        mine_again = Draft.objects.filter(pk=ready.draft.id, state=DraftState.SIGNED)
        mine_again.update(state=DraftState.OPEN)
        return _refuse(chart, ready.draft.id, NO_KEY)
    content = ready.content.content
    Prescription(
        id=prescription_id, clinic_id=chart.clinic_id, patient_id=chart.patient_id, draft_id=ready.draft.id, prescriber_id=by,
        licence_id=ready.licence.id, code=code, payload=ready.content.canonical, payload_sha256=ready.content.sha256,
        signature=signature.jws, key_id=signature.key_id, signed_at=at, valid_from=content.valid_from, valid_until=content.valid_until,
    ).save(force_insert=True)  # fmt: skip
    Slip(
        clinic_id=chart.clinic_id, code_digest=code_digest(code), patient_id=chart.patient_id, prescription_id=prescription_id
    ).save(force_insert=True)
    close_tasks(chart, kind=PRESCRIBE_TASK, why="the prescription was signed", subject_id=ready.plan.id)
    if ready.draft.regimen and not any(is_open for _, _, is_open in siblings(chart, ready.draft.regimen, ready.draft.id)):
        close_tasks(chart, kind=STEP_TASK, why="every part of it was signed", subject_id=UUID(ready.draft.regimen))
    close_tasks(chart, kind=COVER_TASK, why="a prescription was signed")
    post(chart, kind="prescription-ready", to=letterbox(chart.patient_id), body={})
    entry = Entry(chart.clinic_id, chart.at, by, DEED, purpose=chart.purpose)
    record(
        entry.about(chart.patient_id, "prescription", prescription_id),
        facts={
            "draft": str(ready.draft.id), "version": ready.draft.version, "plan": str(ready.plan.id), "licence": str(ready.licence.id),
            "sha256": ready.content.sha256, "statement": content.statement, "record": ready.examination.record_digest,
            "key": signature.key_id, "knowledge": ready.examination.assessment.knowledge,
        },
    )  # fmt: skip
    return Signed(prescription_id, code, at)


@deed
@transaction.atomic
def cancel_prescription(chart: OpenChart, prescription_id: UUID, *, why: str) -> Cancelled | Mistaken | Refused:
    """Cancel what was signed and not yet dispensed. Of a cancellation and a dispensing at once, one wins and the other is told."""
    by, subject = by_clinician(chart), ("prescription", prescription_id)
    if by is None:
        return refuse_on_record(chart, CANCEL, NOT_YOURS, subject=subject)
    try:
        said = plain_text(why, longest=LONGEST_WHY)
    except NotPlain as wrong:
        return Mistaken((("why", f"What you wrote {wrong}."),))
    if not said:
        return Mistaken((("why", "Say why."),))
    rows = Prescription.objects.filter(pk=prescription_id, patient=chart.patient_id, state=PrescriptionState.SIGNED)
    if rows.update(state=PrescriptionState.CANCELLED) != 1:
        late = Refused("not-open", "This prescription was already dispensed or cancelled.")
        return refuse_on_record(chart, CANCEL, late, subject=subject)
    Cancellation(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, prescription_id=prescription_id, by_id=by, at=chart.at, why=said
    ).save(force_insert=True)
    post(chart, kind="prescription-cancelled", to=letterbox(chart.patient_id), body={})
    entry = Entry(chart.clinic_id, chart.at, by, CANCEL, purpose=chart.purpose)
    record(entry.about(chart.patient_id, *subject))
    return Cancelled(prescription_id)
