"""Break-glass: find one patient by exact name and birth date, say why, prove who you are, and read for at most an hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.emergencies import REASONS
from serein.care.access.reads import PatientCard, patient_cards
from serein.foundation.people.factors import Proof, prove
from serein.foundation.people.keys import OpenChart, OpenList, Refused, open_find
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page, render_form_page
from serein.interfaces.web.shell.second_factor import StepUpFields

from .desk import chart_page
from .words import born_words

FIND, OPEN = "clinician/right_form.html", "clinician/emergency_open.html"
WHERE = {"reason-missing": "reason", "words-missing": "words", "not-found": "patient"}


class FindForm(PageForm):
    family = forms.CharField(
        label="Family name", help_text="Exactly as it is on their papers.", max_length=120,
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
        error_messages={"required": "Enter the family name"},
    )  # fmt: skip
    birth_date = DateField(label="Date of birth", error_messages={"required": "Enter the date of birth"})


class OpenForm(StepUpFields, PageForm):
    """Who of those found, why, and both factors. Name and birth date travel along: the search is made again when the page is sent."""

    family = forms.CharField(max_length=120, widget=forms.HiddenInput)
    birth_date = forms.DateField(widget=forms.HiddenInput)
    patient = forms.ChoiceField(label="Who is it?", widget=forms.RadioSelect, error_messages={"required": "Choose the patient"})
    reason = forms.ChoiceField(
        label="Why must this record be opened now?", choices=list(REASONS.items()), widget=forms.RadioSelect,
        error_messages={"required": "Choose why"},
    )  # fmt: skip
    words = forms.CharField(
        label="What happened?", help_text="The care team, the patient and whoever reviews this can read it.", max_length=2000,
        widget=forms.Textarea({"rows": 4}), error_messages={"required": "Say in your own words what happened"},
    )  # fmt: skip
    field_order = ("family", "birth_date", "patient", "reason", "words", "password", "second_factor")

    def __init__(self, cards: list[PatientCard], on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["patient"].choices = [(str(c.id), f"{c.name}, {born_words(c, on)}") for c in cards]  # type: ignore[attr-defined]


@desk("clinician")
def emergency(request: HttpRequest, who: Person) -> HttpResponse:
    """Asks for the name and leads on with the answer. Nothing is done here, so the page may be sent as often as the hour allows."""
    form = FindForm(request.POST or None)
    if form.is_valid():
        asked = form.cleaned_data
        listing = open_find(who, family=asked["family"], birth_date=asked["birth_date"], at=now(request))
        if isinstance(listing, OpenList) and listing.patients:
            return _opening(request, listing, OpenForm(patient_cards(listing), listing.at.date(), initial=asked))
        if isinstance(listing, Refused) and listing.code not in ("too-many-finds", "too-many-found"):
            return refused_page(request, listing)
        form.add_error(
            None, listing.why if isinstance(listing, Refused) else "Nobody of this clinic has this family name and birth date."
        )
    lead = (
        "Only when somebody is in danger and the care team cannot be reached. You can read and note for at most 60 minutes: no prescribing, "
        "signing, printing or export. Compliance and the lead clinician are told at once, the patient sees it, and a second person reviews it."
    )
    return render_form_page(
        request,
        form,
        title="Open a record for an emergency",
        lead=lead,
        button="Find the patient",
        template=FIND,
        back=reverse("clinician:panel"),
    )


@desk("clinician")
@once
def emergency_open(request: HttpRequest, who: Person) -> HttpResponse:
    asked = FindForm({"family": request.POST.get("family", ""), "birth_date": request.POST.get("birth_date", "")})
    if request.method != "POST" or not asked.is_valid():
        return redirect("clinician:emergency")
    listing = open_find(who, family=asked.cleaned_data["family"], birth_date=asked.cleaned_data["birth_date"], at=now(request))
    if isinstance(listing, Refused):
        return refused_page(request, listing)
    form = OpenForm(patient_cards(listing), listing.at.date(), request.POST)
    if form.is_valid():
        data = form.cleaned_data
        card = next(c for c in patient_cards(listing) if str(c.id) == data["patient"])
        answer = access.break_glass(listing, access.Emergency(card.id, data["reason"], data["words"]), _factors(listing, form))
        if not isinstance(answer, Refused):
            messages.success(request, "Open for 60 minutes. Compliance and the lead clinician have been told.")
            return redirect("clinician:chart", answer.patient_id)
        form.add_error(WHERE.get(answer.code), answer.why)
    return _opening(request, listing, form)


def _opening(request: HttpRequest, listing: OpenList, form: OpenForm) -> HttpResponse:
    lead = (
        "By your password and code you say that this cannot wait. What you do from here on stands in the trail under your name."
    )
    return render_form_page(
        request, form, title="Open this record for an emergency", lead=lead, button="Open for 60 minutes", warning=True, template=OPEN,
        action=reverse("clinician:emergency_open"), back=reverse("clinician:emergency"),
    )  # fmt: skip


def _factors(listing: OpenList, form: OpenForm) -> Callable[[str], Proof | Refused]:
    given = form.cleaned_data

    def factors(digest: str) -> Proof | Refused:
        return prove(listing.by.account_id, given["password"], given["second_factor"], listing.at, digest=digest)

    return factors


@chart_page
def emergency_close(request: HttpRequest, key: OpenChart) -> HttpResponse:
    if request.method == "POST":
        answer = access.close_emergency(key)
        if isinstance(answer, Refused):
            return refused_page(request, answer)
        messages.success(request, "The record is closed.")
    return redirect("clinician:panel")
