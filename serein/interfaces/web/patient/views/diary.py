"""The dose diary: one button to say "I took it", a page for everything else, a month that always shows the dose of each day on treatment."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.access.reads.sharing import helpers
from serein.care.monitoring import reads
from serein.care.monitoring.actions import Logged, NewDose, log_dose, undo_dose
from serein.care.monitoring.days import AS_NEEDED, local
from serein.care.planning.text import Mistaken
from serein.clinical import knowledge
from serein.foundation.people.keys import Refused
from serein.foundation.people.persons import Person, clinic_card
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import changed_page, not_found_page, refused_page, render_form_page

from ..door import day_words, own_record
from ..doses import drawing, mg_words, month_days, said_words

HOME = "patient:home"
WEEK_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
DONE = {"taken": "Saved. You took {mg}.", "missed": "Saved. You did not take this dose.", "unsure": "Saved. You are not sure."}
ADVICE = {
    "unsure": "Do not take another one",
    "missed": "You missed a dose",
    "several-missed": "Call us today",
    "above-maximum": "That is more than your plan allows",
    "above-week": "That is more than your plan allows in a week",
}
CALL = ("You are not in trouble. It is good that you told us.", "Call us today, so that we can help you.")


class DoseForm(PageForm):
    status = forms.ChoiceField(
        label="What happened?", choices=[("taken", "I took it"), ("missed", "I did not take it"), ("unsure", "I am not sure")],
        widget=forms.RadioSelect(), error_messages={"required": "Choose one answer.", "invalid_choice": "Choose one answer."},
    )  # fmt: skip


class KeepForm(PageForm):
    """Where somebody helps: what is written may be kept from them from the start."""

    private = forms.BooleanField(label="Keep this from people who help me", required=False)

    def ask_only_where_somebody_helps(self, helped: bool) -> None:
        if not helped:
            del self.fields["private"]


class OwnDoseForm(DoseForm, KeepForm):
    field_order = ("status", "private")


class UseForm(PageForm):
    reason = forms.CharField(
        label="Why did you take it?",
        help_text="For example: fear on the bus.",
        strip=False,
        error_messages={"required": "Say why you took it."},
    )


class OwnUseForm(UseForm, KeepForm):
    field_order = ("reason", "private")


def as_day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


@desk("patient")
@once
def log(request: HttpRequest, who: Person) -> HttpResponse:
    """The one button on the home page."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if request.method != "POST":
        return redirect(HOME)
    new = NewDose(request.POST.get("slot", ""), "taken", as_day(request.POST.get("day", "")))
    return _after(request, log_dose(chart, new), "taken")


def _after(request: HttpRequest, answer: Logged | Mistaken | Refused, status: str) -> HttpResponse:
    if isinstance(answer, Mistaken):
        return changed_page(request, " ".join(words for _, words in answer.by_field), back=reverse(HOME))
    if isinstance(answer, Refused):
        if answer.code in ("already-logged", "not-planned"):
            return changed_page(request, answer.why, back=reverse(HOME))
        return refused_page(request, answer)
    if answer.again:
        messages.info(request, "You had told us about this dose already. It is saved once.")
    else:
        messages.success(request, DONE[status].format(mg=mg_words(answer.mg)))
    return redirect("patient:dose_advice", answer.advice) if answer.advice else redirect(HOME)


