"""The check-in, one question a page. An answer that needs somebody is stored and on the list before its page is shown."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.access.reads.sharing import helpers
from serein.care.monitoring import actions, reads
from serein.care.monitoring.form import BY_KEY, EMERGENCY, QUESTIONS, SUPPORT, flags_of
from serein.care.monitoring.reads import CheckInLine
from serein.clinical import knowledge
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person, clinic_card
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import not_found_page, refused_page

from ..door import at_home, day_words, own_record
from ..doses import staircase
from ..forms import QuestionForm, question_form

CHECK, QUESTION, ADVICE = "patient:check_in_check", "patient:check_in_question", "patient:check_in_advice"


@dataclass(frozen=True)
class Invite:
    """What the home page says about the check-in."""

    says: str
    button: str


def invite(chart: OpenChart) -> Invite:
    today = at_home(chart.at, patient_card(chart).time_zone).date()
    known = reads.check_ins(chart, since=today)
    if any(c.open and c.day == today for c in known):
        return Invite("You have begun a check-in. Your answers are saved.", "Go on")
    if any(not c.taken_back for c in known):
        return Invite("You sent a check-in today. You can send one more if something has changed.", "Check in again")
    return Invite("Five short questions. It takes about a minute.", "Check in")


def _mine(chart: OpenChart) -> CheckInLine | None:
    """Today's open check-in."""
    line = reads.open_check_in(chart)
    today = at_home(chart.at, patient_card(chart).time_zone).date()
    return line if line is not None and line.day == today else None


def _on(line: CheckInLine | None) -> HttpResponse:
    answered = line.answers if line else {}
    left = next((q.key for q in QUESTIONS if q.key not in answered), None)
    return redirect(QUESTION, left) if left else redirect(CHECK)


@desk("patient")
def begin(request: HttpRequest, who: Person) -> HttpResponse:
    """Start, or go on where it was left. Nothing is stored before the first answer."""
    chart = own_record(request, who)
    return refused_page(request, chart) if isinstance(chart, Refused) else _on(_mine(chart))


@desk("patient")
@once
def question(request: HttpRequest, who: Person, key: str) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if key not in BY_KEY:
        return not_found_page(request)
    line = _mine(chart)
    if request.method != "POST":
        known = dict(line.answers.get(key, {})) if line else {}
        return _page(request, key, question_form(BY_KEY[key], initial=known))
    form = question_form(BY_KEY[key], request.POST)
    answer = actions.answer_check_in(chart, {key: form.said()}) if form.is_valid() else None
    if isinstance(answer, actions.NotAnswered):
        form.say(answer.problems)
    if isinstance(answer, Refused):
        return redirect("patient:consent", "care") if answer.code == "consent-missing" else refused_page(request, answer)
    if not isinstance(answer, actions.Answered):
        return _page(request, key, form)
    if answer.raised:
        return redirect(ADVICE, answer.check_in_id)
    return redirect(QUESTION, answer.open) if answer.open else redirect(CHECK)


def _page(request: HttpRequest, key: str, form: QuestionForm) -> HttpResponse:
    number = [q.key for q in QUESTIONS].index(key)
    form.visible_fields()[0].as_heading = True  # type: ignore[attr-defined]
    back = reverse(QUESTION, args=[QUESTIONS[number - 1].key]) if number else reverse("patient:home")
    context = {"form": form, "title": BY_KEY[key].title, "number": number + 1, "total": len(QUESTIONS), "back": back}
    return render(request, "patient/check_in_question.html", context, status=422 if form.is_bound and form.errors else 200)


@desk("patient")
@once
def check(request: HttpRequest, who: Person) -> HttpResponse:
    """All five answers, each with a way to change it; sending happens here, once."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    line = _mine(chart)
    if line is None or not line.complete:
        return _on(line) if line else redirect("patient:home")
    if request.method != "POST":
        context = {
            "title": "Check your answers",
            "line": line,
            "helped": bool(helpers(chart)),
            "back": reverse(QUESTION, args=[QUESTIONS[-1].key]),
        }
        return render(request, "patient/check_in_check.html", context)
    if "private" in request.POST:
        kept = actions.keep_from_helpers(chart, line.id, private=True)
        if isinstance(kept, Refused):
            return refused_page(request, kept)
    sent = actions.send_check_in(chart, line.id)
    if isinstance(sent, Refused):
        return refused_page(request, sent)
    messages.success(request, "Sent. Your care team can now read your check-in.")
    return redirect(ADVICE, line.id) if sent.level else redirect("patient:home")


@desk("patient")
def advice(request: HttpRequest, who: Person, check_in_id: UUID) -> HttpResponse:
    """The interruption: one thing to do, what was done, and the way back if it was a slip. Only what is true: nobody is promised."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    line = reads.check_in(chart, check_in_id)
    if line is None or not line.flags:
        return redirect("patient:home")
    known, top = knowledge.load(), line.flags[0]
    told = known.advised(top.advice)
    question = next((key for key, a in line.answers.items() if _raises(key, a, line)), QUESTIONS[0].key)
    left = next((q.key for q in QUESTIONS if q.key not in line.answers), None)
    context: dict[str, Any] = {
        "line": line, "advice": told.advice, "card": clinic_card(chart.clinic_id), "harm": top.code.startswith("harm"),
        "source": known.reference(told.cite),
        "change": reverse(QUESTION, args=[question]), "still_open": line.open,
        "go_on": reverse(QUESTION, args=[left]) if left else reverse(CHECK),
    }  # fmt: skip
    if line.level == EMERGENCY:
        context["title"] = f"Call {context['card'].emergency_number} now"
        return render(request, "patient/check_in_emergency.html", context)
    context["title"] = "Thank you for telling us" if line.level == SUPPORT else "Call us today"
    return render(request, "patient/check_in_today.html", context)


def _raises(key: str, answer: Any, line: CheckInLine) -> bool:
    """Whether this answer is behind the most pressing flag."""
    return line.flags[0].code in {f.code for f in flags_of({key: answer})} or (
        line.flags[0].code == "sedated-together" and key == "mixing"
    )


@desk("patient")
def feelings(request: HttpRequest, who: Person) -> HttpResponse:
    """The patient's own answers over time, with the dose of those days."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    today = at_home(chart.at, patient_card(chart).time_zone).date()
    lines = [(day_words(c.day, today), c) for c in reads.check_ins(chart)[:60]]
    stairs = staircase(reads.dose_history(chart))
    context = {
        "title": "How I have been",
        "lines": lines,
        "staircase": stairs,
        "helped": bool(helpers(chart)),
        "back": reverse("patient:home"),
    }
    return render(request, "patient/feelings.html", context)
