"""What the code on a prescription says: one verdict in words, and only then the content.

Everything is checked again each time, on the stored bytes: nothing here remembers that it was good yesterday. "Genuine" is the last answer,
after every other has been ruled out; a check that cannot run says so and never counts as passed.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenSlip, code_digest
from serein.foundation.people.models import Licence, Practitioner, Slip
from serein.foundation.people.persons import clinic_card, name_of

from ..models import Cancellation, Dispensing, NotDispensed, Prescription, PrescriptionState
from ..payload import Content, NotAPrescription, read
from ..signer import CannotVerify, NotOurs, Seal, signer


class Verdict(StrEnum):
    GENUINE = "genuine"
    DISPENSED = "already-dispensed"
    CANCELLED = "cancelled"
    TOO_EARLY = "too-early"
    EXPIRED = "expired"
    CHANGED = "changed"
    UNLICENSED = "prescriber-not-licensed"
    UNCHECKED = "cannot-check"


@dataclass(frozen=True)
class FirstDispensing:
    """Who, where and when."""

    by_id: UUID
    by: str
    pharmacy: str
    quantity: Decimal
    at: datetime


@dataclass(frozen=True)
class NotGivenOut:
    """A pharmacist's recorded reason for not dispensing. `reason` is a code, `words` what was written."""

    by: str
    pharmacy: str
    at: datetime
    reason: str
    words: str


@dataclass(frozen=True)
class Examined:
    """The verdict on one prescription. `content` is there only when its signature holds; `signed_at` comes from the seal."""

    prescription_id: UUID
    verdict: Verdict
    heading: str
    detail: str
    phone: str
    time_zone: str
    code: str = ""
    content: Content | None = None
    signed_at: datetime | None = None
    first: FirstDispensing | None = None
    checked: tuple[str, ...] = ()

    @property
    def may_dispense(self) -> bool:
        return self.verdict is Verdict.GENUINE


class _Broken(Exception):
    """The row does not match what was signed. The message names the comparison that failed: a code for the trail, not for the screen."""


def _unbroken(row: Prescription) -> tuple[Content, Seal]:
    """Eight comparisons between what was signed and what stands in the tables. Raises _Broken or CannotVerify."""
    canonical = bytes(row.payload)
    try:
        verified = signer().verify(canonical, row.signature)
        content = read(canonical)
    except NotOurs:
        raise _Broken("signature") from None
    except NotAPrescription:
        raise _Broken("payload") from None
    seal, slip = verified.seal, Slip.objects.filter(prescription_id=row.id).first()
    same = {
        "digest": hashlib.sha256(canonical).hexdigest() == row.payload_sha256,
        "key": verified.key_id == row.key_id,
        "prescription": seal.prescription_id == row.id,
        "code": slip is not None and seal.code_digest == code_digest(row.code) == slip.code_digest,
        "instant": int(seal.at.timestamp()) == int(row.signed_at.timestamp()),
        "clinic": content.clinic.id == row.clinic_id,
        "patient": content.patient.id == row.patient_id and (slip is None or slip.patient_id == row.patient_id),
        "prescriber": content.prescriber.id == row.prescriber_id,
        "draft": content.draft_id == row.draft_id,
        "window": (content.valid_from, content.valid_until) == (row.valid_from, row.valid_until),
        "day": content.issued_on == seal.at.astimezone(ZoneInfo(content.clinic.time_zone)).date(),
    }
    broken = [name for name, holds in same.items() if not holds]
    if broken:
        raise _Broken(broken[0])
    return content, seal


def _licensed(row: Prescription, seal: Seal, on: date) -> bool:
    """Whether the licence that was named at signing stood on that day (its end may have come later)."""
    licence = Licence.objects.filter(pk=row.licence_id).first()
    if licence is None or licence.verified_on is None:
        return False
    ended = licence.ended_at is not None and licence.ended_at <= seal.at
    return licence.verified_on <= on <= licence.expires_on and not ended


@shown
def first_dispensing(slip: OpenSlip) -> FirstDispensing | None:
    """The dispensing on record, whoever recorded it."""
    row = Dispensing.objects.filter(prescription=slip.prescription_id).order_by("fill").first()
    return FirstDispensing(row.by_id, name_of(row.by_id), row.pharmacy, row.quantity, row.at) if row else None