@desk("patient")
@once
def dose(request: HttpRequest, who: Person, day: str, slot: str) -> HttpResponse:
    """One dose of one day: taken, not taken, or not sure."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    on = as_day(day)
    plan = reads.planned_on(chart, on) if on else None
    meant = plan.dose(slot) if plan and slot != AS_NEEDED else None
    if on is None or meant is None:
        return not_found_page(request, "Your plan has no such dose.")
    form = OwnDoseForm(request.POST or None)
    form.ask_only_where_somebody_helps(bool(helpers(chart)))
    if form.is_valid():
        status, private = form.cleaned_data["status"], form.cleaned_data.get("private", False)
        return _after(request, log_dose(chart, NewDose(slot, status, on, private=private)), status)
    today = local(chart.at, patient_card(chart).time_zone).date()
    return render_form_page(
        request, form, title=f"{day_words(on, today)}, {meant.when}", template="patient/dose.html", dose=meant, drawing=drawing(meant),
        mg=mg_words(meant.mg), button="Save", back=reverse(HOME), advice=knowledge.load().advised("missed-dose").advice,
    )  # fmt: skip


@desk("patient")
@once
def use(request: HttpRequest, who: Person) -> HttpResponse:
    """One use of what may be taken when needed, with its reason."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    extra = reads.as_needed(chart)
    if extra is None:
        return not_found_page(request, "Your plan has no dose to take when needed.")
    form = OwnUseForm(request.POST or None)
    form.ask_only_where_somebody_helps(bool(helpers(chart)))
    if form.is_valid():
        private = form.cleaned_data.get("private", False)
        answer = log_dose(chart, NewDose(AS_NEEDED, reason=form.cleaned_data["reason"], private=private))
        if not isinstance(answer, Mistaken):
            return _after(request, answer, "taken")
        for field, words in answer.by_field:
            form.add_error(field if field in form.fields else None, words)
    return render_form_page(
        request, form, title="I took one when needed", template="patient/use.html", extra=extra, drawing=drawing(extra.dose),
        mg=mg_words(extra.dose.mg), button="I took it", back=reverse(HOME),
    )  # fmt: skip


@desk("patient")
@once
def undo(request: HttpRequest, who: Person, entry_id: UUID) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if request.method == "POST":
        undone = undo_dose(chart, entry_id)
        if isinstance(undone, Refused):
            return refused_page(request, undone)
        messages.success(request, "We took that back. You can tell us again.")
    return redirect(HOME)


@desk("patient")
def advice(request: HttpRequest, who: Person, code: str) -> HttpResponse:
    """What to do after a dose that was missed, doubtful or too much. Stored first; then this page."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if code not in ADVICE:
        return not_found_page(request)
    known = knowledge.load()
    lines = {
        "above-maximum": ("Do not take more today.", *CALL),
        "above-week": ("Take no more when needed doses until we have talked. Take your other doses as your plan says.", *CALL),
        "several-missed": (*known.advised("missed-dose").advice[-1:], *known.advised("same-day").advice[1:]),
    }.get(code, known.advised("missed-dose").advice)
    context: dict[str, Any] = {
        "title": ADVICE[code], "lines": lines, "code": code, "clinic": clinic_card(chart.clinic_id), "urgent": known.advised("emergency"),
        "told": code != "missed" and code != "unsure",
    }  # fmt: skip
    return render(request, "patient/dose_advice.html", context)


@desk("patient")
def doses(request: HttpRequest, who: Person) -> HttpResponse:
    """A month of doses."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    zone = patient_card(chart).time_zone
    today = local(chart.at, zone).date()
    first = month_asked(request.GET.get("month", ""), today)
    following = (first + timedelta(days=32)).replace(day=1)
    days = reads.diary(chart, first, following - timedelta(days=1))
    context = {
        "title": "My doses", "week_days": WEEK_DAYS, "month": f"{first:%B %Y}", "weeks": month_days(days, today), "back": reverse(HOME),
        "earlier": f"{first - timedelta(days=1):%Y-%m}", "later": f"{following:%Y-%m}", "extra": reads.as_needed(chart),
        "silent": any(d.silent and d.day < today for d in days), "helped": bool(helpers(chart)),
        "told": [(day_words(d.day, today), one, said_words(one, zone)) for d in reversed(days) for one in d.lines],
    }  # fmt: skip
    return render(request, "patient/doses.html", context)


def month_asked(asked: str, today: date) -> date:
    """The first day of the month asked for, no further off than two years; else of this month."""
    day = as_day(f"{asked}-01") if len(asked) == 7 else None
    return day if day and abs((day - today).days) <= 731 else today.replace(day=1)
