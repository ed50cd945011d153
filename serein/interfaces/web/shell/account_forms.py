"""allauth's sign-in form in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm


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
