"""The pharmacist's two deeds. Dispensing happens exactly once, whoever races; every refusal stays on the trail."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenSlip, Refused, refuse_on_record
from serein.foundation.people.licences import PHARMACIST, LicenceInForce, licence_in_force
from serein.foundation.people.models import Licence, Practitioner, Role
from serein.foundation.people.persons import Person

from ..models import Dispensing, NotDispensed, Prescription, PrescriptionState
from ..payload import Content
from ..plaintext import NotPlain, plain_text
from ..reads.slips import Examined, FirstDispensing, examined, first_dispensing

DEED, DECLINE = "dispense", "decline_to_dispense"
REASONS = {
    "identity": "I could not confirm who the patient is",
    "concern": "I want to speak with the prescriber first",
    "stock": "Not in stock",
    "not-collected": "The patient did not want it",
    "other": "Another reason",
}
LONGEST_WORDS = 1000


@dataclass(frozen=True)
class Dispensed:
    dispensing_id: UUID
    quantity: Decimal
    pharmacy: str
    at: datetime


@dataclass(frozen=True)
class TooLate(Refused):
    """Somebody was first: who, where and when."""

    first: FirstDispensing


@dataclass(frozen=True)
class Declined:
    id: UUID


def _refuse(slip: OpenSlip, deed: str, why: Refused) -> Refused:
    return refuse_on_record(slip, deed, why, subject=("prescription", slip.prescription_id))


def _pharmacist(slip: OpenSlip) -> Person | Refused:
    if slip.by is None or not slip.by.has(Role.PHARMACIST):
        return Refused("not-a-pharmacist", "Only a pharmacist may do this.")
    return slip.by


def _locked_licence(by: Person, content: Content, slip: OpenSlip) -> LicenceInForce | Refused:
    """The licence in force today, locked until the end of this transaction: whoever ends it waits, or is seen."""
    today = slip.at.astimezone(ZoneInfo(content.clinic.time_zone)).date()
    list(Licence.objects.filter(practitioner=by.practitioner_id, kind=PHARMACIST).select_for_update(no_key=True))
    found = licence_in_force(by.practitioner_id, kind=PHARMACIST, jurisdiction=content.clinic.jurisdiction, on=today)
    return found if isinstance(found, LicenceInForce) else Refused(found.code, found.why)


def _may_not(seen: Examined, quantity: Decimal, identity_checked: bool) -> Refused | None:
    if seen.first is not None:
        return TooLate(seen.verdict, seen.heading, seen.first)
    if seen.content is None or not seen.may_dispense:
        return Refused(seen.verdict, f"{seen.heading}.")
    if not identity_checked:
        return Refused("identity-not-checked", "Check the patient’s name and date of birth first.")
    if quantity != seen.content.quantity:
        words = seen.content.quantity_words
        return Refused("partial-fill", f"Partial fills are not offered yet: dispense {words}, or do not dispense.")
    return None


@deed
def dispense(slip: OpenSlip, *, identity_checked: bool, quantity: Decimal) -> Dispensed | Refused:
    """Record that this prescription was dispensed, whole and now. Refused with who, where and when if somebody else was first."""
    by = _pharmacist(slip)
    if isinstance(by, Refused):
        return _refuse(slip, DEED, by)
    with transaction.atomic():
        seen = examined(slip)
        no = _may_not(seen, quantity, identity_checked)
        if no is not None or seen.content is None:
            return _refuse(slip, DEED, no or Refused(seen.verdict, seen.heading))
        licence = _locked_licence(by, seen.content, slip)
        if isinstance(licence, Refused):
            return _refuse(slip, DEED, licence)
        # The one step that decides the race: the row's lock makes the others wait, and the winner's commit leaves them no row to change.
        open_now = Prescription.objects.filter(pk=slip.prescription_id, state=PrescriptionState.SIGNED)
        if open_now.update(state=PrescriptionState.DISPENSED) != 1:
            return _refuse(slip, DEED, _lost(slip))
        return _recorded(slip, by, licence, seen.content)


def _lost(slip: OpenSlip) -> Refused:
    first = first_dispensing(slip)
    seen = examined(slip)
    return TooLate(seen.verdict, seen.heading, first) if first else Refused(seen.verdict, f"{seen.heading}.")


def _recorded(slip: OpenSlip, by: Person, licence: LicenceInForce, content: Content) -> Dispensed:
    workplace = Practitioner.objects.filter(account=by.account_id).values_list("workplace", flat=True).first() or ""
    row = Dispensing(
        clinic_id=slip.clinic_id, patient_id=slip.patient_id, prescription_id=slip.prescription_id, by_id=by.account_id, pharmacy=workplace,
        licence_id=licence.id, quantity=content.quantity, at=slip.at, on=slip.at.astimezone(ZoneInfo(content.clinic.time_zone)).date(),
    )  # fmt: skip
    row.save(force_insert=True)
    entry = Entry(slip.clinic_id, slip.at, by.account_id, DEED)
    record(
        entry.about(slip.patient_id, "prescription", slip.prescription_id),
        facts={"dispensing": str(row.id), "licence": str(licence.id)},
    )
    return Dispensed(row.id, row.quantity, row.pharmacy, row.at)


@deed
def decline_to_dispense(slip: OpenSlip, *, reason: str, words: str = "") -> Declined | Refused:
    """Record why it was not dispensed. The prescription stays as it is: another pharmacist may dispense it."""
    by = _pharmacist(slip)
    if isinstance(by, Refused):
        return _refuse(slip, DECLINE, by)
    try:
        said = "\n".join(plain_text(line, longest=LONGEST_WORDS) for line in words.splitlines()).strip()
    except NotPlain as error:
        return _refuse(slip, DECLINE, Refused("words-not-plain", f"What you wrote {error}."))
    if reason not in REASONS or len(said) > LONGEST_WORDS or (reason == "other" and not said):
        return _refuse(slip, DECLINE, Refused("reason-missing", "Say why, in at most 1,000 characters."))
    with transaction.atomic():
        row = NotDispensed(
            clinic_id=slip.clinic_id, patient_id=slip.patient_id, prescription_id=slip.prescription_id, by_id=by.account_id, at=slip.at,
            reason=reason, words=said,
        )  # fmt: skip
        row.save(force_insert=True)
        entry = Entry(slip.clinic_id, slip.at, by.account_id, DECLINE, why=reason)
        record(entry.about(slip.patient_id, "prescription", slip.prescription_id))
    return Declined(row.id)