@shown
def not_given_out(slip: OpenSlip) -> tuple[NotGivenOut, ...]:
    """What other pharmacists recorded before: whoever comes next should know of a concern. Nothing for a bearer without account."""
    if slip.by is None:
        return ()
    rows = list(NotDispensed.objects.filter(prescription=slip.prescription_id).order_by("-id"))
    places = dict(Practitioner.objects.filter(account__in=[row.by_id for row in rows]).values_list("account_id", "workplace"))
    return tuple(NotGivenOut(name_of(row.by_id), places.get(row.by_id, ""), row.at, row.reason, row.words) for row in rows)


def staff_day(day: date) -> str:
    return f"{day:%d-%b-%Y}"


def staff_instant(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%d-%b-%Y %H:%M}"


def _standing(row: Prescription, content: Content, slip: OpenSlip, zone: str) -> tuple[Verdict, str, str]:
    """The verdict on an unchanged prescription, with its heading and one sentence."""
    first = first_dispensing(slip)
    cancelled = Cancellation.objects.filter(prescription=row.id).first()
    today = slip.at.astimezone(ZoneInfo(zone)).date()
    if first is not None or row.state == PrescriptionState.DISPENSED:
        when = f" {staff_instant(first.at, zone)}" if first else ""
        return Verdict.DISPENSED, f"Do not dispense: already dispensed{when}", _who(first, content, slip)
    if cancelled is not None or row.state == PrescriptionState.CANCELLED:
        when = f" {staff_instant(cancelled.at, zone)}" if cancelled else ""
        return Verdict.CANCELLED, f"Do not dispense: cancelled{when}", "The prescriber cancelled this prescription."
    if today < content.valid_from:
        day = staff_day(content.valid_from)
        return (
            Verdict.TOO_EARLY,
            f"Too early: valid from {day}",
            "It is genuine and not yet dispensed, but its first day has not come.",
        )
    if today > content.valid_until:
        day = staff_day(content.valid_until)
        return Verdict.EXPIRED, f"Do not dispense: expired on {day}", "The last day to fill it has passed."
    return Verdict.GENUINE, "Genuine, not yet dispensed", ""


def _who(first: FirstDispensing | None, content: Content, slip: OpenSlip) -> str:
    if first is None or slip.by is None:
        return "This prescription can be dispensed once."
    where = f", {first.pharmacy}" if first.pharmacy else ""
    return f"{content.quantity_words} were dispensed by {first.by}{where}."


CANNOT = "We cannot check right now: call {phone}"
CHECKED = (
    "Signature is valid",
    "Not changed since signing",
    "Code belongs to this prescription",
    "Prescriber was licensed on {day}",
    "Not cancelled or replaced",
    "Not dispensed before",
    "Today is within the days to fill it",
)


@shown
def examined(slip: OpenSlip) -> Examined:
    """The one verdict for this prescription now. A bearer without an account gets no content, no names and no code."""
    clinic = clinic_card(slip.clinic_id)
    row = Prescription.objects.filter(pk=slip.prescription_id).first()

    def only(verdict: Verdict, heading: str, detail: str) -> Examined:
        return Examined(slip.prescription_id, verdict, heading, detail, clinic.phone, clinic.time_zone)

    changed = only(
        Verdict.CHANGED,
        "Do not dispense: changed",
        "The record does not match what was signed. Keep the paper and call the clinic.",
    )
    if row is None:
        return changed
    try:
        content, seal = _unbroken(row)
    except _Broken:
        return changed
    except CannotVerify:
        return only(
            Verdict.UNCHECKED,
            CANNOT.format(phone=clinic.phone),
            "The signature could not be verified. Do not dispense until it has been.",
        )
    if not _licensed(row, seal, content.issued_on):
        return only(
            Verdict.UNLICENSED,
            "Do not dispense: not validly signed",
            f"The prescriber had no licence in force on {staff_day(content.issued_on)}.",
        )
    verdict, heading, detail = _standing(row, content, slip, content.clinic.time_zone)
    if slip.by is None:
        return only(verdict, heading, detail)
    checked = tuple(line.format(day=staff_day(content.issued_on)) for line in CHECKED) if verdict is Verdict.GENUINE else ()
    detail = (
        detail or f"Signed by {content.prescriber.name}, {staff_instant(seal.at, content.clinic.time_zone)}. Checked just now."
    )
    return Examined(
        row.id, verdict, heading, detail, content.prescriber.phone, content.clinic.time_zone, row.code, content, seal.at,
        first_dispensing(slip), checked,
    )  # fmt: skip
