"""The rota: a clinician is care team for every patient of the clinic, for these hours, with these rights."""

from datetime import timedelta

import pytest

from serein.care.access import actions as access
from serein.care.access.reads import find_cards, rotas
from serein.foundation.people.keys import OpenChart, Refused, open_chart, open_list
from serein.foundation.people.models import Patient, Rota
from tests.interfaces.test_compliance_pages import post, text
from tests.people import AT, four_people, given, maria
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_tests_hour")]
HOUR = timedelta(hours=1)


@pytest.fixture
def people():
    return four_people()


def made(people, since=AT, until=AT + HOUR, rights=("decide",), who=None):
    asked = access.NewRota((who or people.stranger).account_id, since, until, rights)
    return access.make_rota(people.clinic.people(), asked)


def key(people, at):
    return open_chart(people.stranger, people.patient.patient_id, purpose="care", at=at)


def test_hours_open_charts_with_the_named_rights_and_end_to_the_minute(people):
    given(made(people, AT + HOUR, AT + 2 * HOUR))
    for at, opens in ((AT, False), (AT + HOUR, True), (AT + 2 * HOUR - timedelta(seconds=1), True), (AT + 2 * HOUR, False)):
        found = key(people, at)
        assert isinstance(found, OpenChart) == opens, at
        if isinstance(found, OpenChart):
            assert {str(r) for r in found.may} == {"note", "decide"}


def test_ended_hours_open_nothing_from_that_instant(people):
    rota = given(made(people))
    given(access.end_rota(people.clinic.people(AT + HOUR / 2), rota.rota_id))
    assert isinstance(key(people, AT + HOUR / 2), Refused)
    again = access.end_rota(people.clinic.people(AT + HOUR / 2), rota.rota_id)
    assert isinstance(again, Refused) and again.code == "rota-over"
    assert rotas(people.clinic.people(AT + HOUR / 2)) == []


def test_the_list_is_of_this_clinic_and_of_these_hours(people):
    elsewhere = four_people()
    people.clinic.patient(of=people.clinician, new=maria(given="Eva", family="Smith"))
    before = open_list(people.stranger, purpose="on the rota", at=AT)
    assert isinstance(before, Refused) and before.code == "not-on-the-rota"
    given(made(people))
    listing = given(open_list(people.stranger, purpose="on the rota", at=AT))
    assert find_cards(listing).total == 2 and [c.family for c in find_cards(listing, words="smith").page] == ["Smith"]
    assert elsewhere.patient.patient_id not in set(Patient.objects.values_list("id", flat=True))
    Rota.objects.update(ended_at=AT)
    assert not Patient.objects.exists(), "PostgreSQL asks for the hours itself"


def test_what_cannot_be_made_says_why(people):
    given(made(people, AT + 3 * HOUR, AT + 4 * HOUR))
    wrong = {
        "hours-wrong": {"until": AT - HOUR}, "rights-wrong": {"rights": ("export",)}, "not-a-clinician": {"who": people.pharmacist},
        "hours-together": {"until": AT + 5 * HOUR},
    }  # fmt: skip
    for code, changes in wrong.items():
        answer = made(people, **changes)
        assert isinstance(answer, Refused) and answer.code == code
    answer = made(people, until=AT + timedelta(days=8))
    assert isinstance(answer, Refused) and answer.code == "hours-wrong"


def test_compliance_makes_hours_on_a_page_and_the_chart_says_until_when_and_what(people):
    officer, sam = client_of(people.clinic.officer), client_of(people.stranger)
    chart = f"/clinic/patients/{people.patient.patient_id}/"
    assert sam.get("/clinic/rota/").status_code == 403 and sam.get(chart).status_code == 403
    day = {"from_on": "2026-11-23", "from_at": "08:00", "to_on": "2026-11-23", "to_at": "18:00"}
    assert post(officer, "/compliance/rota/", who=str(people.stranger.account_id), rights="decide", **day).status_code == 302
    assert "May note, decide" in text(officer.get("/compliance/rota/"))
    assert "You are on the rota until 23-Nov-2026 18:00" in text(sam.get("/clinic/"))
    assert "torres" in text(sam.post("/clinic/rota/", {"name": "torres"}, follow=True)).lower()
    says = text(sam.get(chart))
    assert "until 23-Nov-2026 18:00; you may: note, decide" in says and "Write a new plan" not in says
    assert sam.get(chart + "plan/").status_code == 403
    end = f"/compliance/rota/{Rota.objects.get().id}/end/"
    assert post(officer, end).status_code == 302
    assert sam.get(chart).status_code == 403
