"""The right to sign controlled medicines: who holds it here, and the page on which a colleague who holds it approves a request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import logout as leave
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import GrantLine, may_vouch, signing_grants, somebody_may_approve, staff_identities
from serein.foundation.people.factors import Proof, prove
from serein.foundation.people.keys import OpenList, Refused, open_list
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import changed_page, not_found_page, refused_page, render_form_page
from serein.interfaces.web.shell.second_factor import StepUpFields
from serein.interfaces.web.shell.seen_form import newest_words

from .handover_form import WhyForm

NAV: dict[str, Any] = {"template": "clinician/right_form.html"}


class ApproveForm(StepUpFields, PageForm):
    """Both factors, and the request that the page showed."""

    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)


def with_rights(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """View decorator: a clinician's key to the list of who may sign."""

    @wraps(view)
    def inner(request: HttpRequest, who: Person, **kwargs: Any) -> HttpResponse:
        key = open_list(who, purpose="right to sign", at=now(request))
        return refused_page(request, key) if isinstance(key, Refused) else view(request, key, **kwargs)

    return desk("clinician")(once(inner))


def _line(listing: OpenList, grant_id: UUID) -> GrantLine | None:
    return next((g for g in signing_grants(listing) if g.id == grant_id), None)


@with_rights
def rights(request: HttpRequest, listing: OpenList) -> HttpResponse:
    lines, me = [g for g in signing_grants(listing) if g.state != "ended"], listing.by.account_id
    vouches = may_vouch(listing)
    waiting = [(g, vouches and me not in (g.account_id, g.entered_by_id)) for g in lines if g.state == "waiting"]
    context = {
        "title": "Right to sign controlled medicines", "mine": next((g for g in lines if g.account_id == me), None), "vouches": vouches,
        "waiting": waiting, "holders": [g for g in lines if g.state == "in force"], "somebody": somebody_may_approve(listing), "me": me,
    }  # fmt: skip
    return render(request, "clinician/rights.html", context)


@with_rights
def approve(request: HttpRequest, listing: OpenList, grant_id: UUID) -> HttpResponse:
    line = _line(listing, grant_id)
    if line is None:
        return not_found_page(request)
    back = reverse("clinician:rights")
    if line.state != "waiting" and request.method != "POST":
        return changed_page(request, "This request is not waiting any more.", back=back)
    form = ApproveForm(request.POST if request.method == "POST" else None, initial={"shown": line.digest})
    if form.is_valid():
        answer = access.approve_signing_grant(listing, grant_id, form.cleaned_data["shown"], _factors(listing, form))
        if not isinstance(answer, Refused):
            messages.success(request, f"Approved. {line.name} may sign controlled medicines")
            return redirect("clinician:rights")
        if answer.code in ("request-not-waiting", "request-changed"):
            return changed_page(request, answer.why, back=back)
        form.add_error(None, answer.why)
    facts = [
        ("Name", line.name),
        ("E-mail", line.email),
        ("NPI", line.npi),
        ("DEA number", line.dea),
        ("Identity", newest_words(staff_identities(listing, line.account_id))),
        ("Asked for by", line.entered_by),
    ]
    lead = f"By your password and code you vouch that {line.name} may sign controlled medicines. Approve only somebody whom you know."
    return render_form_page(
        request, form, title=f"Approve the right of {line.name} to sign", lead=lead, facts=facts, button="Approve", back=back,
        refuse=reverse("clinician:end_right", args=[grant_id]), **NAV,
    )  # fmt: skip


def _factors(listing: OpenList, form: ApproveForm) -> Callable[[str], Proof | Refused]:
    given = form.cleaned_data

    def factors(digest: str) -> Proof | Refused:
        return prove(listing.by.account_id, given["password"], given["second_factor"], listing.at, digest=digest)

    return factors


@with_rights
def lost(request: HttpRequest, listing: OpenList) -> HttpResponse:
    """One tap, and nothing to fill in: whoever has lost a token has no code to prove it with. It closes the account and ends this session."""
    form = PageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = access.report_lost(listing, listing.by.account_id)
        if not isinstance(answer, Refused):
            leave(request)
            return render(request, "clinician/lost.html", {"title": "Your account is closed"})
        form.add_error(None, answer.why)
    lead = (
        "Your app and keys count no more, every session ends, and your right to sign ends, at once. Colleagues are asked to look after your "
        "patients. Compliance lets you in again when they know that it is you. Report a loss, or a prescription that you did not write, at once."
    )
    return render_form_page(
        request, form, title="I lost my token, or I did not write this", lead=lead, button="Close my account now", warning=True,
        back=reverse("clinician:rights"), **NAV,
    )  # fmt: skip


@with_rights
def end(request: HttpRequest, listing: OpenList, grant_id: UUID) -> HttpResponse:
    """Decline a request, give up the own right, or end a colleague's."""
    line = _line(listing, grant_id)
    if line is None:
        return not_found_page(request)
    back = reverse("clinician:rights")
    form = WhyForm(request.POST or None)
    if form.is_valid():
        answer = access.end_signing_grant(listing, grant_id, form.cleaned_data["why"])
        if not isinstance(answer, Refused):
            messages.success(request, "Ended, from now on")
            return redirect("clinician:rights")
        if answer.code == "request-not-waiting":
            return changed_page(request, "This had already ended.", back=back)
        form.add_error("why" if answer.code == "why-missing" else None, answer.why)
    own = line.account_id == listing.by.account_id
    title, button = (
        ("Give up your right to sign", "Give it up") if own
        else (f"Decline the request for {line.name}", "Decline") if line.state == "waiting"
        else (f"End the right of {line.name} to sign", "End the right to sign")
    )  # fmt: skip
    return render_form_page(request, form, title=title, button=button, warning=True, back=back, **NAV)
