"""The way to a desk: every view behind a sign-in stands on `desk`, so that role, clock and second factor are asked in one place."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from serein.foundation.people.persons import Person

from . import clock
from .leaving import leave_for
from .pages import error_page
from .second_factor import STAFF, has_second_factor
from .turned_away import turned_away

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Person, P], HttpResponse]


def now(request: HttpRequest) -> datetime:
    """The instant of this request: read once, so that one request never lives in two seconds."""
    at: datetime | None = getattr(request, "at", None)
    if at is None:
        at = clock.now()
        request.at = at  # type: ignore[attr-defined]
    return at


def person_of(request: HttpRequest) -> Person | None:
    """Who is signed in, with the roles in force at this instant."""
    return cast("Person | None", getattr(request, "person", None) or None)


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead to the sign-in page and back. What a form had sent is kept by `middleware.keep_typed` before this is reached."""
    target = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return leave_for(request, f"{reverse('account_login')}?{urlencode({'next': target})}")


def signed_in(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """View decorator: hands whoever is signed in to the view, whatever their role."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        who = person_of(request)
        return to_sign_in(request) if who is None else view(request, who, *args, **kwargs)

    return inner


def desk(*roles: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """View decorator: hands the signed-in person of one of these roles to the view; leads everybody else to sign-in, set-up or a plain refusal.

    The refusal is an answer, not an exception, like every refusal here (an exception would roll back what the request has written).
    """

    def around(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            who = person_of(request)
            if who is None:
                return to_sign_in(request)
            if not who.roles & set(roles):
                turned_away(request, who, now(request), "not-your-role")
                return error_page(request, 403, says=f"This page is for the role: {' or '.join(roles)}.", code="not-your-role")
            # The middleware asks as well; a page served without it must not be the one that forgets.
            if STAFF & set(roles) and not has_second_factor(request):
                return leave_for(request, reverse("shell:second_factor"))
            return view(request, who, *args, **kwargs)

        return inner

    return around
