"""The pages of watching over HTTP: what a clinician reads before a further supply."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from serein.care.evaluation.reads import harm_told
from serein.care.monitoring.actions import answer_check_in
from serein.interfaces.web.shell import clock
from tests.care.prescribed import ready_desk
from tests.interfaces.shell_people import enter
from tests.interfaces.test_clinician_pages import hidden, main_of
from tests.people import AT, given, own_chart

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "machine_seconds", AT.timestamp)


@pytest.fixture
def d(db):
    return ready_desk()


@pytest.fixture
def client(d):
    return enter(Client(), d.people.clinician, "password", "totp")


def at_desk(name, d, *more):
    return reverse(f"clinician:{name}", args=[d.people.patient.patient_id, *more])


def told(d, at=AT - timedelta(hours=1), **answers):
    given(answer_check_in(own_chart(d.people.patient, at), answers))


def test_draft_and_check_show_what_was_told_of_breathing_and_who_was_reached(d, client):
    told(d, mixing={"choices": ["breath", "alcohol"]}, sleepy={"choice": "9"})
    for page in ("draft", "check"):
        text = main_of(client.get(at_desk(page, d, d.draft_id)))
        assert "Slow or weak breathing, or blue lips; Very sleepy beside alcohol or an opioid" in text, page
        assert "Check-in of 23-Nov-2026. No contact is recorded." in text, page


def test_self_harm_told_leads_from_chart_and_contact_to_the_assessment_that_ends_it(d, client):
    told(d, harm={"choice": "thoughts"})
    link = at_desk("risk", d)
    assert link in main_of(client.get(at_desk("chart", d))) and link in main_of(
        client.get(at_desk("contact", d, "check-in-flag"))
    )
    page = client.get(link)
    assert "says will not act on them" in main_of(page) and "Check-in of 23-Nov-2026" in main_of(page)
    answer = {"how": "telephone", "judgement": "no present risk", "done": "Talked it through."}
    assert client.post(link, {**hidden(page), **answer}).status_code == 302
    assert harm_told(d.chart()) == ()
    assert "No safety answer waits" in main_of(client.get(link))
