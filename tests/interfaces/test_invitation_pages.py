"""The page behind an invitation: who, what, a password, in."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from serein.care.access import actions as access
from serein.foundation.people.models import Account
from tests.people import PASSWORD, TestClinic, given, make_clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_tests_hour")]


def invited(clinic: TestClinic, role: str = "clinician") -> str:
    return given(access.invite_staff(clinic.people(), access.NewStaff("Ada Okafor", "ada@example.test", role))).token


def once(response) -> str:
    found = re.search(r'name="once" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def accept(client: Client, password: str = PASSWORD):
    return client.post("/invitation/", {"password": password, "once": once(client.get("/invitation/"))})


def test_the_token_leaves_the_address_bar_and_looking_uses_nothing_up():
    token, client = invited(make_clinic()), Client()
    for _ in range(2):
        response = client.get(f"/invitation/{token}/")
        assert response.status_code == 302 and response["Location"] == "/invitation/"
    page = client.get("/invitation/").content.decode()
    assert "Welcome, Ada Okafor" in page and "as a clinician" in page and "ada@example.test" in page and token not in page


def test_staff_are_led_to_their_second_factor():
    client = Client()
    client.get(f"/invitation/{invited(make_clinic())}/")
    response = accept(client)
    assert response.status_code == 302
    landed = client.get("/clinic/", follow=True)
    assert landed.redirect_chain[-1][0] == "/second-step/" and b"Set up" in landed.content


def test_a_patient_is_led_to_their_own_pages():
    clinic = make_clinic()
    sent = clinic.invited_patient(clinic.clinician())
    client = Client()
    client.get(f"/invitation/{sent.token}/")
    assert b"as a patient" in client.get("/invitation/").content
    accept(client)
    assert client.get("/")["Location"] == "/me/"


@pytest.mark.parametrize(("password", "says"), [
    ("", "Choose a password"), ("short", "at least 12 characters"), ("ada okafor ada", "like your name"), ("password1234", "easy to guess"),
    ("123456789012345", "not be a number alone"), ("x" * 2000, "at most 1000"),
])  # fmt: skip
def test_a_weak_password_is_told_at_the_field_and_the_link_stays_good(password: str, says: str):
    client = Client()
    client.get(f"/invitation/{invited(make_clinic())}/")
    response = accept(client, password)
    page = response.content.decode()
    assert response.status_code == 422 and says in page and "Error:" in page
    assert password == "" or f'value="{password}"' not in page
    assert accept(client).status_code == 302


def test_sent_twice_makes_one_account_and_says_so():
    client = Client()
    client.get(f"/invitation/{invited(make_clinic())}/")
    form = {"password": PASSWORD, "once": once(client.get("/invitation/"))}
    first, second = client.post("/invitation/", form), client.post("/invitation/", form)
    assert first.status_code == 302 and second.status_code < 500
    assert Account.objects.filter(email="ada@example.test").count() == 1


def test_unknown_used_and_hostile_links_all_get_the_same_page():
    token = invited(make_clinic())
    client = Client()
    client.get(f"/invitation/{token}/")
    accept(client)
    strip: Callable[[bytes], str] = lambda body: re.sub(r'value="[^"]+"|nonce="[^"]+"', "", body.decode())  # noqa: E731
    pages = {strip(Client().get(f"/invitation/{t}/").content) for t in (token, "x" * 43, "%ED%A0%80", "a" * 3000)}
    assert len(pages) == 1 and "cannot be used" in pages.pop()
    assert Client().get("/invitation/").status_code == 404


def test_accepting_as_somebody_else_signs_them_out_first():
    clinic = make_clinic()
    client = Client()
    client.get(f"/invitation/{invited(clinic)}/")
    accept(client)
    other = given(access.invite_staff(clinic.people(), access.NewStaff("Bo Bell", "bo@example.test", "pharmacist"))).token
    client.get(f"/invitation/{other}/")
    accept(client)
    assert client.session["_auth_user_id"] == str(Account.objects.get(email="bo@example.test").pk)
