"""What each answer says of itself, which methods are spoken, and what a server with TLS does with a plain request."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from serein.foundation.people.models import Account
from serein.interfaces.web.shell.passwords import NoLocalWords
from tests.attacks.routes import routes
from tests.attacks.straight import Straight, undrawn
from tests.people import FourPeople, four_people

pytestmark = pytest.mark.django_db
# Text says in which characters it is written; the others are bytes of their own.
TEXT = re.compile(r"(?:text/[a-z-]+|application/(?:javascript|xml))(?:;.*)?")
PLAIN = ("application/pdf", "application/json", "application/fhir+json", "text/calendar")


@pytest.fixture
def people(settings) -> FourPeople:
    settings.SEREIN_CLOCK = "tests.people.clock"
    return four_people()


@pytest.mark.parametrize("desk", ["clinician", "patient"])
def test_every_answer_says_what_it_is_and_in_which_characters(people, desk):
    asker, seen = Straight(getattr(people, desk)), set()
    with undrawn():
        for route in [r for r in routes() if "logout" not in r.path]:
            answer = asker.ask("GET", route.filled())
            kind = answer.headers.get("Content-Type", "")
            body = answer.streaming or answer.content
            assert not body or kind, route
            assert answer["X-Content-Type-Options"] == "nosniff", route
            if TEXT.fullmatch(kind):
                assert "charset=utf-8" in kind.lower(), (route, kind)
            elif kind:
                assert kind.startswith(PLAIN), (route, kind)
            seen.add(answer.status_code)
    assert 200 in seen


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND"])
def test_a_method_that_nobody_needs_is_not_spoken(client, method):
    for path in ("/accounts/login/", "/.well-known/jwks.json", "/clinic/"):
        answer = client.generic(method, path, HTTP_X_SECRET="echo-me")
        assert answer.status_code == 405 and b"echo-me" not in answer.content and "TRACE" not in answer["Allow"]


def test_with_tls_pages_lead_on_and_what_programs_read_refuses_the_clear(settings, tmp_path):
    settings.HTTPS, settings.SECURE_SSL_REDIRECT, settings.STATE = True, True, tmp_path
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    plain, behind = Client(), Client(HTTP_X_FORWARDED_PROTO="https")
    assert plain.get("/accounts/login/").status_code == 301
    assert plain.get("/.well-known/jwks.json").status_code == 403
    keys = behind.get("/.well-known/jwks.json")
    assert keys.status_code == 200 and keys["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("riversideclinic2026", False), ("Serein-Diazepam-1!", False), ("benzodiazepine", False), ("RIVERSIDE riverside", False),
        ("correct horse battery staple", True), ("7391-4820-aB-1938", True), ("riverside wombat lantern", True), ("ü" * 14, True),
    ],
)  # fmt: skip
def test_a_password_of_words_that_stand_here_is_refused(people, password, taken):
    user = Account(clinic_id=people.clinic.id, email="a@example.test", name="A")
    if taken:
        NoLocalWords().validate(password, user)
        return
    with pytest.raises(ValidationError, match="anybody would try here"):
        NoLocalWords().validate(password, user)
