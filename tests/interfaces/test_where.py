"""Where I am signed in: one's own sessions alone, ended by their owner, after a factor, on the trail."""

import re
import time
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from serein.foundation.audit.models import TrailRow
from serein.foundation.people import door
from serein.foundation.people.keys import open_list
from tests.people import AT, FourPeople, four_people, given
from tests.web import client_of

pytestmark = pytest.mark.django_db
PAGE = "/account/sessions/"


@pytest.fixture
def people(settings) -> FourPeople:
    settings.SEREIN_CLOCK = "tests.people.clock"
    return four_people()


def signed_in(who, *, minutes_ago: int = 0) -> Client:
    client, then = client_of(who), int(time.time()) - 60 * minutes_ago
    session = client.session
    session["began"], session["minute"] = then, then // 60
    session.save()
    return client


def send(client: Client, **fields: str):
    token = re.search(r'name="once" value="([^"]+)"', client.get(PAGE).content.decode())
    return client.post(PAGE, {"once": unescape(token[1]) if token else "", **fields}, follow=True)


def named(client: Client) -> list[str]:
    return re.findall(r'name="which" value="([0-9a-f]+)"', client.get(PAGE).content.decode())


def test_own_sessions_are_listed_and_nobody_elses(people):
    here, other = signed_in(people.clinician), signed_in(people.clinician)
    signed_in(people.stranger)
    signed_in(people.clinician, minutes_ago=30)  # its time is over, though nobody has swept it away
    page = here.get(PAGE).content.decode()
    assert page.count("This browser") == page.count("Another browser") == 1 and "Sign all the others out" not in page
    for client in (here, other):
        assert client.session.session_key not in page, "a name that opens nothing"


def test_one_is_ended_and_the_others_stay(people):
    here, thief, phone = (signed_in(people.clinician) for _ in range(3))
    (which,) = set(named(here)) - set(named(phone))  # `phone` does not list itself
    answer = send(here, which=which)
    assert "It is signed out." in answer.content.decode()
    assert (thief.get("/account/").status_code, phone.get("/account/").status_code) == (200, 302)
    assert "2 are" not in send(here, others="1").content.decode() and thief.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    rows = TrailRow.objects.filter(deed="sign_out", why="ended-from-elsewhere")
    assert [r.by_id for r in rows] == [people.clinician.account_id] * 2


def test_nobody_ends_somebody_elses(people):
    here, theirs = signed_in(people.clinician), signed_in(people.stranger)
    (which,) = (one.id for one in door.sessions_of(people.stranger.account_id, here=None))
    signed_in(people.clinician)  # so that the page has a form
    assert "It was over already." in send(here, which=which).content.decode()
    assert theirs.get("/account/").status_code == 200
    assert not door.end_session(people.clinician.account_id, which, at=AT)


def test_a_factor_is_asked_for_before_one_is_ended(people):
    here, other = signed_in(people.clinician), signed_in(people.clinician)
    token = re.search(r'name="once" value="([^"]+)"', here.get(PAGE).content.decode())
    session = here.session
    session["account_authentication_methods"] = [{"method": m, "at": 0} for m in ("password", "mfa")]
    session.save()
    answer = here.post(PAGE, {"once": unescape(token[1]), "others": "1"})
    assert answer.status_code == 302 and "/accounts/reauthenticate/" in answer["Location"]
    assert other.get("/account/").status_code == 200 and Session.objects.filter(pk=other.session.session_key).exists()
