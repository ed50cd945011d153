"""What somebody typed is never lost: not by an expired session, a broken token or a character that cannot be stored.

How a post survives the end of its session
    1. The page's form carries a signed token (`shell.once`) that names the account for which the page was made.
    2. The post arrives without a session. `middleware.keep_typed` sees the token, and puts the fields into the **new, anonymous** session of
       that browser: encrypted with a key derived from SECRET_KEY, because the session table stands outside the walls. Passwords, second
       factors and files are left out. Without a valid token nothing is stored, so a stranger cannot fill our tables.
    3. Signing in keeps an anonymous session's contents (Django changes only its key). The first page afterwards shows what was sent.
    4. Only the same account sees it. Anybody else who signs in there drops it unread: shared computers are ordinary in clinics.
    5. "Send it now" posts the fields to the page they were meant for, with the same one-time token, so that a post that did arrive before is
       still not done twice. The page checks everything afresh; time has passed.

Why on the server and not in the page: the sign-in page would have to carry health data of a person who is not signed in, in hidden inputs that
the browser's back button shows to the next one.
"""

from __future__ import annotations

import base64
import json
import os
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest, RawPostDataException
from django.utils.crypto import salted_hmac

KEY = "serein.kept"
LIMIT_BYTES = 200_000
SECRETS = ("password", "oldpassword", "password1", "password2", "second_factor", "credential", "csrfmiddlewaretoken")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Kept:
    """The fields of one post: where it was going, for whom, and name and value in the order of the page."""

    path: str
    owner: str
    fields: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What a person typed, without the machinery, under readable names."""
        return [(n.replace("_", " ").capitalize(), v) for n, v in self.fields if n != "once" and v.strip()]


def fields_of(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The post's fields, without secrets and without characters that cannot be stored. Empty when the body cannot be read."""
    try:
        posted = list(request.POST.lists())
    except (RawPostDataException, OSError):
        return ()
    return tuple(
        (UNSTORABLE.sub("", name), UNSTORABLE.sub("", value))
        for name, values in posted
        for value in values
        if name not in SECRETS
    )


def of(request: HttpRequest, owner: str) -> Kept:
    return Kept(request.get_full_path(), owner, fields_of(request))


def _cipher() -> AESGCM:
    return AESGCM(salted_hmac(KEY, "stash", secret=settings.SECRET_KEY, algorithm="sha256").digest())


def stash(request: HttpRequest, kept: Kept) -> bool:
    """Keep a post for after the next sign-in. False when it is too large to be kept."""
    plain = json.dumps([kept.path, kept.owner, kept.fields]).encode()
    if len(plain) > LIMIT_BYTES:
        return False
    nonce = os.urandom(12)
    request.session[KEY] = base64.b64encode(nonce + _cipher().encrypt(nonce, plain, None)).decode()
    return True


def unstash(request: HttpRequest, owner: str) -> Kept | None:
    """What this account had sent, or None. Whatever was there is shown to its owner only; for anybody else it is dropped."""
    found = request.session.get(KEY)
    if not isinstance(found, str):
        return None
    try:
        raw = base64.b64decode(found)
        path, of_whom, fields = json.loads(_cipher().decrypt(raw[:12], raw[12:], None))
    except (ValueError, InvalidTag):
        path, of_whom, fields = "", "", []
    if of_whom != owner:
        del request.session[KEY]
        return None
    return Kept(path, of_whom, tuple((n, v) for n, v in fields))


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
