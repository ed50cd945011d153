"""What a patient shares with somebody who helps: invited by e-mail, scope by scope, with an end; ended at once, and nobody is told."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet

from serein.foundation.audit.trail import Entry, record
from serein.foundation.outbox.post import post
from serein.foundation.people.ages import majority_of, of_age_at
from serein.foundation.people.gate import deed
from serein.foundation.people.invitations import NOT_USABLE, new_token, token_digest
from serein.foundation.people.keys import OpenChart, Refused, open_job, refuse_on_record
from serein.foundation.people.models import Account, Caregiving, Invitation, Patient, Role, RoleGrant
from serein.foundation.people.permissions import SCOPES
from serein.foundation.people.persons import Person, clinic_card

from .inviting import LASTS, plain_email
from .shared_addresses import tell_of_shared

LONGEST = timedelta(days=365)
USUAL = timedelta(days=90)
LONGEST_NAME = 200
NOT_YOURS = Refused("not-your-record", "Only the patient chooses who helps them.")
NO_SHARING = Refused("no-sharing", "You do not share anything with this person now.")


@dataclass(frozen=True)
class Sharing:
    """Names of `permissions.SCOPES`, and the last day, at the patient's home, on which they are shared."""

    scopes: tuple[str, ...]
    until: date


@dataclass(frozen=True)
class NewHelper:
    name: str
    email: str
    sharing: Sharing


@dataclass(frozen=True)
class Unclear:
    """What cannot be stored as typed: (field, what to do), the fields being those of `NewHelper` and `Sharing`."""

    by_field: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class HelperInvited:
    """`token` opens the invitation; it is in the letter too, unless the address has an account: then signing in is the way."""

    invitation_id: UUID
    token: str


@dataclass(frozen=True)
class SharingChanged:
    id: UUID


@dataclass(frozen=True)
class SharingEnded:
    id: UUID
    again: bool = False


@dataclass(frozen=True)
class SharingAccepted:
    patient_id: UUID


@deed
@transaction.atomic
def invite_helper(chart: OpenChart, new: NewHelper) -> HelperInvited | Unclear | Refused:
    """Invite somebody to help. The answer does not tell whether the address is known here. An earlier invitation to it ends."""
    if chart.by is None or chart.by.patient_id != chart.patient_id:
        return refuse_on_record(chart, "invite_helper", NOT_YOURS)
    patient = Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)
    email, name = plain_email(new.email), new.name.strip()
    wrong = [*_unclear_person(name, email, chart.by.email), *_unclear(chart, patient, new.sharing)]
    if wrong:
        return Unclear(tuple(wrong))
    _waiting(chart).filter(email=email).update(expires_at=chart.at)
    token = new_token()
    invitation = Invitation(
        clinic_id=chart.clinic_id, token_digest=token_digest(token), email=email, name=name, role=Role.CAREGIVER, patient_id=chart.patient_id,
        invited_by_id=chart.by.account_id, invited_at=chart.at, expires_at=chart.at + LASTS, scopes=_named(new.sharing),
        share_until=_end(chart, patient, new.sharing.until),
    )  # fmt: skip
    invitation.save(force_insert=True)
    known = Account.objects.filter(clinic=chart.clinic_id, email=email).exists()
    post(
        chart,
        kind="sharing" if known else "invitation",
        to=email,
        body={"invitation": str(invitation.id)} if known else {"token": token},
    )
    _note(chart, "invite_helper", ("invitation", invitation.id), new.sharing)
    tell_of_shared(chart, email, "", with_self=True)
    return HelperInvited(invitation.id, token)


def _waiting(chart: OpenChart) -> QuerySet[Invitation]:
    return Invitation.objects.filter(patient_id=chart.patient_id, role=Role.CAREGIVER, used_at=None, expires_at__gt=chart.at)


def _in_force(chart: OpenChart) -> QuerySet[Caregiving]:
    return Caregiving.objects.filter(patient_id=chart.patient_id, until__gt=chart.at)


def _unclear_person(name: str, email: str, own: str) -> list[tuple[str, str]]:
    wrong = []
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        wrong.append(("name", "Enter the name of the person who helps you."))
    try:
        validate_email(email)
    except ValidationError:
        wrong.append(("email", "Enter an e-mail address in the form name@example.com."))
    if email == own.lower():
        wrong.append(("email", "This is your own address. Enter the address of the person who helps you."))
    return wrong


def _unclear(chart: OpenChart, patient: Patient, sharing: Sharing) -> list[tuple[str, str]]:
    wrong = []
    if not sharing.scopes or not set(sharing.scopes) <= set(SCOPES):
        wrong.append(("scopes", "Choose what this person may see."))
    today = chart.at.astimezone(ZoneInfo(patient.time_zone)).date()
    if not today <= sharing.until <= today + LONGEST:
        wrong.append(("until", "Choose a last day from today on, at most one year away."))
    return wrong


