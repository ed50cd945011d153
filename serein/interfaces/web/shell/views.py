"""The shell's own pages: my account, second factor, carrying on after a session ended, and what went wrong."""

from __future__ import annotations

import sys
from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from serein.foundation.people.persons import Person

from . import kept, once, sessions
from .desk import now, person_of, signed_in
from .pages import error_page
from .second_factor import STAFF, has_authenticator, has_second_factor
from .turned_away import turned_away


def door(request: HttpRequest) -> HttpResponse:
    """The address without a path: each person's own desk, or the sign-in page."""
    who = person_of(request)
    if who is None:
        return HttpResponseRedirect(reverse("account_login"))
    for role, desk in settings.SEREIN_DESKS.items():
        if who.has(role):
            return HttpResponseRedirect(desk)
    return error_page(
        request, 403, title="Your account has no role", says="Ask your clinic's compliance officer to grant you one."
    )


@signed_in
def account(request: HttpRequest, who: Person) -> HttpResponse:
    context = {"title": "My account", "has_authenticator": has_authenticator(request), "works_here": bool(who.roles & STAFF)}
    return render(request, "shell/account.html", context)


@require_POST
@signed_in
def stay(request: HttpRequest, who: Person) -> HttpResponse:
    """The button of the strip that counts down: asking is enough (`middleware.still_here`). A script is told how many seconds are left."""
    if "application/json" not in request.headers.get("Accept", ""):
        return HttpResponseRedirect("/")
    left = sessions.left(request, who)
    return JsonResponse({"seconds": left.seconds, "last": left.last})


def second_factor(request: HttpRequest) -> HttpResponse:
    """Where staff land who have shown a password only: set a second factor up, or show the one there is."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(reverse("account_login"))
    if has_second_factor(request):
        return HttpResponseRedirect("/")
    if has_authenticator(request):
        return HttpResponseRedirect(reverse("mfa_reauthenticate") + "?next=/")
    return render(request, "shell/second_factor.html", {"title": "Set up your second step"})


class ActivateTotp(ActivateTOTPView):  # type: ignore[misc]
    """Setting an app up proves that it is there: the code counts as this session's second factor, and is used."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        own = Authenticator.objects.get(user_id=self.request.user.pk, type=Authenticator.Type.TOTP)
        if own.wrap().validate_code(form.cleaned_data["code"]):
            post_authentication(self.request, own, reauthenticated=True)
        return response


class AddWebAuthn(AddWebAuthnView):  # type: ignore[misc]
    """Adding a key shows it: it counts as this session's second factor, as an app's first code does."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        own = Authenticator.objects.filter(user_id=self.request.user.pk, type=Authenticator.Type.WEBAUTHN).latest("id")
        post_authentication(self.request, own, reauthenticated=True)
        return response


@signed_in
def carry_on(request: HttpRequest, who: Person) -> HttpResponse:
    """After signing in again: what was sent while the session was over, to send now or to throw away."""
    mine = kept.unstash(request, once.owner_of(request))
    if mine is None:
        return HttpResponseRedirect("/")
    return render(
        request, "shell/carry_on.html", {"title": "You were signed out before this was saved", "kept": mine, "may_resend": True}
    )


@require_POST
@signed_in
def throw_away(request: HttpRequest, who: Person) -> HttpResponse:
    kept.forget(request)
    return HttpResponseRedirect("/")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400, says="Nothing was done. Go back, reload the page and try again.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What the page had written is rolled back by now, so the refusal is kept here."""
    turned_away(request, person_of(request), now(request), "not-shown")
    return error_page(request, 403, says="It is not meant for your account.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 404, says="If you typed the address, check it. If you followed a link, it may be old.")


def failed(request: HttpRequest) -> HttpResponse:
    """Without context processors: what failed may be the database that they would ask. If it is, the page says so, because then nothing was
    checked either, and trying again helps."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        answer = render(None, "shell/errors/503.html", {"title": "The records cannot be reached now"}, status=503)
        answer["Retry-After"] = "60"
        return answer
    return render(None, "shell/errors/500.html", {"title": "Something went wrong on our side"}, status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid CSRF token: cookies blocked, an old page, or another site. Shown back only if we made the page for this person."""
    turned_away(request, person_of(request), now(request), "no-csrf-token")
    claim = once.claim_of(request.POST.get(once.FIELD))
    mine = kept.of(request, claim.owner) if claim and claim.owner == once.owner_of(request) else None
    says = "Nothing was done. This happens when a page was open for long, or when your browser does not keep cookies."
    return error_page(
        request, 403, title="We could not be sure that this came from you", says=says, kept=mine, may_resend=mine is not None
    )
