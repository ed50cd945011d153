"""The safety questions, one a page, and the page that each of them may lead to. Every answer is stored before the next page is shown."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from serein.care.evaluation import actions, reads
from serein.care.evaluation.safety import ANSWERS, BY_KEY, EMERGENCY, next_question
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person, clinic_card
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page, render_form_page

from ..door import own_record
from ..forms import SafetyForm


@desk("patient")
@once
def safety(request: HttpRequest, who: Person, safety_id: UUID) -> HttpResponse:
    """The next question of this round, or where its answers led."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if request.method == "POST":
        return _answered(request, chart, safety_id)
    state = reads.open_safety(chart)
    if state is None:
        return redirect("patient:home")
    if state.id != safety_id:  # an older round: the newest one counts
        return redirect("patient:safety", state.id)
    if state.outcome:
        return _outcome(request, chart, state)
    asked = next_question(state.answers)
    assert asked is not None, "a round without an outcome has a question left"
    return _page(request, SafetyForm(asked.title, asked.why, ANSWERS), asked.key)


def _page(request: HttpRequest, form: SafetyForm, key: str) -> HttpResponse:
    return render_form_page(
        request, form, title=BY_KEY[key].title, question=True, template="patient/safety.html", asked=key, answers=ANSWERS
    )


def _answered(request: HttpRequest, chart: OpenChart, safety_id: UUID) -> HttpResponse:
    key = request.POST.get("asked", "")
    if key not in BY_KEY:
        return redirect("patient:safety", safety_id)
    form = SafetyForm(BY_KEY[key].title, BY_KEY[key].why, ANSWERS, request.POST)
    if not form.is_valid():
        return _page(request, form, key)
    asked = actions.answer_safety(chart, safety_id, key, form.cleaned_data["answer"])
    if isinstance(asked, Refused) and asked.code != "answered-before":
        return refused_page(request, asked)
    # Answered before, on another page or before going back: the first answer stands, and this leads to where it led.
    return redirect("patient:safety", safety_id)


def _outcome(request: HttpRequest, chart: OpenChart, state: reads.SafetyState) -> HttpResponse:
    """True statements only: what was saved and where it now stands. When somebody will read it is not known here, so nothing is promised."""
    context: dict[str, Any] = {"safety": state, "card": clinic_card(chart.clinic_id)}
    if state.outcome == EMERGENCY:
        return render(request, "patient/emergency.html", {"title": "Get help now", **context})
    return render(request, "patient/support.html", {"title": "Thank you for telling us", **context})


@desk("patient")
@once
def again(request: HttpRequest, who: Person, safety_id: UUID) -> HttpResponse:
    """ "That was a mistake": the questions are asked again, and both answers are kept."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if request.method != "POST":
        return redirect("patient:safety", safety_id)
    asked = actions.correct_safety(chart, safety_id)
    return refused_page(request, asked) if isinstance(asked, Refused) else redirect("patient:safety", asked.safety_id)
