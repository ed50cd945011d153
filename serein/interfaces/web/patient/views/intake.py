"""The intake, one question a page: each answer is saved on the server before the next page is shown."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.evaluation import actions, answering, reads
from serein.care.evaluation.form import BY_KEY
from serein.care.evaluation.question import Kind, Question
from serein.clinical import knowledge
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page

from ..door import own_record
from ..forms import InstrumentForm, QuestionForm, question_form

CHECK = "patient:check"


@desk("patient")
@once
def begin(request: HttpRequest, who: Person) -> HttpResponse:
    """Start, or go on where the patient left off. A GET only leads on: it changes nothing."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if request.method == "POST":
        started = actions.start_intake(chart)
        if isinstance(started, Refused):
            return redirect("patient:consent", "care") if started.code == "consent-missing" else refused_page(request, started)
    return _resume(chart)


def _resume(chart: OpenChart) -> HttpResponseRedirect:
    state = reads.open_intake(chart)
    if state is None:
        return redirect("patient:home")
    question = answering.first_open(state.answers)
    return redirect("patient:question", question.key) if question else redirect(CHECK)


@desk("patient")
@once
def question(request: HttpRequest, who: Person, key: str) -> HttpResponse:
    """One page of the intake."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    waiting = reads.safety_to_answer(chart)
    if waiting is not None and request.method != "POST":
        return redirect("patient:safety", waiting.id)
    state = reads.open_intake(chart)
    asked = next((q for q in answering.path(state.answers) if q.key == key), None) if state else None
    if state is None or asked is None:
        if request.method == "POST":
            messages.info(request, "We no longer need the answer to that question. Here is where you are.")
        return _resume(chart)
    page = {Kind.ROWS: _rows, Kind.INSTRUMENT: _instrument}.get(asked.kind, _one)
    return page(request, chart, asked, state)


def _one(request: HttpRequest, chart: OpenChart, asked: Question, state: reads.IntakeState) -> HttpResponse:
    if request.method != "POST":
        return _page(request, asked, state, question_form(asked, initial=_known(chart, asked, state)))
    form = question_form(asked, request.POST)
    if "leave" in request.POST and form.is_empty:
        return redirect("patient:home")
    # The action is asked even where a blank one failed the form: it alone knows which are needed, and its words are the same at every door.
    answer = actions.answer_question(chart, asked.key, form.said()) if form.is_valid() else None
    if isinstance(answer, actions.NotAnswered):
        form.say(answer.problems)
    if isinstance(answer, Refused):
        return refused_page(request, answer)
    return _next(request, chart, asked) if isinstance(answer, actions.Answered) else _page(request, asked, state, form)


def _known(chart: OpenChart, asked: Question, state: reads.IntakeState) -> dict[str, Any]:
    """The answer so far; for who the patient is, what the clinic has, so that nothing is asked twice."""
    if asked.key in state.answers:
        return state.answers[asked.key]
    card = patient_card(chart)
    known: dict[str, dict[str, Any]] = {
        "birth_date": {"date": card.birth_date},
        "sex": {"choice": card.sex, "pronouns": card.pronouns},
        "contact": {"phone": card.phone, "address": card.address},
        "language": {"choice": card.language},
    }
    return known.get(asked.key, {})


def _rows(request: HttpRequest, chart: OpenChart, asked: Question, state: reads.IntakeState) -> HttpResponse:
    """A list: what is on it, and a form for one more. "That is all" also keeps what stands in the form."""
    if request.method != "POST":
        return _page(request, asked, state, question_form(asked))
    form = question_form(asked, request.POST)
    leaving = "leave" in request.POST
    if not form.is_empty or "add" in request.POST:
        row = actions.add_row(chart, asked.key, form.said()) if form.is_valid() else None
        if isinstance(row, actions.NotAnswered):
            form.say(row.problems)
        if isinstance(row, Refused):
            return refused_page(request, row)
        if not isinstance(row, actions.Answered):
            return _page(request, asked, state, form)
    if leaving:
        return redirect("patient:home")
    if "add" in request.POST:
        return redirect(request.get_full_path())
    whole = actions.answer_question(chart, asked.key, {"done": True})
    if isinstance(whole, actions.NotAnswered):
        # Nothing is wrong with a field that is empty on purpose: the page as a whole lacks a line.
        form = question_form(asked, request.POST)
        form.full_clean()
        form.errors.clear()
        form.say(whole.problems)
        return _page(request, asked, state, form)
    return refused_page(request, whole) if isinstance(whole, Refused) else _next(request, chart, asked)


@desk("patient")
@once
def remove(request: HttpRequest, who: Person, key: str) -> HttpResponse:
    """Take one line off a list."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    if request.method == "POST" and key in BY_KEY and BY_KEY[key].kind is Kind.ROWS:
        removed = actions.remove_row(chart, key, request.POST.get("row", ""))
        if isinstance(removed, Refused):
            return refused_page(request, removed)
    back = reverse("patient:question", args=[key])
    return redirect(f"{back}?check=1" if "check" in request.GET else back)


