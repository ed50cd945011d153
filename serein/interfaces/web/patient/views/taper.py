"""The patient's dose changes: in words first, then day by day, and what they want to say about it."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString

from serein.care.access.reads import patient_card
from serein.care.planning.text import TIMES, Mistaken, PlannedDose
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import (
    DoseInForce,
    OtherDose,
    StepCard,
    StepDose,
    TaperCard,
    dose_in_force,
    running_taper,
    waiting_taper,
)
from serein.care.tapering.words import named
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import changed_page, refused_page, render_form_page

from ..door import at_home, day_words, own_record
from ..drawing import drawn

SUNDAY, READY_DAYS = 6, 7
WISHES = (
    ("wait", "I want to wait before the next change"),
    ("slower", "I want to go slower"),
    ("pause", "I want to pause and keep my dose"),
    ("back", "I want to go back one step"),
    ("ask", "I want to ask something"),
)


class WishForm(PageForm):
    wish = forms.ChoiceField(
        label="What do you want to say?", choices=WISHES, widget=forms.RadioSelect,
        error_messages={"required": "Choose one answer.", "invalid_choice": "Choose one answer."},
    )  # fmt: skip
    words = forms.CharField(
        label="In your own words",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="You can leave this empty.",
    )


class AnswerForm(WishForm):
    wish = forms.ChoiceField(
        label="What do you say?", choices=[("agree", "I agree to these changes"), *WISHES], widget=forms.RadioSelect,
        error_messages={"required": "Choose one answer.", "invalid_choice": "Choose one answer."},
    )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One dose in words, with its drawing."""

    words: str
    drawing: SafeString | str


@dataclass(frozen=True)
class Change:
    when: str
    words: str
    doses: tuple[Line, ...]


@dataclass(frozen=True)
class Day:
    """One day of the month; `mg` is empty only for a day outside the treatment."""

    number: int
    mg: str
    change: bool
    drawings: tuple[SafeString | str, ...]
    spoken: str


def _lines(doses: tuple[StepDose, ...]) -> tuple[Line, ...]:
    return tuple(Line(d.words, _pictures(d)) for d in doses)


def _both(doses: tuple[StepDose, ...], still: tuple[OtherDose, ...]) -> tuple[Line, ...]:
    """The whole day of a switch, from the morning on, each dose with its medicine. Only our own tablets are drawn."""
    found = [(d.at, Line(named(d.words, "diazepam"), _pictures(d))) for d in doses] + [(d.at, Line(d.words, "")) for d in still]
    return tuple(line for _, line in sorted(found, key=lambda one: list(TIMES).index(one[0])))


def _pictures(dose: StepDose) -> SafeString:
    known = knowledge.load()
    found = SafeString("")
    for product, units in dose.parts:
        found += SafeString(drawn(known.product(product), PlannedDose(dose.at, plain(units))))
    return found


def _change(step: StepCard, today: date) -> Change:
    if step.switched:
        return Change(
            day_words(step.from_on, today), f"your dose {TIMES[step.switched]} becomes diazepam", _both(step.doses, step.still)
        )
    return Change(day_words(step.from_on, today), f"from {plain(step.before_mg)} mg to {step.mg} mg a day", _lines(step.doses))


