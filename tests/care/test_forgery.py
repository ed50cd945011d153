"""Whoever changes the tables behind our back, however high their rights: the pharmacist never reads "Genuine"."""

import hashlib
import json
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import transaction

from serein.care.prescribing.payload import build
from serein.care.prescribing.reads.slips import Examined, Verdict, examined
from serein.care.prescribing.signer import KeyFile, Seal
from serein.foundation.people.keys import code_digest
from serein.foundation.rows import new_id

from .signed import AT, dispense_one, sign_one, small_clinic


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.STATE = tmp_path / "ours"


@pytest.fixture
def place(committed):
    with transaction.atomic():
        return small_clinic()


@transaction.atomic
def look(place, one) -> Examined:
    return examined(place.slip(one, by=place.pharmacist))


@pytest.fixture
def owner(as_owner):
    """Runs a statement as the role that owns the tables, and commits."""

    def run(statement, *values):
        as_owner.execute(statement, values)
        as_owner.commit()

    return run


def set_column(owner, one, column, value):
    owner(f"UPDATE prescribing_prescription SET {column} = %s WHERE id = %s", value, one.id)


def test_an_untouched_prescription_is_genuine_before_and_after(place, owner):
    one = sign_one(place)
    assert look(place, one).verdict is Verdict.GENUINE
    set_column(owner, one, "valid_until", one.content.valid_until)
    assert look(place, one).verdict is Verdict.GENUINE


def test_no_column_of_a_signed_prescription_can_be_changed_unseen(place, owner):
    with transaction.atomic():
        neighbour = small_clinic("Other Clinic")
        stranger = place.clinic.patient(of=place.clinician)
    one, other = sign_one(place), sign_one(place)
    foreign = sign_one(neighbour)
    more = build(replace(one.content, quantity=one.content.quantity * 10))
    changes = {
        "payload": more.canonical, "payload_sha256": more.sha256, "signature": "a..b", "key_id": "another", "code": "000000000000",
        "signed_at": AT + timedelta(seconds=1), "valid_from": date(2026, 11, 1), "valid_until": date(2027, 11, 1),
        "patient_id": stranger.patient_id, "clinic_id": neighbour.clinic.id, "prescriber_id": place.pharmacist.account_id,
    }  # fmt: skip
    for column, value in changes.items():
        fresh = sign_one(place)
        assert look(place, fresh).verdict is Verdict.GENUINE
        set_column(owner, fresh, column, value)
        seen = look(place, fresh)
        assert (column, seen.verdict, seen.content) == (column, Verdict.CHANGED, None)
    for swapped in (other, foreign):
        fresh = sign_one(place)
        owner(
            "UPDATE prescribing_prescription mine SET payload = t.payload, payload_sha256 = t.payload_sha256, signature = t.signature,"
            " key_id = t.key_id, signed_at = t.signed_at, valid_from = t.valid_from, valid_until = t.valid_until,"
            " prescriber_id = t.prescriber_id"
            " FROM prescribing_prescription t WHERE mine.id = %s AND t.id = %s", fresh.id, swapped.id,
        )  # fmt: skip
        assert look(place, fresh).verdict is Verdict.CHANGED


def test_a_code_cannot_be_led_to_another_prescription(place, owner):
    mine, other = sign_one(place), sign_one(place)
    owner("DELETE FROM people_slip WHERE prescription_id = %s", other.id)
    owner("UPDATE people_slip SET prescription_id = %s WHERE prescription_id = %s", other.id, mine.id)
    assert look(place, mine).verdict is Verdict.CHANGED
    # Not even with its code changed to fit.
    set_column(owner, mine, "code", "000000000000")
    set_column(owner, other, "code", mine.code)
    assert look(place, mine).verdict is Verdict.CHANGED


def test_a_signed_prescription_cannot_be_given_a_second_life_under_another_id(place, owner):
    one, again = sign_one(place), new_id()
    set_column(owner, one, "id", again)
    owner("UPDATE people_slip SET prescription_id = %s WHERE prescription_id = %s", again, one.id)
    assert look(place, one).verdict is Verdict.CHANGED


def test_a_prescription_that_is_gone_is_not_genuine(place, owner):
    one = sign_one(place)
    owner("DELETE FROM prescribing_prescription WHERE id = %s", one.id)
    assert look(place, one).verdict is Verdict.CHANGED


def test_a_dispensing_cannot_be_undone_by_half(place, owner):
    reset, erased = sign_one(place), sign_one(place)
    for one in (reset, erased):
        dispense_one(place, one)
    set_column(owner, reset, "state", "signed")
    owner("DELETE FROM prescribing_dispensing WHERE prescription_id = %s", erased.id)
    assert look(place, reset).verdict is Verdict.DISPENSED and look(place, erased).verdict is Verdict.DISPENSED
    for one in (reset, erased):
        refused = dispense_one(place, one)
        assert refused.code == "already-dispensed"


def test_what_another_key_signed_is_not_genuine(place, owner, settings, tmp_path):
    one = sign_one(place)
    more = build(replace(one.content, quantity=one.content.quantity * 10))
    stranger = KeyFile(tmp_path / "stranger")
    forged = stranger.sign(more.canonical, Seal(one.id, code_digest(one.code), AT))
    set_column(owner, one, "payload", more.canonical)
    set_column(owner, one, "payload_sha256", more.sha256)
    set_column(owner, one, "signature", forged.jws)
    set_column(owner, one, "key_id", forged.key_id)
    seen = look(place, one)
    assert not seen.may_dispense and seen.content is None
    # Its key among the retired ones of the clinic would be a theft of the key folder, and would pass: the positive control.
    (settings.STATE / "keys" / "stranger.public.json").write_text(json.dumps(stranger.public_keys()["keys"][0]))
    assert look(place, one).verdict is Verdict.GENUINE


def test_no_flipped_byte_of_payload_or_signature_is_ever_genuine(place, owner):
    """Through the tables and the pharmacist's read, digest made to fit; every single bit is tried without the tables in test_signer."""
    one, chance = sign_one(place), random.Random(7)
    canonical = build(one.content).canonical
    for place_of in chance.sample(range(len(canonical)), 60):
        mutant = bytearray(canonical)
        mutant[place_of] ^= 1 << chance.randrange(8)
        set_column(owner, one, "payload", bytes(mutant))
        set_column(owner, one, "payload_sha256", hashlib.sha256(mutant).hexdigest())
        assert not look(place, one).may_dispense
    set_column(owner, one, "payload", canonical)
    set_column(owner, one, "payload_sha256", hashlib.sha256(canonical).hexdigest())
    assert look(place, one).may_dispense


def test_the_app_itself_may_change_nothing_but_the_state(place):
    from django.db.utils import ProgrammingError

    from serein.care.prescribing.models import Dispensing, Prescription

    one = sign_one(place)
    dispense_one(place, one)
    for query, change in (
        (Prescription, {"valid_until": date(2027, 1, 1)}),
        (Prescription, {"payload": b"x"}),
        (Dispensing, {"quantity": 1}),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            place.slip(one, by=place.pharmacist)
            query.objects.update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        place.slip(one, by=place.pharmacist)
        Dispensing.objects.all()._raw_delete("default")
