"""Proof by an identity provider, at the door: from the page, to a provider on this machine, and back; and whoever tries to bend it."""

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from serein.care.access.reads import patient_card, provider_proofs
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import open_list
from serein.interfaces.web.doors import DOORS
from tests.interfaces.shell_people import enter
from tests.people import AT, FourPeople, four_people, given, open_for, own_chart
from tests.web import client_of

from .provider import Running, running_provider

pytestmark = pytest.mark.django_db
ROADS = {"patient": "/me/identity/", "staff": "/account/identity/"}


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running_provider() as running:
        yield running


@pytest.fixture
def people(db, settings, served) -> FourPeople:
    served.knobs = type(served.knobs)()
    settings.SEREIN_CLOCK = "tests.interfaces.patient.conftest.at"
    settings.SEREIN_IDENTITY_PROVIDERS = {"test-id": served.provider()}
    made = four_people()
    card = patient_card(own_chart(made.patient))
    served.knobs.person |= {"given_name": card.given, "family_name": card.family, "birthdate": str(card.birth_date)}
    return made


def text(answer) -> str:
    return unescape(re.sub(r"\s+", " ", answer.content.decode()))


def left(client: Client, road: str = "patient", name: str = "test-id") -> str:
    """Press the button and read the address of the link."""
    home = ROADS[road]
    token = re.search(r'name="once" value="([^"]+)"', client.get(home).content.decode())
    assert token
    answer = client.post(f"{home}begin/{name}/", {"once": unescape(token[1])}, follow=True)
    found = re.search(r'href="(http://localhost:\d+/authorize[^"]+)"', answer.content.decode())
    assert found, text(answer)
    return unescape(found[1])


def came_back(client: Client, address: str) -> str:
    """What the next page says, without the address of the provider's answer in it."""
    parts = urlsplit(address)
    answer = client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 302 and "code=" not in answer["Location"]
    return text(client.get(answer["Location"]))


def refusals(people: FourPeople) -> list[str]:
    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    return list(TrailRow.objects.filter(deed="prove_identity", outcome="refused").values_list("why", flat=True))


def test_a_patient_shows_themselves_and_the_care_team_reads_it(people, served):
    client = client_of(people.patient, second_factor=False)
    address = left(client)
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == ["http://localhost:8000/me/identity/return/test-id/"]
    assert "Your care team sees it" in came_back(client, served.back(address))
    colleague, chart = client_of(people.clinician), f"/clinic/patients/{people.patient.patient_id}/"
    for page in (chart, f"{chart}identity/"):
        assert "Test ID vouched: identity card and face checked" in text(colleague.get(page))


def test_somebody_who_works_here_is_vouched_for_and_compliance_reads_it(people, served):
    client = client_of(people.clinician)
    served.knobs.person |= {"given_name": "Ada", "family_name": "Okafor"}
    assert "Compliance sees it" in came_back(client, served.back(left(client, "staff")))
    person = text(client_of(people.clinic.officer).get(f"/compliance/people/{people.clinician.account_id}/"))
    assert "Test ID vouched: identity card and face checked" in person
    assert client_of(people.patient, second_factor=False).get(ROADS["staff"]).status_code == 403


def test_what_differs_is_said_and_shown_and_changes_nothing(people, served):
    served.knobs.person["family_name"] = "Mallory"
    client, before = client_of(people.patient, second_factor=False), patient_card(own_chart(people.patient))
    assert "We changed nothing" in came_back(client, served.back(left(client)))
    assert patient_card(own_chart(people.patient)) == before
    chart = text(client_of(people.clinician).get(f"/clinic/patients/{people.patient.patient_id}/"))
    assert "Test ID tells another family name" in chart and "Mallory" in chart and "Record what I saw" in chart


def test_an_answer_counts_once(people, served):
    client = client_of(people.patient, second_factor=False)
    address = served.back(left(client))
    assert "Saved" in came_back(client, address)
    assert "does not belong" in came_back(client, address)
    assert len(provider_proofs(open_for(people.clinician, people.patient))) == 1 and refusals(people) == ["answer-not-ours"]


def test_whoever_is_led_to_the_answer_of_somebody_else_is_not_proved(people, served):
    """Login CSRF: an attacker begins, shows their own card, and leads the patient's browser to the address that came back."""
    attacker, victim = client_of(people.stranger), client_of(people.patient, second_factor=False)
    stolen = served.back(left(attacker, "staff"))
    assert "does not belong" in came_back(victim, stolen.replace(ROADS["staff"], ROADS["patient"]))
    mine = left(victim)
    state = parse_qs(urlsplit(mine).query)["state"][0]
    theirs = served.back(left(attacker, "staff"))
    code = parse_qs(urlsplit(theirs).query)["code"][0]
    assert "could not be used" in came_back(victim, f"{ROADS['patient']}return/test-id/?code={code}&state={state}")
    assert provider_proofs(open_for(people.clinician, people.patient)) == ()


def test_another_person_in_the_same_browser_is_not_proved(people, served):
    client = client_of(people.patient, second_factor=False)
    back = served.back(left(client))
    kept = client.session["serein.proof"]
    enter(client, people.clinician, "password", "totp")
    session = client.session
    session["serein.proof"] = kept
    session.save()
    assert "does not belong" in came_back(client, back.replace(ROADS["patient"], ROADS["staff"]))


