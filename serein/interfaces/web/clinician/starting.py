"""Where a taper cannot begin at a steady dose: what is said first, what is written down, and when to look again."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.planning.text import Mistaken
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import start_notes
from serein.care.tapering.starting import NoSteps, first_steps, steps_of
from serein.care.tapering.words import part_words, together
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.clinical.taper.courses import WeeklyStep
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.web.shell.pages import changed_page, render_form_page

from .banner import banner
from .desk import chart_page
from .starting_form import BoughtForm, UseForm

LOOK_AGAIN = timedelta(days=14)


@chart_page
def starts(request: HttpRequest, key: OpenChart) -> HttpResponse:
    context = {
        "title": "From where does the taper start?", "banner": banner(key), "notes": start_notes(key), "knowledge": knowledge.load().version,
        "zone": clinic_card(key.clinic_id).time_zone, "first": first_steps(), "back": reverse("clinician:taper", args=[key.patient_id]),
    }  # fmt: skip
    return render(request, "clinician/starting.html", context)


@chart_page
def as_needed(request: HttpRequest, key: OpenChart) -> HttpResponse:
    """A look by GET stores nothing; a post keeps what was seen."""
    on, back = clinic_day(key.clinic_id, key.at), reverse("clinician:taper_start", args=[key.patient_id])
    sent = request.POST if request.method == "POST" else request.GET if "mg_per_use" in request.GET else None
    form = UseForm(
        sent, initial={"start_on": on + timedelta(days=7), "again_on": on + LOOK_AGAIN, "every_days": "14", "goal_uses": "0"}
    )
    form.offer(clinic_card(key.clinic_id).jurisdiction)
    context: dict[str, Any] = {
        "title": "Use when needed: fewer days a week", "banner": banner(key), "form": form, "back": back,
        "knowledge": knowledge.load().version,
    }  # fmt: skip
    if sent is not None and form.is_valid():
        keeping = request.method == "POST"
        found = tapering.note_use_when_needed(key, form.text()) if keeping else steps_of(form.text(), on)
        if isinstance(found, tapering.StartNoted):
            messages.success(request, f"Written down. Look again on {found.again_on:%d-%b-%Y}. Nothing is prescribed by it.")
            return redirect(back)
        if isinstance(found, Refused):
            return changed_page(request, found.why, back=back)
        if isinstance(found, Mistaken):
            _place(form, found)
        elif isinstance(found, NoSteps):
            context["none"] = found
        else:
            context |= {
                "rows": [_row(s) for s in found],
                "sent": [(n, v) for n, vs in sent.lists() for v in vs if n in form.sent_names()],
            }
    status = 422 if sent is not None and form.errors else 200
    return render(request, "clinician/starting_use.html", context, status=status)


def _row(step: WeeklyStep) -> tuple[int, Any, int, str]:
    parts = together([part_words(p, u) for p, u in step.dose.parts.units])
    return step.number, step.from_, step.uses, f"{plain(step.dose.mg)} mg: {parts}"


@chart_page
def bought(request: HttpRequest, key: OpenChart) -> HttpResponse:
    back = reverse("clinician:taper_start", args=[key.patient_id])
    form = BoughtForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = tapering.note_unprescribed(key, form.text())
        if isinstance(answer, tapering.StartNoted):
            again = (
                f"Look again on {answer.again_on:%d-%b-%Y}."
                if answer.again_on
                else "Now agree on a plan with the dose that was watched."
            )
            messages.success(request, f"Written down. {again}")
            return redirect(back)
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=back)
        _place(form, answer)
    return render_form_page(
        request, form, title="Tablets that nobody prescribed", button="Write it down", template="clinician/starting_bought.html",
        banner=banner(key), cancel=back, first=first_steps(),
    )  # fmt: skip


def _place(form: Any, answer: Mistaken) -> None:
    for field, words in answer.by_field:
        form.add_error(field if field in form.fields else None, words)
