"""Who a colleague is, recorded by an officer who saw a document."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import staff_identities
from serein.foundation.people.keys import OpenList, Refused
from serein.foundation.people.persons import clinic_day
from serein.interfaces.web.shell.pages import refused_page, render_form_page
from serein.interfaces.web.shell.seen_form import LEAD, IdentityForm, seen_words

from ..keys import with_list
from .people import nobody, one


@with_list("people and licences")
def identity(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    found = one(listing, account_id)
    if found is None:
        return nobody(request)
    form = IdentityForm(request.POST or None, initial={"seen_on": clinic_day(listing.clinic_id, listing.at)})
    if form.is_valid():
        answer = access.record_staff_identity(listing, account_id, access.NewIdentityProof(**form.cleaned_data))
        if isinstance(answer, Refused):
            return refused_page(request, answer)
        if isinstance(answer, access.StaffIdentityRecorded):
            messages.success(request, "Recorded")
            return redirect("compliance:person", account_id)
        for field, words in answer.by_field:
            form.add_error(field, words)
    return render_form_page(
        request, form, title=f"Who {found.name} is", lead=LEAD, button="Record what I saw",
        facts=[seen_words(line) for line in staff_identities(listing, account_id)], back=reverse("compliance:person", args=[account_id]),
        template="compliance/form.html",
    )  # fmt: skip
