"""A licence: recorded as claimed, verified by somebody else, ended."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import LicenceLine, licences
from serein.foundation.people.keys import OpenList, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.web.shell.pages import changed_page, not_found_page, render_form_page

from ..forms import EvidenceForm, LicenceForm, VerifyForm, WhyForm
from ..keys import with_list
from ..words import KINDS, day_words, schedule_words
from .people import NAV, nobody, one

A_YEAR = timedelta(days=365)  # offered, and changed by whoever knows how often the board asks for it
FIELD_OF = {
    "recheck-passed": "again_on",
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
        *([("Covers", schedule_words(line))] if line.kind == "prescriber" else []),
        ("Last day", day_words(line.expires_on)), ("Recorded by", recorded),
    ]  # fmt: skip


@with_list("people and licences")
def record(request: HttpRequest, listing: OpenList, account_id: UUID) -> HttpResponse:
    found = one(listing, account_id)
    if found is None or found.practitioner_id is None:
        return nobody(request)
    kind = "pharmacist" if "pharmacist" in found.roles else "prescriber"
    place = clinic_card(listing.clinic_id).jurisdiction
    form = LicenceForm(request.POST or None, initial={"jurisdiction": place}, pharmacist=kind == "pharmacist", country=place[:2])
    if form.is_valid():
        form.cleaned_data["schedules"] = tuple(form.cleaned_data.get("schedules", ()))
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
    today = clinic_day(listing.clinic_id, listing.at)
    form = VerifyForm(request.POST or None, initial={"again_on": min(line.expires_on, today + A_YEAR)})
    if form.is_valid():
        answer = access.verify_licence(listing, licence_id, form.cleaned_data["evidence"], form.cleaned_data["again_on"])
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


@with_list("people and licences")
def suspend(request: HttpRequest, listing: OpenList, licence_id: UUID) -> HttpResponse:
    line = _line(listing, licence_id)
    if line is None:
        return not_found_page(request)
    back = reverse("compliance:person", args=[line.account_id])
    form = WhyForm(request.POST or None)
    if form.is_valid():
        answer = access.suspend_licence(listing, licence_id, form.cleaned_data["why"])
        if not isinstance(answer, Refused):
            messages.success(request, "Suspended. It counts no more, from now on")
            return redirect("compliance:person", line.account_id)
        if answer.code == "not-here":
            return changed_page(request, "This licence is suspended or ended already.", back=back)
        form.add_error("why" if answer.code == "why-missing" else None, answer.why)
    lead = f"{line.holder} signs and dispenses nothing more on this licence until somebody lifts the suspension."
    return render_form_page(
        request, form, title=f"Suspend the licence of {line.holder}", lead=lead, facts=_facts(line), button="Suspend the licence", warning=True,
        back=back, **NAV,
    )  # fmt: skip


@with_list("people and licences")
def lift(request: HttpRequest, listing: OpenList, licence_id: UUID) -> HttpResponse:
    line = _line(listing, licence_id)
    if line is None:
        return not_found_page(request)
    back = reverse("compliance:person", args=[line.account_id])
    form = EvidenceForm(request.POST or None)
    if form.is_valid():
        answer = access.lift_suspension(listing, licence_id, form.cleaned_data["evidence"])
        if not isinstance(answer, Refused):
            messages.success(request, "Lifted. The licence counts again")
            return redirect("compliance:person", line.account_id)
        if answer.code == "licence-not-suspended":
            return changed_page(request, answer.why, back=back)
        form.add_error(FIELD_OF.get(answer.code), answer.why)
    facts = [*_facts(line), ("Suspended because", line.suspended_why)]
    title = f"Lift the suspension of {line.holder}"
    return render_form_page(request, form, title=title, facts=facts, button="Lift the suspension", back=back, **NAV)


@with_list("people and licences")
def recheck(request: HttpRequest, listing: OpenList, licence_id: UUID) -> HttpResponse:
    line = _line(listing, licence_id)
    if line is None:
        return not_found_page(request)
    back = reverse("compliance:person", args=[line.account_id])
    today = clinic_day(listing.clinic_id, listing.at)
    form = VerifyForm(request.POST or None, initial={"again_on": min(line.expires_on, today + A_YEAR)})
    if form.is_valid():
        again_on = form.cleaned_data["again_on"] or line.expires_on
        answer = access.recheck_licence(listing, licence_id, form.cleaned_data["evidence"], again_on)
        if not isinstance(answer, Refused):
            messages.success(request, f"Kept. Look again by {day_words(answer.again_on)}")
            return redirect("compliance:person", line.account_id)
        form.add_error(FIELD_OF.get(answer.code), answer.why)
    title = f"Look up the licence of {line.holder} again"
    return render_form_page(request, form, title=title, facts=_facts(line), button="It is still as recorded", back=back, **NAV)
