"""People who help me, and the desk of those who help: what they see, what they do not, and that the two look alike when nothing is shared."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from serein.care.access import actions as access
from serein.care.monitoring import actions as monitoring
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell import clock
from tests.care.plans import TODAY, agreed
from tests.people import AT, PASSWORD, given, made, own_chart
from tests.web import client_of

CANARY = "heronfeather"


@pytest.fixture
def helped(desk):
    agreed(desk.people.clinician, desk.people.patient)
    return desk


def helper(desk, scopes=("plan", "diary", "check-ins")) -> Person:
    new = access.NewHelper("Hana Torres", "hana@example.test", access.Sharing(tuple(scopes), TODAY + timedelta(days=90)))
    invited = access.invite_helper(own_chart(desk.people.patient), new)
    assert isinstance(invited, access.HelperInvited)
    return made(given(access.accept_invitation(invited.token, PASSWORD, AT)).account_id, AT)


def seen(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:1000]
    return answer.content.decode()


def page_of(desk) -> str:
    return f"/helping/{desk.people.patient.patient_id}/"


def plain(page: str) -> str:
    return re.sub(r'value="[^"]{20,}"|nonce="[^"]+"|csrfmiddlewaretoken.{0,120}', "", page)


def test_the_patient_invites_changes_and_ends(helped):
    fields = {"name": "Hana", "email": "hana@example.test", "scopes": ["plan"], "until": "2027-02-01"}
    assert helped.post("helpers/add/", fields).status_code == 302
    page = helped.get("helpers/")
    assert "Hana" in page and "Invited." in page and "see the plan" in page
    link = re.search(r'/me/(helpers/[0-9a-f-]{36}/)"', page)
    assert link
    assert helped.post(link[1], {"scopes": ["diary"], "until": "2027-01-01"}).status_code == 302
    assert "write in it" in helped.get("helpers/")
    assert helped.post(link[1], {"end": "1"}).status_code == 302
    assert "Nobody sees your record" in helped.get("helpers/")


def test_whoever_finds_an_open_telephone_lets_nobody_in_and_nothing_typed_is_lost(helped, monkeypatch):
    fields = {
        "name": "Hana",
        "email": "hana@example.test",
        "scopes": ["plan"],
        "until": "2027-02-01",
        "once": helped.token("helpers/add/"),
    }
    really = clock.machine_seconds
    monkeypatch.setattr(clock, "machine_seconds", lambda: really() + 11 * 60)
    assert helped.client.get("/me/helpers/add/")["Location"] == "/accounts/reauthenticate/?next=%2Fme%2Fhelpers%2Fadd%2F"
    assert helped.client.post("/me/helpers/add/", fields)["Location"] == "/accounts/reauthenticate/?next=%2Fcarry-on%2F"
    assert "Nobody sees your record" in helped.get("helpers/")
    # The password again, and what was typed goes on from there.
    monkeypatch.setattr(clock, "machine_seconds", really)
    assert helped.client.post("/accounts/reauthenticate/?next=/carry-on/", {"password": PASSWORD})["Location"] == "/carry-on/"
    assert "hana@example.test" in helped.client.get("/carry-on/").content.decode()
    assert helped.client.post("/me/helpers/add/", fields).status_code == 302
    link = re.search(r'/me/(helpers/[0-9a-f-]{36}/)"', helped.get("helpers/"))
    assert link
    # To share more is asked for again; to end it never.
    monkeypatch.setattr(clock, "machine_seconds", lambda: really() + 11 * 60)
    more = helped.post(link[1], {"scopes": ["diary"], "until": "2027-01-01"})
    assert more["Location"].startswith("/accounts/reauthenticate/") and "write in it" not in helped.get("helpers/")
    helped.post(link[1], {"end": "1"})
    assert "Nobody sees your record" in helped.get("helpers/")


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(helped):
    fields = {"name": "Hana", "email": "no address", "scopes": ["plan"], "until": "2031-02-01"}
    answer = helped.post("helpers/add/", fields)
    page = answer.content.decode()
    assert answer.status_code == 422 and "name@example.com" in page and "at most one year" in page and "no address" in page


def test_a_helper_sees_what_is_shared_and_writes_in_the_diary(helped):
    client = client_of(helper(helped), second_factor=False)
    assert "Maria Torres" in seen(client, "/helping/")
    page = seen(client, page_of(helped))
    assert "5 mg tablet" in page and "Check-ins" in page
    path = f"{page_of(helped)}{TODAY:%Y-%m-%d}/morning/"
    token = re.search(r'name="once" value="([^"]+)"', seen(client, path))
    assert token
    assert client.post(path, {"once": token[1], "status": "taken"}).status_code == 302
    assert "Written by Hana Torres" in seen(client, page_of(helped))


@pytest.mark.parametrize(
    ("scopes", "shown", "hidden"),
    [
        (("plan",), "5 mg tablet", ("Diary of the last", "Check-ins", "Write in the diary")),
        (("check-ins",), "Check-ins", ("5 mg tablet", "Diary of the last")),
    ],
)
def test_what_is_not_shared_is_not_on_the_page(helped, scopes, shown, hidden):
    page = seen(client_of(helper(helped, scopes), second_factor=False), page_of(helped))
    assert shown in page and not any(words in page for words in hidden)


def test_ended_and_never_shared_are_the_same_page(helped):
    hana = helper(helped)
    client, other = client_of(hana, second_factor=False), client_of(helped.people.stranger)
    (one,) = access_lines(helped)
    access.end_sharing(own_chart(helped.people.patient), one)
    ended, never = seen(client, page_of(helped), 403), seen(other, page_of(helped), 403)
    assert "Nothing is shared with you now." in ended and "Nothing is shared with you now." in never
    assert "Maria" not in ended and "Nothing is shared with you now." in seen(client, "/helping/")
    main = re.compile(r"<main.*?</main>", re.S)
    assert main.search(plain(ended))[0] == main.search(plain(never))[0]


def access_lines(desk):
    from serein.care.access.reads.sharing import helpers

    return [h.id for h in helpers(own_chart(desk.people.patient))]


def test_what_is_kept_is_on_no_page_of_a_helper_and_can_be_shown_again(helped):
    hana = helper(helped)
    logged = monitoring.log_dose(own_chart(helped.people.patient), monitoring.NewDose("morning", reason=CANARY))
    assert isinstance(logged, monitoring.Logged)
    client = client_of(hana, second_factor=False)
    assert CANARY in seen(client, page_of(helped))
    assert helped.post(f"keep/{logged.entry_id}/", {"private": "1", "from": "doses"}, page="doses/").status_code == 302
    assert "Kept from people who help me" in helped.get("doses/")
    for path in ("/helping/", page_of(helped), f"{page_of(helped)}?month=2026-11", "/account/"):
        assert CANARY not in client.get(path).content.decode()
    assert helped.post(f"keep/{logged.entry_id}/", {"private": "0", "from": "doses"}, page="doses/").status_code == 302
    assert CANARY in seen(client, page_of(helped))


def test_the_patient_sees_that_a_helper_looked(helped):
    hana = helper(helped)
    seen(client_of(hana, second_factor=False), page_of(helped))
    page = helped.get("who-looked/")
    assert "Hana Torres" in page and "opened what is shared with them" in page
