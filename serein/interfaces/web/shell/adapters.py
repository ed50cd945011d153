"""What allauth asks us: no open sign-up, and secrets of second factors encrypted at rest."""

from __future__ import annotations

import base64
import os
from typing import Any, cast

import segno
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from serein.foundation.people import door

from . import clock, known, sessions
from .second_factor import NOT_A_CODE


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    # One sentence for every way in which a sign-in fails, so that nobody learns which addresses have an account.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people come by an invitation, whose page makes the account (care.access)."""
        return False

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """No "Successfully signed in as …": the header says who is signed in, and a message per step hides the one that matters."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A factor shown in the last minutes is not asked for again: setting up a second step would ask twice for one password."""
        oldest = clock.machine_seconds() - app_settings.REAUTHENTICATION_TIMEOUT
        request = context.request
        return not any(r.get("at", 0) >= oldest for r in get_authentication_records(request, request.user))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Django gives the session a new key here; its limits are counted from here."""
        super().login(request, user)
        sessions.begin(request.session)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """allauth tells here, and only here, of every change of a factor. Whoever else is signed in to this account is out: a thief with an open
        session must not outlive the change that was to keep them out. (A changed password ends the others by itself: Django's session hash.)"""
        if template_prefix.startswith(("mfa/", "account/email/password")):
            door.close_sessions(user.pk, but=request_key())
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        records = get_authentication_records(request, user)
        shown = sorted({str(r.get("type") or r.get("method")) for r in records})
        door.signed_in(user.pk, at=clock.now(), shown=" ".join(shown))
        response = cast(HttpResponse, super().post_login(request, user, **kwargs))
        known.remember(request, response, user.email)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """allauth counts by address alone, and so hands whoever guesses the means to lock its owner out (see `known`)."""
        by_address = str(super()._get_login_attempts_cache_key(request, **credentials))
        return by_address + known.counted_by(request, str(credentials.get("email") or ""))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        known = request.user.email if request.user.is_authenticated else ""  # asked again in the middle of a session
        door.sign_in_refused(str(credentials.get("email") or known), at=clock.now())

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        door.sign_in_refused(user.email, at=clock.now())
        return cast(HttpResponse, super().respond_user_inactive(request, user))

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            door.signed_out(request.user.pk, at=clock.now())
        super().logout(request)


def request_key() -> str | None:
    request = context.request
    return None if request is None else request.session.session_key


def _cipher() -> AESGCM:
    return AESGCM(salted_hmac("serein.second_factor", "at rest", secret=settings.SECRET_KEY, algorithm="sha256").digest())


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Shared secrets of authenticator apps and seeds of recovery codes would otherwise lie readable in every backup."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": NOT_A_CODE}

    def encrypt(self, text: str) -> str:
        nonce = os.urandom(12)
        return "1:" + base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), b"mfa")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        raw = base64.b64decode(encrypted_text.removeprefix("1:"))
        return _cipher().decrypt(raw[:12], raw[12:], b"mfa").decode()

    def build_totp_svg(self, url: str) -> str:
        return str(segno.make(url, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True))
