"""Hours on the rota: who covers for the care teams, from when until when, and what they may."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import could_be_on_rota, rotas
from serein.foundation.people.keys import OpenList, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, not_found_page, render_form_page

from ..keys import with_list
from ..words import instant_words
from .people import NAV

TIME = forms.TimeInput({"class": "govuk-input--width-5", "autocomplete": "off"}, format="%H:%M")
CLOCK = {"required": "Enter a time", "invalid": "Enter a time, such as 18:00"}
FIELD_OF = {
    "not-a-clinician": "who",
    "own-rota": "who",
    "hours-wrong": "to_on",
    "rights-wrong": "rights",
    "hours-together": "from_on",
}


class RotaForm(PageForm):
    who = forms.ChoiceField(label="Who is on the rota?", widget=forms.RadioSelect, error_messages={"required": "Choose who"})
    from_on = DateField(label="From this day", error_messages={"required": "Enter the first day"})
    from_at = forms.TimeField(label="At (24 hours, at the clinic)", widget=TIME, error_messages=CLOCK)
    to_on = DateField(label="Until this day", error_messages={"required": "Enter the last day"})
    to_at = forms.TimeField(label="Ends at", widget=TIME, error_messages=CLOCK)
    rights = forms.MultipleChoiceField(
        label="What they may, beside reading and noting", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[("prepare", "Prepare drafts and plans"), ("decide", "Decide: hold, review, go on"), ("sign", "Sign prescriptions")],
    )  # fmt: skip

    def __init__(self, people: list[tuple[UUID, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [(str(account_id), name) for account_id, name in people]  # type: ignore[attr-defined]

    def asked(self, zone: str) -> access.NewRota:
        data = self.cleaned_data
        since, until = (datetime.combine(data[f"{end}_on"], data[f"{end}_at"], ZoneInfo(zone)) for end in ("from", "to"))
        return access.NewRota(UUID(data["who"]), since, until, tuple(data["rights"]))


@with_list("people and licences")
def overview(request: HttpRequest, listing: OpenList) -> HttpResponse:
    zone, people = clinic_card(listing.clinic_id).time_zone, could_be_on_rota(listing)
    form = RotaForm(people, request.POST or None)
    if form.is_valid():
        answer = access.make_rota(listing, form.asked(zone))
        if not isinstance(answer, Refused):
            messages.success(request, "On the rota")
            return redirect("compliance:rota")
        form.add_error(FIELD_OF.get(answer.code), answer.why)
    lines = [
        (r, instant_words(r.since, zone), instant_words(r.until, zone), ", ".join(("note", *r.rights))) for r in rotas(listing)
    ]
    lead = "For these hours a clinician is care team for every patient of the clinic, with the rights chosen here, and to the minute."
    return render_form_page(
        request,
        form,
        title="Rota",
        lead=lead,
        button="Put on the rota",
        template="compliance/rota.html",
        lines=lines,
        people=people,
    )


@with_list("people and licences")
def end(request: HttpRequest, listing: OpenList, rota_id: UUID) -> HttpResponse:
    line = next((r for r in rotas(listing) if r.id == rota_id), None)
    if line is None:
        return not_found_page(request, "These hours are over, or were ended before.")
    form = PageForm(request.POST if request.method == "POST" else None)
    back = reverse("compliance:rota")
    if form.is_valid():
        answer = access.end_rota(listing, rota_id)
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=back)
        messages.success(request, "Ended, from now on")
        return redirect("compliance:rota")
    zone = clinic_card(listing.clinic_id).time_zone
    facts = [("From", instant_words(line.since, zone)), ("Until", instant_words(line.until, zone))]
    title = f"Take {line.who} off the rota"
    return render_form_page(request, form, title=title, facts=facts, button="End these hours", warning=True, back=back, **NAV)