def _instrument(request: HttpRequest, chart: OpenChart, asked: Question, state: reads.IntakeState) -> HttpResponse:
    known = knowledge.load().instrument(asked.key)
    before = state.answers.get(asked.key, {}).get("answers")
    if request.method != "POST":
        return _page(request, asked, state, InstrumentForm(known, initial=before), stem=known.stem)
    form = InstrumentForm(known, request.POST)
    if not form.is_valid():
        return _page(request, asked, state, form, stem=known.stem)
    given = form.answers()
    if "leave" in request.POST and all(v is None for v in given.values()):
        return redirect("patient:home")
    scored = actions.answer_instrument(chart, asked.key, given, leave_out="leave_out" in request.POST)
    if isinstance(scored, Refused):
        return refused_page(request, scored)
    if isinstance(scored, actions.LeftOut):
        form.say_left_out(scored.items)
        return _page(request, asked, state, form, stem=known.stem, left_out=len(scored.items))
    if scored.safety_id is not None:
        return redirect("patient:safety", scored.safety_id)
    return _next(request, chart, asked)


def _next(request: HttpRequest, chart: OpenChart, asked: Question) -> HttpResponse:
    if "leave" in request.POST:
        messages.success(request, "Saved. You can go on at any time.")
        return redirect("patient:home")
    state = reads.open_intake(chart)
    assert state is not None
    if "check" in request.GET:
        return _resume(chart)
    following = answering.after(asked.key, state.answers)
    return redirect("patient:question", following.key) if following else _resume(chart)


def _page(
    request: HttpRequest, asked: Question, state: reads.IntakeState, form: QuestionForm | InstrumentForm, **more: Any
) -> HttpResponse:
    on = answering.path(state.answers)
    one_field = asked.kind in (Kind.CHOICE, Kind.MANY, Kind.DATE)
    if one_field:
        form.visible_fields()[0].as_heading = True  # type: ignore[attr-defined]
    before = answering.before(asked.key, state.answers)
    back = (
        reverse(CHECK)
        if "check" in request.GET
        else reverse("patient:question", args=[before.key])
        if before
        else reverse("patient:home")
    )
    rows = state.answers.get(asked.key, {}).get("rows", [])
    listed = (
        zip([r["id"] for r in rows], answering.in_words(asked, {"rows": rows}), strict=True) if asked.kind is Kind.ROWS else ()
    )
    context = {
        "form": form, "title": asked.title, "asked": asked, "number": on.index(asked) + 1, "total": len(on), "back": back,
        "heading_in_form": one_field, "rows": list(listed), "is_list": asked.kind is Kind.ROWS, **more,
    }  # fmt: skip
    return render(request, "patient/question.html", context, status=422 if form.is_bound and form.errors else 200)


@desk("patient")
@once
def check(request: HttpRequest, who: Person) -> HttpResponse:
    """All answers on one page, each with a way to change it; sending happens here, once."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    waiting = reads.safety_to_answer(chart)
    if waiting is not None:
        return redirect("patient:safety", waiting.id)
    if request.method == "POST":
        return _send(request, chart)
    state = reads.open_intake(chart)
    if state is None or answering.first_open(state.answers) is not None:
        return _resume(chart)
    return render(request, "patient/check.html", {"title": "Check your answers", "sections": sections(state), "sending": True})


def _send(request: HttpRequest, chart: OpenChart) -> HttpResponse:
    sent = actions.submit_intake(chart)
    if isinstance(sent, actions.NotSubmitted):
        messages.info(request, "One question is still open. Please answer it, then send.")
        return redirect("patient:question", sent.question)
    if isinstance(sent, Refused):
        if sent.code != "intake-not-open":
            return refused_page(request, sent)
        messages.info(request, sent.why)
    else:
        messages.success(request, "Sent. Your care team can now read your answers.")
    return redirect("patient:home")


@desk("patient")
def answers(request: HttpRequest, who: Person) -> HttpResponse:
    """What was sent, to read."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    state = reads.last_intake(chart)
    if state is None:
        return redirect("patient:home")
    context = {"title": "My answers", "sections": sections(state), "sending": False, "back": reverse("patient:home")}
    return render(request, "patient/check.html", context)


Line = tuple[Question, tuple[str, ...]]


def sections(state: reads.IntakeState) -> list[tuple[str, list[Line]]]:
    """The answers that count, by section. Of a questionnaire only that it is done: its numbers mean nothing without somebody to talk to."""
    found: dict[str, list[Line]] = {}
    for key, answer in answering.live(state.answers).items():
        asked = BY_KEY[key]
        words = (
            ("You have answered this page.",)
            if asked.kind is Kind.INSTRUMENT
            else answering.in_words(asked, answer, day="%B %-d, %Y")
        )
        found.setdefault(asked.section, []).append((asked, words or ("You left this empty.",)))
    return list(found.items())
