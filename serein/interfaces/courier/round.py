"""One round of the courier: claim, hand over, mark. A crash between handing over and marking sends a letter twice, never not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from serein.care.access.reads import may_write_to, wants_notices
from serein.foundation.outbox.delivery import (
    LetterToSend,
    claim_letters,
    clinics_with_letters,
    letter_failed,
    letter_sent,
    letter_withheld,
)
from serein.foundation.people.invitations import still_waits, waiting_invitation
from serein.foundation.people.keys import OpenJob, Refused, open_job
from serein.foundation.people.persons import ClinicCard, clinic_card

from .letters import TO_OTHERS, Office, written
from .twins import Courier, NotDelivered

PURPOSE = "deliver outbox"


@dataclass(frozen=True)
class Round:
    sent: int = 0
    failed: int = 0
    withheld: int = 0


def empty_outbox(courier: Courier, office: Office, clock: Callable[[], datetime]) -> Round:
    """Deliver what waits, clinic by clinic, each behind its own key. A round with nothing to do opens nothing and leaves no row."""
    done = [_deliver(clinic, courier, office, clock) for clinic in clinics_with_letters(clock())]
    return Round(*(sum(getattr(one, name) for one in done) for name in Round.__dataclass_fields__))


@dataclass(frozen=True)
class _Parcel:
    """A letter ready to go, or why it is not to go."""

    letter: LetterToSend
    message: EmailMessage
    unwanted: str = ""


@dataclass(frozen=True)
class _Result:
    letter_id: UUID
    outcome: str
    code: str = ""

    def mark(self, job: OpenJob) -> None:
        if self.outcome == "sent":
            letter_sent(job, self.letter_id)
        elif self.outcome == "withheld":
            letter_withheld(job, self.letter_id, self.code)
        else:
            letter_failed(job, self.letter_id, self.code)


def _deliver(clinic_id: UUID, courier: Courier, office: Office, clock: Callable[[], datetime]) -> Round:
    with transaction.atomic():
        job = open_job(clinic_id, purpose=PURPOSE, at=clock())
        clinic = clinic_card(clinic_id)
        parcels = [_parcel(job, letter, clinic, office) for letter in claim_letters(job)]
    results = [_hand_over(parcel, courier) for parcel in parcels]
    if results:
        with transaction.atomic():
            job = open_job(clinic_id, purpose=PURPOSE, at=clock())
            for result in results:
                result.mark(job)
    return Round(*(sum(r.outcome == name for r in results) for name in Round.__dataclass_fields__))


def _parcel(job: OpenJob, letter: LetterToSend, clinic: ClinicCard, office: Office) -> _Parcel:
    unwanted, until = "", ""
    if "token" in letter.body:
        invitation = waiting_invitation(letter.body["token"], at=job.at)
        if isinstance(invitation, Refused):
            unwanted = "invitation-over"
        else:
            until = f"{invitation.expires_at.astimezone(ZoneInfo(clinic.time_zone)):%A, %B %-d, %-I:%M %p}"
    elif "invitation" in letter.body:
        unwanted = "" if still_waits(UUID(letter.body["invitation"]), at=job.at) else "invitation-over"
    elif letter.patient_id is not None and letter.kind not in TO_OTHERS and not wants_notices(job, letter.patient_id):
        unwanted = "no-consent"
    elif letter.patient_id is not None and letter.kind not in TO_OTHERS and not may_write_to(job, letter.patient_id):
        unwanted = "not-safe"
    if not letter.to:
        unwanted = "no-address"
    return _Parcel(letter, written(letter, clinic, office, until=until), unwanted)


def _hand_over(parcel: _Parcel, courier: Courier) -> _Result:
    if parcel.unwanted:
        return _Result(parcel.letter.id, "withheld", parcel.unwanted)
    try:
        courier.hand_over(str(parcel.letter.id), parcel.message)
    except NotDelivered as problem:
        return _Result(parcel.letter.id, "failed", problem.code)
    return _Result(parcel.letter.id, "sent")
