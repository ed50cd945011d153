"""People who help me: whom the patient lets see what, until when; and what they keep to themselves."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import patient_card
from serein.care.access.reads.sharing import HelperLine
from serein.care.access.reads.sharing import helpers as who_helps
from serein.care.monitoring.actions import keep_from_helpers
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.permissions import SCOPES
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.asking_again import asks_again
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.fields import DateField, DateParts
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import not_found_page, refused_page, render_form_page

from ..door import at_home, day_words, own_record

HOME = "patient:helpers"
BACK_TO = {"doses": "patient:doses", "feelings": "patient:feelings"}


class SharingForm(PageForm):
    scopes = forms.MultipleChoiceField(
        label="What may this person do?", choices=[(name, scope.words.capitalize()) for name, scope in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple(), error_messages={"required": "Choose what this person may see."},
    )  # fmt: skip
    until = DateField(label="Until when?", help_text="The last day. One year from now at most.", widget=DateParts())

    def sharing(self) -> access.Sharing:
        return access.Sharing(tuple(self.cleaned_data["scopes"]), self.cleaned_data["until"])

    def say(self, unclear: access.Unclear) -> None:
        for field, words in unclear.by_field:
            self.add_error(field, words)


class HelperForm(SharingForm):
    name = forms.CharField(label="Their name", max_length=200, error_messages={"required": "Enter their name."})
    email = forms.CharField(
        label="Their e-mail address", help_text="It must be their own. They get a letter that names no drug and no illness.",
        max_length=254, error_messages={"required": "Enter their e-mail address."},
    )  # fmt: skip
    field_order = ("name", "email", "scopes", "until")


def _today(chart: OpenChart) -> date:
    return at_home(chart.at, patient_card(chart).time_zone).date()


def _last_day(until: datetime, chart: OpenChart) -> date:
    return at_home(until - timedelta(seconds=1), patient_card(chart).time_zone).date()


def _words(line: HelperLine, chart: OpenChart) -> dict[str, Any]:
    return {
        "id": line.id, "name": line.name, "email": line.email, "waiting": line.waiting,
        "may": [SCOPES[s].words for s in line.scopes if s in SCOPES], "until": day_words(_last_day(line.until, chart), _today(chart)),
    }  # fmt: skip


@desk("patient")
def helpers_page(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    lines = [_words(line, chart) for line in who_helps(chart)]
    context = {"title": "People who help me", "lines": lines, "back": reverse("patient:home")}
    return render(request, "patient/helpers.html", context)


@desk("patient")
@asks_again("GET", "POST")
@once
def add(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    form = HelperForm(request.POST or None, initial={"until": _today(chart) + access.USUAL})
    if form.is_valid():
        new = access.NewHelper(form.cleaned_data["name"], form.cleaned_data["email"], form.sharing())
        answer = access.invite_helper(chart, new)
        if isinstance(answer, Refused):
            return refused_page(request, answer)
        if not isinstance(answer, access.Unclear):
            messages.success(request, "Saved. We send an e-mail. They see nothing before they accept.")
            return redirect(HOME)
        form.say(answer)
    return render_form_page(
        request, form, title="Add somebody who helps me", template="patient/helper.html", button="Send the invitation", back=reverse(HOME)
    )  # fmt: skip


@desk("patient")
@asks_again("POST", but="end")
@once
def helper(request: HttpRequest, who: Person, sharing_id: UUID) -> HttpResponse:
    """Change what is shared with one person, or end it."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    line = next((one for one in who_helps(chart) if one.id == sharing_id), None)
    if line is None:
        return not_found_page(request, "You share nothing with this person now.")
    if request.method == "POST" and "end" in request.POST:
        ended = access.end_sharing(chart, sharing_id)
        if isinstance(ended, Refused):
            return refused_page(request, ended)
        messages.success(request, "Ended. This person sees nothing of yours from now on. We do not tell them.")
        return redirect(HOME)
    form = SharingForm(request.POST or None, initial={"scopes": line.scopes, "until": _last_day(line.until, chart)})
    if form.is_valid():
        answer = access.change_sharing(chart, sharing_id, form.sharing())
        if isinstance(answer, Refused):
            return refused_page(request, answer)
        if not isinstance(answer, access.Unclear):
            messages.success(request, "Saved.")
            return redirect(HOME)
        form.say(answer)
    return render_form_page(
        request, form, title=line.name, template="patient/helper.html", button="Save", back=reverse(HOME), line=line
    )


@desk("patient")
@once
def keep(request: HttpRequest, who: Person, kept_id: UUID) -> HttpResponse:
    """Keep one line from people who help, or show it again."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if request.method == "POST":
        kept = keep_from_helpers(chart, kept_id, private=request.POST.get("private") == "1")
        if isinstance(kept, Refused):
            return refused_page(request, kept)
        messages.success(
            request, "Saved. People who help you do not see it." if kept.private else "Saved. People who help you may see it."
        )
    return redirect(BACK_TO.get(request.POST.get("from", ""), "patient:home"))
