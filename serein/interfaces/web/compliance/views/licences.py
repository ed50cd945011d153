"""A licence: recorded as claimed, verified by somebody else, ended."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import LicenceLine, licences
from serein.foundation.people.keys import OpenList, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.web.shell.pages import changed_page, not_found_page, render_form_page

from ..forms import EvidenceForm, LicenceForm, WhyForm
from ..keys import with_list
from ..words import KINDS, day_words
from .people import NAV, nobody, one

FIELD_OF = {
    "licence-on-record": "number",
    "jurisdiction-malformed": "jurisdiction",
    "licence-already-lapsed": "expires_on",
    "evidence-missing": "evidence",
}


def _line(listing: OpenList, licence_id: UUID) -> LicenceLine | None:
    return next((x for x in licences(listing) if x.id == licence_id), None)


def _facts(line: LicenceLine) -> list[tuple[str, str]]:
    recorded = f"{line.recorded_by}: {line.evidence}" if line.evidence else line.recorded_by
    return [
        ("Holder", line.holder), ("Licence", KINDS[line.kind]), ("Number", line.number), ("Valid in", line.jurisdiction),
        ("Last day", day_words(line.expires_on)), ("Recorded by", recorded),
    ]  # fmt: skip


@with_list("people and licences")
def record(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    found = one(listing, account_id)
    if found is None or found.practitioner_id is None:
        return nobody(request)
    kind = "pharmacist" if "pharmacist" in found.roles else "prescriber"
    form = LicenceForm(request.POST or None, initial={"jurisdiction": clinic_card(listing.clinic_id).jurisdiction})
    if form.is_valid():
        answer = access.record_licence(listing, found.practitioner_id, access.NewLicence(kind, **form.cleaned_data))
        if not isinstance(answer, Refused):
            messages.success(request, "Recorded. It counts when somebody has verified it")
            return redirect("compliance:person", account_id)
        form.add_error(FIELD_OF.get(answer.code), answer.why)
    lead = "Recording a licence lets nobody sign. It counts from the day on which it is verified."
    back = reverse("compliance:person", args=[account_id])
    return render_form_page(
        request, form, title=f"{KINDS[kind]} of {found.name}", lead=lead, button="Record the licence", back=back, **NAV
    )


@with_list("people and licences")
def verify(request: HttpRequest, listing: OpenList, licence_id: UUID) -> HttpResponse:
    line = _line(listing, licence_id)
    if line is None:
        return not_found_page(request)
    back = reverse("compliance:person", args=[line.account_id])
    if line.state != "waiting" and request.method != "POST":
        return changed_page(request, "This licence is not waiting to be verified.", back=back)
    form = EvidenceForm(request.POST or None)
    if form.is_valid():
        answer = access.verify_licence(listing, licence_id, form.cleaned_data["evidence"])
        if not isinstance(answer, Refused):
            deed = "sign" if line.kind == "prescriber" else "dispense"
            messages.success(request, f"Verified. {line.holder} may {deed} until {day_words(line.expires_on)}")
            return redirect("compliance:person", line.account_id)
        if answer.code == "licence-not-waiting":
            return changed_page(request, answer.why, back=back)
        form.add_error(FIELD_OF.get(answer.code), answer.why)
    title = f"Verify the licence of {line.holder}"
    return render_form_page(request, form, title=title, facts=_facts(line), button="It is as recorded: verify", back=back, **NAV)


@with_list("people and licences")
def end(request: HttpRequest, listing: OpenList, licence_id: UUID) -> HttpResponse:
    line = _line(listing, licence_id)
    if line is None:
        return not_found_page(request)
    back = reverse("compliance:person", args=[line.account_id])
    form = WhyForm(request.POST or None)
    if form.is_valid():
        answer = access.end_licence(listing, licence_id, form.cleaned_data["why"])
        if not isinstance(answer, Refused):
            messages.success(request, "Ended. It counts no more, from now on")
            return redirect("compliance:person", line.account_id)
        if answer.code == "not-here":
            return changed_page(request, "This licence had already ended.", back=back)
        form.add_error("why" if answer.code == "why-missing" else None, answer.why)
    title = f"End the licence of {line.holder}"
    return render_form_page(
        request, form, title=title, facts=_facts(line), button="End the licence", warning=True, back=back, **NAV
    )
