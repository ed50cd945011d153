"""Measured levels, the question “what if” and the patient's picture over HTTP; hostile forms keep what was typed and store nothing."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from serein.care.monitoring import reads
from serein.care.monitoring.actions import NewDose, choose_picture, log_dose
from serein.interfaces.web.shell import clock
from tests.care.prescribed import ready_desk
from tests.interfaces.shell_people import enter
from tests.interfaces.test_clinician_pages import hidden, main_of
from tests.people import AT, given, own_chart

pytestmark = pytest.mark.django_db
NOW = AT + timedelta(days=4)
GOOD = {
    "substance": "diazepam", "value": "90", "unit": "µg/L", "drawn_on_0": "November", "drawn_on_1": "27", "drawn_on_2": "2026",
    "drawn_time": "08:30",
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "machine_seconds", NOW.timestamp)


@pytest.fixture
def d(db):
    found = ready_desk()
    for n in range(4):
        given(log_dose(own_chart(found.people.patient, AT + timedelta(days=n)), NewDose("morning")))
    return found


@pytest.fixture
def client(d):
    return enter(Client(), d.people.clinician, "password", "totp")


def at_desk(name, d, *more):
    return reverse(f"clinician:{name}", args=[d.people.patient.patient_id, *more])


def send(client, link, **answer):
    return client.post(link, {**hidden(client.get(link)), **answer})


def levels(d):
    return reads.measured_levels(d.chart(NOW))


def test_a_level_is_entered_doubted_vouched_for_and_marked_as_an_error(d, client):
    watch, link = at_desk("watch", d), at_desk("enter_level", d)
    assert link in main_of(client.get(watch))
    assert send(client, link, **GOOD | {"unit": "mg/L"}).status_code == 302
    text = main_of(client.get(watch))
    assert "1 doubtful level not used" in text and "fewer than 1 in 100" in text and "fitted to" not in text
    right = at_desk("level_right", d, levels(d)[0].id)
    assert "Doubtful:" in main_of(client.get(right))
    assert send(client, right, why="").status_code == 422
    assert send(client, at_desk("level_wrong", d, levels(d)[0].id), why="Wrong unit: it says µg/L.").status_code == 302
    assert send(client, link, **GOOD).status_code == 302
    text = main_of(client.get(watch))
    assert "Fitted to 1 measured level:" in text and "Wrong unit: it says µg/L." in text and "entered in error" in text
    data = client.get(at_desk("levels", d)).json()
    assert [x[1:] for x in data["levels"]] == [[90.0, True, True]]
    assert "not taken" not in text.replace("unknown, not &quot;not taken&quot;", "").replace('not "not taken"', "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "NaN"}, {"value": "-4"}, {"value": "0"}, {"value": "1e400"}, {"value": "<5"}, {"value": "9" * 400}, {"value": ""},
        {"unit": "nmol/L"}, {"unit": "ng/ml'--"}, {"substance": "morphine"}, {"drawn_on_1": "31"}, {"drawn_on_2": "2031"},
        {"drawn_time": "25:00"}, {"drawn_time": "8 o’clock"}, {"dose_time": "07:00"},
        {"dose_on_0": "11", "dose_on_1": "27", "dose_on_2": "2026", "dose_time": "12:00"},
    ],
)  # fmt: skip
def test_a_hostile_form_is_told_what_is_wrong_and_stores_nothing(d, client, wrong):
    answer = send(client, at_desk("enter_level", d), **GOOD | wrong)
    assert answer.status_code == 422 and "There is a problem" in answer.content.decode()
    assert levels(d) == ()


def test_a_level_of_somebody_else_is_not_found(d, client):
    other = "01a2053c-ce89-7024-8f7c-ece55e5556d5"
    for name in ("level_right", "level_wrong"):
        assert client.get(at_desk(name, d, other)).status_code == 404


def test_what_if_is_asked_by_address_and_stores_nothing(d, client):
    text = main_of(client.get(at_desk("watch", d), {"dose": "15"}))
    assert "15 mg a day instead of 7.5 mg" in text and "Nine tenths of the change" in text and "nothing is stored" in text
    data = client.get(at_desk("levels", d), {"dose": "15"}).json()
    assert data["if_mg"][0] is None and data["if_mg"][-1] == "15" and data["if_high"][-1] > data["if_low"][-1]
    for wrong in ("abc", "-1", "NaN", "1e9", "", "5" * 300):
        assert client.get(at_desk("watch", d), {"dose": wrong}).status_code == 422, wrong
    assert "not valid there" in main_of(client.get(at_desk("watch", d), {"dose": "900"}))


def test_the_check_of_a_draft_asks_the_same_of_its_own_dose(d, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "machine_seconds", AT.timestamp)
    client = enter(Client(), d.people.clinician, "password", "totp")
    link = at_desk("check", d, d.draft_id)
    page = client.get(link).content.decode()
    assert "What this dose would do" in page
    assert re.search(r"<input[^>]*name=.dose.[^>]*value=.7\.5.|<input[^>]*value=.7\.5.[^>]*name=.dose.", page), page[
        page.find("dose") :
    ][:2000]
    assert "Diazepam, highest of the day" in main_of(client.get(link, {"dose": "10"}))
    assert client.get(link, {"dose": "ten"}).status_code == 422


def test_the_patient_sees_no_picture_until_the_clinician_turns_it_on_and_then_no_number(d, client):
    home, link = reverse("patient:home"), reverse("patient:level")
    mine = enter(Client(), d.people.patient, "password", "totp")
    assert link not in main_of(mine.get(home)) and mine.get(link).status_code == 404
    assert send(client, at_desk("picture", d), shows="picture", why="").status_code == 422
    assert send(client, at_desk("picture", d), shows="picture", why="Asked for it.").status_code == 302
    assert link in main_of(mine.get(home))
    text = mine.get(link).content.decode()
    assert "It is not a blood test." in text and ">more<" in text and "ng/mL" not in text
    given(choose_picture(d.chart(NOW), "numbers", why="Can read it."))
    assert "ng/mL" in mine.get(link).content.decode()
