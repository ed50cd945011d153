"""Second factors: who needs one, who has shown one in this session, and the fields that ask for both again before a deed that binds.

A sign-in leaves in the session how and when each factor was shown (allauth's `account_authentication_methods`). A passkey used without a
password counts as both: the device asked for a fingerprint or PIN itself (user verification is required in settings).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django import forms
from django.http import HttpRequest

from serein.foundation.people import factors
from serein.foundation.people.factors import Proof

from . import clock
from .fields import CodeField

STAFF = frozenset({"clinician", "trainee", "pharmacist", "compliance", "administrator"})
NOT_A_CODE = "The code is not right, or it was used before. Wait for the next one."


def needs_second_factor(request: HttpRequest) -> bool:
    """Whether the person who is signed in works here. Patients may have a second factor; they are not made to."""
    person = getattr(request, "person", None)
    return bool(person and person.roles & STAFF)


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    return list(get_authentication_records(request, request.user)) if request.user.is_authenticated else []


def has_second_factor(request: HttpRequest) -> bool:
    """Whether a second factor was shown in this session."""
    return any(r.get("method") == "mfa" for r in _records(request))


def has_authenticator(request: HttpRequest) -> bool:
    """Whether the account has a second factor at all (recovery codes alone are none)."""
    own = Authenticator.objects.filter(user_id=request.user.pk)
    return bool(own.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def shown_within(request: HttpRequest, within: timedelta) -> bool:
    """Whether any factor was shown in this session during the last `within`, by the machine's clock."""
    since = clock.machine_seconds() - within.total_seconds()
    return any(r.get("at", 0) >= since for r in _records(request))


def stepped_up(request: HttpRequest, within: timedelta) -> bool:
    """Whether this session showed both factors during the last `within`: a password and a code or key, or a passkey alone.

    A recovery code does not count: it lets a person back in, it does not sign. Ages are measured by the machine's clock (see `clock`).
    """
    since = clock.machine_seconds() - within.total_seconds()
    fresh = [r for r in _records(request) if r.get("at", 0) >= since]
    passkey = any(r.get("type") == Authenticator.Type.WEBAUTHN and r.get("passwordless") for r in fresh)
    password = any(r.get("method") == "password" for r in fresh)
    second = any(r.get("method") == "mfa" and r.get("type") != Authenticator.Type.RECOVERY_CODES for r in fresh)
    return passkey or (password and second)


class StepUpFields(forms.Form):
    """The two fields of a deed that binds, for a page's form to inherit before `PageForm`. Neither is ever shown back or kept."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "current-password", "class": "govuk-input--width-20"}),
        error_messages={"required": "Enter your password"},
    )
    second_factor = CodeField(
        label="Code from your authenticator app",
        help_text="6 digits. A code works once.",
        error_messages={"required": "Enter the code from your authenticator app"},
    )

    def prove_with(self, request: HttpRequest, digest: str) -> Proof | None:
        """The proof for content with that digest, or None with the error placed. Call after `is_valid()` and all that can be refused before."""
        given = self.cleaned_data
        account = cast(UUID, request.user.pk)
        answer = factors.prove(account, given["password"], given["second_factor"], request.at, digest=digest)  # type: ignore[attr-defined]
        if isinstance(answer, Proof):
            return answer
        # Not beside one of the two fields: which one was wrong is not told.
        self.add_error(None, answer.why)
        return None
