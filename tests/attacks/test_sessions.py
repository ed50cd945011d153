"""T14: whose session it is, how long, and what ends it. Time is the machine's, moved by the test."""

import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from serein.config.sessions import DEFAULT, session_limits
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import open_list
from serein.foundation.people.models import Account, RoleGrant
from serein.interfaces.web.shell import clock as machine
from serein.interfaces.web.shell import middleware, sessions
from tests.care.devices import code_at, set_up_codes
from tests.interfaces.shell_people import clock
from tests.people import AT, PASSWORD, four_people, given
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("guide_urls")]
COOKIE = "session"


@pytest.fixture
def people():
    return four_people()


@pytest.fixture
def seconds(monkeypatch):
    """The machine's clock, in a list of one."""
    now = [time.time()]
    monkeypatch.setattr(machine, "machine_seconds", lambda: now[0])
    return now


def in_still(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def whys(people, deed: str = "sign_out") -> list[str]:
    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    return list(TrailRow.objects.filter(deed=deed).order_by("id").values_list("why", flat=True))


@pytest.mark.parametrize(("role", "idle"), [("patient", 30), ("clinician", 15)])
def test_a_session_without_a_page_ends_by_role_and_on_the_trail(people, seconds, role, idle):
    who = getattr(people, role)
    short, long = client_of(who), client_of(who)
    assert in_still(short) and in_still(long)
    seconds[0] += (idle - 1) * 60
    assert in_still(short)
    seconds[0] += 70
    answer = long.get("/account/")
    assert answer["Location"].startswith("/accounts/login/") and answer["Clear-Site-Data"] == '"cache", "storage"'
    assert in_still(short) and not in_still(long)
    assert whys(people) == [sessions.IDLE]


@pytest.mark.parametrize(("role", "idle", "whole"), [("patient", 30, 720), ("clinician", 15, 600)])
def test_no_session_outlives_its_day_however_busy(people, seconds, role, idle, whole):
    client = client_of(getattr(people, role))
    for _ in range(0, whole - idle, idle - 2):
        assert in_still(client)
        seconds[0] += (idle - 2) * 60
    assert in_still(client)
    seconds[0] += (idle - 1) * 60
    client.get("/account/")
    seconds[0] += (idle - 1) * 60
    assert not in_still(client) and whys(people) == [sessions.WHOLE]


def test_who_works_here_and_is_a_patient_too_is_held_to_the_stricter_limit(people, seconds):
    of = Account.objects.get(pk=people.patient.account_id)
    RoleGrant(clinic_id=of.clinic_id, account=of, role="clinician", granted_at=AT).save(force_insert=True)
    client = client_of(people.patient)
    assert in_still(client)
    seconds[0] += 16 * 60
    assert not in_still(client)


def test_without_the_middleware_a_session_goes_on_for_ever(people, seconds, monkeypatch):
    """The control: this suite sees a limit that is not held."""
    monkeypatch.setattr(middleware.sessions, "ended", lambda *_: "")
    client = client_of(people.clinician)
    assert in_still(client)
    seconds[0] += 11 * 60 * 60  # past both limits of somebody who works here, and not yet that of the cookie
    assert in_still(client)


def test_who_comes_back_hours_later_is_told_and_cleared_and_on_the_trail(people, seconds):
    client = client_of(people.patient)
    assert in_still(client)
    seconds[0] += 11 * 60 * 60
    answer = client.get("/account/")
    assert answer["Location"].startswith("/accounts/login/") and answer["Clear-Site-Data"] == '"cache", "storage"'
    assert whys(people) == [sessions.IDLE]


def test_the_end_is_said_before_it_comes_and_staying_is_one_press(people, seconds):
    client = client_of(people.clinician)
    page = client.get("/account/").content.decode()
    assert "signed out after 15 minutes" in page and "data-session-ends" in page and "Stay signed in" in page
    seconds[0] += 14 * 60
    told = client.post("/stay/", headers={"accept": "application/json"}).json()
    assert 13 * 60 <= told["seconds"] <= 15 * 60 and not told["last"]
    assert client.post("/stay/")["Location"] == "/" and client.get("/stay/").status_code == 405
    for _ in range(40):
        seconds[0] += 14 * 60
        client.get("/account/")
    page = client.get("/account/").content.decode()
    assert "You have been signed in for long" not in page
    session = client.session
    session["began"] = int(seconds[0]) - 595 * 60
    session.save()
    page = client.get("/account/").content.decode()
    assert "In 5 minutes you are asked to sign in again" in page and "Stay signed in" not in page


@pytest.mark.parametrize("text", ["staff=5/500", " patient=10/60 , staff=15/600 ", ""])
def test_a_clinic_sets_its_own_limits(text):
    found = session_limits(text)
    assert set(found) == set(DEFAULT) and (not text or found != DEFAULT)


@pytest.mark.parametrize(
    "text", ["staff", "staff=15", "staff=0/10", "staff=20/10", "boss=15/600", "staff=15/99999", "staff=٣/600", "staff=-1/5"]
)
def test_limits_that_cannot_be_read_stop_the_start_and_say_which(text):
    with pytest.raises(ImproperlyConfigured, match="SEREIN_SESSIONS"):
        session_limits(text)


def log_in(client: Client, who, password: str = PASSWORD):
    return client.post("/accounts/login/", {"login": who.email, "password": password})


def test_a_session_planted_before_sign_in_is_worth_nothing_afterwards(people):
    client, thief = Client(), Client()
    client.get("/accounts/login/?next=/account/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies[COOKIE] = thief.cookies[COOKIE] = planted
    log_in(client, people.patient)
    assert in_still(client) and client.cookies[COOKIE].value != planted
    assert not in_still(thief)


def test_a_second_factor_gives_the_session_a_new_key(people):
    set_up_codes(people.clinician)
    client, thief = client_of(people.clinician, second_factor=False), Client()
    before = thief.cookies[COOKIE] = client.cookies[COOKIE].value
    answer = client.post("/accounts/2fa/reauthenticate/?next=/", {"code": code_at(people.clinician, clock())})
    assert answer.status_code == 302 and client.get("/sign/").status_code == 200
    assert client.cookies[COOKIE].value != before
    assert thief.get("/sign/")["Location"].startswith("/accounts/login/")


def test_the_key_stays_the_same_without_the_middleware(people, monkeypatch):
    """The control: the thief of the test before would come in."""
    monkeypatch.setattr(middleware, "FACTORS", "nothing-of-that-name")
    set_up_codes(people.clinician)
    client, thief = client_of(people.clinician, second_factor=False), Client()
    thief.cookies[COOKIE] = client.cookies[COOKIE].value
    client.post("/accounts/2fa/reauthenticate/?next=/", {"code": code_at(people.clinician, clock())})
    assert thief.get("/sign/").status_code == 200


def test_signing_out_ends_it_on_the_server(people):
    client, copied = client_of(people.patient), Client()
    copied.cookies[COOKIE] = client.cookies[COOKIE].value
    assert in_still(copied)
    client.post("/accounts/logout/")
    assert not in_still(copied)


def test_a_new_password_ends_every_other_session(people):
    mine, other = client_of(people.patient), client_of(people.patient)
    new = "four words never together"
    answer = mine.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302 and in_still(mine) and not in_still(other)
    assert log_in(Client(), people.patient).status_code != 302 and log_in(Client(), people.patient, new).status_code == 302


@pytest.mark.parametrize("path", ["/accounts/2fa/totp/deactivate/", "/accounts/2fa/recovery-codes/generate/"])
def test_a_changed_second_factor_ends_every_other_session(people, path, django_capture_on_commit_callbacks):
    set_up_codes(people.patient)
    mine, other, stranger = client_of(people.patient), client_of(people.patient), client_of(people.stranger)
    with django_capture_on_commit_callbacks(execute=True):
        assert mine.post(path, {}).status_code == 302
    # New codes are told after the commit, which the test brings about when the request is over; a browser's test has it inside.
    assert not in_still(other) and in_still(stranger) and (in_still(mine) or "codes" in path)


def test_who_lost_the_account_or_the_role_is_out_at_once(people):
    gone, demoted = client_of(people.stranger), client_of(people.clinician)
    assert in_still(gone) and demoted.get("/clinic/").status_code == 200
    Account.objects.filter(pk=people.stranger.account_id).update(is_active=False)
    RoleGrant.objects.filter(account=people.clinician.account_id).update(revoked_at=AT)
    assert not in_still(gone) and demoted.get("/clinic/").status_code == 403
