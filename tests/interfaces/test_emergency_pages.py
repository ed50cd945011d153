"""The pages of break-glass: what they ask, what they hide, what they say to whom."""

import re

import pytest

from serein.foundation.people.models import BrokenGlass
from tests.care.devices import code_at, set_up_codes
from tests.interfaces.test_compliance_pages import post, text
from tests.people import AT, PASSWORD, four_people
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_tests_hour")]
OPEN = "/clinic/emergency/open/"
BORN = {"birth_date_0": "3", "birth_date_1": "27", "birth_date_2": "1985"}


def sent(client, shown, path, **fields):
    """Post to `path` with the number used once of the page `shown`."""
    once = re.search(r'name="once" value="([^"]+)"', shown.content.decode())
    assert once, path
    return client.post(path, {**fields, "once": once[1]})


def asked(client):
    return client.post("/clinic/emergency/", {"family": "Torres", **BORN})


def opened(people, client):
    set_up_codes(people.stranger)
    typed = {
        "family": "Torres", "birth_date": "1985-03-27", "patient": str(people.patient.patient_id), "reason": "danger",
        "words": "Found unconscious", "password": PASSWORD, "second_factor": code_at(people.stranger, AT),
    }  # fmt: skip
    return sent(client, asked(client), OPEN, **typed)


def test_a_stranger_opens_one_record_reads_it_under_a_red_strip_and_closes_it():
    people = four_people()
    client, chart = client_of(people.stranger), f"/clinic/patients/{people.patient.patient_id}/"
    assert client.get(chart).status_code == 403
    found = asked(client)
    assert found.status_code == 200 and "Maria Torres" in text(found) and "Torres" not in found.request["QUERY_STRING"]
    assert client.post("/clinic/emergency/", {"family": "Torre", **BORN}).status_code == 422
    answer = opened(people, client)
    assert answer.status_code == 302 and answer["Location"] == chart
    page = client.get(chart)
    says = text(page)
    assert page.status_code == 200 and "60 minutes left" in says and "Compliance and the lead clinician have been told" in says
    for hidden in ("Hand over", "Write a new plan", "Plan a taper"):
        assert hidden not in says
    assert "Record a risk assessment" in says
    for page in ("plan/", "handover/", "taper/plan/", "review/", "watch/level/"):
        refused = client.get(chart + page)
        assert refused.status_code == 403, page
    assert client.get(chart + "risk/").status_code == 200 and client.get(chart + "watch/").status_code == 200
    assert sent(client, client.get(chart), chart + "emergency/close/").status_code == 302
    assert client.get(chart).status_code == 403


def test_what_is_missing_is_said_and_nothing_opens():
    people = four_people()
    client = client_of(people.stranger)
    set_up_codes(people.stranger)
    typed = {
        "family": "Torres",
        "birth_date": "1985-03-27",
        "patient": str(people.patient.patient_id),
        "reason": "danger",
        "words": "x",
    }
    answer = sent(client, asked(client), OPEN, **typed, password="wrong", second_factor=code_at(people.stranger, AT))
    assert answer.status_code == 422 and "not right" in text(answer)
    assert sent(client, asked(client), OPEN, **typed | {"words": ""}).status_code == 422
    assert client.get(OPEN).status_code == 302
    assert not BrokenGlass.objects.exists()
    assert client_of(people.pharmacist).get("/clinic/emergency/").status_code == 403


def test_compliance_reads_why_without_a_name_and_reviews():
    people = four_people()
    assert opened(people, client_of(people.stranger)).status_code == 302
    officer = client_of(people.clinic.officer)
    says = text(officer.get("/compliance/emergencies/"))
    assert "Sam Stranger" in says and "Maria" not in says
    page = f"/compliance/emergencies/{BrokenGlass.objects.get().id}/"
    assert "Found unconscious" in text(officer.get(page))
    assert post(officer, page).status_code == 422
    assert post(officer, page, verdict="justified").status_code == 302
    assert officer.get(page).status_code == 409 and "Justified" in text(officer.get("/compliance/emergencies/"))
    assert "reviewed: justified" in text(client_of(people.clinician).get(f"/clinic/patients/{people.patient.patient_id}/"))
    assert client_of(people.clinician).get("/compliance/emergencies/").status_code == 403


def test_staff_record_an_identity_and_read_how_the_patient_may_be_reached():
    people = four_people()
    ada, mine = client_of(people.clinician), client_of(people.patient, second_factor=False)
    chart = f"/clinic/patients/{people.patient.patient_id}/"
    says = text(ada.get(chart))
    assert "Nobody has recorded a document yet" in says and "has not said how they may be reached" in says
    assert sent(mine, mine.get("/me/reach/"), "/me/reach/", call="on", hours="after 17:00").status_code == 422
    assert sent(mine, mine.get("/me/reach/"), "/me/reach/", call="on", phone="555-0777").status_code == 302
    typed = {"how": "video", "document": "passport", "seen_on": "2026-11-23"}
    page = ada.get(chart + "identity/")
    assert sent(ada, page, chart + "identity/", **typed | {"how": ""}).status_code == 422
    assert sent(ada, ada.get(chart + "identity/"), chart + "identity/", **typed).status_code == 302
    says = text(ada.get(chart))
    assert "Seen: passport, video" in says and "Call 555-0777" in says and "Leave no message" in says
    assert "Leave no message" in text(ada.get(chart + "contact/missed-doses/"))
