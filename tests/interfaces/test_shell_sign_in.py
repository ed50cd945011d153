"""Signing in: two things for those who work here, one sentence for every failure, nothing left behind in the browser."""

import re
import statistics
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client, RequestFactory

from serein.foundation.people.models import Account
from serein.interfaces.web.shell import clock as machine
from serein.interfaces.web.shell.second_factor import stepped_up
from tests.care.devices import code_at, set_up_codes
from tests.interfaces.shell_people import clock, enter
from tests.people import AT, PASSWORD, four_people

pytestmark = pytest.mark.usefixtures("guide_urls")
SAID = "The e-mail address or the password is not right."


@pytest.fixture
def people(db):
    return four_people()


def log_in(client, email, password=PASSWORD):
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_a_patient_signs_in_with_a_password_and_lands_at_the_own_desk(people, client):
    answer = log_in(client, people.patient.email)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/me/"


def test_staff_without_a_second_factor_reach_nothing_but_setting_one_up(people, client):
    log_in(client, people.clinician.email)
    for path in ("/clinic/", "/account/", "/accounts/password/change/", "/accounts/2fa/", "/note/", "/sign/", "/nowhere/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/second-step/"), path
    assert client.post("/note/", {"text": "x"})["Location"] == "/second-step/"
    assert "Set up an authenticator app" in client.get("/second-step/").content.decode()


def test_setting_an_app_up_opens_the_desk_at_once_and_gives_recovery_codes(people, client):
    log_in(client, people.clinician.email)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret">([A-Z2-7]+)<', page).group(1)
    assert "<svg" in page
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert 'href="#id_code"' in wrong
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    code = format_hotp_value(hotp_value(secret, int(clock().timestamp()) // 30))
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r"<li>\w{8}</li>", codes)) == 10
    assert client.get("/sign/").status_code == 200


def test_staff_are_asked_for_the_code_after_the_password(people, client):
    set_up_codes(people.clinician)
    assert log_in(client, people.clinician.email)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/sign/")["Location"].startswith("/accounts/login/")
    assert client.post("/accounts/2fa/authenticate/", {"code": "123456"}).status_code == 422
    code = code_at(people.clinician, clock())
    assert client.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/"
    assert client.get("/sign/").status_code == 200


def test_a_code_opens_the_door_once(people, client):
    set_up_codes(people.clinician)
    code = code_at(people.clinician, clock())
    for browser, expected in ((client, 302), (Client(), 422)):
        log_in(browser, people.clinician.email)
        assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


def test_every_failed_sign_in_gets_the_same_answer(people, client):
    gone = Account.objects.get(pk=people.stranger.account_id)
    gone.is_active = False
    gone.save()
    bodies = set()
    for email, password in ((people.patient.email, "wrong"), ("nobody@example.test", PASSWORD), (gone.email, "wrong")):
        answer = log_in(Client(), email, password)
        page = answer.content.decode().replace(email, "")
        bodies.add((answer.status_code, re.sub(r'value="[^"]*"', "", page)))
    assert len(bodies) == 1 and SAID in bodies.pop()[1]


def test_an_unknown_address_takes_as_long_as_a_known_one(people, client):
    def took(email):
        begun = time.perf_counter()
        log_in(Client(REMOTE_ADDR=f"10.0.0.{len(email) % 250}"), email, "wrong")
        return time.perf_counter() - begun

    known = statistics.median(took(p.email) for p in (people.patient, people.pharmacist, people.stranger))
    unknown = statistics.median(took(f"nobody{i}@example.test") for i in range(3))
    assert 0.2 < known / unknown < 5


def test_a_forgotten_password_is_answered_alike_for_everybody(people, client):
    answers = [client.post("/accounts/password/reset/", {"email": e}) for e in (people.patient.email, "nobody@example.test")]
    assert {(a.status_code, a["Location"]) for a in answers} == {(302, "/accounts/password/reset/done/")}


