"""T7: what another site can make a browser do in somebody's name. Nothing."""

from collections.abc import Iterator
from itertools import product

import pytest
from django.http import HttpResponse
from django.test import Client

from serein.foundation.people.models import Account
from serein.foundation.people.persons import Person
from tests.attacks.routes import routes
from tests.attacks.straight import FORM, Straight, undrawn
from tests.people import PASSWORD, FourPeople, four_people
from tests.web import client_of

pytestmark = pytest.mark.django_db
EVIL = "https://evil.example"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# What everybody may read, in a browser on any page: the keys that a prescription is verified with.
FOR_EVERYBODY = ("jwks",)


@pytest.fixture
def people(settings) -> FourPeople:
    settings.SEREIN_CLOCK = "tests.people.clock"
    return four_people()


def answers(
    who: Person, methods: tuple[str, ...], data: str, kind: str, **headers: str
) -> Iterator[tuple[str, str, HttpResponse]]:
    asker = Straight(who)
    with undrawn():
        for route in routes():
            for method in methods:
                yield route.name, method, asker.ask(method, route.filled(), data, kind, **headers)


@pytest.mark.parametrize(("desk", "methods"), [("clinician", ("POST",)), ("patient", UNSAFE)])
def test_a_post_without_our_token_is_refused_at_every_address(people, desk, methods):
    found = list(answers(getattr(people, desk), methods, "x=1", FORM, origin=EVIL))
    assert len(found) > 120 * len(methods)
    assert [(name, method, a.status_code) for name, method, a in found if a.status_code != 403] == []


def test_json_dressed_as_text_is_refused_too(people):
    found = answers(people.patient, ("POST",), '{"a": 1}', "text/plain", sec_fetch_site="cross-site")
    assert {a.status_code for _, _, a in found} == {403}


def test_without_the_comparison_the_same_posts_come_through(people, settings):
    """The control: the suite sees a server that forgot to compare."""
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "CsrfViewMiddleware" not in m]
    found = list(answers(people.patient, ("POST",), "x=1", FORM, origin=EVIL))
    assert len([a for _, _, a in found if a.status_code != 403]) > 20


def strict(who: Person) -> Client:
    """A browser with a session, on a server that compares tokens (the test client's own clients do not)."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_of(who).cookies
    return client


def test_a_token_of_another_browser_is_worth_nothing(people):
    mine, other = strict(people.patient), Client(enforce_csrf_checks=True)
    other.get("/accounts/login/")
    mine.get("/account/")
    stolen = other.cookies["csrf"].value
    change = {"oldpassword": PASSWORD, "password1": "x" * 14, "password2": "x" * 14, "csrfmiddlewaretoken": stolen}
    assert mine.post("/accounts/password/change/", change).status_code == 403
    assert Account.objects.get(pk=people.patient.account_id).check_password(PASSWORD)


def test_no_address_lets_another_site_read_or_frame_it(people):
    asker, seen = Straight(people.clinician), 0
    for route, method in product([r for r in routes() if "logout" not in r.path], ("GET", "OPTIONS")):
        with undrawn():
            answer = asker.ask(method, route.filled(), origin=EVIL, access_control_request_method="POST")
        allowed = [name for name, _ in answer.items() if name.lower().startswith("access-control-")]
        assert allowed == [] or route.name in FOR_EVERYBODY, route
        assert answer["X-Frame-Options"] == "DENY", route
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], route
        seen += answer.status_code == 200
    assert seen > 10


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_and_no_field_turns_one_method_into_another(people, header):
    client = strict(people.patient)
    for route in ("/accounts/logout/", "/stay/", "/me/doses/log/"):
        client.get(route, {"_method": "POST"}, headers={header: "POST"})
        client.post(route, {"_method": "GET"}, headers={header: "GET"})
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "evil.example:80"])
def test_a_host_that_is_not_ours_is_not_answered(people, host):
    assert strict(people.patient).get("/account/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(people, target):
    answer = Client().post("/accounts/login/", {"login": people.patient.email, "password": PASSWORD, "next": target})
    assert answer.status_code == 302 and "evil" not in answer["Location"] and not answer["Location"].startswith("javascript")
