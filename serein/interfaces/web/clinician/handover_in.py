"""The receiver's side: a patient whom a colleague offers, and what came from another clinic."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.continuity import actions as continuity
from serein.care.continuity.reads import HandoverCard, changed_since, handover_facts, handovers, open_handover
from serein.care.continuity.reads import received as what_came
from serein.care.continuity.words import NOT_CONFIRMED_HERE, STAYS, parts
from serein.foundation.people.keys import OpenChart, Refused, open_chart
from serein.foundation.people.persons import Person, clinic_card, clinic_day
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.handover import is_handover, read_handover
from serein.interfaces.translate.strict_json import MOST_BYTES
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import changed_page, not_found_page, refused_page, render_form_page

from .banner import banner
from .desk import chart_page
from .handover_form import FileForm, WhyForm, place
from .words import born_words, staff_name

NOT_OURS = (
    "This file is no handover made by Serein. A record in FHIR from another system is brought in on the console: serein import."
)


def offered_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """View decorator: the key of the colleague to whom this patient is offered, which opens the handover and nothing else."""

    @wraps(view)
    def inner(request: HttpRequest, who: Person, patient_id: UUID, **kwargs: Any) -> HttpResponse:
        key = open_chart(who, patient_id, purpose="handover", at=now(request))
        if isinstance(key, Refused):
            return refused_page(
                request, Refused(key.code, "No handover of this patient waits for you. It may have been taken back.")
            )
        card = open_handover(key)
        return not_found_page(request) if card is None else view(request, key, card, **kwargs)

    return desk("clinician")(once(inner))


@offered_page
def offered(request: HttpRequest, key: OpenChart, card: HandoverCard) -> HttpResponse:
    """What the record says now, what changed since the sender prepared it, and the question."""
    facts, who = handover_facts(key), patient_card(key)
    context = {
        "patient_id": key.patient_id, "name": staff_name(who), "born": born_words(who, clinic_day(key.clinic_id, key.at)), "card": card,
        "parts": parts(facts), "zone": clinic_card(key.clinic_id).time_zone, "stale": changed_since(key, card), "stays": STAYS,
        "seen": facts.digest,
    }  # fmt: skip
    return render(request, "clinician/offered.html", context)


@offered_page
def accept(request: HttpRequest, key: OpenChart, card: HandoverCard) -> HttpResponse:
    here = reverse("clinician:offered", args=[key.patient_id])
    if request.method != "POST":
        return redirect(here)
    answer = continuity.accept_handover(key, card.id, seen=request.POST.get("seen", "")[:64])
    if isinstance(answer, Refused):
        return changed_page(request, answer.why, back=here)
    messages.success(request, "You are responsible for this patient from now on.")
    return redirect("clinician:chart", key.patient_id)


@offered_page
def decline(request: HttpRequest, key: OpenChart, card: HandoverCard) -> HttpResponse:
    form, here = WhyForm(request.POST or None), reverse("clinician:offered", args=[key.patient_id])
    if request.method == "POST" and form.is_valid():
        answer = continuity.decline_handover(key, card.id, why=form.cleaned_data["why"])
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=here)
        if isinstance(answer, continuity.Declined):
            messages.success(request, f"Declined. {card.by} stays responsible and is told.")
            return redirect("clinician:panel")
        place(form, answer)
    return render_form_page(
        request, form, title="Decline to take this patient over?", template="clinician/confirm.html", button="Decline", cancel=here,
        sentence=f"{card.by} stays responsible and reads why.",
    )  # fmt: skip


@chart_page
def received(request: HttpRequest, key: OpenChart) -> HttpResponse:
    card = what_came(key)
    if card is None:
        return not_found_page(request, "Nothing came from another clinic for this patient.")
    sender = card.told.clinician
    gone = next((h for h in handovers(key) if h.state == "accepted" and h.elsewhere), None)
    context = {
        "gone": gone,
        "banner": banner(key), "card": card, "parts": parts(card.facts), "zone": clinic_card(key.clinic_id).time_zone,
        "not_confirmed": NOT_CONFIRMED_HERE, "sender": f"{sender.name}, {sender.clinic}, {sender.phone or sender.clinic_phone}", "stays": STAYS,
    }  # fmt: skip
    return render(request, "clinician/received.html", context)


def _brought_in(done: continuity.ReceivedDone) -> str:
    if not done.new:
        return "This handover was here already. Nothing changed."
    if not done.back:
        return "Brought in."
    return f"Handed back. The record here is updated: {done.record.added} facts added, {done.record.changed} changed."


@desk("clinician")
@once
def receive(request: HttpRequest, who: Person) -> HttpResponse:
    """Bring in a file from another clinic: its patient becomes a patient here, or comes back, and nothing of it is agreed or signed."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data = file.read() if file.size <= MOST_BYTES else b""
        try:
            if not is_handover(data):
                raise BadInput("", NOT_OURS)
            answer = continuity.receive_handover(who, data, read_handover(data), at=now(request))
        except BadInput as problem:
            form.add_error("file", f"Nothing was brought in: {problem}")
        else:
            if isinstance(answer, continuity.ReceivedDone):
                messages.success(request, _brought_in(answer))
                return redirect("clinician:received", answer.patient_id)
            form.add_error("file", answer.why)
    return render_form_page(
        request, form, title="Bring in a handover from another clinic", button="Bring it in", template="clinician/form_page.html",
        back=reverse("clinician:panel"),
        lead="It is kept as it came. Nothing is confirmed, agreed or signed by it, and you look through it next.",
    )  # fmt: skip
