"""Looking a licence up: in the register that the operator brought in, or by hand; each look is kept as evidence and verifies nothing."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access.actions.registry import look_up_licence
from serein.care.access.reads import LookLine, licences, looks_at
from serein.care.access.registers import ByHand, Nppes
from serein.foundation.people.keys import OpenList, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import not_found_page, render_form_page

from ..forms import SeenForm
from ..keys import with_list
from ..words import day_words, instant_words

VERDICTS = {
    "match": "As recorded",
    "differs": "Differs",
    "not-found": "Not found",
    "deactivated": "Deactivated",
    "seen": "Seen by hand",
}


def _fact(look: LookLine, zone: str) -> tuple[str, str]:
    said = (*look.differs, f"{look.where}.", look.document, f"Looked up by {look.by}, {instant_words(look.at, zone)}.")
    return f"{VERDICTS[look.verdict]}, {day_words(look.on)}", " ".join(filter(None, said))


@with_list("people and licences")
def looks(request: HttpRequest, listing: OpenList, licence_id: UUID) -> HttpResponse:
    line = next((x for x in licences(listing) if x.id == licence_id), None)
    if line is None:
        return not_found_page(request)
    form = PageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = look_up_licence(listing, licence_id, Nppes(clinic_day(listing.clinic_id, listing.at)))
        if not isinstance(answer, Refused):
            return redirect("compliance:looks", licence_id)
        form.add_error(None, answer.why)
    zone = clinic_card(listing.clinic_id).time_zone
    seen = [_fact(x, zone) for x in looks_at(listing, licence_id)]
    lead = "What a register says is evidence. It verifies nothing: you do, when you have seen enough."
    return render_form_page(
        request, form, title=f"Look up the licence of {line.holder}", lead=lead, facts=seen, button="Look in the national register (NPPES)",
        back=reverse("compliance:person", args=[line.account_id]), cancel=None, by_hand=reverse("compliance:seen_by_hand", args=[licence_id]),
        template="compliance/looks.html",
    )  # fmt: skip


@with_list("people and licences")
def by_hand(request: HttpRequest, listing: OpenList, licence_id: UUID) -> HttpResponse:
    line = next((x for x in licences(listing) if x.id == licence_id), None)
    if line is None:
        return not_found_page(request)
    form = SeenForm(request.POST or None)
    if form.is_valid():
        told = form.cleaned_data
        source = ByHand(told["evidence"], told["where"], clinic_day(listing.clinic_id, listing.at), told["document"])
        answer = look_up_licence(listing, licence_id, source)
        if not isinstance(answer, Refused):
            messages.success(request, "Kept")
            return redirect("compliance:looks", licence_id)
        form.add_error(None, answer.why)
    return render_form_page(
        request, form, title=f"What you saw of the licence of {line.holder}", button="Keep it",
        back=reverse("compliance:looks", args=[licence_id]), template="compliance/form.html",
    )  # fmt: skip
