"""The compliance desk: inviting, licensing, the trail. Every page for its role only, every form kept when it is wrong."""

import re
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from serein.care.access.reads import StaffMember, staff
from serein.foundation.people.licences import LicenceInForce, may_practise
from serein.foundation.people.models import Invitation
from serein.foundation.people.persons import Person
from tests.people import AT, FourPeople, TestClinic, four_people, make_clinic, open_for
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_tests_hour")]
LICENCE = {"number": "A 1", "jurisdiction": "us-ca", "expires_on": "2027-11-30", "evidence": "seen on paper"}


def post(client: Client, path: str, **fields: str):
    found = re.search(r'name="once" value="([^"]+)"', client.get(path).content.decode())
    assert found, path
    return client.post(path, {**fields, "once": found[1]})


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def rows(response) -> str:
    """The words of the tables alone: a filter names everything that could be asked for."""
    tables = re.findall(r"<tbody.*?</tbody>", response.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", " ".join(tables)))


def member(clinic: TestClinic, who: Person) -> StaffMember:
    return next(m for m in staff(clinic.people()) if m.account_id == who.account_id)


def every_page(people: FourPeople) -> list[str]:
    ada, licence = people.clinician.account_id, member(people.clinic, people.clinician).licences[0].id
    return [
        "/compliance/", "/compliance/invite/", f"/compliance/people/{ada}/", f"/compliance/people/{ada}/details/",
        f"/compliance/people/{ada}/end/",
        f"/compliance/people/{ada}/licence/", f"/compliance/licences/{licence}/end/",
        f"/compliance/licences/{licence}/suspend/", f"/compliance/licences/{licence}/recheck/", f"/compliance/licences/{licence}/looks/",
        f"/compliance/licences/{licence}/seen/", "/compliance/trail/", "/compliance/knowledge/",
    ]  # fmt: skip


def test_every_page_opens_for_the_officer_and_for_nobody_else():
    people = four_people()
    for path in every_page(people):
        assert client_of(people.clinic.officer).get(path).status_code == 200, path
        for who in (people.clinician, people.pharmacist, people.patient):
            assert client_of(who).get(path).status_code == 403, path
        assert client_of(people.clinic.officer, second_factor=False).get(path)["Location"] == "/second-step/"
        assert Client().get(path)["Location"].startswith("/accounts/login/")


def test_an_officer_of_another_clinic_finds_nothing():
    people = four_people()
    other = client_of(make_clinic(name="Hillside").officer)
    assert [other.get(path).status_code for path in every_page(people)[2:7]] == [404] * 5
    for path in ("/compliance/", "/compliance/trail/"):
        assert "Okafor" not in other.get(path).content.decode()


def test_from_the_invitation_to_a_verified_licence():
    clinic = make_clinic()
    client = client_of(clinic.officer)
    sent = post(client, "/compliance/invite/", name="Ada Okafor", email="ada@example.test", role="clinician")
    assert sent.status_code == 302 and "Ada Okafor" in text(client.get(sent["Location"]))
    assert Invitation.objects.filter(email="ada@example.test").exists() and "Invited, not here yet" in text(
        client.get("/compliance/")
    )

    ada = clinic.clinician(licensed=False)
    post(client, f"/compliance/people/{ada.account_id}/licence/", **LICENCE)
    assert not isinstance(may_practise(ada, kind="prescriber", at=AT), LicenceInForce)
    licence = member(clinic, ada).licences[0]
    assert (licence.number, licence.jurisdiction, licence.expires_on) == ("A 1", "US-CA", date(2027, 11, 30))
    assert "off until somebody verifies it" in text(client.get("/compliance/"))
    post(client, f"/compliance/licences/{licence.id}/verify/", evidence="board register")
    assert isinstance(may_practise(ada, kind="prescriber", at=AT), LicenceInForce)
    post(client, f"/compliance/licences/{licence.id}/end/", why="suspended")
    assert not isinstance(may_practise(ada, kind="prescriber", at=AT), LicenceInForce)


def test_the_link_is_shown_in_a_demonstration_only():
    for demonstration in (False, True):
        clinic = make_clinic(demonstration=demonstration)
        client = client_of(clinic.officer)
        sent = post(client, "/compliance/invite/", name="Ada", email=f"ada{demonstration}@example.test".lower(), role="clinician")
        assert ("/invitation/" in client.get(sent["Location"]).content.decode()) is demonstration
        assert client.get("/compliance/invited/").status_code == 302  # once


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost():
    people = four_people()
    client, ada = client_of(people.clinic.officer), people.clinician.account_id
    cases = [
        ("/compliance/invite/", {"name": "Zoë", "email": "nonsense", "role": "clinician"}, "Enter an e-mail address", "nonsense"),
        ("/compliance/invite/", {"name": "Zoë", "email": people.pharmacist.email, "role": "clinician"}, "already has an account", "Zoë"),
        ("/compliance/invite/", {"name": "Zoë", "email": "z@example.test", "role": "owner"}, "Choose one of these", "z@example.test"),
        (f"/compliance/people/{ada}/details/", {"npi": "1234567890", "workplace": "Hill"}, "not an NPI", "Hill"),
        (f"/compliance/people/{ada}/details/", {"dea": "AB1234567", "workplace": "Hill"}, "not a DEA number", "Hill"),
        (f"/compliance/people/{ada}/licence/", LICENCE | {"expires_on": "2026-11-22"}, "lets nobody sign", "seen on paper"),
        (f"/compliance/people/{ada}/licence/", LICENCE | {"expires_on": "2026-02-30"}, "must be a real date", "seen on paper"),
        (f"/compliance/people/{ada}/licence/", LICENCE | {"jurisdiction": "California"}, "ISO 3166-2", "seen on paper"),
        (f"/compliance/people/{ada}/licence/", {}, "Enter the licence number", ""),
        (f"/compliance/people/{ada}/end/", {"why": "x" * 400}, "300", "xxx"),
    ]  # fmt: skip
    for path, fields, says, kept in cases:
        page = post(client, path, **fields).content.decode()
        assert says in page and kept in page and "Error:" in page, (path, fields)


def test_a_licence_is_not_verified_twice_nor_after_it_ended():
    people = four_people()
    client = client_of(people.clinic.officer)
    licence = member(people.clinic, people.clinician).licences[0].id
    assert client.get(f"/compliance/licences/{licence}/verify/").status_code == 409
    assert client.get(f"/compliance/licences/{uuid4()}/verify/").status_code == 404


def test_a_colleague_who_leaves_is_turned_away_on_the_next_page():
    people = four_people()
    open_session = client_of(people.pharmacist)
    assert (
        post(client_of(people.clinic.officer), f"/compliance/people/{people.pharmacist.account_id}/end/", why="moved").status_code
        == 302
    )
    assert open_session.get("/account/").status_code == 302
    assert (
        client_of(people.clinic.officer)
        .get(f"/compliance/people/{people.clinic.officer.account_id}/")
        .content.count(b"End access")
        == 0
    )


def test_the_trail_names_no_patient_and_is_filtered_and_paged():
    people = four_people()
    open_for(people.clinician, people.patient)
    client = client_of(people.clinic.officer)
    page = text(client.get("/compliance/trail/"))
    assert "Maria" not in page and "Torres" not in page and people.patient.email not in page
    assert f"the patient of record {str(people.patient.patient_id)[-12:]}" in page
    ada = str(people.clinician.account_id)
    mine = rows(client.get("/compliance/trail/", {"by": ada, "deed": "open", "outcome": "looked"}))
    assert "opened the record, to give care" in mine and "gave consent" not in mine
    about = rows(client.get("/compliance/trail/", {"record": str(people.patient.patient_id)}))
    assert "gave consent" in about and "verified a licence" not in about
    assert "fits what you asked for" in text(client.get("/compliance/trail/", {"day": "2026-11-22"}))
    assert "gave consent" in rows(client.get("/compliance/trail/", {"day": "2026-11-23"}))


def test_the_trail_is_paged_without_gap_or_repetition():
    clinic = make_clinic()
    for i in range(70):
        clinic.people(AT + timedelta(seconds=i))
    client = client_of(clinic.officer)
    first = client.get("/compliance/trail/", {"deed": "open", "by": str(clinic.officer.account_id)})
    older = re.search(r'href="(/compliance/trail/\?[^"]*before=[^"]+)"', first.content.decode())
    assert older and "deed=open" in older[1]
    second = client.get(older[1].replace("&amp;", "&"))
    rows = [r.content.decode().count("<tr>") + r.content.decode().count("<tr ") - 1 for r in (first, second)]
    assert rows[0] == 50 and 20 <= rows[1] <= 50


@pytest.mark.parametrize("query", [
    {"by": "somebody"}, {"deed": "\x00"}, {"outcome": "maybe"}, {"day": "yesterday"}, {"record": "x"}, {"before": "x"}, {"record": "\ud800"},
    {"day": "9999-12-31"}, {"day": "2200-12-31"},
])  # fmt: skip
def test_a_hostile_filter_gets_a_clear_message(query: dict[str, str]):
    response = client_of(make_clinic().officer).get(
        "/compliance/trail/", {k: v.encode("utf-8", "surrogatepass") for k, v in query.items()}
    )
    assert response.status_code < 500


def test_the_knowledge_page_says_that_nobody_has_confirmed_it():
    page = text(client_of(make_clinic().officer).get("/compliance/knowledge/"))
    assert "Not confirmed by a licensed human" in page and re.search(r"Knowledge \d{4}\.\d+: 0 of \d+ files confirmed", page)


def test_unknown_people_are_not_found():
    client = client_of(make_clinic().officer)
    for tail in ("", "details/", "end/", "licence/"):
        assert client.get(f"/compliance/people/{UUID(int=0)}/{tail}").status_code == 404
