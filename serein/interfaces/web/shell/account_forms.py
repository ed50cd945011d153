"""allauth's forms in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from django import forms


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


class AddWebAuthn(AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["name"].label = "A name for it, so that you know it later"
        self.fields["passwordless"].label = "Let it open the door without my password"
        self.fields["passwordless"].help_text = "It must then ask for your fingerprint, face or PIN itself."


class LoginWebAuthn(LoginWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        """The parser of what a key answers raises more than allauth expects when parts of it are missing: a stranger's text is no defect."""
        try:
            return super().clean_credential()
        except (LookupError, AttributeError, TypeError):
            raise get_adapter().validation_error("incorrect_code") from None
