"""What a provider's answer proves, and everything that proves nothing: a real provider on this machine, and each known attack upon the flow."""

import base64
import hmac
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from serein.interfaces.oidc import wire
from serein.interfaces.oidc.flow import Attempt, begin, finish
from serein.interfaces.oidc.providers import Provider, ProvidersUnclear, providers_from
from serein.interfaces.oidc.values import NotProven, Proven

from .provider import ACR, CLIENT, OTHER, SIGNING, Running, running_provider

BACK = "http://localhost:8000/me/identity/return/test-id/"


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running_provider() as running:
        yield running


@pytest.fixture
def there(served: Running) -> Running:
    """The same provider, doing all as it should."""
    served.knobs = type(served.knobs)()
    served.hits.clear()
    return served


def now() -> int:
    return int(time.time())


def attempt() -> Attempt:
    return Attempt("test-id", BACK, now())


def walked(there: Running, one: Provider | None = None, *, mine: Attempt | None = None, **back: str) -> Proven | NotProven:
    """There, shown, and back again."""
    one, mine = one or there.provider(), mine or attempt()
    address = begin(one, mine)
    assert isinstance(address, str), address
    return finish(one, mine, there.allow(address, **back), now=now())


def code_of(answer: Proven | NotProven | str) -> str:
    assert isinstance(answer, NotProven), answer
    return answer.code


def test_somebody_shows_themselves_and_is_proved(there: Running) -> None:
    proved = walked(there)
    assert isinstance(proved, Proven)
    assert (proved.provider, proved.issuer, proved.subject, proved.acr) == ("test-id", there.issuer, "4711", ACR)
    assert (proved.level, proved.given, proved.family, proved.birth_date) == (
        "identity card and face checked", "Maria", "Alvarez", date(1984, 5, 5),
    )  # fmt: skip
    assert abs(proved.proved_at - now()) < 60


def test_what_is_asked_carries_state_nonce_challenge_level_and_one_exact_address(there: Running) -> None:
    mine = attempt()
    address = begin(there.provider(), mine)
    assert isinstance(address, str)
    asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
    assert asked["redirect_uri"] == BACK and asked["response_type"] == "code" and asked["acr_values"] == ACR
    assert (asked["state"], asked["nonce"], asked["code_challenge_method"]) == (mine.state, mine.nonce, "S256")
    assert asked["prompt"] == "login" and asked["max_age"] == "0"
    assert mine.verifier not in address and len({mine.state, mine.nonce, mine.verifier, attempt().state}) == 4
    assert (
        mine.state not in repr(mine) and mine.verifier not in repr(mine) and there.provider().secret not in repr(there.provider())
    )


@pytest.mark.parametrize("more", [{"client_authentication": "post"}, {"userinfo": True}, {"algorithms": ["ES256"]}])
def test_the_ways_that_an_operator_may_choose(there: Running, more: dict) -> None:
    if "algorithms" in more:
        there.knobs.key, there.knobs.algorithm = OTHER, "ES256"
    if "userinfo" in more:
        there.knobs.claims = {"given_name": None, "family_name": None, "birthdate": None}
    proved = walked(there, there.provider(**more))
    assert isinstance(proved, Proven) and proved.family == "Alvarez"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"nonce": "another"}, "token-not-genuine"),
        ({"nonce": None}, "token-not-genuine"),
        ({"aud": "somebody-else"}, "token-not-genuine"),
        ({"aud": [CLIENT, "somebody-else"]}, "token-not-genuine"),
        ({"azp": "somebody-else"}, "token-not-genuine"),
        ({"iss": "https://evil.example"}, "issuer-differs"),
        ({"exp": 1}, "token-not-genuine"),
        ({"exp": None}, "token-not-genuine"),
        ({"iat": 1}, "token-not-genuine"),
        ({"iat": 32503680000}, "token-not-genuine"),
        ({"nbf": 32503680000}, "token-not-genuine"),
        ({"exp": "never"}, "token-not-genuine"),
        ({"auth_time": 1}, "not-fresh"),
        ({"auth_time": None}, "not-fresh"),
        ({"acr": None}, "assurance-missing"),
        ({"acr": ""}, "assurance-missing"),
        ({"acr": [ACR]}, "assurance-missing"),
        ({"acr": "urn:test:low"}, "assurance-not-accepted"),
        ({"sub": None}, "provider-answer"),
        ({"sub": "x" * 256}, "provider-answer"),
        ({"sub": "4711\u202e"}, "provider-answer"),
    ],
)
def test_a_token_that_is_not_the_answer_to_our_question_proves_nothing(there: Running, claims: dict, code: str) -> None:
    there.knobs.claims = claims
    assert code_of(walked(there)) == code


