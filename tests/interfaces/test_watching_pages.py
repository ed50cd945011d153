"""The pages of watching over HTTP: what a clinician reads before a further supply."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from serein.care.evaluation.reads import harm_told
from serein.care.evaluation.reads.birth_date import birth_dates
from serein.care.monitoring.actions import answer_check_in
from serein.foundation.people.models import Clinic
from serein.interfaces.web.shell import clock
from tests.care.evaluation.filling import fill_and_send
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


def test_two_dates_of_birth_are_settled_on_their_page(d, client):
    fill_and_send(own_chart(d.people.patient, AT - timedelta(hours=1)), birth_date={"date": "1958-03-27"})
    link = at_desk("birth_date", d)
    assert link in main_of(client.get(at_desk("chart", d)))
    page = client.get(link)
    assert "27-Mar-1985, on record before" in main_of(page) and "27-Mar-1958, written by the patient" in main_of(page)
    for wrong in (
        {},
        {"right": "recorded"},
        {"right": "neither", "why": "x"},
        {"right": "told", "why": "x" * 301},
        {"right": "told", "why": "a\u202e\x07"},
    ):
        assert client.post(link, {**hidden(client.get(link)), **wrong}).status_code in (400, 422), wrong
    stale = {**hidden(client.get(link)), "seen": "1985-03-27|1900-01-01", "right": "told", "why": "Seen"}
    assert client.post(link, stale).status_code == 409
    assert client.post(link, {**hidden(client.get(link)), "right": "told", "why": "Seen on the card"}).status_code == 302
    assert birth_dates(d.chart()) is None
    assert "Date of birth settled: 27-Mar-1958, not 27-Mar-1985. Seen on the card" in main_of(client.get(at_desk("chart", d)))
    assert client.get(link).status_code == 409


INVITED = {
    "given": "Rosa",
    "family": "Abebe",
    "birth_date": "1990-01-02",
    "email": "rosa@example.test",
    "address": "1 Elm Street",
    "sex": "female",
}


def test_in_a_demonstration_the_clinician_sees_the_invitation_link_once(d, client):
    Clinic.objects.update(demonstration=True)
    url = reverse("clinician:invite")
    page = client.post(url, {**hidden(client.get(url)), **INVITED}, follow=True)
    assert "Rosa Abebe is invited" in main_of(page) and "/invitation/" in main_of(page)
    assert client.get(reverse("clinician:invited")).status_code == 302


def test_elsewhere_no_page_shows_the_link(d, client):
    url = reverse("clinician:invite")
    page = client.post(url, {**hidden(client.get(url)), **INVITED}, follow=True)
    assert page.status_code == 200 and "/invitation/" not in page.content.decode()


STRINGS = ["", "NaN", "9" * 400, "٣", "<script>alert(1)</script>", "\u202egnp", "x" * 30000]
REVIEW = {"decision": "continue", "words": "Sleeps well.", "next_on_0": "12", "next_on_1": "20", "next_on_2": "2026"}
BRIDGE = {"days": "7", "reason": "no-appointment", "words": ""}
CONTACT = {"how": "telephone", "words": "Called."}


@pytest.mark.parametrize(
    ("page", "body", "field"),
    [
        *(("review", REVIEW, f) for f in ("decision", "words", "next_on_0", "next_on_2", "seen", "plan")),
        *(("bridge", BRIDGE, f) for f in ("days", "reason", "words", "plan")),
        *(("contact", CONTACT, f) for f in ("how", "words", "seen")),
    ],
)
def test_a_hostile_field_is_told_in_words_or_kept_as_typed_and_never_comes_back_as_markup(d, client, page, body, field):
    told(d, mixing={"choices": ["alcohol"]}, body={"choices": ["fever"]})
    url = at_desk(page, d, *(["check-in-flag"] if page == "contact" else []))
    for value in STRINGS:
        answer = client.post(url, {**hidden(client.get(url)), **body, field: value})
        text = answer.content.decode()
        assert answer.status_code in (302, 403, 409, 413, 422), (value[:20], answer.status_code)
        assert "<script>alert(1)" not in text
        if answer.status_code == 422:
            assert "There is a problem" in text, value[:20]
    assert "<script>alert(1)" not in client.get(at_desk("chart", d)).content.decode()


@pytest.mark.parametrize("band", STRINGS)
def test_no_asked_band_breaks_the_plot(d, client, band):
    for page in ("watch", "levels"):
        answer = client.get(at_desk(page, d), {"band": band})
        assert answer.status_code in (200, 400) and "<script>alert" not in answer.content.decode()