@desk("patient")
@once
def dose_changes(request: HttpRequest, who: Person) -> HttpResponse:
    """The version that waits for an answer, else the one that runs."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    waiting, running = waiting_taper(chart), running_taper(chart)
    card = waiting or running
    if request.method == "POST":
        return _said(request, chart, card)
    return _page(request, chart, card, AnswerForm() if waiting else WishForm())


def _said(request: HttpRequest, chart: OpenChart, card: TaperCard | None) -> HttpResponse:
    back = reverse("patient:taper")
    if card is None or request.POST.get("version") != str(card.id):
        return changed_page(request, "This plan is no longer open. Please read the newest one.", back=back)
    form = (AnswerForm if card.state == "sent" else WishForm)(request.POST)
    if not form.is_valid():
        return _page(request, chart, card, form)
    wish, words = form.cleaned_data["wish"], form.cleaned_data["words"]
    if wish == "agree":
        answer: object = tapering.agree_taper(chart, card.id)
    else:
        answer = tapering.ask_about_taper(chart, card.id, wish, words)
    if isinstance(answer, Refused):
        return changed_page(request, answer.why, back=back)
    if isinstance(answer, Mistaken):
        for name, says in answer.by_field:
            form.add_error(name if name in form.fields else None, says)
        return _page(request, chart, card, form)
    agreed = "Saved. You agreed to these changes."
    asked = "Saved. It is on your care team’s list for today. You do not have to change your dose before we have talked."
    messages.success(request, agreed if wish == "agree" else asked)
    return redirect(back)


def _page(request: HttpRequest, chart: OpenChart, card: TaperCard | None, form: PageForm) -> HttpResponse:
    today = at_home(chart.at, patient_card(chart).time_zone).date()
    context: dict[str, object] = {"card": card, "back": reverse("patient:home"), "now": None}
    if card is not None:
        coming, now = card.coming(today), dose_in_force(chart, today)
        known = knowledge.load()
        signs = known.advised("withdrawal-signs")
        context |= {
            "next": _change(coming, today) if coming else None, "coming": coming, "now": now, "now_lines": _now(now),
            "may_say_ready": coming is not None and coming.ready_at is None and (coming.from_on - today).days <= READY_DAYS,
            "changes": [_change(s, today) for s in card.steps if s.from_on > today], "month": _month(request, card, today),
            "asked": [w for w in card.wishes if w.wish != "agree" and w.answered_at is None], "wish_words": dict(WISHES),
            "last": day_words(card.ends_on, today), "unconfirmed_on": _unconfirmed(now, today),
            "runs": running_taper(chart),
            "answer_by": _answer_by(card, patient_card(chart).time_zone, today), "missed": known.advised("missed-dose").advice,
            "signs": signs.signs, "signs_advice": signs.advice,
        }  # fmt: skip
    return render_form_page(
        request,
        form,
        title="My dose changes",
        template="patient/taper_switch.html" if card and card.switch else "patient/taper.html",
        button="Send my answer" if card else "",
        **context,
    )


def _now(now: DoseInForce | None) -> tuple[Line, ...]:
    if now is None:
        return ()
    return _both(now.parts, now.still) if now.still else _lines(now.parts)


def _answer_by(card: TaperCard, zone: str, today: date) -> str:
    """When the oldest open wish is answered at the latest: what its task promises."""
    open_wishes = [w.at for w in card.wishes if w.wish != "agree" and w.answered_at is None]
    return day_words(at_home(min(open_wishes) + tapering.ANSWERED_WITHIN, zone).date(), today) if open_wishes else ""


def _unconfirmed(now: object, today: date) -> str:
    change = getattr(now, "unconfirmed_change", None)
    return day_words(change.on, today) if change else ""


def _month(request: HttpRequest, card: TaperCard, today: date) -> dict[str, object]:
    """One month: the one asked for in the address, else this one; never outside the taper."""
    first, last = min(today, card.starts_on).replace(day=1), max(today, card.ends_on).replace(day=1)
    try:
        shown = date.fromisoformat(request.GET.get("month", "")[:7] + "-01")
    except ValueError:
        shown = today.replace(day=1)
    shown = min(max(shown, first), last)
    weeks = Calendar(SUNDAY).monthdatescalendar(shown.year, shown.month)
    earlier, later = (shown - timedelta(days=1)).replace(day=1), (shown + timedelta(days=31)).replace(day=1)
    return {
        "name": f"{shown:%B} {shown.year}", "weeks": [[_day(card, d) if d.month == shown.month else None for d in week] for week in weeks],
        "earlier": earlier if earlier >= first else None, "later": later if later <= last else None,
    }  # fmt: skip


def _day(card: TaperCard, day: date) -> Day:
    """Days on treatment always show their dose."""
    reached = card.reached(day)
    step = reached[-1] if reached else None
    mg = plain(step.daily_mg if step else card.request.daily_dose_mg)
    doses = step.doses if step else card.before_doses
    change = step is not None and step.from_on == day
    spoken = "; ".join(d.words for d in doses) or "no tablets"
    return Day(day.day, mg, change, tuple(_pictures(d) for d in doses), spoken)


@desk("patient")
@once
def confirm(request: HttpRequest, who: Person, step_id: UUID) -> HttpResponse:
    return _deed(request, who, step_id, ready=False)


@desk("patient")
@once
def ready(request: HttpRequest, who: Person, step_id: UUID) -> HttpResponse:
    return _deed(request, who, step_id, ready=True)


def _deed(request: HttpRequest, who: Person, step_id: UUID, *, ready: bool) -> HttpResponse:
    chart, back = own_record(request, who), reverse("patient:taper")
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if request.method != "POST":
        return redirect(back)
    answer = tapering.ready_for_step(chart, step_id) if ready else tapering.confirm_step(chart, step_id)
    if isinstance(answer, Refused):
        return changed_page(request, answer.why, back=back)
    finished = isinstance(answer, tapering.Confirmed) and answer.finished
    says = "Saved. This was the last change." if finished else "Saved. Thank you for telling us."
    messages.success(request, says)
    return redirect(back)