def test_guessing_is_slowed_and_says_so(people):
    answers = [log_in(Client(), people.patient.email, f"wrong {i}") for i in range(12)]
    assert any("Too many" in a.content.decode() for a in answers)


def test_nobody_signs_up_or_changes_the_address(people, client):
    enter(client, people.patient, "password")
    for path in ("/accounts/signup/", "/accounts/email/", "/accounts/confirm-email/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"email": "x@example.org", "password1": PASSWORD}).status_code == 404
    assert Account.objects.filter(email="x@example.org").count() == 0


def test_signed_in_pages_are_not_stored_and_leaving_clears_the_browser(people, client):
    enter(client, people.patient, "password")
    assert client.get("/account/")["Cache-Control"] == "no-store, private"
    answer = client.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/account/")["Location"].startswith("/accounts/login/")


def test_every_page_carries_the_strict_policy(people, client):
    for path in ("/accounts/login/", "/guide/", "/nowhere/"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert client.get(path)["X-Content-Type-Options"] == "nosniff"


def test_secrets_of_second_factors_are_not_readable_in_the_database(people):
    TOTP.activate(Account.objects.get(pk=people.clinician.account_id), "JBSWY3DPEHPK3PXP")
    stored = Authenticator.objects.get(user_id=people.clinician.account_id)
    assert "JBSWY3DPEHPK3PXP" not in str(stored.data)
    assert stored.wrap().instance is stored


def records(*found):
    return [{"at": AT.timestamp() - age, **what} for age, what in found]


@pytest.mark.parametrize(
    ("found", "enough"),
    [
        (records((10, {"method": "password"}), (10, {"method": "mfa", "type": "totp"})), True),
        (records((10, {"method": "password"})), False),
        (records((10, {"method": "mfa", "type": "totp"})), False),
        (records((10, {"method": "password"}), (10, {"method": "mfa", "type": "recovery_codes"})), False),
        (records((400, {"method": "password"}), (10, {"method": "mfa", "type": "totp"})), False),
        (records((10, {"method": "mfa", "type": "webauthn", "passwordless": True})), True),
        (records((10, {"method": "mfa", "type": "webauthn"})), False),
    ],
)
def test_stepping_up_needs_two_fresh_factors(people, monkeypatch, found, enough):
    monkeypatch.setattr(machine, "machine_seconds", AT.timestamp)
    request = RequestFactory().get("/")
    request.user = Account.objects.get(pk=people.clinician.account_id)
    request.session = {"account_authentication_methods_user": str(request.user.pk), "account_authentication_methods": found}
    assert stepped_up(request, timedelta(minutes=5)) is enough


def test_a_deed_that_binds_asks_for_both_and_tells_not_which_was_wrong(people, client, guide_urls):
    from tests.interfaces.test_shell_once import token_on

    set_up_codes(people.clinician)
    enter(client, people.clinician, "password", "totp")
    said = set()
    for password, code in (("wrong", code_at(people.clinician, clock())), (PASSWORD, "000000")):
        page = client.get("/sign/").content.decode()
        assert "diazepam 2 mg" in page
        answer = client.post("/sign/", {"once": token_on(page), "password": password, "second_factor": code})
        assert answer.status_code == 422 and password not in answer.content.decode()
        said.add(re.search(r"error-summary__list.*?</ul>", answer.content.decode(), re.S).group())
    assert len(said) == 1 and not guide_urls
    page = client.get("/sign/").content.decode()
    right = {
        "once": token_on(page),
        "password": PASSWORD,
        "second_factor": code_at(people.clinician, clock() + timedelta(seconds=-30)),
    }
    assert client.post("/sign/", right)["Location"] == "/note/done/"
    assert guide_urls == [{"by": "Ada Okafor", "proved": "digest"}]


def test_an_htmx_part_of_a_dead_session_moves_the_whole_page(client, db):
    answer = client.get("/note/", headers={"HX-Request": "true"})
    assert answer.status_code == 204 and answer["HX-Redirect"].startswith("/accounts/login/")
