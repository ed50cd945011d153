"""The signature: the exact text, read from the bytes that will be signed, the statement, and both factors on the same page."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import identity_proofs, provider_proofs
from serein.care.prescribing import payload
from serein.care.prescribing.actions.signing import Signed, sign_prescription
from serein.care.prescribing.payload import Content
from serein.care.prescribing.reads.examination import Shown, Signable, signable
from serein.foundation.people.factors import Proof, prove
from serein.foundation.people.keys import OpenChart, Refused
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, error_page
from serein.interfaces.web.shell.second_factor import StepUpFields
from serein.interfaces.web.shell.tall_man import tall_man

from .banner import banner
from .desk import chart_page
from .watch import sedation_facts
from .words import born_on

ELSEWHERE = ("stopped", "reasons-missing")


class SignForm(StepUpFields, PageForm):
    """Both factors, and what the page showed."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    record_digest = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def shown(self) -> Shown:
        data = self.cleaned_data
        return Shown(data["version"], data["sha256"], data["record_digest"])


def facts(content: Content) -> list[tuple[str, Any]]:
    """Everything that 21 CFR 1311.120(b)(9) wants on the screen, in the order in which it is read: who, what, how much, how, until when."""
    c = content
    return [
        ("Patient", f"{c.patient.family.upper()}, {c.patient.given}"),
        ("Born", born_on(c.patient.birth_date, c.issued_on)),
        ("Address", c.patient.address),
        ("Medicine", tall_man(f"{c.medicine.drug} {c.medicine.strength} {c.medicine.form}")),
        ("Quantity", c.quantity_words),
        ("Directions", c.directions),
        ("Refills", f"{c.refills} (none)" if not c.refills else str(c.refills)),
        ("Issued", f"{c.issued_on:%d-%b-%Y}"),
        ("To be filled", f"{c.valid_from:%d-%b-%Y} to {c.valid_until:%d-%b-%Y}"),
        ("Prescriber", f"{c.prescriber.name}, {c.prescriber.address}, {c.prescriber.phone}"),
        ("DEA number", c.prescriber.dea),
        ("Licence", f"{c.prescriber.licence} ({c.clinic.jurisdiction})"),
        ("Clinic", f"{c.clinic.name}, {c.clinic.clinic_address}, {c.clinic.phone}"),
    ]


@chart_page
def sign(request: HttpRequest, key: OpenChart, draft_id: UUID) -> HttpResponse:
    form = SignForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _signed(request, key, draft_id, form)
        if isinstance(answer, HttpResponse):
            return answer
    ready = signable(key, draft_id)
    if isinstance(ready, Refused):
        return _not_ready(request, key, draft_id, ready)
    return _page(request, key, form, ready)


def _signed(request: HttpRequest, key: OpenChart, draft_id: UUID, form: SignForm) -> HttpResponse | None:
    """The answer to a signature, or None when a factor was wrong and the page is to be shown again."""

    def factors(digest: str) -> Proof | Refused:
        assert key.by is not None
        password, code = form.cleaned_data["password"], form.cleaned_data["second_factor"]
        return prove(key.by.account_id, password, code, key.at, digest=digest)

    answer = sign_prescription(key, draft_id, form.shown(), factors)
    if isinstance(answer, Signed):
        messages.success(request, "Signed.")
        return redirect("clinician:prescription", key.patient_id, answer.prescription_id)
    if answer.code.startswith("factors-") or answer.code == "no-second-factor":
        form.add_error("password", answer.why)
        return None
    return changed_page(request, answer.why, back=request.path)


def _not_ready(request: HttpRequest, key: OpenChart, draft_id: UUID, why: Refused) -> HttpResponse:
    if why.code in ELSEWHERE:
        return redirect("clinician:check", key.patient_id, draft_id)
    back = reverse("clinician:chart", args=[key.patient_id])
    return error_page(request, 409, title="This cannot be signed now", says=why.why, back=back)


def _page(request: HttpRequest, key: OpenChart, form: SignForm, ready: Signable) -> HttpResponse:
    content = payload.read(ready.content.canonical)
    shown = {"version": ready.shown.version, "sha256": ready.shown.sha256, "record_digest": ready.shown.record_digest}
    context = {
        "banner": banner(key), "form": form, "hidden": shown, "facts": facts(content), "statement": payload.STATEMENT,
        "identity": identity_proofs(key) or any(p.agrees for p in provider_proofs(key)),
        "told": sedation_facts(key), "sha256": ready.content.sha256,
        "knowledge": ready.examination.assessment.knowledge, "draft": ready.draft,
        "warnings": [ready.examination.standing[f.fingerprint] for f in ready.examination.assessment.findings if f.severity == "warn"],
    }  # fmt: skip
    return render(request, "clinician/sign.html", context, status=422 if form.is_bound and form.errors else 200)
