"""The right to sign controlled medicines, at compliance: asked for here, approved elsewhere by a colleague who holds it, ended at once."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import GrantLine, patients_affected, signing_grants, somebody_may_approve, staff_identities
from serein.foundation.people.keys import OpenList, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, not_found_page, render_form_page
from serein.interfaces.web.shell.seen_form import newest_words

from ..forms import WhyForm
from ..keys import with_list
from ..words import instant_words
from .people import NAV, nobody, one

NOBODY_APPROVES = (
    "Nobody here holds the right to sign yet, so nobody can approve this on a page. Ask the operator: the first one is given on the server's "
    "console with `serein grant-first-registrant`, by the operator and a compliance officer together."
)


def grant_facts(line: GrantLine, zone: str) -> list[tuple[str, str]]:
    """Who asked, who approved, when; for the person's page and for those that end it."""
    facts = [("Asked for by", f"{line.entered_by}, {instant_words(line.entered_at, zone)}")]
    if line.approved_at is not None:
        facts.append(("Approved by", f"{line.approved_by}, {instant_words(line.approved_at, zone)}"))
    return facts


@with_list("people and licences")
def enter(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    found = one(listing, account_id)
    if found is None or "clinician" not in found.roles:
        return nobody(request)
    back = reverse("compliance:person", args=[account_id])
    form = PageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = access.enter_signing_grant(listing, account_id)
        if not isinstance(answer, Refused):
            messages.success(request, "Asked. A colleague who holds the right to sign must approve it")
            return redirect("compliance:person", account_id)
        if answer.code == "grant-here":
            return changed_page(request, answer.why, back=back)
        form.add_error(None, answer.why)
    facts = [("Name", found.name), ("NPI", found.npi or "Not recorded"), ("DEA number", found.dea or "Not recorded")]
    facts.append(("Identity", newest_words(staff_identities(listing, account_id))))
    lead = (
        "Two people give this right: you ask, a colleague who holds it approves with password and one-time code. Until then nothing changes."
        if somebody_may_approve(listing)
        else NOBODY_APPROVES
    )
    title = f"Ask that {found.name} may sign controlled medicines"
    return render_form_page(request, form, title=title, lead=lead, facts=facts, button="Ask for it", back=back, **NAV)


@with_list("people and licences")
def end(request: HttpRequest, listing: OpenList, grant_id: UUID) -> HttpResponse:
    line = next((g for g in signing_grants(listing) if g.id == grant_id), None)
    if line is None:
        return not_found_page(request)
    back = reverse("compliance:person", args=[line.account_id])
    form = WhyForm(request.POST or None)
    if form.is_valid():
        answer = access.end_signing_grant(listing, grant_id, form.cleaned_data["why"])
        if not isinstance(answer, Refused):
            messages.success(request, "Ended, from now on")
            return redirect("compliance:person", line.account_id)
        if answer.code == "request-not-waiting":
            return changed_page(request, "This had already ended.", back=back)
        form.add_error("why" if answer.code == "why-missing" else None, answer.why)
    waiting = line.state == "waiting"
    title = f"Take back the request for {line.name}" if waiting else f"End the right of {line.name} to sign controlled medicines"
    facts = grant_facts(line, clinic_card(listing.clinic_id).time_zone)
    button = "Take it back" if waiting else "End the right to sign"
    return render_form_page(request, form, title=title, facts=facts, button=button, warning=True, back=back, **NAV)


@with_list("people and licences")
def lost(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    """For somebody who telephones: their token is lost, or a prescription bears their name that they did not write."""
    found = one(listing, account_id)
    if found is None or not found.active or account_id == listing.by.account_id:
        return nobody(request)
    form = PageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = access.report_lost(listing, account_id)
        if not isinstance(answer, Refused):
            messages.success(request, f"{found.name} can no longer sign in or sign. Patients to look after: {answer.patients}")
            return redirect("compliance:affected", account_id)
        form.add_error(None, answer.why)
    lead = (
        f"Every open session of {found.name} ends now, the app and keys count no more, the right to sign ends, and colleagues are asked to look "
        "after the patients. Nobody can sign in with this account until you let the person in again."
    )
    return render_form_page(
        request, form, title=f"{found.name} lost a token, or somebody else signed", lead=lead, button="Close the account now", warning=True,
        back=reverse("compliance:person", args=[account_id]), **NAV,
    )  # fmt: skip


@with_list("people and licences")
def reopen(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    found = one(listing, account_id)
    if found is None or found.active or account_id == listing.by.account_id:
        return nobody(request)
    form = WhyForm(request.POST or None)
    if form.is_valid():
        answer = access.reopen_account(listing, account_id, form.cleaned_data["why"])
        if not isinstance(answer, Refused):
            messages.success(request, f"{found.name} can sign in with the password, and sets up a new second factor first")
            return redirect("compliance:person", account_id)
        form.add_error("why" if answer.code == "why-missing" else None, answer.why)
    lead = "Say how you know who is asking. Until a new second factor is set up nothing opens; the right to sign is given anew by two people."
    return render_form_page(
        request, form, title=f"Let {found.name} in again", lead=lead, button="Let in again",
        back=reverse("compliance:person", args=[account_id]), **NAV,
    )  # fmt: skip


@with_list("patients affected")
def affected(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    found = one(listing, account_id)
    if found is None:
        return nobody(request)
    lines = patients_affected(listing, account_id)
    context = {"title": f"Patients of {found.name}", "lines": lines, "back": reverse("compliance:person", args=[account_id])}
    return render(request, "compliance/affected.html", context)
