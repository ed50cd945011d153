"""Two factors for one act."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.db import connection, transaction

from serein.foundation.people.factors import Proof, holds, prove
from serein.foundation.people.keys import Refused
from serein.foundation.people.models import Account, FactorTry
from tests.care.devices import code_at, set_up_codes
from tests.people import AT, PASSWORD, made, make_clinic

DIGEST = "a" * 64


@pytest.fixture
def ada(db):
    who = make_clinic().clinician()
    set_up_codes(who)
    return who


def proved(who, at=AT, digest=DIGEST, password=PASSWORD, code=None):
    return prove(who.account_id, password, code_at(who, at) if code is None else code, at, digest=digest)


def test_password_and_code_together_prove_who_signs(ada):
    proof = proved(ada)
    assert isinstance(proof, Proof)
    assert holds(proof, account_id=ada.account_id, digest=DIGEST, at=AT + timedelta(seconds=119))


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", "x" * 100_000, "nul\0nul", "\ud800", "ﬃ"])
def test_no_other_password_proves_anything_even_with_the_right_code(ada, password):
    assert proved(ada, password=password).code == "factors-wrong"


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "٠١٢٣٤٥", "\ud800", "\0" * 6, "9" * 100_000, "abcdef"])
def test_no_other_code_proves_anything_even_with_the_right_password(ada, code):
    assert proved(ada, code=code).code == "factors-wrong"


def test_spaces_in_a_code_do_not_count(ada):
    code = code_at(ada, AT)
    assert isinstance(proved(ada, code=f" {code[:3]} {code[3:]} "), Proof)


def test_a_code_is_good_in_its_half_minute_and_the_next_and_never_later_or_earlier(ada):
    code = code_at(ada, AT)
    assert isinstance(proved(ada, at=AT + timedelta(seconds=60), code=code), Refused)
    assert isinstance(proved(ada, at=AT - timedelta(seconds=30), code=code), Refused)
    assert isinstance(proved(ada, at=AT + timedelta(seconds=59), code=code), Proof)


def test_a_code_counts_once(ada):
    assert isinstance(proved(ada), Proof)
    again = proved(ada)
    assert isinstance(again, Refused) and again.code == "factors-wrong"


def test_a_code_counts_once_even_after_the_cache_was_emptied(ada):
    assert isinstance(proved(ada), Proof)
    cache.clear()
    assert isinstance(proved(ada), Refused)


def test_a_code_that_opened_the_door_does_not_sign(ada):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    code = code_at(ada, AT)
    assert TOTP(Authenticator.objects.get(user_id=ada.account_id, type="totp"))._mark_code_used(
        code
    )  # what the sign-in page does
    assert isinstance(proved(ada, code=code), Refused)


def test_a_wrong_password_does_not_spend_the_code(ada):
    assert isinstance(proved(ada, password="mistyped"), Refused)
    assert isinstance(proved(ada), Proof)


def test_a_proof_holds_for_one_account_one_content_and_two_minutes(ada):
    proof = proved(ada)
    assert isinstance(proof, Proof)
    fits = {"account_id": ada.account_id, "digest": DIGEST, "at": AT}
    assert holds(proof, **fits)
    other = made(make_clinic(name="Other").clinician("Eve Other").account_id, AT)
    for change in (
        {"account_id": other.account_id},
        {"digest": "b" * 64},
        {"at": AT + timedelta(seconds=121)},
        {"at": AT - timedelta(seconds=1)},
    ):
        assert not holds(proof, **{**fits, **change})


def test_a_proof_that_was_altered_or_made_by_hand_does_not_hold(ada):
    proof = proved(ada)
    assert isinstance(proof, Proof)
    for forged in (replace(proof, digest="b" * 64), replace(proof, at=AT + timedelta(hours=1)), replace(proof, seal="0" * 64)):
        assert not holds(forged, account_id=forged.account_id, digest=forged.digest, at=forged.at)


def test_after_five_wrong_tries_signing_waits_a_quarter_of_an_hour(ada):
    for _ in range(5):
        assert proved(ada, code="000000").code == "factors-wrong"
    assert proved(ada).code == "factors-too-many"
    later = AT + timedelta(minutes=15)
    assert isinstance(proved(ada, at=later), Proof)


def test_one_persons_wrong_tries_stop_nobody_else(ada):
    clinic = make_clinic(name="Next door")
    eve = clinic.clinician("Eve Other")
    set_up_codes(eve)
    for _ in range(6):
        proved(eve, code="000000")
    assert isinstance(proved(ada), Proof)


def test_without_a_second_factor_nobody_signs(db):
    who = make_clinic().clinician()
    assert prove(who.account_id, PASSWORD, "123456", AT, digest=DIGEST).code == "no-second-factor"


def test_the_app_cannot_rewrite_a_try(ada):
    proved(ada)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        FactorTry.objects.update(proved=False)


def test_eight_at_once_with_one_code_give_one_proof(committed):
    with transaction.atomic():
        who = make_clinic().clinician()
        set_up_codes(who)
        code = code_at(who, AT)
    barrier, answers = Barrier(8), []

    def attempt():
        try:
            barrier.wait()
            with transaction.atomic():
                answers.append(prove(who.account_id, PASSWORD, code, AT, digest=DIGEST))
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(type(a).__name__ for a in answers) == ["Proof"] + ["Refused"] * 7


def test_eight_at_once_with_one_recovery_code_let_one_in(committed):
    with transaction.atomic():
        who = make_clinic().clinician()
        code = RecoveryCodes.activate(Account.objects.get(pk=who.account_id)).get_unused_codes()[0]
    barrier, answers = Barrier(8), []

    def attempt():
        try:
            own = RecoveryCodes(Authenticator.objects.get(user_id=who.account_id, type=Authenticator.Type.RECOVERY_CODES))
            barrier.wait()  # each has read it as unused by now
            answers.append(own.validate_code(code))
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == [False] * 7 + [True]
