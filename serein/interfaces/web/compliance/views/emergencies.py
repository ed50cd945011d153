"""Records opened for an emergency: what waits for a review by a second person, and what was said of the others. No record opens here."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.emergencies import JUSTIFIED, NOT_JUSTIFIED
from serein.care.access.reads import EmergencyLine, emergencies
from serein.foundation.people.keys import OpenList, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, not_found_page, render_form_page

from ..keys import with_list
from ..words import instant_words
from .people import NAV


class ReviewForm(PageForm):
    verdict = forms.ChoiceField(
        label="Was opening this record justified?", widget=forms.RadioSelect,
        choices=[(JUSTIFIED, "Yes, it was justified"), (NOT_JUSTIFIED, "No, it was not justified")],
        error_messages={"required": "Say whether it was justified"},
    )  # fmt: skip


@with_list("emergencies")
def overview(request: HttpRequest, listing: OpenList) -> HttpResponse:
    lines, zone = emergencies(listing), clinic_card(listing.clinic_id).time_zone
    rows = [(e, instant_words(e.since, zone), instant_words(e.due_at, zone)) for e in lines]
    context = {
        "title": "Records opened for an emergency",
        "waiting": [r for r in rows if not r[0].verdict],
        "reviewed": [r for r in rows if r[0].verdict],
    }
    return render(request, "compliance/emergencies.html", context)


@with_list("emergencies")
def review(request: HttpRequest, listing: OpenList, glass_id: UUID) -> HttpResponse:
    line = next((e for e in emergencies(listing) if e.id == glass_id), None)
    if line is None:
        return not_found_page(request)
    back = reverse("compliance:emergencies")
    if line.verdict:
        return changed_page(request, f"{line.reviewed_by} has reviewed this: {line.verdict}.", back=back)
    form = ReviewForm(request.POST or None)
    if form.is_valid():
        answer = access.review_emergency(listing, glass_id, form.cleaned_data["verdict"])
        if not isinstance(answer, Refused):
            messages.success(request, f"Reviewed: {answer.verdict}")
            return redirect("compliance:emergencies")
        form.add_error("verdict" if answer.code == "verdict-missing" else None, answer.why)
    lead = "You see no record. Ask whoever opened it, and the lead clinician, before you decide."
    title = f"Review: {line.who} opened {line.record}"
    return render_form_page(
        request, form, title=title, lead=lead, facts=_facts(listing, line), button="Keep the review", back=back, **NAV
    )


def _facts(listing: OpenList, line: EmergencyLine) -> list[tuple[str, str]]:
    zone = clinic_card(listing.clinic_id).time_zone
    ends = "Open until" if line.running else "Closed"
    return [
        ("Opened", instant_words(line.since, zone)),
        (ends, instant_words(line.until, zone)),
        ("Why", line.reason),
        ("In their words", line.words),
        ("Review by", instant_words(line.due_at, zone)),
    ]
