"""allauth's forms in our words."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.http import HttpRequest

from . import clock
from .hostile import Unusable, check_json

# What reading a key's answer raises, beside what allauth expects, when parts of it are missing or of another kind.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError, struct.error)


class Login(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        login, password = self.fields["login"], self.fields["password"]
        login.label = "E-mail address"
        login.error_messages |= {
            "required": "Enter your e-mail address",
            "invalid": "Enter an e-mail address, such as name@example.org",
        }
        login.widget.attrs["autocomplete"] = "username"  # what password managers and passkeys look for
        password.error_messages["required"] = "Enter your password"
        password.help_text = ""


# Looking for an account, writing a letter and giving it to the courier take a tenth of it; whoever has none waits as long.
RESET_SECONDS = 0.25


class ResetPassword(ResetPasswordForm):  # type: ignore[misc]
    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """A letter is written for known addresses alone: the answer takes as long for the others."""
        with clock.lasting(RESET_SECONDS):
            return str(super().save(request, **kwargs))


def ask_for_code(form: forms.Form, label: str) -> None:
    form.label_suffix = ""
    field = form.fields["code"]
    field.label = label
    field.error_messages["required"] = "Enter the code"
    field.widget.attrs |= {"class": "govuk-input--width-10", "inputmode": "text", "spellcheck": "false"}


class Authenticate(AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for_code(self, "Code")


class Reauthenticate(ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for_code(self, "Code from your authenticator app, or a recovery code")


class ActivateTotp(ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_for_code(self, "The 6 digits that the app shows")


class KeyField(forms.JSONField):
    """What a key answered. Read as every other JSON: a parser that recurses dies of 100,000 brackets, and the database takes no NUL."""

    def to_python(self, value: Any) -> Any:
        if not _readable(value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """The page that says no would read it once more; what cannot be read is not shown back."""
        return super().bound_data(data, initial) if _readable(data) else None


def _readable(value: Any) -> bool:
    try:
        if isinstance(value, str):
            check_json(value.encode("utf-8", "surrogatepass"))
    except Unusable:
        return False
    return True


@contextmanager
def _read() -> Iterator[None]:
    """A stranger's text is no defect: what cannot be read is a key that is not right."""
    try:
        yield
    except UNREADABLE:
        raise get_adapter().validation_error("incorrect_code") from None


class AddWebAuthn(AddWebAuthnForm):  # type: ignore[misc]
    credential = KeyField(required=True, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["name"].label = "A name for it, so that you know it later"
        self.fields["passwordless"].label = "Let it open the door without my password"
        self.fields["passwordless"].help_text = "It must then ask for your fingerprint, face or PIN itself."

    def clean(self) -> Any:
        with _read():
            return super().clean()


class _KeyAnswers(forms.Form):
    credential = KeyField(required=True, widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        with _read():
            return super().clean_credential()  # type: ignore[misc]


class AuthenticateWebAuthn(_KeyAnswers, AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class ReauthenticateWebAuthn(_KeyAnswers, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class LoginWebAuthn(_KeyAnswers, LoginWebAuthnForm):  # type: ignore[misc]
    pass