def by_hand(header: dict, claims: dict, secret: bytes) -> str:
    """HS256 with whatever secret: libraries refuse to use a public key so."""
    first, second = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    seal = hmac.digest(secret, f"{first}.{second}".encode(), "sha256")
    return f"{first}.{second}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_no_forged_signature_counts(there: Running) -> None:
    one, mine = there.provider(), attempt()
    unsigned = jwt.encode({"alg": "none"}, {"sub": "4711"}, OctKey.import_key("x"), algorithms=["none"])
    with_public_key = by_hand({"alg": "HS256", "kid": "one"}, {"sub": "4711"}, SIGNING.as_pem(private=False))
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    by_stranger = jwt.encode({"alg": "RS256", "kid": "one"}, {"sub": "4711"}, stranger)
    own_key = {"alg": "RS256", "jwk": stranger.as_dict(private=False)}
    carried = jwt.encode(own_key, {"sub": "4711"}, stranger)
    genuine = there.token(mine.nonce)
    head, body, seal = genuine.split(".")
    other = there.token("y").split(".")[1]
    for forged in (
        unsigned,
        with_public_key,
        by_stranger,
        carried,
        f"{head}.{other}.{seal}",
        f"{head}.{body}.",
        "a.b.c",
        "x" * 60_000,
        "ü.b.c",
    ):
        there.knobs.token = forged
        assert code_of(walked(there, one)) == "token-not-genuine", forged[:60]
    there.knobs.token = genuine
    assert isinstance(walked(there, one, mine=mine), Proven), "the same, unforged"


def test_an_algorithm_that_the_operator_did_not_name_does_not_count(there: Running) -> None:
    there.knobs.key, there.knobs.algorithm = OTHER, "ES256"
    assert code_of(walked(there, there.provider(algorithms=["RS256"]))) == "token-not-genuine"


def test_a_code_counts_once_and_only_with_the_verifier_of_who_asked(there: Running) -> None:
    one, mine, thief = there.provider(), attempt(), attempt()
    address = begin(one, mine)
    assert isinstance(address, str)
    answer = there.allow(address)
    stolen = {**answer, "state": thief.state}
    assert code_of(finish(one, thief, stolen, now=now())) == "provider-answer", "a code that was injected into another's session"
    assert isinstance(finish(one, mine, answer, now=now()), Proven)
    assert code_of(finish(one, mine, answer, now=now())) == "provider-answer"


def test_an_answer_to_somebody_elses_question_is_refused_before_anything_is_asked(there: Running) -> None:
    one, mine, other = there.provider(), attempt(), attempt()
    address = begin(one, other)
    assert isinstance(address, str)
    there.hits.clear()
    assert code_of(finish(one, mine, there.allow(address), now=now())) == "answer-not-ours"
    assert code_of(finish(one, mine, {"code": "x"}, now=now())) == "answer-not-ours"
    assert there.hits == []


def test_issuers_are_not_mixed_up(there: Running) -> None:
    one, mine = there.provider(), attempt()
    elsewhere = Attempt("another", BACK, now(), mine.state)
    assert code_of(finish(one, elsewhere, {"code": "x", "state": mine.state}, now=now())) == "answer-not-ours"
    assert code_of(walked(there, iss="https://evil.example")) == "issuer-differs"
    there.knobs.endpoints = {"authorization_response_iss_parameter_supported": True}
    assert code_of(walked(there)) == "issuer-differs"
    assert isinstance(walked(there, iss=there.issuer), Proven)
    there.knobs.endpoints = {"issuer": "https://evil.example"}
    assert code_of(begin(one, mine)) == "issuer-differs"


