"""Who may have the guarded part of my record: named, with a last day, taken back with one press."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.consent_texts import PASSING_ON, PASSING_ON_YES
from serein.care.access.reads import PassingOnLine, passings_on, patient_card
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.fields import DateField, DateParts
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import not_found_page, refused_page, render_form_page

from ..door import at_home, day_words, own_record

HOME = "patient:passing_on"


class PassingOnForm(PageForm):
    recipient = forms.CharField(label="Their name", error_messages={"required": "Enter their name."})
    recipient_clinic = forms.CharField(label="Their clinic", error_messages={"required": "Enter their clinic."})
    until = DateField(label="Until when?", help_text="The last day. One year from now at most.", widget=DateParts())
    yes = forms.BooleanField(label=PASSING_ON_YES, error_messages={"required": "Tick the box if you agree."})


def _rows(chart: OpenChart) -> list[tuple[PassingOnLine, str, str]]:
    zone = patient_card(chart).time_zone
    today = at_home(chart.at, zone).date()
    return [
        (
            c,
            day_words(at_home(c.given_at, zone).date(), today),
            day_words(at_home(c.until - c.until.resolution, zone).date(), today),
        )
        for c in passings_on(chart)
    ]


@desk("patient")
@once
def passing_on(request: HttpRequest, who: Person) -> HttpResponse:
    """What was agreed to, and the words and the question for one more."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    form = PassingOnForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        answer = access.allow_passing_on(chart, access.NewPassingOn(data["recipient"], data["recipient_clinic"], data["until"]))
        if isinstance(answer, Refused):
            return refused_page(request, answer)
        if isinstance(answer, access.PassingOnAllowed):
            messages.success(request, "Saved. You can take it back here.")
            return redirect(HOME)
        for field, words in answer.by_field:
            form.add_error(field, words)
    return render_form_page(
        request, form, title="Who may have all of my record", template="patient/passing_on.html", button="I agree", said=PASSING_ON,
        rows=_rows(chart), back=reverse("patient:consents"),
    )  # fmt: skip


@desk("patient")
@once
def take_back(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    mine = next((c for c in passings_on(chart) if str(c.id) == request.POST.get("which")), None)
    if request.method != "POST" or mine is None:
        return not_found_page(request)
    answer = access.take_back_passing_on(chart, mine.id)
    if isinstance(answer, Refused):
        return refused_page(request, answer)
    messages.success(request, "You took it back. Nothing more goes to this person.")
    return redirect(HOME)
