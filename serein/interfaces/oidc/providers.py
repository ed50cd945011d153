"""The providers that an operator chose, read strictly from a file of their own: what is unclear stops the start and is named.

An entry, under a short name (a-z, 0-9, hyphen) that also stands in the redirect address:

    riverside-id:
      title: Riverside ID                          # what people read
      issuer: https://id.example.org/realms/people # exactly as the provider names itself
      client_id: serein
      accepted:                                    # acr values that prove something here, and what each means, in words
        urn:example:loa:high: identity card and face checked by Riverside ID
      client_authentication: basic                 # or post
      scopes: [openid, profile]
      claims: {given: given_name, family: family_name, birth_date: birthdate}
      userinfo: false                              # true: names and birth date are asked for at the userinfo address
      hosts: [keys.example.org]                    # other hosts of the provider, beside the issuer's own
      algorithms: [RS256, ES256]
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import yaml

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::\d{1,5})?")
# Signatures by a key that the provider alone has. A shared secret (HS256) would let whoever knows it vouch for anybody.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
USUAL = ("RS256", "PS256", "ES256")
CLAIMS = {"given": "given_name", "family": "family_name", "birth_date": "birthdate"}
LONGEST, MOST = 50_000, 20
KEYS = frozenset(
    {"title", "issuer", "client_id", "accepted", "client_authentication", "scopes", "claims", "userinfo", "hosts", "algorithms"}
)
NEEDED = ("title", "issuer", "client_id", "accepted")


class ProvidersUnclear(ValueError):
    """The file cannot be used; the message says what is wrong where."""


@dataclass(frozen=True)
class Provider:
    """One provider. `accepted`: what each acr value proves, in words; `hosts`: where requests may go, the issuer's own among them."""

    name: str
    title: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    accepted: Mapping[str, str]
    hosts: frozenset[str]
    by_post: bool = False
    scopes: tuple[str, ...] = ("openid", "profile")
    claims: Mapping[str, str] = field(default_factory=lambda: dict(CLAIMS))
    userinfo: bool = False
    algorithms: tuple[str, ...] = USUAL

    def may_be_asked(self, address: object) -> bool:
        """Whether a request may go there: over TLS, to a host of this provider. Plain HTTP only to a provider that is itself on this machine."""
        if not isinstance(address, str):
            return False
        parts = urlsplit(address)
        secure = parts.scheme == "https" or (parts.scheme == "http" and urlsplit(self.issuer).scheme == "http")
        return secure and parts.netloc.lower() in self.hosts and not parts.fragment


def providers_from(text: str, secrets: Mapping[str, str], *, plain: bool = False) -> tuple[Provider, ...]:
    """The providers of a file. `secrets`: client secrets by name; `plain`: http://localhost is allowed, for trying it on one machine.

    Raises ProvidersUnclear.
    """
    if len(text) > LONGEST:
        raise ProvidersUnclear(f"it is longer than {LONGEST} characters")
    try:
        found = yaml.safe_load(text) or {}
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ProvidersUnclear(f"it is no YAML{f' (line {mark.line + 1})' if mark else ''}") from None
    if not isinstance(found, dict) or len(found) > MOST:
        raise ProvidersUnclear(f"it must hold up to {MOST} providers by name")
    made = tuple(_provider(name, entry, secrets, plain) for name, entry in found.items())
    if len({(p.issuer, p.client_id) for p in made}) != len(made):
        raise ProvidersUnclear("two entries have the same issuer and client_id")
    return made


def _provider(name: object, entry: object, secrets: Mapping[str, str], plain: bool) -> Provider:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ProvidersUnclear(f"{name!r} is no name: use a-z, 0-9 and hyphens")
    if not isinstance(entry, dict):
        raise ProvidersUnclear(f"{name}: nothing is said about it")
    unknown, missing = sorted(map(str, set(entry) - KEYS)), [k for k in NEEDED if not entry.get(k)]
    if unknown or missing:
        raise ProvidersUnclear(
            f"{name}: {', '.join(unknown)} is not known" if unknown else f"{name}: {', '.join(missing)} is missing"
        )
    if not secrets.get(name):
        raise ProvidersUnclear(f"{name}: no secret is kept; run: serein identity-provider secret {name}")
    issuer = _issuer(name, entry["issuer"], plain)
    return Provider(
        name, _words(name, "title", entry["title"], 60), issuer, _words(name, "client_id", entry["client_id"], 200), secrets[name],
        _pairs(name, "accepted", entry["accepted"]),
        frozenset({urlsplit(issuer).netloc.lower(), *_listed(name, "hosts", entry.get("hosts", []), HOST)}),
        by_post=_one_of(name, "client_authentication", entry.get("client_authentication", "basic"), ("basic", "post")) == "post",
        scopes=_scopes(name, entry.get("scopes", ["openid", "profile"])),
        claims={**CLAIMS, **_pairs(name, "claims", entry.get("claims", {}), CLAIMS)},
        userinfo=_one_of(name, "userinfo", entry.get("userinfo", False), (True, False)) is True,
        algorithms=tuple(_one_of(name, "algorithms", a, ALGORITHMS) for a in _listed(name, "algorithms", entry.get("algorithms", USUAL))),
    )  # fmt: skip


def _issuer(name: str, issuer: object, plain: bool) -> str:
    parts = urlsplit(issuer) if isinstance(issuer, str) else urlsplit("")
    here = plain and parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    if not (parts.scheme == "https" or here) or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ProvidersUnclear(f"{name}: issuer must be an https address without ? and #")
    return str(issuer)


def _words(name: str, key: str, value: object, longest: int) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
        raise ProvidersUnclear(f"{name}: {key} must be up to {longest} ordinary characters")
    return value.strip()


def _pairs(name: str, key: str, value: object, allowed: Mapping[str, str] | None = None) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MOST or (allowed is not None and set(value) - set(allowed)):
        names = f" for {', '.join(allowed)}" if allowed else ""
        raise ProvidersUnclear(f"{name}: {key} must be pairs of words{names}")
    return {_words(name, key, k, 200): _words(name, key, v, 200) for k, v in value.items()}


def _listed(name: str, key: str, value: object, form: re.Pattern[str] | None = None) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) > MOST or not all(isinstance(v, str) for v in value):
        raise ProvidersUnclear(f"{name}: {key} must be a list of words")
    wrong = [v for v in value if form is not None and not form.fullmatch(v)]
    if wrong or (form is None and not value):
        raise ProvidersUnclear(f"{name}: {key} cannot be {wrong[0]!r}" if wrong else f"{name}: {key} is empty")
    return list(value)


def _scopes(name: str, value: object) -> tuple[str, ...]:
    found = _listed(name, "scopes", value)
    if "openid" not in found or any(not s.isascii() or not s.isprintable() or " " in s for s in found):
        raise ProvidersUnclear(f"{name}: scopes must be words, openid among them")
    return tuple(found)


def _one_of(name: str, key: str, value: object, choices: tuple[Any, ...]) -> Any:
    if not any(value is c or (isinstance(c, str) and value == c) for c in choices):
        raise ProvidersUnclear(f"{name}: {key} must be one of {', '.join(map(str, choices))}")
    return value