def test_it_signs_nobody_in(people, served):
    back = served.back(left(client_of(people.patient, second_factor=False)))
    stranger = Client()
    parts = urlsplit(back)
    answer = stranger.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 302 and answer["Location"] == "/accounts/login/?next=%2Fme%2Fidentity%2F", (
        "and no code in the address"
    )
    assert "_auth_user_id" not in stranger.session
    assert not any(name.startswith(("socialaccount", "openid")) for name in DOORS)


def test_what_the_provider_says_when_it_refuses_is_told_in_our_words(people, served):
    client = client_of(people.patient, second_factor=False)
    state = parse_qs(urlsplit(left(client)).query)["state"][0]
    said = came_back(
        client, f"{ROADS['patient']}return/test-id/?error=access_denied&error_description=%3Cb%3EPay%20here&state={state}"
    )
    assert "you stopped there" in said and "Pay here" not in said
    served.knobs.claims = {"acr": "urn:test:low"}
    assert "does not know you well enough" in came_back(client, served.back(left(client)))
    assert refusals(people) == ["provider-stopped", "assurance-not-accepted"]
    assert provider_proofs(open_for(people.clinician, people.patient)) == ()


@pytest.mark.parametrize(
    "query", ["", "?code=a&code=b&state=c", "?state=%00", "?code=" + "x" * 5000, "?iss=x", "?code=a&state=b&state=c"]
)
@pytest.mark.parametrize("road", ROADS)
def test_nonsense_at_the_way_back_is_no_defect(people, road, query):
    client = client_of(people.patient if road == "patient" else people.clinician)
    for name in ("test-id", "another"):
        assert client.get(f"{ROADS[road]}return/{name}/{query}").status_code in (302, 400)
        assert client.post(f"{ROADS[road]}return/{name}/{query}").status_code in (302, 400)


def test_a_provider_that_is_down_is_told_where_somebody_is(people, served):
    served.knobs.status = {"/.well-known/openid-configuration": 503}
    client = client_of(people.patient, second_factor=False)
    token = re.search(r'name="once" value="([^"]+)"', client.get(ROADS["patient"]).content.decode())
    said = text(client.post(f"{ROADS['patient']}begin/test-id/", {"once": unescape(token[1])}, follow=True))
    assert "could not be reached" in said and "show a document" in said
    served.knobs.status = {}
    address = left(client)
    served.knobs.status = {"/token": 502}
    assert "could not be reached" in came_back(client, served.back(address))


def test_nobody_begins_without_end(people):
    client = client_of(people.patient, second_factor=False)
    for _ in range(10):
        left(client)
    token = re.search(r'name="once" value="([^"]+)"', client.get(ROADS["patient"]).content.decode())
    assert client.post(f"{ROADS['patient']}begin/test-id/", {"once": unescape(token[1])}).status_code == 429


def test_without_a_provider_there_is_a_sentence_and_no_button(people, settings):
    settings.SEREIN_IDENTITY_PROVIDERS = {}
    page = text(client_of(people.patient, second_factor=False).get(ROADS["patient"]))
    assert "Show us a document at a visit" in page and "Go to" not in page
    assert "No identity provider is connected here" in text(client_of(people.clinician).get(ROADS["staff"]))
    identity = text(client_of(people.clinician).get(f"/clinic/patients/{people.patient.patient_id}/identity/"))
    assert "None is connected" in identity and "manual" in identity


def test_a_factor_is_asked_for_again_before_somebody_leaves(people):
    client = client_of(people.patient, second_factor=False)
    token = re.search(r'name="once" value="([^"]+)"', client.get(ROADS["patient"]).content.decode())
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    answer = client.post(f"{ROADS['patient']}begin/test-id/", {"once": unescape(token[1])})
    assert answer.status_code == 302 and "/accounts/reauthenticate/" in answer["Location"]


def test_the_file_is_read_at_the_start_and_what_is_wrong_is_named(tmp_path, capsys, monkeypatch):
    from serein.config import identity, running
    from serein.config.place import Place
    from serein.config.wish import CannotStart, Wish
    from serein.interfaces.oidc.providers import ProvidersUnclear

    place = Place(tmp_path)
    assert identity.providers_at(place, plain=False) == ()
    entry = {"title": "X", "issuer": "https://x.example", "client_id": "c", "accepted": {"a": "b"}}
    (tmp_path / identity.FILE).write_text(json.dumps({"x-id": entry}))
    with pytest.raises(ProvidersUnclear, match=r"identity-providers.yaml: x-id: no secret is kept"):
        identity.providers_at(place, plain=False)
    with pytest.raises(CannotStart, match="no secret is kept"):
        running.refuse_unclear_providers(Wish(place, "127.0.0.1", 8000, True, None))
    assert identity.keep(place, "x-id", lambda _: "between us") == 0
    running.refuse_unclear_providers(Wish(place, "127.0.0.1", 8000, True, None))
    (one,) = identity.providers_at(place, plain=False)
    assert one.secret == "between us" and oct((tmp_path / "secrets.json").stat().st_mode)[-3:] == "600"
    assert identity.keep(place, "x-id", lambda _: "") == 2
    monkeypatch.setenv("SEREIN_STATE", str(tmp_path))
    assert identity.main(["what"]) == 2 and "usage" in capsys.readouterr().err
    (tmp_path / identity.FILE).write_text("[")
    assert identity.main(["check"]) == 2 and "no YAML" in capsys.readouterr().err
