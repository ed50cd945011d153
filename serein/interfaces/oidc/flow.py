"""Authorization code flow with PKCE, state and nonce, for a proof of identity: `begin` before somebody leaves, `finish` when they are back."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from .providers import Provider
from .token import claims_of, day_of, judged, keys_of, name_of, subject_of
from .values import NOT_GENUINE, NOT_OURS, OTHER_ISSUER, STOPPED, TOO_LATE, UNUSABLE, NotProven, Proven, Stop
from .wire import ask, one_of_few

LIFE_SECONDS = 15 * 60
"""How long somebody may take at the provider: finding an identity card takes minutes."""
LONGEST_CODE = 4_000


@dataclass(frozen=True)
class Attempt:
    """What was asked of whom: kept with the session of the one browser that asked, and worth one answer. `began` in seconds since 1970."""

    provider: str
    redirect: str
    began: int
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)


def begin(provider: Provider, attempt: Attempt) -> str | NotProven:
    """The address at the provider where the person goes on. Its own documents are asked first, so that a provider that is down is told here."""
    try:
        with one_of_few():
            known = _discovered(provider)
    except Stop as stop:
        return stop.why
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": attempt.redirect, "scope": " ".join(provider.scopes),
        "state": attempt.state, "nonce": attempt.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        "acr_values": " ".join(provider.accepted), "prompt": "login", "max_age": "0",
    }  # fmt: skip
    address = str(known["authorization_endpoint"])
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"


def finish(provider: Provider, attempt: Attempt, answer: Mapping[str, str], *, now: int) -> Proven | NotProven:
    """What the provider vouches for. `answer`: the parameters that came back; `now` in seconds since 1970."""
    try:
        _belongs(provider, attempt, answer, now)
        with one_of_few():
            return _finished(provider, attempt, answer, now)
    except Stop as stop:
        return stop.why


def _belongs(provider: Provider, attempt: Attempt, answer: Mapping[str, str], now: int) -> None:
    if provider.name != attempt.provider or not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise Stop(NOT_OURS)
    if answer.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise Stop(OTHER_ISSUER)
    if now - attempt.began > LIFE_SECONDS:
        raise Stop(TOO_LATE)
    if "error" in answer:
        raise Stop(STOPPED)
    if not 0 < len(answer.get("code", "")) <= LONGEST_CODE:
        raise Stop(UNUSABLE)


def _finished(provider: Provider, attempt: Attempt, answer: Mapping[str, str], now: int) -> Proven:
    known = _discovered(provider)
    if known.get("authorization_response_iss_parameter_supported") is True and "iss" not in answer:
        raise Stop(OTHER_ISSUER)
    tokens = _exchanged(provider, attempt, answer["code"], known["token_endpoint"])
    # Asked for anew each time, seldom as this is: a key that was replaced or taken back is known at once.
    claims = claims_of(provider, tokens.get("id_token"), keys_of(ask(provider, known["jwks_uri"])))
    acr = judged(provider, claims, nonce=attempt.nonce, began=attempt.began, now=now)
    subject = subject_of(claims)
    told = _told(provider, known, tokens, subject) if provider.userinfo else claims
    return Proven(
        provider.name, provider.issuer, subject, acr, provider.accepted[acr], int(claims["auth_time"]),
        name_of(told.get(provider.claims["given"])), name_of(told.get(provider.claims["family"])),
        day_of(told.get(provider.claims["birth_date"])),
    )  # fmt: skip


def _discovered(provider: Provider) -> dict[str, Any]:
    known = ask(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if known.get("issuer") != provider.issuer:
        raise Stop(OTHER_ISSUER)
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri", *(("userinfo_endpoint",) if provider.userinfo else ()))
    if not all(provider.may_be_asked(known.get(name)) for name in needed):
        raise Stop(UNUSABLE)
    challenges = known.get("code_challenge_methods_supported")
    if isinstance(challenges, list) and "S256" not in challenges:
        raise Stop(UNUSABLE)
    return known


def _exchanged(provider: Provider, attempt: Attempt, code: str, address: object) -> dict[str, Any]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": attempt.redirect, "code_verifier": attempt.verifier}
    if provider.by_post:
        return ask(provider, address, form=urlencode({**form, "client_id": provider.client_id, "client_secret": provider.secret}))
    pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.secret)}"  # RFC 6749, 2.3.1
    header = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    return ask(provider, address, form=urlencode(form), headers=header)


def _told(provider: Provider, known: Mapping[str, Any], tokens: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
    token = tokens.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise Stop(UNUSABLE)
    told = ask(provider, known["userinfo_endpoint"], headers={"Authorization": f"Bearer {token}"})
    if told.get("sub") != subject:
        raise Stop(NOT_GENUINE)
    return told
