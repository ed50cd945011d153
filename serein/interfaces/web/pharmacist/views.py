"""The pharmacist's desk: a code, one verdict in words, and one deed that can be done once."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from serein.care.prescribing import codes
from serein.care.prescribing.actions.dispensing import Dispensed, decline_to_dispense, dispense
from serein.care.prescribing.reads.slips import Examined, examined, not_given_out, staff_instant
from serein.care.prescribing.signer import CannotVerify, signer
from serein.foundation.people.keys import OpenSlip, Refused, open_slip
from serein.foundation.people.models import Role
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell import parts
from serein.interfaces.web.shell.desk import desk, now, person_of
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page, render_form_page

from . import shown
from .forms import CodeForm, DeclineForm, DispenseForm
from .looking import may_look


@desk("pharmacist")
def enter(request: HttpRequest, who: Person) -> HttpResponse:
    """Type or scan a code. Changes nothing, so the address of the answer may be opened again."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        return redirect("rx", form.cleaned_data["code"])
    return render_form_page(
        request, form, title="Check a prescription", button="Check", question=False, template="pharmacist/enter.html"
    )


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the QR code opens. A pharmacist sees the prescription; whoever else holds the code sees the verdict."""
    who = person_of(request)
    by = who if who is not None and who.has(Role.PHARMACIST) else None
    # For people without an account only: whoever is signed in is never locked out by somebody else behind the same address.
    if by is None and not may_look(request, "prescription_code"):
        return _no_verdict(request, shown.TOO_MANY, 429)
    slip = open_slip(codes.typed(code), by=by, at=now(request))
    if isinstance(slip, Refused):
        return _unknown(request)
    return _verdict_page(request, examined(slip), slip)


def _unknown(request: HttpRequest) -> HttpResponse:
    """One answer for a code that is mistyped, was never given out, or belongs to another clinic."""
    return _no_verdict(request, shown.UNKNOWN, 404)


def _no_verdict(request: HttpRequest, verdict: parts.Verdict, status: int) -> HttpResponse:
    return render(request, "pharmacist/unknown.html", {"title": "Check a prescription", "verdict": verdict}, status=status)


def _verdict_page(request: HttpRequest, seen: Examined, slip: OpenSlip, form: Any = None, status: int = 200) -> HttpResponse:
    if form is None and slip.by is not None and seen.may_dispense and seen.content is not None:
        form = DispenseForm(initial={"quantity": seen.content.quantity})
    context = {
        "title": "Check a prescription",
        "seen": seen,
        "verdict": shown.verdict(seen),
        "code": seen.code,
        "form": form,
        "bearer": slip.by is None,
        "own": slip.by is not None and seen.first is not None and seen.first.by_id == slip.by.account_id,
    }
    if seen.content is not None:
        context["history"] = shown.history(not_given_out(slip), seen.time_zone)
    if seen.content is not None and seen.first is None:
        context |= {"facts": shown.facts(seen.content, slip.at), "record_title": f"Prescription {codes.shown(seen.code)}"}
    return render(request, "pharmacist/verdict.html", context, status=status)


def _opened(request: HttpRequest, who: Person, code: str) -> OpenSlip | HttpResponse:
    slip = open_slip(codes.typed(code), by=who, at=now(request))
    return _unknown(request) if isinstance(slip, Refused) else slip


@desk("pharmacist")
@once
def record_dispensing(request: HttpRequest, who: Person, code: str) -> HttpResponse:
    slip = _opened(request, who, code)
    if isinstance(slip, HttpResponse):
        return slip
    if request.method != "POST":
        return redirect("rx", codes.typed(code))
    form = DispenseForm(request.POST)
    if not form.is_valid():
        return _verdict_page(request, examined(slip), slip, form, status=422)
    done = dispense(slip, identity_checked=form.cleaned_data["identity_checked"], quantity=form.cleaned_data["quantity"])
    if isinstance(done, Dispensed):
        return redirect("pharmacist:dispensed", codes.typed(code))
    seen = examined(slip)
    if not seen.may_dispense:
        return _verdict_page(request, seen, slip, status=409)
    if done.code == "partial-fill":
        form.add_error(None, done.why)
        return _verdict_page(request, seen, slip, form, status=422)
    return refused_page(request, done)


@desk("pharmacist")
def dispensed(request: HttpRequest, who: Person, code: str) -> HttpResponse:
    """The receipt, for whoever dispensed it. Everybody else sees the verdict."""
    slip = _opened(request, who, code)
    if isinstance(slip, HttpResponse):
        return slip
    seen = examined(slip)
    if seen.first is None or seen.content is None or seen.first.by_id != who.account_id:
        return redirect("rx", codes.typed(code))
    at = staff_instant(seen.first.at, seen.time_zone)
    context = {
        "title": "Dispensed",
        "verdict": parts.Verdict(
            "good", f"Recorded as dispensed {at}", f"{seen.content.quantity_words}, {seen.first.pharmacy or who.name}."
        ),
        "facts": shown.facts(seen.content, slip.at),
        "record_title": f"Prescription {codes.shown(seen.code)}",
    }
    return render(request, "pharmacist/dispensed.html", context)


@desk("pharmacist")
@once
def decline(request: HttpRequest, who: Person, code: str) -> HttpResponse:
    slip = _opened(request, who, code)
    if isinstance(slip, HttpResponse):
        return slip
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        answer = decline_to_dispense(slip, reason=form.cleaned_data["reason"], words=form.cleaned_data["words"])
        if not isinstance(answer, Refused):
            messages.success(request, "Recorded: you did not dispense it. The prescription stays as it is.")
            return redirect("pharmacist:enter")
        form.add_error("words", answer.why)
    back = reverse("rx", args=[codes.typed(code)])
    return render_form_page(
        request, form, title="Not dispensing this prescription", button="Record", cancel=back,
        lead=f"Prescription {codes.shown(codes.typed(code))}. It stays as it is: another pharmacist may dispense it.",
        template="pharmacist/decline.html",
    )  # fmt: skip


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """The public keys, for whoever wants to verify a prescription without us. Never in the clear where there is TLS: they could be others."""
    if settings.HTTPS and not request.is_secure():
        return JsonResponse({"error": "ask with https"}, status=403)
    try:
        response = JsonResponse(signer().public_keys())
    except CannotVerify:
        return JsonResponse({"error": "the keys cannot be read now"}, status=503)
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response