def test_who_stops_there_or_takes_too_long_proves_nothing(there: Running) -> None:
    one, mine = there.provider(), attempt()
    assert code_of(finish(one, mine, {"error": "access_denied", "state": mine.state}, now=now())) == "provider-stopped"
    assert code_of(finish(one, mine, {"code": "x", "state": mine.state}, now=now() + 3600)) == "answer-too-late"
    assert code_of(finish(one, mine, {"code": "", "state": mine.state}, now=now())) == "provider-answer"


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_nothing_is_asked_outside_the_provider(there: Running, name: str) -> None:
    for bad in (
        "http://169.254.169.254/latest/",
        "https://evil.example/x",
        "file:///etc/passwd",
        f"{there.issuer}@evil.example/",
        "",
        None,
        5,
    ):
        there.knobs.endpoints = {name: bad}
        assert code_of(begin(there.provider(), attempt())) == "provider-answer", bad


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_no_redirect_is_followed(there: Running, path: str) -> None:
    there.knobs.redirect = {path: f"{there.issuer}/elsewhere"}
    one, mine = there.provider(), attempt()
    address = begin(one, mine)
    answer = finish(one, mine, there.allow(address), now=now()) if isinstance(address, str) else address
    assert code_of(answer) == "provider-answer" and "/elsewhere" not in there.hits


def test_keys_that_are_replaced_taken_back_huge_or_weak(there: Running) -> None:
    fresh = RSAKey.generate_key(2048, {"kid": "three"})
    there.knobs.key = fresh
    assert code_of(walked(there)) == "token-not-genuine"
    there.knobs.keys = [fresh.as_dict(private=False), {"kty": "AKP", "alg": "ML-DSA-65", "pub": "x"}]
    assert isinstance(walked(there), Proven), "a key is known as soon as the provider shows it"
    there.knobs.key = SIGNING
    assert code_of(walked(there)) == "token-not-genuine", "and not a request longer"
    shared = OctKey.import_key("a shared secret that everybody reads", {"kid": "shared"})
    weak = RSAKey.import_key(fresh.as_dict(private=False))
    for keys in ([shared.as_dict(private=True)], [weak.as_dict()] * 31, [{"kty": "RSA", "n": "AQ", "e": "AQAB"}], []):
        there.knobs.keys = keys
        assert code_of(walked(there)) == "provider-answer"
    there.knobs.keys, there.knobs.padding = None, wire.MOST_BYTES
    assert code_of(walked(there)) == "provider-answer"


