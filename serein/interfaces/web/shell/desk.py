"""The way to a desk: every view behind a sign-in stands on `desk`, so that role, clock and second factor are asked in one place."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.module_loading import import_string

from serein.foundation.people.persons import Person, person

P = ParamSpec("P")
STAFF = frozenset({"clinician", "pharmacist", "compliance"})
View = Callable[Concatenate[HttpRequest, Person, P], HttpResponse]


def now(request: HttpRequest) -> datetime:
    """The instant of this request: read once, so that one request never lives in two seconds."""
    at: datetime | None = getattr(request, "at", None)
    if at is None:
        at = import_string(settings.SEREIN_CLOCK)()
        request.at = at  # type: ignore[attr-defined]
    return cast(datetime, at)


def second_factor_used(request: HttpRequest) -> bool:
    """Whether this session was opened with a passkey, a one-time code or a recovery code."""
    methods: list[dict[str, Any]] = request.session.get("account_authentication_methods", [])
    return any(m.get("method") == "mfa" or str(m.get("type", "")) in ("webauthn", "totp", "recovery_codes") for m in methods)


def desk(role: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """View decorator: hands the signed-in person of that role to the view; leads everybody else to sign-in, set-up or a plain refusal."""

    def around(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            who = person(request.user.pk, at=now(request))
            if who is None or not who.has(role):
                raise PermissionDenied(f"This page is for the role: {role}.")
            if role in STAFF and not second_factor_used(request):
                return redirect("mfa_index")
            return view(request, who, *args, **kwargs)

        return inner

    return around
