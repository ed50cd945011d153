"""Proof of who somebody is who works here: kept for compliance, beside the licence."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import staff_proofs
from serein.foundation.people.keys import Refused, open_job
from serein.foundation.people.persons import Person
from serein.interfaces.oidc.values import NotProven

from . import proving
from .asking_again import asks_again
from .desk import desk, now, person_of
from .once import once
from .second_factor import STAFF

ROAD = proving.Road("shell:own_identity", "shell:own_identity_leave", "shell:own_identity_return", "shell/base.html")


@desk(*STAFF)
def page(request: HttpRequest, who: Person) -> HttpResponse:
    job = open_job(who.clinic_id, purpose="proof of identity", at=now(request))
    context = {
        "title": "Proof of who you are", "providers": proving.providers().values(), "proofs": staff_proofs(job, who.account_id),
        "begin": "shell:own_identity_begin", "back": reverse("shell:account"),
    }  # fmt: skip
    return render(request, "shell/own_identity.html", context)


@desk(*STAFF)
@asks_again("POST")
@once
def begin(request: HttpRequest, who: Person, name: str) -> HttpResponse:
    return proving.begin(request, ROAD, name) if request.method == "POST" else redirect(ROAD.home)


@desk(*STAFF)
def leave(request: HttpRequest, who: Person) -> HttpResponse:
    return proving.leave(request, ROAD)


@transaction.non_atomic_requests
def back(request: HttpRequest, name: str) -> HttpResponseBase:
    """Outside a transaction: the provider is asked here, and may be slow."""
    return proving.signed_out(request, ROAD) if person_of(request) is None else _back(request, name)


@desk(*STAFF)
def _back(request: HttpRequest, who: Person, name: str) -> HttpResponse:
    heard = proving.heard(request, name)
    if isinstance(heard, NotProven):
        answer: object = access.give_own_proof_up(who, Refused(heard.code, heard.why), now(request))
    else:
        answer = access.prove_own_identity(who, proving.as_evidence(heard), now(request))
    if isinstance(answer, Refused):
        messages.warning(request, answer.why)
    else:
        messages.success(request, "Recorded. Compliance sees it on your page.")
    return redirect(ROAD.home)