def test_a_provider_that_is_down_slow_or_broken_is_told_in_words(there: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    one = there.provider()
    there.knobs.status = {"/.well-known/openid-configuration": 503}
    assert code_of(begin(one, attempt())) == "provider-down"
    there.knobs.status = {"/token": 500}
    assert code_of(walked(there)) == "provider-down"
    there.knobs = type(there.knobs)(slow=0.05)
    monkeypatch.setattr(wire, "SECONDS", 0.3)
    assert code_of(begin(one, attempt())) == "provider-down", "a byte at a time is no answer"
    nobody = {**GOOD, "issuer": "http://localhost:1"}
    (gone,) = providers_from(json.dumps({"gone": nobody}), {"gone": "s"}, plain=True)
    assert code_of(begin(gone, attempt())) == "provider-down"
    answer = begin(gone, attempt())
    assert isinstance(answer, NotProven) and "nothing is lost" in answer.why


def certificate(folder: Path) -> Path:
    """A key and a certificate for localhost that no authority knows."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begins = datetime.now(UTC) - timedelta(hours=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(begins).not_valid_after(begins + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "own.pem"
    file.write_bytes(plain + made.public_bytes(Encoding.PEM))
    return file


def test_a_certificate_that_nobody_vouches_for_ends_it_and_a_known_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = certificate(tmp_path)
    with running_provider(own) as secure:
        one = secure.provider()
        assert one.issuer.startswith("https://") and code_of(begin(one, attempt())) == "provider-down"
        assert secure.hits == []
        known = ssl.create_default_context(cafile=str(own))
        monkeypatch.setattr(ssl, "create_default_context", lambda: known)
        assert isinstance(walked(secure, one), Proven)
        there = one.issuer.replace("localhost", "127.0.0.1")
        elsewhere = replace(one, issuer=there, hosts=frozenset({there.removeprefix("https://")}))
        assert code_of(begin(elsewhere, attempt())) == "provider-down", "the certificate is another name's"


def test_only_a_few_are_asked_for_at_once(there: Running) -> None:
    with wire.one_of_few(), wire.one_of_few():
        assert code_of(begin(there.provider(), attempt())) == "provider-busy"
    assert isinstance(begin(there.provider(), attempt()), str)


def test_names_at_userinfo_belong_to_the_same_person(there: Running) -> None:
    there.knobs.userinfo = {"sub": "4712", "family_name": "Mallory"}
    assert code_of(walked(there, there.provider(userinfo=True))) == "token-not-genuine"


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("1984-05-05", date(1984, 5, 5)),
        ("0000-05-05", None),
        ("1984", None),
        ("yesterday", None),
        (19840505, None),
        ("1984-02-30", None),
    ],
)
def test_a_birth_date_that_is_none_counts_as_not_told(there: Running, told: object, day: date | None) -> None:
    there.knobs.person |= {"birthdate": told, "given_name": "M" * 200, "family_name": {"a": 1}}
    proved = walked(there)
    assert isinstance(proved, Proven) and (proved.birth_date, proved.given, proved.family) == (day, "", "")


GOOD = {
    "title": "Riverside ID",
    "issuer": "https://id.example.org",
    "client_id": "serein",
    "accepted": {"high": "card and face checked"},
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"issuer": "http://id.example.org"}, "issuer"), ({"issuer": "https://a@id.example.org"}, "issuer"), ({"issuer": 5}, "issuer"),
        ({"issuer": "https://id.example.org/?x=1"}, "issuer"), ({"accepted": {}}, "accepted is missing"), ({"accepted": ["high"]}, "accepted"),
        ({"accepted": {"high": ""}}, "accepted"), ({"title": "\u202eevil"}, "title"), ({"algorithms": ["HS256"]}, "algorithms"),
        ({"algorithms": ["none"]}, "algorithms"), ({"algorithms": []}, "algorithms"), ({"hosts": ["*"]}, "hosts"),
        ({"scopes": ["profile"]}, "openid"), ({"claims": {"email": "email"}}, "claims"), ({"userinfo": "yes"}, "userinfo"),
        ({"colour": "red"}, "colour is not known"), ({"client_authentication": "none"}, "client_authentication"),
    ],
)  # fmt: skip
def test_a_file_that_is_unclear_is_refused_and_says_where(change: dict, says: str) -> None:
    with pytest.raises(ProvidersUnclear, match=says) as raised:
        providers_from(json.dumps({"riverside-id": {**GOOD, **change}}), {"riverside-id": "s"})
    assert str(raised.value).startswith("riverside-id: ")


def test_a_file_without_a_secret_or_with_nonsense_is_refused() -> None:
    with pytest.raises(ProvidersUnclear, match="serein identity-provider secret riverside-id"):
        providers_from(json.dumps({"riverside-id": GOOD}), {})
    for text in ("[", "- a", "Bad Name: {}", "x" * 60_000, "a: b", "? [a]\n: b", "!!python/object/apply:os.system [ls]"):
        with pytest.raises(ProvidersUnclear):
            providers_from(text, {"riverside-id": "s"})
    assert providers_from("", {}) == ()
    (one,) = providers_from(json.dumps({"riverside-id": GOOD}), {"riverside-id": "s"})
    assert one.may_be_asked("https://id.example.org/keys") and not one.may_be_asked("http://id.example.org/keys")
