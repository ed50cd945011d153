"""Whether an ID token is the provider's, meant for us, our question's answer, fresh and of a level that counts (OIDC Core, 3.1.3.7)."""

import hmac
import warnings
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from .providers import Provider
from .values import LOW_LEVEL, NO_LEVEL, NOT_FRESH, NOT_GENUINE, OTHER_ISSUER, UNUSABLE, NotProven, Stop

LEEWAY = 60
"""Seconds by which two clocks may differ."""
OLDEST = 15 * 60
"""Seconds since the token was made; it is asked for at once."""
MOST_KEYS, LONGEST_TOKEN, LONGEST_SUBJECT, LONGEST_NAME = 30, 50_000, 255, 120
PUBLIC = frozenset({"RSA", "EC", "OKP"})


def keys_of(answer: Mapping[str, Any]) -> KeySet:
    """The provider's public keys; shared secrets and what is for encryption are left out. Raises Stop with UNUSABLE."""
    found = answer.get("keys")
    if not isinstance(found, list) or len(found) > MOST_KEYS:
        raise Stop(UNUSABLE)
    usable = [k for k in found if isinstance(k, dict) and k.get("kty") in PUBLIC and k.get("use") != "enc"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of keys that are too short
            return KeySet.import_key_set(cast(KeySetSerialization, {"keys": usable}))
    except (JoseError, ValueError, TypeError, KeyError, UserWarning):
        raise Stop(UNUSABLE) from None


def claims_of(provider: Provider, token: object, keys: KeySet) -> dict[str, Any]:
    """The claims of a token whose signature is the provider's, by an algorithm that the operator allows. Raises Stop with NOT_GENUINE."""
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN or not token.isascii():
        raise Stop(NOT_GENUINE)
    try:
        return dict(jwt.decode(token, keys, algorithms=list(provider.algorithms)).claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise Stop(NOT_GENUINE) from None


def judged(provider: Provider, claims: Mapping[str, Any], *, nonce: str, began: int, now: int) -> str:
    """The acr value that counts. Raises Stop with what is wrong; instants in seconds since 1970."""
    _unless(claims.get("iss") == provider.issuer, OTHER_ISSUER)
    _unless(claims.get("aud") in (provider.client_id, [provider.client_id]), NOT_GENUINE)
    _unless(claims.get("azp", provider.client_id) == provider.client_id, NOT_GENUINE)
    told = claims.get("nonce")
    _unless(isinstance(told, str) and hmac.compare_digest(told.encode(), nonce.encode()), NOT_GENUINE)
    made, ends, shown = (_seconds(claims.get(name)) for name in ("iat", "exp", "auth_time"))
    _unless(made is not None and now - OLDEST <= made <= now + LEEWAY, NOT_GENUINE)
    _unless(ends is not None and now < ends + LEEWAY, NOT_GENUINE)
    from_then_on = _seconds(claims.get("nbf", 0))
    _unless(from_then_on is not None and from_then_on <= now + LEEWAY, NOT_GENUINE)
    # A provider's old session proves that somebody was at this machine once, not that they are now.
    _unless(shown is not None and began - LEEWAY <= shown <= now + LEEWAY, NOT_FRESH)
    acr = claims.get("acr")
    _unless(isinstance(acr, str) and bool(acr), NO_LEVEL)
    _unless(acr in provider.accepted, LOW_LEVEL)
    return cast(str, acr)


def subject_of(claims: Mapping[str, Any]) -> str:
    """The provider's own name for the person. Raises Stop with UNUSABLE."""
    found = claims.get("sub")
    _unless(
        isinstance(found, str)
        and 0 < len(found) <= LONGEST_SUBJECT
        and found.isascii()
        and found.isprintable()
        and bool(found.strip()),
        UNUSABLE,
    )
    return cast(str, found)


def name_of(value: object) -> str:
    """A name as told, in one line; what is none counts as not told."""
    words = " ".join(value.split()) if isinstance(value, str) else ""
    return words if len(words) <= LONGEST_NAME and words.isprintable() else ""


def day_of(value: object) -> date | None:
    """A birth date as told. OpenID Connect also knows a year alone and the year 0000 for one that is withheld: both are not told."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2000-01-01") else None
    except ValueError:
        return None
    return found


def _seconds(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12 else None


def _unless(right: bool, why: NotProven) -> None:
    if not right:
        raise Stop(why)
