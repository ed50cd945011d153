"""The plan in plain words, and the patient's answer to it: agree, or ask."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.planning.actions import Replied, reply_to_plan
from serein.care.planning.reads import PlanCard, plan_in_force, plan_waiting
from serein.care.tapering.reads import running_taper
from serein.clinical import knowledge
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import changed_page, refused_page, render_form_page

from ..door import at_home, day_words, own_record
from ..doses import in_sentences, switches
from ..drawing import drawn
from ..forms import ReplyForm


@desk("patient")
@once
def plan(request: HttpRequest, who: Person) -> HttpResponse:
    """The plan that waits for an answer, else the one in force."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    waiting = plan_waiting(chart)
    if request.method == "POST":
        return _reply(request, chart, waiting)
    return _page(request, chart, waiting or plan_in_force(chart), ReplyForm())


def _reply(request: HttpRequest, chart: OpenChart, waiting: PlanCard | None) -> HttpResponse:
    form = ReplyForm(request.POST)
    shown = request.POST.get("plan", "")
    if waiting is None or shown != str(waiting.id):
        return changed_page(request, "This plan is no longer open. Please read the newest one.", back=reverse("patient:plan"))
    if not form.is_valid():
        return _page(request, chart, waiting, form)
    said = reply_to_plan(chart, UUID(shown), form.cleaned_data["answer"], form.cleaned_data["words"])
    if isinstance(said, Refused):
        return refused_page(request, said)
    if not isinstance(said, Replied):
        for field, words in said.by_field:
            form.add_error(field if field in form.fields else None, words)
        return _page(request, chart, waiting, form)
    messages.success(
        request,
        "Saved. You agreed to this plan." if said.answer == "agree" else "Saved. Your care team can now read your question.",
    )
    return redirect("patient:plan")


def _page(request: HttpRequest, chart: OpenChart, card: PlanCard | None, form: ReplyForm) -> HttpResponse:
    zone = patient_card(chart).time_zone
    today = at_home(chart.at, zone).date()
    context: dict[str, object] = {"plan": card, "back": reverse("patient:home")}
    if card is not None:
        text = card.text
        dates = {"starts": text.starts_on, "ends": text.ends_on, "looks": text.reassess_on}
        product = knowledge.load().product(text.product)
        context |= {name: day_words(day, today) for name, day in dates.items()}
        context |= {
            "may_answer": card.state in ("sent", "questioned"),
            "doses": [(in_sentences(line), drawn(product, dose)) for line, dose in zip(card.dose_lines, text.doses, strict=True)],
            **_advice(),
            "switching": switches(chart),
            "tapering": running_taper(chart) is not None and card.state == "agreed",
            "asked": [r for r in card.replies if r.answer == "ask"],
        }
    return render_form_page(request, form, title="My plan", template="patient/plan.html", button="Send my answer", **context)


def _advice() -> dict[str, object]:
    """What everybody on this medicine must know, from the knowledge, with where it was read."""
    known = knowledge.load()
    always, missed, urgent, today = (known.advised(i) for i in ("always", "missed-dose", "emergency", "same-day"))
    told = {known.reference(a.cite).title for a in (always, missed, urgent, today)}
    return {"always": always, "missed": missed, "urgent": urgent, "same_day": today, "sources": sorted(told)}