def _named(sharing: Sharing) -> list[str]:
    return [name for name in SCOPES if name in sharing.scopes]


def _end(chart: OpenChart, patient: Patient, last: date) -> datetime:
    """The last day counts whole, at the patient's home. What a minor shares ends at the birthday from which they decide alone: then they are
    asked again."""
    end = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(patient.time_zone))
    law = majority_of(clinic_card(chart.clinic_id).jurisdiction)
    if law is None or patient.birth_date is None:
        return end
    grown = of_age_at(patient.birth_date, patient.time_zone, law)
    return min(end, grown) if chart.at < grown else end


@deed
@transaction.atomic
def change_sharing(chart: OpenChart, sharing_id: UUID, sharing: Sharing) -> SharingChanged | Unclear | Refused:
    """Share more, less, or until another day; an invitation that waits is changed as well."""
    if chart.by is None or chart.by.patient_id != chart.patient_id:
        return refuse_on_record(chart, "change_sharing", NOT_YOURS)
    patient = Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)
    wrong = _unclear(chart, patient, sharing)
    if wrong:
        return Unclear(tuple(wrong))
    until = _end(chart, patient, sharing.until)
    if _in_force(chart).filter(pk=sharing_id).update(scopes=_named(sharing), until=until) == 1:
        _note(chart, "change_sharing", ("caregiving", sharing_id), sharing)
        return SharingChanged(sharing_id)
    if _waiting(chart).filter(pk=sharing_id).update(scopes=_named(sharing), share_until=until) == 1:
        _note(chart, "change_sharing", ("invitation", sharing_id), sharing)
        return SharingChanged(sharing_id)
    return refuse_on_record(chart, "change_sharing", NO_SHARING)


@deed
@transaction.atomic
def end_sharing(chart: OpenChart, sharing_id: UUID) -> SharingEnded | Refused:
    """End it now. No letter is written; from this instant the other person meets the page of somebody with whom nothing was ever shared."""
    if chart.by is None or chart.by.patient_id != chart.patient_id:
        return refuse_on_record(chart, "end_sharing", NOT_YOURS)
    for subject, rows, change in (
        ("caregiving", _in_force(chart), {"until": chart.at}),
        ("invitation", _waiting(chart), {"expires_at": chart.at}),
    ):
        if rows.filter(pk=sharing_id).update(**change) == 1:
            _note(chart, "end_sharing", (subject, sharing_id))
            return SharingEnded(sharing_id)
    return SharingEnded(sharing_id, again=True)


@transaction.atomic
def accept_sharing(by: Person, invitation_id: UUID, at: datetime) -> SharingAccepted | Refused:
    """Somebody with an account accepts an invitation to help that was sent to their own address. Once, whoever races."""
    job = open_job(by.clinic_id, purpose="registration", at=at)
    mine = Invitation.objects.filter(pk=invitation_id, clinic=by.clinic_id, email=by.email.lower(), role=Role.CAREGIVER)
    open_ones = mine.filter(used_at=None, expires_at__gt=at, share_until__gt=at).exclude(patient_id=by.patient_id)
    if open_ones.update(used_at=at) != 1:
        return refuse_on_record(job, "accept_sharing", NOT_USABLE)
    if not by.has(Role.CAREGIVER):
        RoleGrant(
            clinic_id=by.clinic_id, account_id=by.account_id, role=Role.CAREGIVER, granted_by_id=mine.get().invited_by_id, granted_at=at
        ).save(force_insert=True)  # fmt: skip
    start_sharing(mine.get(), by.account_id, at)
    patient_id = mine.get().patient_id
    assert patient_id is not None, "an invitation to help names its patient"
    return SharingAccepted(patient_id)


def start_sharing(invitation: Invitation, account_id: UUID, at: datetime) -> None:
    """From now on it is shared; what was shared with the same person before gives way to it."""
    assert invitation.share_until is not None and invitation.invited_by_id is not None, (
        "an invitation to help has an end and a giver"
    )
    own = {"clinic_id": invitation.clinic_id, "patient_id": invitation.patient_id, "account_id": account_id}
    Caregiving.objects.filter(**own, until__gt=at).update(until=at)
    row = Caregiving(
        **own, scopes=invitation.scopes, since=at, until=invitation.share_until, given_by_id=invitation.invited_by_id
    )
    row.save(force_insert=True)
    entry = Entry(invitation.clinic_id, at, account_id, "accept_sharing")
    record(entry.about(invitation.patient_id, "caregiving", row.id), facts={"scopes": " ".join(invitation.scopes)})


def _note(chart: OpenChart, deed: str, subject: tuple[str, UUID], sharing: Sharing | None = None) -> None:
    by = chart.by.account_id if chart.by else None
    facts = {"scopes": " ".join(_named(sharing)), "until": sharing.until.isoformat()} if sharing else {}
    record(Entry(chart.clinic_id, chart.at, by, deed).about(chart.patient_id, *subject), facts=facts)
