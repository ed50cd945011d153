"""Proof of who I am: what was seen, and a provider that can vouch for me."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.actions.identity import DOCUMENTS
from serein.care.access.reads import identity_proofs, patient_card, provider_proofs
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person
from serein.interfaces.oidc.values import NotProven
from serein.interfaces.web.shell import proving
from serein.interfaces.web.shell.asking_again import asks_again
from serein.interfaces.web.shell.desk import desk, person_of
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page

from ..door import at_home, day_words, own_record

ROAD = proving.Road("patient:identity", "patient:identity_leave", "patient:identity_return", "patient/base.html")


def _seen(chart: OpenChart) -> list[tuple[str, str]]:
    """What, and on which day or by whom, as patients read it."""
    zone = patient_card(chart).time_zone
    today = at_home(chart.at, zone).date()
    seen = [(DOCUMENTS[p.document], f"{p.by} saw it on {day_words(p.seen_on, today)}.") for p in identity_proofs(chart)]
    for p in provider_proofs(chart):
        day = day_words(at_home(p.proved_at, zone).date(), today)
        seen.append(
            (
                p.provider,
                f"You showed it on {day}." if p.agrees else f"You showed it on {day}. We will ask you for a document too.",
            )
        )
    return seen


@desk("patient")
def identity(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    context = {
        "title": "Proof of who I am", "seen": _seen(chart), "providers": proving.providers().values(), "begin": "patient:identity_begin",
        "back": reverse("patient:home"),
    }  # fmt: skip
    return render(request, "patient/identity.html", context)


@desk("patient")
@asks_again("POST")
@once
def begin(request: HttpRequest, who: Person, name: str) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    return proving.begin(request, ROAD, name) if request.method == "POST" else redirect(ROAD.home)


@desk("patient")
def leave(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    return refused_page(request, chart) if isinstance(chart, Refused) else proving.leave(request, ROAD)


@transaction.non_atomic_requests
def back(request: HttpRequest, name: str) -> HttpResponseBase:
    """Outside a transaction: the provider is asked here, and may be slow."""
    return proving.signed_out(request, ROAD) if person_of(request) is None else _back(request, name)


@desk("patient")
def _back(request: HttpRequest, who: Person, name: str) -> HttpResponse:
    heard = proving.heard(request, name)
    with transaction.atomic():
        chart = own_record(request, who)
        if isinstance(chart, Refused):
            return refused_page(request, chart)
        if isinstance(heard, NotProven):
            answer: object = access.give_proof_up(chart, Refused(heard.code, heard.why))
        else:
            answer = access.prove_identity(chart, proving.as_evidence(heard))
    if isinstance(answer, Refused):
        messages.warning(request, answer.why)
    elif isinstance(answer, access.IdentityProved) and answer.differs:
        messages.warning(
            request, "We kept it. Something differs from what we wrote down. We changed nothing. Your care team will ask you."
        )
    else:
        messages.success(request, "Saved. Your care team sees it.")
    return redirect(ROAD.home)
