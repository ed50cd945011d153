"""Proof by an identity provider in a browser, with and without JavaScript: there and back, and every page of it at every width."""

import pytest
from django.db import transaction

from serein.care.access.reads import patient_card
from serein.interfaces.web.shell import clock
from tests.interfaces.provider import Running, running_provider
from tests.people import AT, FourPeople, four_people, own_chart
from tests.web import browse_as

from .browser import audit, shoot


@pytest.fixture
def people(live_clinic, settings, tmp_path, monkeypatch) -> FourPeople:
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)
    with transaction.atomic():
        return four_people()


@pytest.fixture
def provider(people, settings):
    with running_provider() as running:
        settings.SEREIN_IDENTITY_PROVIDERS = {"test-id": running.provider()}
        with transaction.atomic():
            card = patient_card(own_chart(people.patient))
        running.knobs.person |= {"given_name": card.given, "family_name": card.family, "birthdate": str(card.birth_date)}
        yield running


@pytest.mark.parametrize("js", [True, False])
def test_there_and_back(live_clinic, people, provider: Running, open_page, js):
    page = browse_as(open_page(js=js), people.patient, live_clinic.url)
    page.goto(f"{live_clinic.url}/me/")
    page.get_by_role("link", name="Proof of who I am").click()
    if js:
        audit(page)
    page.get_by_role("button", name="Go to Test ID").click()
    page.get_by_role("heading", name="Go to Test ID").wait_for()
    if js:
        audit(page)
        shoot(page, "proof-leave")
    page.get_by_role("link", name="Go on to Test ID").click()
    page.get_by_text("Saved. Your care team sees it.").wait_for()
    assert page.url == f"{live_clinic.url}/me/identity/", "no code stays in the address or the history"
    if js:
        shoot(page, "proof-patient")
        at_the_desks(live_clinic.url, people, open_page)


def at_the_desks(url: str, people: FourPeople, open_page) -> None:
    own = browse_as(open_page(), people.clinician, url)
    browse_as(open_page(), people.clinician, url).goto(url + "/account/")  # one more session for the list
    pages = {
        "proof-staff": "/account/identity/", "proof-clinician": f"/clinic/patients/{people.patient.patient_id}/identity/",
        "where": "/account/sessions/",
    }  # fmt: skip
    for name, path in pages.items():
        audit(own, url + path)
        shoot(own, name)
