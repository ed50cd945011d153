"""What stands around every request, in the order of `settings.MIDDLEWARE`: hostile input, clock and person, second factor, kept text, caches."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from serein.foundation.people import door
from serein.foundation.people.persons import Person, standing
from serein.foundation.remembering import remembering

from . import clock, kept, once, sessions
from .desk import person_of
from .hostile import hostile_input
from .leaving import leave_for
from .pages import error_page
from .second_factor import has_second_factor, needs_second_factor

__all__ = ["FoundWanting", "at_and_person", "hostile_input", "keep_typed", "no_store", "second_factor", "still_here"]

GetResponse = Callable[[HttpRequest], HttpResponse]
FACTORS = "account_authentication_methods"  # where allauth notes which factor was shown when
ONE_FACTOR_PAGES = (
    "shell:invitation",  # and what is below it: somebody else's way in, which ends this session
    "shell:second_factor",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
    "account_logout",
)


def still_here(get_response: GetResponse) -> GetResponse:
    """End a session whose time is over, on the trail; go on with the others (see `sessions`).

    A session that showed one more factor gets a new key, not only at sign-in: whoever knew the old one shall not have what the factor opens.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if person_of(request) is not None:
            _end_or_go_on(request)
        shown, key = request.session.get(FACTORS), request.session.session_key
        response = get_response(request)
        still = "_auth_user_id" in request.session and request.session.session_key == key
        if still and request.session.get(FACTORS) != shown:
            request.session.cycle_key()
        return response

    return middleware


def _end_or_go_on(request: HttpRequest) -> None:
    who = person_of(request)
    assert who is not None
    why = sessions.ended(request.session, who)
    if not why:
        sessions.go_on(request.session)
        return
    door.signed_out(who.account_id, at=request.at, why=why)  # type: ignore[attr-defined]
    logout(request)
    request.person = None  # type: ignore[attr-defined]


def at_and_person(get_response: GetResponse) -> GetResponse:
    """Set `request.at` (the instant of this request, one for all it does) and `request.person` (a `Person` with roles, or None)."""

    def of(request: HttpRequest) -> Person | None:
        user = request.user
        if not user.is_authenticated:
            return None
        who, card = standing(user, at=request.at)  # type: ignore[attr-defined]
        if card is not None:
            request.clinic_card = card  # type: ignore[attr-defined]
        return who

    def middleware(request: HttpRequest) -> HttpResponse:
        request.at = clock.now()  # type: ignore[attr-defined]
        request.person = SimpleLazyObject(lambda: of(request))  # type: ignore[attr-defined]
        # What a page reads twice is read once; whatever changes something reads anew.
        with remembering() if request.method in ("GET", "HEAD") else nullcontext():
            return get_response(request)

    return middleware


def second_factor(get_response: GetResponse) -> GetResponse:
    """Staff see nothing with a password alone: a session without a second factor leads to setting one up, whatever it asked for.

    Here and not in a decorator: a decorator that somebody forgets is an open door.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/static/") or not needs_second_factor(request) or has_second_factor(request):
            return get_response(request)
        if request.path.startswith(_open_to_one_factor()):
            return get_response(request)
        return HttpResponseRedirect(reverse("shell:second_factor"))

    return middleware


def _open_to_one_factor() -> tuple[str, ...]:
    """Setting one up, proving the password again for that, and leaving. Not the whole of /accounts/: that would open the change of password."""
    return tuple(map(reverse, ONE_FACTOR_PAGES))


def keep_typed(get_response: GetResponse) -> GetResponse:
    """A form that arrives after its session ended, or under somebody else's, is not lost and not done by the wrong person (see `kept`)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        claim = once.claim_of(request.POST.get(once.FIELD)) if request.method == "POST" else None
        if claim is None or not claim.owner or claim.owner == once.owner_of(request):
            return get_response(request)
        if request.user.is_authenticated:
            says = "Somebody else has signed in here since this page was opened, so nothing was done. Sign out, and sign in as yourself."
            return error_page(request, 409, title="This page belongs to somebody else", says=says)
        if not kept.stash(request, kept.of(request, claim.owner)):
            says = (
                "You were signed out, and what you typed is too long to be kept here. Use your browser's Back button and copy it."
            )
            return error_page(request, 413, title="You were signed out", says=says)
        return leave_for(request, f"{reverse('account_login')}?{urlencode({'next': reverse('shell:carry_on')})}")

    return middleware


def no_store(get_response: GetResponse) -> GetResponse:
    """No page is kept by a browser or a proxy unless its view says otherwise; leaving clears what the browser holds for us."""

    def middleware(request: HttpRequest) -> HttpResponse:
        signed_in = "_auth_user_id" in request.session if hasattr(request, "session") else False
        response = get_response(request)
        if not response.has_header("Cache-Control") or signed_in:
            response["Cache-Control"] = "no-store, private"
        if signed_in and "_auth_user_id" not in request.session:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


class FoundWanting:
    """allauth answers a form that is not right with 200, as if it had been. Our own pages say 422, and so do these.

    A class, because Django asks a middleware that looks at templates for the object that it belongs to.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        shown = response.context_data or {}
        forms = [form for form in (shown.get("form"), shown.get("webauthn_form")) if form is not None and form.is_bound]
        if request.method == "POST" and response.status_code == 200 and any(form.errors for form in forms):
            response.status_code = 422
        return response
