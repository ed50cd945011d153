"""Proving who one is with an identity provider: what the patient's pages and those of people who work here have in common.

The browser is sent to the provider and comes back with a code. State, nonce and verifier stay in the session that asked; the address that comes
back is worth one answer. Nobody is signed in by any of it: whoever comes back must be signed in here already, as the same person.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.actions import OutsideProof
from serein.interfaces.oidc.flow import Attempt
from serein.interfaces.oidc.flow import begin as ask_provider
from serein.interfaces.oidc.flow import finish as hear_provider
from serein.interfaces.oidc.providers import Provider
from serein.interfaces.oidc.values import NOT_OURS, NotProven, Proven

from . import clock, once
from .leaving import leave_for
from .pages import error_page, not_found_page

KEPT = "serein.proof"
OFTEN = {"identity_provider": "10/h/user"}


@dataclass(frozen=True)
class Road:
    """Names of the addresses of one desk: where it is offered, where somebody leaves, and where they come back. `base`: its layout."""

    home: str
    leave: str
    back: str
    base: str


def providers() -> dict[str, Provider]:
    found: dict[str, Provider] = settings.SEREIN_IDENTITY_PROVIDERS
    return found


def begin(request: HttpRequest, road: Road, name: str) -> HttpResponse:
    """Remember what is asked of whom, and lead to the page from which somebody leaves. What does not work is said where they are."""
    provider = providers().get(name)
    if provider is None:
        return not_found_page(request)
    if ratelimit.consume(request, app="serein", action="identity_provider", config=OFTEN) is None:
        return error_page(
            request, 429, says="You began this ten times within an hour. Wait an hour, or show a document to the clinic."
        )
    attempt = Attempt(name, settings.BASE_URL + reverse(road.back, args=[name]), int(clock.machine_seconds()))
    address = ask_provider(provider, attempt)
    if isinstance(address, NotProven):
        messages.warning(request, address.why)
        return redirect(road.home)
    request.session[KEPT] = {**asdict(attempt), "address": address, "owner": once.owner_of(request)}
    return redirect(road.leave)


def leave(request: HttpRequest, road: Road) -> HttpResponse:
    """A link and no redirect: the policy of these pages lets no form of ours lead to another host, and nobody should leave unawares."""
    kept = request.session.get(KEPT)
    provider = providers().get(kept["provider"]) if kept else None
    if kept is None or provider is None or kept["owner"] != once.owner_of(request):
        return redirect(road.home)
    context = {
        "title": f"Go to {provider.title}", "provider": provider, "address": kept["address"], "host": urlsplit(kept["address"]).netloc,
        "base": road.base, "back": reverse(road.home),
    }  # fmt: skip
    return render(request, "shell/leave_for_proof.html", context)


def to_sign_in_first(road: Road) -> str:
    """Where somebody goes who was signed out meanwhile. Without what came back: a code does not belong into the address of a sign-in page."""
    return f"{reverse('account_login')}?{urlencode({'next': reverse(road.home)})}"


def signed_out(request: HttpRequest, road: Road) -> HttpResponse:
    return leave_for(request, to_sign_in_first(road))


def heard(request: HttpRequest, name: str) -> Proven | NotProven:
    """What came back, judged. Whatever it is, what was remembered is forgotten first: an address counts once."""
    kept = request.session.pop(KEPT, None)
    provider = providers().get(name)
    if provider is None or kept is None or kept["owner"] != once.owner_of(request) or request.method != "GET":
        return NOT_OURS
    if any(len(request.GET.getlist(name)) != 1 for name in request.GET):
        return NOT_OURS
    attempt = Attempt(**{f.name: kept[f.name] for f in fields(Attempt)})
    # The session alone would let two requests at one instant both find it.
    number = once.Claim(hashlib.sha256(attempt.state.encode()).hexdigest()[:32], kept["owner"])
    if not once.claimed(request, number):
        return NOT_OURS
    return hear_provider(
        provider, attempt, {name: str(request.GET[name]) for name in request.GET}, now=int(clock.machine_seconds())
    )


def as_evidence(proven: Proven) -> OutsideProof:
    """What the actions take: the provider under the name that people read."""
    told = {f.name: getattr(proven, f.name) for f in fields(OutsideProof)}
    title = providers()[proven.provider].title
    return OutsideProof(**{**told, "provider": title, "proved_at": datetime.fromtimestamp(proven.proved_at, UTC)})
