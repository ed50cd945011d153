"""Words that somebody searched for, in an address that says nothing: names do not belong into histories, logs of proxies and shared links.

The words are encrypted for the one account that typed them. Nothing is stored, so the page can be reloaded and gone back to.
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from .once import owner_of

LONGEST = 80
"""Characters; more is no name."""
_LONGEST_SEAL = 600


def _cipher() -> AESGCM:
    return AESGCM(salted_hmac("serein.sealed", "search", secret=settings.SECRET_KEY, algorithm="sha256").digest())


def sealed(request: HttpRequest, words: str) -> str:
    """For an address of this person's; empty for no words."""
    plain = words.strip()[:LONGEST]
    if not plain:
        return ""
    nonce = os.urandom(12)
    return (
        base64.urlsafe_b64encode(nonce + _cipher().encrypt(nonce, plain.encode(), owner_of(request).encode()))
        .rstrip(b"=")
        .decode()
    )


def opened(request: HttpRequest, seal: str) -> str:
    """The words; empty where they are somebody else's, altered, or of another installation."""
    if not seal or len(seal) > _LONGEST_SEAL:
        return ""
    try:
        raw = base64.urlsafe_b64decode(seal.encode("ascii") + b"=" * (-len(seal) % 4))
        return _cipher().decrypt(raw[:12], raw[12:], owner_of(request).encode()).decode()
    except (ValueError, UnicodeError, InvalidTag):
        return ""
