"""Who works here, who may sign until when, and who is still to come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import (
    StaffMember,
    licences,
    open_invitations,
    signing_grants,
    staff,
    staff_identities,
    staff_proofs,
)
from serein.foundation.people.keys import OpenList, Refused
from serein.foundation.people.persons import clinic_card
from serein.foundation.tasks.desk import desk_tasks
from serein.interfaces.web.shell.pages import not_found_page, render_form_page
from serein.interfaces.web.shell.seen_form import seen_words

from ..forms import DetailsForm, InviteForm, WhyForm
from ..keys import with_list
from ..tables import invitations_table, lapses_table, licences_table, people_table

LINK = "compliance.invited"
FIELD_OF = {
    "npi-wrong": "npi",
    "dea-wrong": "dea",
    "already-here": "email",
    "email-malformed": "email",
    "not-a-staff-role": "role",
    "why-missing": "why",
}


def one(listing: OpenList, account_id: UUID) -> StaffMember | None:
    return next((m for m in staff(listing) if m.account_id == account_id), None)


def nobody(request: HttpRequest) -> HttpResponse:
    return not_found_page(request, "Nobody with this number works at your clinic.")


@with_list("people and licences")
def overview(request: HttpRequest, listing: OpenList) -> HttpResponse:
    members, lines = staff(listing), licences(listing)
    zone = clinic_card(listing.clinic_id).time_zone
    context = {
        "title": "People and licences",
        "tasks": desk_tasks(listing),
        "lapses": lapses_table([x for x in lines if x.state != "ended"], members),
        "people": people_table(members, lines),
        "invitations": invitations_table(open_invitations(listing), zone),
    }
    return render(request, "compliance/people.html", context)


@with_list("people and licences")
def invite(request: HttpRequest, listing: OpenList) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        answer = access.invite_staff(listing, access.NewStaff(data["name"], data["email"], data["role"]))
        if not isinstance(answer, Refused):
            request.session[LINK] = {"name": data["name"], "email": data["email"], "token": _shown_token(listing, answer.token)}
            return redirect("compliance:invited")
        form.add_error(FIELD_OF.get(answer.code), answer.why)
    return render_form_page(
        request,
        form,
        title="Invite somebody to work here",
        button="Send the invitation",
        back=reverse("compliance:people"),
        **NAV,
    )


NAV: dict[str, Any] = {"template": "compliance/form.html"}


def _shown_token(listing: OpenList, token: str) -> str:
    """The link is for the invited person's eyes; only in a demonstration, where no letter leaves the house, the officer sees it too."""
    return token if clinic_card(listing.clinic_id).demonstration else ""


@with_list("people and licences")
def invited(request: HttpRequest, listing: OpenList) -> HttpResponse:
    sent = request.session.pop(LINK, None)
    if sent is None:
        return HttpResponseRedirect(reverse("compliance:people"))
    link = f"{settings.BASE_URL}/invitation/{sent['token']}/" if sent["token"] else ""
    by_mail = bool(settings.SEREIN_SMTP_URL) and not settings.DEMONSTRATION
    context = {"title": f"Invitation written to {sent['name']}", "sent": sent, "link": link, "by_mail": by_mail}
    return render(request, "compliance/invited.html", context)


@with_list("people and licences")
def member(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    found = one(listing, account_id)
    if found is None:
        return nobody(request)
    grant = next((g for g in signing_grants(listing) if g.account_id == account_id and g.state != "ended"), None)
    context = {
        "title": found.name,
        "member": found,
        "grant": grant,
        "licences": licences_table(found) if found.licences else None,
        "own": found.account_id == listing.by.account_id,
        "proofs": staff_proofs(listing, account_id),
        "seen": [seen_words(line) for line in staff_identities(listing, account_id)],
        "back": reverse("compliance:people"),
    }
    return render(request, "compliance/person.html", context)


@with_list("people and licences")
def details(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    found = one(listing, account_id)
    if found is None or found.practitioner_id is None:
        return nobody(request)
    known = {name: getattr(found, name) for name in ("npi", "dea", "workplace", "address", "phone")}
    form = DetailsForm(request.POST or None, initial=known, pharmacist="pharmacist" in found.roles)
    if form.is_valid():
        answer = access.keep_practitioner(listing, found.practitioner_id, access.PractitionerDetails(**form.cleaned_data))
        if not isinstance(answer, Refused):
            messages.success(request, "Saved")
            return redirect("compliance:person", account_id)
        form.add_error(FIELD_OF.get(answer.code), answer.why)
    return render_form_page(
        request,
        form,
        title=f"Numbers and workplace of {found.name}",
        button="Save",
        back=reverse("compliance:person", args=[account_id]),
        **NAV,
    )


@with_list("people and licences")
def end(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    found = one(listing, account_id)
    if found is None or not found.active:
        return nobody(request)
    form = WhyForm(request.POST or None)
    if form.is_valid():
        answer = access.end_access(listing, account_id, form.cleaned_data["why"])
        if not isinstance(answer, Refused):
            messages.success(request, f"{found.name} can no longer sign in")
            return redirect("compliance:people")
        form.add_error(FIELD_OF.get(answer.code), answer.why)
    lead = (
        f"{found.name} is signed out at once, leaves every care team, and every licence recorded here ends. What they did stays."
    )
    return render_form_page(
        request, form, title=f"End the access of {found.name}", lead=lead, button="End access", warning=True,
        back=reverse("compliance:person", args=[account_id]), **NAV,
    )  # fmt: skip
