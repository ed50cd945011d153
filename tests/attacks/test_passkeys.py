"""T17: what a false passkey, a false page and a repeated answer open. Nothing."""

import json
import re
from html import unescape

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.test import Client

from serein.foundation.people.models import Account
from tests.attacks.passkey import PRESENT, VERIFIED, Passkey, other_challenge
from tests.care.devices import set_up_codes
from tests.people import PASSWORD, four_people
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("guide_urls")]
RP = "clinic.example"
ORIGIN = f"https://{RP}"
ADD, LOGIN = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"


@pytest.fixture
def people(settings):
    settings.ALLOWED_HOSTS = [RP]
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    return four_people()


def handle(who) -> str:
    return user_pk_to_url_str(Account.objects.get(pk=who.account_id))


def js_data(page: str) -> dict:
    return json.loads(unescape(re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page, re.S)[1]))


def add(who, key: Passkey):
    """With the page of somebody who is signed in; the answer."""
    client = client_of(who)
    page = client.get(ADD, headers={"host": RP}).content.decode()
    made = key.registers(js_data(page)["creation_options"])
    return client.post(ADD, {"name": "key", "passwordless": "on", "credential": json.dumps(made)}, headers={"host": RP})


def asked(client: Client) -> dict:
    return client.get(LOGIN, headers={"host": RP, "accept": "application/json"}).json()["request_options"]


def offer(client: Client, credential: object):
    return client.post(LOGIN, {"credential": json.dumps(credential)}, headers={"host": RP})


def is_in(client: Client) -> bool:
    return client.get("/account/", headers={"host": RP}).status_code == 200


@pytest.fixture
def key(people) -> Passkey:
    mine = Passkey(RP, ORIGIN)
    assert add(people.patient, mine).status_code == 302
    return mine


def test_an_honest_passkey_opens_the_door_alone(people, key):
    client = Client()
    assert offer(client, key.answers(asked(client), handle(people.patient)))["Location"] == "/"
    assert is_in(client)


LIES = {
    "a page that looks like ours": lambda options: {"origin": "https://clinic.example.evil.test"},
    "a page without TLS": lambda options: {"origin": "http://clinic.example"},
    "another challenge": lambda options: {"challenge": other_challenge(options)},
    "an answer made for another house": lambda options: {"rp": "evil.test"},
    "nobody asked for finger or PIN": lambda options: {"flags": PRESENT},
    "nobody touched it": lambda options: {"flags": VERIFIED},
    "an answer of a registration": lambda options: {"kind": "webauthn.create"},
    "another private key": lambda options: {"key": ec.generate_private_key(ec.SECP256R1())},
    "a credential that nobody registered": lambda options: {"id": b"x" * 32},
    "a broken signature": lambda options: {"signature": b"0\x06\x02\x01\x01\x02\x01\x01"},
    "no signature at all": lambda options: {"signature": b"\x00"},
}


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_a_lie_opens_nothing(people, key, lie):
    client = Client()
    options = asked(client)
    answer = offer(client, key.answers(options, handle(people.patient), **LIES[lie](options)))
    assert answer.status_code == 302 and not is_in(client)
    # And the honest one still works: a thief's tries lock nobody out.
    assert offer(client, key.answers(asked(client), handle(people.patient)))["Location"] == "/"


def test_nobodys_key_opens_somebody_elses_account(people, key):
    theirs = Passkey(RP, ORIGIN)
    assert add(people.stranger, theirs).status_code == 302
    client = Client()
    offer(client, theirs.answers(asked(client), handle(people.patient)))
    assert not is_in(client)


def test_an_answer_counts_once_and_only_in_its_own_browser(people, key):
    client, thief, later = Client(), Client(), Client()
    heard = key.answers(asked(client), handle(people.patient))
    asked(thief)
    offer(thief, heard)
    assert not is_in(thief)
    assert offer(client, heard)["Location"] == "/"
    client.post("/accounts/logout/", headers={"host": RP})
    offer(client, heard)
    offer(later, heard)
    assert not is_in(client) and not is_in(later)


def test_a_key_is_not_registered_by_another_page_or_without_its_challenge(people):
    for false in (Passkey(RP, "https://evil.test"), Passkey("evil.test", ORIGIN)):
        assert add(people.patient, false).status_code == 422
    assert not Authenticator.objects.filter(user_id=people.patient.account_id).exists()


def test_nobody_adds_a_key_with_a_session_alone(people):
    """A stolen session of an hour ago must not become a key for ever."""
    client = client_of(people.patient)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1.0}]
    session.save()
    answer = client.get(ADD, headers={"host": RP})
    assert answer.status_code == 302 and "reauthenticate" in answer["Location"]


@pytest.mark.parametrize(
    "credential",
    [None, [], {}, "x", 1, {"id": "x"}, {"response": []}, {"response": {"userHandle": "////"}}, {"id": "a", "rawId": "a", "type": "public-key",
     "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "_w"}}],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused_in_words(people, credential):
    client = Client()
    client.raise_request_exception = False
    asked(client)
    assert offer(client, credential).status_code == 302 and not is_in(client)


def test_a_house_that_does_not_compare_lets_every_lie_in(people, key, monkeypatch):
    """The control: the suite sees a verification that was left out."""
    monkeypatch.setattr(auth.Fido2Server, "authenticate_complete", lambda self, state, found, response: found[0])
    for name in ("a page that looks like ours", "another challenge", "nobody asked for finger or PIN", "a broken signature"):
        client = Client()
        options = asked(client)
        offer(client, key.answers(options, handle(people.patient), **LIES[name](options)))
        assert is_in(client), name


EMPTY = '{"id": "a", "rawId": "a", "type": "public-key", "response": %s}'
RAW = [
    "[" * 100_000, '{"a":' * 5_000, '{"id": 1, "id": 2}', '{"id": "\\u0000"}', '{"id": "\\ud800"}', '{"x": NaN}', "{", "null", "[]", '"x"', "7",
    EMPTY % "{}", EMPTY % '{"clientDataJSON": "e30", "attestationObject": "AA"}',
    EMPTY % '{"clientDataJSON": 5, "attestationObject": null, "signature": []}',
]  # fmt: skip
AGAIN, SECOND = "/accounts/2fa/webauthn/reauthenticate/", "/accounts/2fa/authenticate/"


def test_text_that_is_no_keys_answer_is_refused_at_every_door_that_takes_one(people, key):
    """At the sign-in page by a stranger; when a key is added, shown again, or asked for after the password by somebody who has one."""
    set_up_codes(people.clinician)
    assert add(people.clinician, Passkey(RP, ORIGIN)).status_code == 302
    asks_second = Client(raise_request_exception=False)
    asks_second.post("/accounts/login/", {"login": people.clinician.email, "password": PASSWORD}, headers={"host": RP})
    mine = client_of(people.patient)
    mine.raise_request_exception = False
    stranger = Client(raise_request_exception=False)
    for client, path in ((stranger, LOGIN), (mine, ADD), (mine, AGAIN), (asks_second, SECOND)):
        for raw in RAW:
            cache.clear()  # the limit on guesses would answer instead
            client.get(path, headers={"host": RP, "accept": "application/json"})
            answer = client.post(path, {"credential": raw}, headers={"host": RP})
            assert answer.status_code in (302, 422), (path, raw[:60], answer.status_code)
    assert not is_in(stranger) and not is_in(asks_second)
    assert Authenticator.objects.filter(user_id=people.patient.account_id, type="webauthn").count() == 1
