"""Measured levels: entered, vouched for, marked as entered in error; and whether the patient sees a picture."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.monitoring import reads
from serein.care.monitoring.actions import (
    LevelMarked,
    LevelRecorded,
    NewLevel,
    PictureChosen,
    choose_picture,
    mark_level_wrong,
    record_level,
    vouch_for_level,
)
from serein.care.monitoring.actions.measuring import LONGEST_WHY
from serein.care.monitoring.measured import SUBSTANCES, UNITS
from serein.care.monitoring.reads.measured import NOTHING, SHOWS
from serein.care.planning.text import Mistaken
from serein.clinical.kinetics import NotValid
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart, Refused
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, not_found_page, refused_page, render_form_page

from .banner import banner
from .desk import chart_page
from .level_words import level_rows
from .templatetags.clinician import instant

CLOCK = {"class": "govuk-input--width-5", "inputmode": "numeric", "autocomplete": "off"}
HOURS = {"invalid": "Enter a time such as 07:45 or 21:30"}


def _time(label: str, *, required: bool) -> forms.TimeField:
    says = HOURS | ({"required": f"Enter the {label[:1].lower()}{label[1:]}"} if required else {})
    return forms.TimeField(
        label=label, input_formats=["%H:%M"], required=required, help_text="24 hours, such as 21:30.",
        widget=forms.TextInput(CLOCK), error_messages=says,
    )  # fmt: skip


class LevelForm(PageForm):
    """Dates and times are those of the patient's zone."""

    substance = forms.ChoiceField(
        label="What was measured?", choices=[(s, s.capitalize()) for s in SUBSTANCES], widget=forms.RadioSelect,
        error_messages={"required": "Choose what was measured"},
    )  # fmt: skip
    value = forms.DecimalField(
        label="Number on the report", max_digits=11, widget=forms.TextInput(CLOCK | {"inputmode": "decimal"}),
        help_text="As printed, with a point: 312.5", error_messages={"required": "Enter the number on the report"},
    )  # fmt: skip
    unit = forms.ChoiceField(
        label="Unit on the report", choices=[(u, u) for u in UNITS], widget=forms.RadioSelect,
        help_text="nmol/L is not converted here: ask the laboratory for one of these.",
        error_messages={"required": "Choose the unit that the laboratory printed"},
    )  # fmt: skip
    drawn_on = DateField(label="Blood taken on", error_messages={"required": "Enter the day the blood was taken"})
    drawn_time = _time("Time of the blood", required=True)
    dose_on = DateField(label="Last dose before it, as told, on", required=False)
    dose_time = _time("Time of the last dose", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for here, there, says in (("dose_on", "dose_time", "time"), ("dose_time", "dose_on", "day")):
            if data.get(here) and not data.get(there) and there not in self.errors:
                self.add_error(there, f"Enter the {says} of the last dose too, or leave both empty")
        return data

    def new(self, zone: str) -> NewLevel:
        data = self.cleaned_data
        told = _instant(data["dose_on"], data["dose_time"], zone) if data["dose_on"] else None
        return NewLevel(
            data["substance"], data["value"], data["unit"], _instant(data["drawn_on"], data["drawn_time"], zone), told
        )


def _instant(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


class WhyForm(PageForm):
    why = forms.CharField(label="How do you know?", max_length=LONGEST_WHY, widget=forms.Textarea({"rows": 3}))

    def __init__(self, data: Any, label: str) -> None:
        super().__init__(data)
        self.fields["why"].label = label
        self.fields["why"].error_messages["required"] = f"Answer “{label}”"


class PictureForm(PageForm):
    shows = forms.ChoiceField(
        label="What does the patient see?", choices=list(SHOWS.items()), widget=forms.RadioSelect,
        error_messages={"required": "Choose what the patient sees"},
    )  # fmt: skip
    why = forms.CharField(
        label="Why?", max_length=LONGEST_WHY, widget=forms.Textarea({"rows": 3}), error_messages={"required": "Say why"}
    )


def _watch(key: OpenChart) -> str:
    return reverse("clinician:watch", args=[key.patient_id])


def _answered(request: HttpRequest, form: forms.Form, answer: Mistaken | Refused) -> HttpResponse | None:
    """The page of a refusal; None where the form was told what is wrong."""
    if isinstance(answer, Refused):
        old = answer.code == "changed-meanwhile"
        return changed_page(request, answer.why, back=request.path) if old else refused_page(request, answer)
    for field, words in answer.by_field:
        form.add_error(field if field in form.fields else None, words)
    return None


@chart_page
def enter_level(request: HttpRequest, key: OpenChart) -> HttpResponse:
    zone = patient_card(key).time_zone
    form = LevelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = record_level(key, form.new(zone))
        if isinstance(answer, LevelRecorded):
            messages.success(request, "The level is recorded. Below it says whether the estimate uses it.")
            return redirect(_watch(key) + "#levels")
        page = _answered(request, form, answer)
        if page is not None:
            return page
    lead = f"Times are of {zone}. A level that can hardly be right is asked about before the estimate uses it."
    return render_form_page(
        request, form, title="Enter a measured level", button="Record the level", template="clinician/form_page.html", banner=banner(key),
        back=_watch(key), lead=lead,
    )  # fmt: skip


@chart_page
def level_right(request: HttpRequest, key: OpenChart, level_id: UUID) -> HttpResponse:
    """A doubtful level: its reasons, and a clinician's word that it is right all the same."""
    history = reads.dose_history(key)
    found = reads.estimate(key, history)
    row = next((r for r in level_rows(key, found, history.zone) if r.line.id == level_id), None)
    if row is None or isinstance(found, NotValid):
        return not_found_page(request)
    if request.method != "POST" and not row.doubtful:
        return changed_page(request, "Nothing is doubtful about this level any more.", back=_watch(key))
    form = WhyForm(request.POST or None, "How do you know that it is right?")
    if request.method == "POST" and form.is_valid():
        answer = vouch_for_level(key, level_id, why=form.cleaned_data["why"])
        if isinstance(answer, LevelMarked):
            messages.success(request, "The estimate uses this level now.")
            return redirect(_watch(key) + "#levels")
        page = _answered(request, form, answer)
        if page is not None:
            return page
    doubt = "; ".join(row.reasons)
    return render_form_page(
        request, form, title="Is this level right?", button="Yes, use this level", template="clinician/form_page.html", banner=banner(key),
        back=_watch(key), lead=f"{row.line.substance.capitalize()} {row.value}, blood of {row.drawn}. Doubtful: {doubt}.",
    )  # fmt: skip


@chart_page
def level_wrong(request: HttpRequest, key: OpenChart, level_id: UUID) -> HttpResponse:
    line = next((x for x in reads.measured_levels(key) if x.id == level_id), None)
    if line is None:
        return not_found_page(request)
    form = WhyForm(request.POST or None, "What is wrong with it?")
    if request.method == "POST" and form.is_valid():
        answer = mark_level_wrong(key, level_id, why=form.cleaned_data["why"])
        if isinstance(answer, LevelMarked):
            messages.success(request, "Marked as entered in error. The estimate does not use it.")
            return redirect(_watch(key) + "#levels")
        page = _answered(request, form, answer)
        if page is not None:
            return page
    drawn = instant(line.drawn_at, patient_card(key).time_zone)
    return render_form_page(
        request, form, title="Mark a level as entered in error", button="Mark as entered in error", template="clinician/form_page.html",
        banner=banner(key), back=_watch(key), warning=True,
        lead=f"{line.substance.capitalize()} {plain(line.value)} {line.unit}, blood of {drawn}. It stays in the record, marked.",
    )  # fmt: skip


@chart_page
def picture(request: HttpRequest, key: OpenChart) -> HttpResponse:
    """Whether the patient sees a picture. Off until a clinician turns it on."""
    now = reads.picture_choice(key)
    form = PictureForm(request.POST or None, initial={"shows": now.shows if now else NOTHING})
    if request.method == "POST" and form.is_valid():
        answer = choose_picture(key, form.cleaned_data["shows"], why=form.cleaned_data["why"])
        if isinstance(answer, PictureChosen):
            messages.success(request, f"Recorded. The patient sees: {SHOWS[answer.shows].lower()}.")
            return redirect(_watch(key) + "#levels")
        page = _answered(request, form, answer)
        if page is not None:
            return page
    return render_form_page(
        request, form, title="A level picture for the patient", button="Record the choice", template="clinician/form_page.html",
        banner=banner(key), back=_watch(key), lead="An estimate can frighten or be taken for a test. Talk about it first.",
    )  # fmt: skip
