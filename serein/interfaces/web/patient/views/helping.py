"""The desk of somebody who helps: who shares with them, and one page for each with what is shared. Nothing says that more is there."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.actions import accept_sharing
from serein.care.access.reads import patient_card
from serein.care.monitoring import reads
from serein.care.monitoring.actions import Logged, NewDose, log_dose
from serein.care.monitoring.days import AS_NEEDED, local
from serein.care.planning.text import Mistaken
from serein.foundation.people.keys import OpenChart, Refused, open_chart
from serein.foundation.people.permissions import SCOPES, Right, Sight
from serein.foundation.people.persons import Person, name_of
from serein.foundation.people.sharing import offered_to, shared_with
from serein.interfaces.web.shell.desk import now, signed_in
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import changed_page, not_found_page, refused_page, render_form_page

from ..door import day_words
from ..doses import drawing, mg_words, month_days
from .diary import WEEK_DAYS, DoseForm, UseForm, as_day, month_asked

DAYS_SHOWN = 14
SAID = {"taken": "Taken", "missed": "Not taken", "unsure": "Not sure"}


@signed_in
def home(request: HttpRequest, who: Person) -> HttpResponse:
    at = now(request)
    lines = [(one, _may(one.scopes)) for one in shared_with(who, at=at)]
    offers = [(one, _may(one.scopes)) for one in offered_to(who, at=at)]
    return render(request, "patient/helping.html", {"title": "People I help", "lines": lines, "offers": offers})


def _may(scopes: Iterable[str]) -> list[str]:
    return [SCOPES[s].words for s in scopes if s in SCOPES]


@signed_in
@once
def accept(request: HttpRequest, who: Person, invitation_id: UUID) -> HttpResponse:
    if request.method == "POST":
        answer = accept_sharing(who, invitation_id, now(request))
        if isinstance(answer, Refused):
            return refused_page(request, answer)
    return redirect("helping:home")


def _shared(request: HttpRequest, who: Person, patient_id: UUID) -> OpenChart | HttpResponse:
    """The key, or the page that says nothing is shared: the same for what ended, what never was and whom nobody knows."""
    chart = open_chart(who, patient_id, purpose="caregiving", at=now(request))
    if isinstance(chart, Refused):
        return render(request, "patient/helping.html", {"title": "People I help", "lines": [], "offers": []}, status=403)
    return chart


@signed_in
def person(request: HttpRequest, who: Person, patient_id: UUID) -> HttpResponse:
    """What one person shares with this one."""
    chart = _shared(request, who, patient_id)
    if isinstance(chart, HttpResponse):
        return chart
    card = patient_card(chart)
    today = local(chart.at, card.time_zone).date()
    context: dict[str, Any] = {"title": card.name, "patient_id": patient_id, "back": reverse("helping:home")}
    if Sight.PLAN in chart.sees:
        context |= _month(chart, month_asked(request.GET.get("month", ""), today), today)
    if Sight.DIARY in chart.sees:
        context |= _diary(chart, today)
    if Sight.CHECK_INS in chart.sees:
        told = [c for c in reads.check_ins(chart)[:60] if not c.open and not c.taken_back]
        context["check_ins"] = [(day_words(c.day, today), c) for c in told]
    return render(request, "patient/helping_person.html", context)


def _month(chart: OpenChart, first: date, today: date) -> dict[str, Any]:
    following = (first + timedelta(days=32)).replace(day=1)
    last = following - timedelta(days=1)
    if Sight.DIARY in chart.sees:
        weeks = month_days(reads.diary(chart, first, last), today)
    else:
        plans = {p.day: p for p in reads.planned(chart, first, last)}
        days = tuple(reads.Day(d, plans.get(d), ()) for d in (first + timedelta(days=n) for n in range((last - first).days + 1)))
        weeks = [[replace(day, state="") for day in week] for week in month_days(days, today)]
    return {
        "weeks": weeks, "week_days": WEEK_DAYS, "month": f"{first:%B %Y}", "earlier": f"{first - timedelta(days=1):%Y-%m}",
        "later": f"{following:%Y-%m}",
    }  # fmt: skip


def _diary(chart: OpenChart, today: date) -> dict[str, Any]:
    days = reads.diary(chart, today - timedelta(days=DAYS_SHOWN - 1), today)
    lines = [
        (day_words(d.day, today), SAID[one.status], mg_words(one.mg), one.reason, name_of(one.recorded_by))
        for d in reversed(days)
        for one in d.lines
    ]
    may_write = Right.LOG in chart.may
    silent = [
        (d.day, day_words(d.day, today), dose) for d in days[-2:] for dose in d.silent if may_write and d.line(dose.slot) is None
    ]
    return {"diary": lines, "silent": silent, "extra": reads.as_needed(chart) if may_write else None, "diary_shown": True}


@signed_in
@once
def dose(request: HttpRequest, who: Person, patient_id: UUID, day: str, slot: str) -> HttpResponse:
    """One planned dose, written down by somebody who helps, in their own name."""
    chart = _shared(request, who, patient_id)
    if isinstance(chart, HttpResponse):
        return chart
    on = as_day(day)
    plan = reads.planned_on(chart, on) if on and Right.LOG in chart.may else None
    meant = plan.dose(slot) if plan and slot != AS_NEEDED else None
    if on is None or meant is None:
        return not_found_page(request, "There is no such dose here.")
    form = DoseForm(request.POST or None)
    if form.is_valid():
        return _after(request, patient_id, log_dose(chart, NewDose(slot, form.cleaned_data["status"], on)))
    today = local(chart.at, patient_card(chart).time_zone).date()
    return render_form_page(
        request, form, title=f"{day_words(on, today)}, {meant.when}", template="patient/helping_dose.html", dose=meant,
        drawing=drawing(meant), mg=mg_words(meant.mg), button="Save", back=reverse("helping:person", args=[patient_id]),
    )  # fmt: skip


@signed_in
@once
def use(request: HttpRequest, who: Person, patient_id: UUID) -> HttpResponse:
    """One use of what may be taken when needed."""
    chart = _shared(request, who, patient_id)
    if isinstance(chart, HttpResponse):
        return chart
    extra = reads.as_needed(chart) if Right.LOG in chart.may else None
    if extra is None:
        return not_found_page(request, "There is no such dose here.")
    form = UseForm(request.POST or None)
    if form.is_valid():
        return _after(request, patient_id, log_dose(chart, NewDose(AS_NEEDED, reason=form.cleaned_data["reason"])))
    return render_form_page(
        request, form, title="They took one when needed", template="patient/helping_dose.html", dose=extra.dose, drawing=drawing(extra.dose),
        mg=mg_words(extra.dose.mg), button="Save", back=reverse("helping:person", args=[patient_id]),
    )  # fmt: skip


def _after(request: HttpRequest, patient_id: UUID, answer: Logged | Mistaken | Refused) -> HttpResponse:
    back = reverse("helping:person", args=[patient_id])
    if isinstance(answer, Mistaken):
        return changed_page(request, " ".join(words for _, words in answer.by_field), back=back)
    if isinstance(answer, Refused):
        return changed_page(request, answer.why, back=back)
    messages.success(request, "Saved in the diary, with your name.")
    if answer.advice:
        messages.info(request, "Do not give another dose to make up for it. Call the clinic today if you are not sure.")
    return redirect(back)
