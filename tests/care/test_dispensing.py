"""The pharmacist's desk: one verdict, dispensed once, refusals kept."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from serein.care.prescribing.actions.dispensing import (
    Declined,
    Dispensed,
    TooLate,
    decline_to_dispense,
)
from serein.care.prescribing.models import Dispensing, NotDispensed, Prescription
from serein.care.prescribing.reads.slips import Verdict, examined
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused, open_chart, open_slip

from .signed import AT, TODAY, cancel_one, dispense_one, sign_one, small_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.STATE = tmp_path


@pytest.fixture
def place():
    return small_clinic()


@pytest.fixture
def one(place):
    return sign_one(place)


hand_out = dispense_one


def trail_of(place, patient_id):
    open_chart(place.clinician, patient_id, purpose="care", at=AT)
    return list(TrailRow.objects.filter(patient_id=patient_id).order_by("id").values_list("deed", "outcome", "why"))


def test_a_fresh_prescription_is_genuine_and_says_what_was_checked(place, one):
    seen = examined(place.slip(one, by=place.pharmacist))
    assert (seen.verdict, seen.heading) == (Verdict.GENUINE, "Genuine, not yet dispensed")
    assert seen.detail == "Signed by Ada Okafor, 22-Nov-2026 14:05. Checked just now."
    assert seen.content == one.content and seen.phone == "(555) 010-0142"
    assert "Prescriber was licensed on 22-Nov-2026" in seen.checked and len(seen.checked) == 7


def test_a_bearer_without_account_sees_the_verdict_and_nothing_else(place, one):
    seen = examined(place.slip(one, by=None))
    assert seen.heading == "Genuine, not yet dispensed"
    assert (seen.content, seen.code, seen.first, seen.checked, seen.detail) == (None, "", None, (), "")
    assert isinstance(hand_out(place, one, by=None), Refused)
    assert isinstance(hand_out(place, one), Dispensed)
    told = examined(place.slip(one, by=None))
    assert told.heading == "Do not dispense: already dispensed 22-Nov-2026 14:05"
    assert "Grace" not in told.detail and "forty-two" not in told.detail


def test_the_second_pharmacist_is_told_who_where_and_when(place, one):
    assert isinstance(hand_out(place, one), Dispensed)
    other = place.clinic.pharmacist("Bea Late")
    late = hand_out(place, one, by=other, at=AT + timedelta(hours=2))
    assert isinstance(late, TooLate)
    assert (late.first.by, late.first.pharmacy, late.first.at) == ("Grace Lee", "Main Street Pharmacy", AT)
    assert late.why == "Do not dispense: already dispensed 22-Nov-2026 14:05"
    seen = examined(place.slip(one, by=other))
    assert seen.detail == "42 (forty-two) tablets were dispensed by Grace Lee, Main Street Pharmacy."
    assert Dispensing.objects.count() == 1
    assert trail_of(place, one.patient_id).count(("dispense", "refused", "already-dispensed")) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identity_checked": False}, "identity-not-checked"),
        ({"quantity": Decimal("41")}, "partial-fill"),
        ({"quantity": Decimal("43")}, "partial-fill"),
        ({"at": AT + timedelta(days=31)}, "expired"),
    ],
)
def test_what_may_not_be_dispensed_is_refused_and_the_refusal_kept(place, one, changes, code):
    refused = hand_out(place, one, **changes)
    assert isinstance(refused, Refused) and refused.code == code
    assert ("dispense", "refused", code) in trail_of(place, one.patient_id)
    assert not Dispensing.objects.exists()
    assert isinstance(hand_out(place, one), Dispensed)


def test_nothing_is_dispensed_before_its_first_day_and_everything_on_its_last(place):
    later = sign_one(place, valid_from=TODAY + timedelta(days=6))
    early = examined(place.slip(later, by=place.pharmacist))
    assert (early.verdict, early.heading) == (Verdict.TOO_EARLY, "Too early: valid from 28-Nov-2026")
    refused = hand_out(place, later)
    assert isinstance(refused, Refused) and refused.code == "too-early"
    # The last minute of the last day, in the clinic's zone, is the next day in UTC.
    last = AT.replace(hour=7, minute=59) + timedelta(days=31)
    assert isinstance(hand_out(place, later, at=last), Dispensed)


def test_nothing_is_dispensed_after_a_cancellation(place, one):
    cancel_one(place, one)
    seen = examined(place.slip(one, by=place.pharmacist))
    assert seen.heading == "Do not dispense: cancelled 22-Nov-2026 14:05" and not seen.may_dispense
    refused = hand_out(place, one)
    assert isinstance(refused, Refused) and refused.code == "cancelled"


def test_the_day_after_the_pharmacists_licence_lapsed_nothing_is_dispensed(place):
    licence = place.licence(place.pharmacist)
    licence.expires_on = TODAY
    licence.save()
    today, tomorrow = sign_one(place), sign_one(place)
    assert isinstance(hand_out(place, today), Dispensed)
    refused = hand_out(place, tomorrow, at=AT + timedelta(days=1))
    assert isinstance(refused, Refused) and refused.code == "licence-lapsed"
    assert ("dispense", "refused", "licence-lapsed") in trail_of(place, tomorrow.patient_id)


@pytest.mark.parametrize(("field", "value"), [("verified_on", None), ("ended_at", AT), ("jurisdiction", "US-NV")])
def test_a_licence_that_is_unverified_ended_or_from_elsewhere_dispenses_nothing(place, one, field, value):
    licence = place.licence(place.pharmacist)
    setattr(licence, field, value)
    licence.save()
    assert isinstance(hand_out(place, one), Refused)
    assert examined(place.slip(one, by=place.pharmacist)).may_dispense


def test_what_a_prescriber_without_licence_signed_is_not_validly_signed(place, one):
    licence = place.licence(place.clinician)
    licence.expires_on = TODAY - timedelta(days=1)
    licence.save()
    seen = examined(place.slip(one, by=place.pharmacist))
    assert seen.verdict is Verdict.UNLICENSED and not seen.may_dispense


def test_a_licence_that_ended_after_the_signature_leaves_it_valid(place, one):
    licence = place.licence(place.clinician)
    licence.ended_at = AT + timedelta(minutes=1)
    licence.save()
    assert examined(place.slip(one, by=place.pharmacist)).may_dispense


def test_without_the_key_nothing_is_said_to_be_genuine(place, one, settings, tmp_path):
    settings.STATE = tmp_path / "lost"
    seen = examined(place.slip(one, by=place.pharmacist))
    assert seen.heading == "We cannot check right now: call 555-0100" and seen.content is None
    assert isinstance(hand_out(place, one), Refused)
    settings.STATE = tmp_path
    (tmp_path / "keys" / "prescriptions.json").write_text("{")
    assert examined(place.slip(one, by=place.pharmacist)).verdict is Verdict.UNCHECKED


def test_declining_keeps_the_reason_and_leaves_the_prescription_open(place, one):
    slip = place.slip(one, by=place.pharmacist)
    assert isinstance(decline_to_dispense(slip, reason="concern", words="Two\nlines"), Declined)
    assert NotDispensed.objects.get().words == "Two\nlines"
    assert ("decline_to_dispense", "done", "concern") in trail_of(place, one.patient_id)
    assert isinstance(hand_out(place, one), Dispensed)


@pytest.mark.parametrize(
    ("reason", "words"), [("", ""), ("no such reason", ""), ("other", "  "), ("concern", "a\x00b"), ("concern", "x" * 5000)]
)
def test_a_refusal_to_dispense_needs_a_reason_in_plain_words(place, one, reason, words):
    assert isinstance(decline_to_dispense(place.slip(one, by=place.pharmacist), reason=reason, words=words), Refused)
    assert not NotDispensed.objects.exists()


def test_a_pharmacist_of_another_clinic_and_a_wrong_code_get_the_same_answer(place, one):
    elsewhere = small_clinic("Other Clinic")
    wrong = "0" * 12
    assert open_slip(one.code, by=elsewhere.pharmacist, at=AT) == open_slip(wrong, by=place.pharmacist, at=AT)


def test_one_slip_opens_one_prescription(place, one):
    other = sign_one(place)
    with transaction.atomic():
        place.slip(one, by=place.pharmacist)
        assert list(Prescription.objects.values_list("id", flat=True)) == [one.id] != [other.id]
