"""Accepting an invitation: the only way an account comes to be."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.invitations import NOT_USABLE, WaitingInvitation, waiting_invitation
from serein.foundation.people.keys import OpenJob, Refused, open_job, refuse_on_record
from serein.foundation.people.models import Account, Invitation, Practitioner, Role, RoleGrant

from .sharing import start_sharing


@dataclass(frozen=True)
class Accepted:
    account_id: UUID
    clinic_id: UUID
    role: str
    patient_id: UUID | None


def accept_invitation(token: str, password: str, at: datetime) -> Accepted | Refused:
    """Make the account behind a single-use token, once, whoever races. Refused: not usable, or the password is too weak (says how)."""
    with transaction.atomic():
        waiting = waiting_invitation(token, at=at)
        if isinstance(waiting, Refused):
            return waiting
        weak = _weak(password, waiting)
        if weak is not None:
            return weak
        job = open_job(waiting.clinic_id, purpose="registration", at=at)
        try:
            with transaction.atomic():
                return _make_account(job, waiting, password)
        except IntegrityError:
            # Another account holds the address. The savepoint gave the invitation back; the answer tells the bearer nothing.
            return refuse_on_record(job, "accept_invitation", NOT_USABLE, subject=("invitation", waiting.id))


def _weak(password: str, waiting: WaitingInvitation) -> Refused | None:
    try:
        validate_password(password, Account(clinic_id=waiting.clinic_id, email=waiting.email, name=waiting.name))
    except ValidationError as error:
        return Refused("password-weak", " ".join(error.messages))
    return None


def _make_account(job: OpenJob, waiting: WaitingInvitation, password: str) -> Accepted | Refused:
    at = job.at
    won = Invitation.objects.filter(pk=waiting.id, used_at=None, expires_at__gt=at).update(used_at=at)
    if won != 1:
        return refuse_on_record(job, "accept_invitation", NOT_USABLE, subject=("invitation", waiting.id))
    # A caregiver's invitation names the patient whom they help: it is not their own record.
    own = None if waiting.role == Role.CAREGIVER else waiting.patient_id
    account = Account(clinic_id=waiting.clinic_id, email=waiting.email, name=waiting.name, patient_id=own, created_at=at)
    account.set_password(password)
    account.save(force_insert=True)
    invitation = Invitation.objects.get(pk=waiting.id)
    RoleGrant(
        clinic_id=waiting.clinic_id, account=account, role=waiting.role, granted_by_id=invitation.invited_by_id, granted_at=at
    ).save(force_insert=True)
    if waiting.role in (Role.CLINICIAN, Role.PHARMACIST):
        Practitioner(clinic_id=waiting.clinic_id, account=account).save(force_insert=True)
    entry = Entry(waiting.clinic_id, at, account.id, "accept_invitation")
    record(entry.about(waiting.patient_id, "account", account.id), facts={"role": waiting.role})
    if waiting.role == Role.CAREGIVER:
        start_sharing(invitation, account.id, at)
    return Accepted(account.id, waiting.clinic_id, waiting.role, own)
