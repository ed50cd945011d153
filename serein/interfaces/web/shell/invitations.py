"""Coming in for the first time: the page behind the link in an invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from serein.care.access.actions import accept_invitation
from serein.foundation.people.invitations import WaitingInvitation, waiting_invitation
from serein.foundation.people.keys import Refused
from serein.foundation.people.models import Account

from .desk import now
from .forms import PageForm
from .once import once
from .pages import error_page, render_form_page

KEPT = "invitation"
ROLES = {
    "patient": "a patient",
    "clinician": "a clinician",
    "trainee": "a trainee",
    "pharmacist": "a pharmacist",
    "compliance": "a compliance officer",
    "caregiver": "somebody who helps",
}


class ChoosePassword(PageForm):
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        max_length=1000,
        help_text="At least 12 characters. Four words in a row that do not belong together are good and easy to remember.",
        widget=forms.PasswordInput({"autocomplete": "new-password", "class": "govuk-input--width-20"}),
        error_messages={"required": "Choose a password", "max_length": "Choose a password of at most 1000 characters"},
    )

    def __init__(self, *args: Any, invitation: WaitingInvitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        try:
            validate_password(
                password, Account(clinic_id=self.invitation.clinic_id, email=self.invitation.email, name=self.invitation.name)
            )
        except ValidationError as error:
            raise ValidationError(
                [IN_OUR_WORDS.get(e.code or "", e.message % (e.params or {})) for e in error.error_list]
            ) from None
        return password


IN_OUR_WORDS = {
    "password_too_short": "The password must have at least 12 characters",
    "password_too_common": "Many people use this password, so it is easy to guess. Choose another one",
    "password_entirely_numeric": "The password must not be a number alone",
    "password_too_similar": "The password must not be like your name or e-mail address",
}


def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Put the token out of the address bar at once, so that it stands in no history, no log and no referrer. Nothing is used up yet.

    Whoever is signed in here is signed out: what follows belongs to the invited person.
    """
    if isinstance(waiting_invitation(token, at=now(request)), Refused):
        return _not_usable(request)
    if request.user.is_authenticated:
        get_adapter().logout(request)
    request.session[KEPT] = token
    return HttpResponseRedirect(reverse("shell:invitation"))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def invitation(request: HttpRequest) -> HttpResponse:
    """Who is invited, as what, by which clinic; a password; then straight in."""
    token = request.session.get(KEPT, "")
    waiting = waiting_invitation(token, at=now(request))
    if isinstance(waiting, Refused):
        return _not_usable(request)
    form = ChoosePassword(request.POST or None, invitation=waiting)
    if request.method == "POST" and form.is_valid():
        answer = accept_invitation(token, form.cleaned_data["password"], now(request))
        if not isinstance(answer, Refused):
            return _come_in(request, Account.objects.get(pk=answer.account_id))
        if answer.code != "password-weak":
            return _not_usable(request)
        form.add_error("password", answer.why)
    context = {
        "template": "shell/invitation.html",
        "button": "Accept and sign in",
        "waiting": waiting,
        "as_role": ROLES[waiting.role],
    }
    return render_form_page(request, form, title=f"Welcome, {waiting.name}", **context)


def _come_in(request: HttpRequest, account: Account) -> HttpResponse:
    """Signed in by the password just chosen; staff are led on to their second factor, patients to their own pages."""
    request.session.pop(KEPT, None)
    response: HttpResponse = perform_password_login(request, {"email": account.email}, Login(user=account, email=account.email))
    return response


def _not_usable(request: HttpRequest) -> HttpResponse:
    """The same page for a wrong, used, replaced and late link: whoever tries addresses learns nothing."""
    request.session.pop(KEPT, None)
    says = (
        "It may have been used already, or its time may be over. If you have chosen a password before, sign in. "
        "If not, ask your clinic to send you a new invitation."
    )
    return error_page(request, 404, title="This invitation cannot be used", says=says)
