"""Inviting: a clinician invites patients, compliance invites staff. Nobody signs up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from serein.foundation.audit.trail import Entry, record
from serein.foundation.outbox.post import post
from serein.foundation.people.gate import deed
from serein.foundation.people.invitations import new_token, token_digest
from serein.foundation.people.keys import OpenChart, OpenList, Refused, refuse_on_record
from serein.foundation.people.models import Account, CareTeam, Clinic, Invitation, Patient, Role

from .shared_addresses import tell_of_shared

# Long enough for a letter that waits over a holiday, short enough that a forgotten one is no open door.
LASTS = timedelta(days=14)
STAFF_ROLES = (Role.CLINICIAN, Role.TRAINEE, Role.PHARMACIST, Role.COMPLIANCE, Role.ADMINISTRATOR)

ALREADY_HERE = Refused(
    "already-here", "Somebody with this e-mail address already has an account. Each person needs an address of their own."
)
EMAIL_MALFORMED = Refused("email-malformed", "Enter an e-mail address in the form name@example.com.")
NOT_HERE = Refused("not-here", "There is no such person or licence in this clinic.")
WRONG_KEY = Refused("wrong-key", "This cannot be done from here.")


@dataclass(frozen=True)
class NewStaff:
    name: str
    email: str
    role: str


@dataclass(frozen=True)
class NewPatient:
    """`sex` is FHIR's administrative gender (male, female, other, unknown); an empty zone means the clinic's."""

    given: str
    family: str
    birth_date: date | None
    email: str = ""
    sex: str = ""
    pronouns: str = ""
    phone: str = ""
    address: str = ""
    time_zone: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Invited:
    """The raw token is here and in the letter; the database keeps its digest."""

    invitation_id: UUID
    token: str
    expires_at: datetime
    patient_id: UUID | None = None


@dataclass(frozen=True)
class Registered:
    patient_id: UUID


@dataclass(frozen=True)
class Invitee:
    clinic_id: UUID
    name: str
    email: str
    role: str
    patient_id: UUID | None = None


def plain_email(text: str) -> str:
    """One spelling for one address, so that the unique index means what it says."""
    return text.strip().lower()


def make_invitation(who: Invitee, *, by_id: UUID | None, at: datetime) -> Invited:
    """Write the invitation and its row in the trail; an older one to the same address ends."""
    token = new_token()
    open_ones = Invitation.objects.filter(clinic=who.clinic_id, email=who.email, used_at=None, expires_at__gt=at)
    open_ones.update(expires_at=at)
    invitation = Invitation(
        clinic_id=who.clinic_id, token_digest=token_digest(token), email=who.email, name=who.name, role=who.role,
        patient_id=who.patient_id, invited_by_id=by_id, invited_at=at, expires_at=at + LASTS,
    )  # fmt: skip
    invitation.save(force_insert=True)
    deed = "invite_patient" if who.role == Role.PATIENT else "invite_staff"
    entry = Entry(who.clinic_id, at, by_id, deed).about(who.patient_id, "invitation", invitation.id)
    record(entry, facts={"role": str(who.role)})
    return Invited(invitation.id, token, invitation.expires_at, who.patient_id)


def _email_refused(clinic_id: UUID, email: str) -> Refused | None:
    try:
        validate_email(email)
    except ValidationError:
        return EMAIL_MALFORMED
    # An account in another clinic is not spoken of: the invitation is written, and accepting it is refused without a reason.
    return ALREADY_HERE if Account.objects.filter(clinic=clinic_id, email=email).exists() else None


@deed
def invite_staff(listing: OpenList, new: NewStaff) -> Invited | Refused:
    """Invite a clinician, trainee, pharmacist, compliance officer or administrator by a letter with a single-use link."""
    email = plain_email(new.email)
    with transaction.atomic():
        refused = WRONG_KEY if listing.purpose != "people and licences" else _email_refused(listing.clinic_id, email)
        if refused is None and new.role not in STAFF_ROLES:
            refused = Refused("not-a-staff-role", "Choose clinician, trainee, pharmacist, compliance officer or administrator.")
        if refused is not None:
            return refuse_on_record(listing, "invite_staff", refused)
        invitee = Invitee(listing.clinic_id, new.name.strip(), email, new.role)
        invited = make_invitation(invitee, by_id=listing.by.account_id, at=listing.at)
        post(listing, kind="invitation", to=email, body={"token": invited.token})
        return invited


@deed
def register_patient(chart: OpenChart, new: NewPatient, *, source: str = "") -> Registered | Refused:
    """Write who the patient is and put whoever opened the record into the care team. `source`: system and identifier of an imported record."""
    if chart.by is None or chart.purpose not in ("invite patient", "import record"):
        return refuse_on_record(chart, "register_patient", WRONG_KEY)
    with transaction.atomic():
        zone = new.time_zone or Clinic.objects.values_list("time_zone", flat=True).get(pk=chart.clinic_id)
        Patient(
            id=chart.patient_id, clinic_id=chart.clinic_id, given=new.given.strip(), family=new.family.strip(), birth_date=new.birth_date,
            sex=new.sex, pronouns=new.pronouns, email=plain_email(new.email), phone=new.phone, address=new.address, time_zone=zone,
            language=new.language, source=source, created_at=chart.at,
        ).save(force_insert=True)  # fmt: skip
        CareTeam(
            clinic_id=chart.clinic_id, patient_id=chart.patient_id, account_id=chart.by.account_id, since=chart.at, lead=True
        ).save(force_insert=True)
        entry = Entry(chart.clinic_id, chart.at, chart.by.account_id, "register_patient")
        record(entry.about(chart.patient_id, "patient", chart.patient_id), facts={"imported": bool(source)})
        tell_of_shared(chart, plain_email(new.email), new.phone)
        return Registered(chart.patient_id)


@deed
def invite_patient(chart: OpenChart, new: NewPatient) -> Invited | Refused:
    """Open the record of a new patient and send the invitation. The key comes from `open_new_chart`."""
    with transaction.atomic():
        refused = _email_refused(chart.clinic_id, plain_email(new.email))
        if refused is not None:
            return refuse_on_record(chart, "invite_patient", refused)
        registered = register_patient(chart, new)
        return registered if isinstance(registered, Refused) else _invite(chart)


@deed
def invite_known_patient(chart: OpenChart, email: str) -> Invited | Refused:
    """Invite somebody whose record is here already: imported, or whose first invitation ran out."""
    address = plain_email(email)
    with transaction.atomic():
        refused = WRONG_KEY if chart.purpose != "care" else _email_refused(chart.clinic_id, address)
        if refused is None and Account.objects.filter(patient_id=chart.patient_id).exists():
            refused = Refused("already-registered", "This patient already signs in.")
        if refused is not None:
            return refuse_on_record(chart, "invite_patient", refused)
        Patient.objects.filter(pk=chart.patient_id).update(email=address)
        tell_of_shared(chart, address, "")
        return _invite(chart)


def _invite(chart: OpenChart) -> Invited:
    patient = Patient.objects.get(pk=chart.patient_id)
    # One way in: an invitation that went to an older address of the same patient ends too.
    open_ones = Invitation.objects.filter(patient_id=patient.id, used_at=None, expires_at__gt=chart.at)
    open_ones.update(expires_at=chart.at)
    invitee = Invitee(chart.clinic_id, f"{patient.given} {patient.family}", patient.email, Role.PATIENT, patient.id)
    invited = make_invitation(invitee, by_id=chart.by.account_id if chart.by else None, at=chart.at)
    post(chart, kind="invitation", to=patient.email, body={"token": invited.token})
    return invited
