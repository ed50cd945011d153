"""Browsers in which somebody has signed in before: a guesser elsewhere must not lock them out.

Wrong passwords are counted by address, because guessers change where they come from. Counted so alone, ten wrong guesses an hour would keep the
owner out for ever. A browser that has signed in carries a signed mark (OWASP's "device cookie"): its tries at those accounts are counted by
the mark, and everybody else's without it. The mark opens nothing and names nobody: it holds digests of addresses.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

SALT, MOST = "serein.known-browser", 5
YEAR_SECONDS = 365 * 24 * 3600


def _name() -> str:
    return "__Host-known" if settings.HTTPS else "known"


def _digest(address: str) -> str:
    return salted_hmac(SALT, address.strip().lower(), algorithm="sha256").hexdigest()[:32]


def _mark(request: HttpRequest) -> tuple[str, list[str]]:
    """Number and digests of a genuine mark; of any other cookie, nothing."""
    try:
        number, digests = signing.loads(request.COOKIES.get(_name(), ""), salt=SALT, max_age=YEAR_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return str(number), list(digests)


def counted_by(request: HttpRequest, address: str) -> str:
    """By what tries at this address are counted beside the address: the browser's number if it has signed in there, or nothing."""
    number, digests = _mark(request)
    return number if _digest(address) in digests else ""


def remember(request: HttpRequest, response: HttpResponse, address: str) -> None:
    """Mark the browser that has just signed in. A new number each time: what was guessed under the old one is not forgiven by copying it."""
    _, digests = _mark(request)
    mine = [_digest(address), *(d for d in digests if d != _digest(address))][:MOST]
    value = signing.dumps([secrets.token_hex(16), mine], salt=SALT)
    response.set_cookie(_name(), value, max_age=YEAR_SECONDS, secure=settings.HTTPS, httponly=True, samesite="Lax")
