"""The sender's side of a handover: what will be sent, to whom, and where it stands. Until somebody accepts, the sender is the one."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import passings_on
from serein.care.continuity import actions as continuity
from serein.care.continuity.reads import (
    HandoverCard,
    changed_since,
    colleagues,
    handover_facts,
    handovers,
    open_handover,
    responsible,
)
from serein.care.continuity.reads import handover as one_handover
from serein.care.continuity.words import STAYS, parts
from serein.care.planning.text import Mistaken
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.paper.handover import handover_pdf
from serein.interfaces.paper.prescription import CannotPrint, Paper, sha256
from serein.interfaces.translate.handover import to_document
from serein.interfaces.web.shell.pages import changed_page, error_page, not_found_page, refused_page, render_form_page

from .banner import banner
from .desk import chart_page
from .handover_form import AcceptedForm, HandoverForm, WhyForm, place

CLOSED = "The record is kept, and the care team here does not open it any more. Compliance answers questions about it."


def _home(key: OpenChart) -> str:
    return reverse("clinician:handover", args=[key.patient_id])


@chart_page
def handover(request: HttpRequest, key: OpenChart) -> HttpResponse:
    """The open handover, or what would be sent and the question to whom."""
    form = HandoverForm(colleagues(key), [c for c in passings_on(key) if c.in_force], request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = continuity.prepare_handover(key, form.asked(), to_document)
        if isinstance(answer, continuity.Prepared):
            messages.success(request, "Prepared. Nothing is sent yet: read it, then send it.")
            return redirect(_home(key))
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=_home(key))
        place(form, answer)
    card = open_handover(key)
    facts = card.facts if card else handover_facts(key)
    context = {
        "banner": banner(key), "zone": clinic_card(key.clinic_id).time_zone, "form": form, "card": card, "parts": parts(facts),
        "responsible": responsible(key), "mine": _mine(key), "stale": changed_since(key, card) if card else (), "stays": STAYS,
        "closed": [h for h in handovers(key) if not h.open],
    }  # fmt: skip
    return render(request, "clinician/handover.html", context, status=422 if form.is_bound and form.errors else 200)


def _mine(key: OpenChart) -> bool:
    lead = responsible(key)
    return lead is None or (key.by is not None and lead.account_id == key.by.account_id)


@chart_page
def send(request: HttpRequest, key: OpenChart, handover_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return redirect(_home(key))
    answer = continuity.send_handover(key, handover_id)
    if isinstance(answer, Refused):
        return changed_page(request, answer.why, back=_home(key))
    messages.success(request, f"Sent. {STAYS}")
    return redirect(_home(key))


@chart_page
def withdraw(request: HttpRequest, key: OpenChart, handover_id: UUID) -> HttpResponse:
    card, form = one_handover(key, handover_id), WhyForm(request.POST or None)
    if card is None:
        return not_found_page(request)
    if request.method == "POST" and form.is_valid():
        answer = continuity.withdraw_handover(key, handover_id, why=form.cleaned_data["why"])
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=_home(key))
        if not isinstance(answer, Mistaken):
            messages.success(request, "Taken back. Nobody can accept it any more.")
            return redirect(_home(key))
        place(form, answer)
    said = "What somebody has already read or printed stays with them: tell them." if card.sent_at else "It was not sent yet."
    return render_form_page(
        request, form, title=f"Take back the handover to {card.whom}?", template="clinician/confirm.html", banner=banner(key),
        button="Take it back", cancel=_home(key), sentence=said,
    )  # fmt: skip


@chart_page
def accepted(request: HttpRequest, key: OpenChart, handover_id: UUID) -> HttpResponse:
    """Another clinic's word, recorded by the sender."""
    card, form = one_handover(key, handover_id), AcceptedForm(request.POST or None)
    if card is None or not card.elsewhere:
        return not_found_page(request)
    if request.method == "POST" and form.is_valid():
        answer = continuity.record_acceptance(key, handover_id, form.asked())
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=_home(key))
        if not isinstance(answer, Mistaken):
            messages.success(request, f"Recorded. {card.to_clinic} is responsible from now on. {CLOSED}")
            return redirect("clinician:panel")
        place(form, answer)
    stale = changed_since(key, card)
    words = f"Since it was sent, this changed: {', '.join(stale)}. Tell them before you record it." if stale else STAYS
    ends = ("With it", f"Plan, taper and tasks here are closed. {CLOSED} Prescriptions that are signed stay good.")
    return render_form_page(
        request, form, title=f"Record that {card.to_clinic} accepted", template="clinician/confirm.html", banner=banner(key),
        button="Record the acceptance", cancel=_home(key), sentence=words, facts=[ends],
    )  # fmt: skip


@chart_page
def document(request: HttpRequest, key: OpenChart, handover_id: UUID) -> HttpResponse:
    """The FHIR document, byte for byte as it was prepared."""
    return _file(request, key, handover_id, "fhir", lambda card: card.document)


@chart_page
def paper(request: HttpRequest, key: OpenChart, handover_id: UUID) -> HttpResponse:
    size = Paper.A4 if request.GET.get("paper") == "a4" else Paper.LETTER
    clinic = clinic_card(key.clinic_id)
    return _file(request, key, handover_id, "pdf", lambda card: handover_pdf(card.facts, clinic, card.whom, size))


def _file(
    request: HttpRequest, key: OpenChart, handover_id: UUID, form: str, make: Callable[[HandoverCard], bytes]
) -> HttpResponse:
    """What leaves the house leaves a row with its digest; what was taken back or declined does not leave any more."""
    card = one_handover(key, handover_id)
    if card is None or card.state in ("withdrawn", "declined"):
        return not_found_page(request)
    try:
        made = make(card)
    except CannotPrint as why:
        return error_page(request, 409, title="This cannot be printed", says=f"The handover cannot be printed: {why}.")
    refused = continuity.record_handover_file(key, handover_id, form=form, sha256=sha256(made))
    if refused is not None:
        return refused_page(request, refused)
    kind, name = ("application/fhir+json", "handover.json") if form == "fhir" else ("application/pdf", "handover.pdf")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(made, content_type=kind, headers=headers)


@chart_page
def look(request: HttpRequest, key: OpenChart, received_id: UUID) -> HttpResponse:
    """The clinician has read what came from elsewhere."""
    if request.method != "POST":
        return redirect("clinician:received", key.patient_id)
    answer = continuity.look_at_received(key, received_id)
    if isinstance(answer, Refused):
        return changed_page(request, answer.why) if answer.code == "looked-at" else refused_page(request, answer)
    messages.success(request, "Recorded. It stays what another clinic said: agree a plan here to go on.")
    return redirect("clinician:received", key.patient_id)
