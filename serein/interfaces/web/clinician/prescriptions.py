"""After the signature: what was sent where, the copy on paper, and cancelling while it is still possible."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.prescribing import codes
from serein.care.prescribing.actions.printing import record_printing
from serein.care.prescribing.actions.signing import LONGEST_WHY, Cancelled, cancel_prescription
from serein.care.prescribing.reads.prescriptions import PrescriptionCard, prescription
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.paper.prescription import CannotPrint, Options, prescription_pdf, sha256
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, error_page, not_found_page, render_form_page
from serein.interfaces.web.shell.parts import Verdict

from .banner import banner
from .desk import chart_page
from .sign import facts
from .templatetags.clinician import instant


def _verdict(one: PrescriptionCard, zone: str) -> Verdict:
    if one.cancelled_at:
        return Verdict("bad", f"Cancelled {instant(one.cancelled_at, zone)}", f"{one.cancelled_why} ({one.cancelled_by})")
    if one.dispensed_at:
        return Verdict("good", f"Dispensed {instant(one.dispensed_at, zone)}", f"{one.dispensed_by}, {one.pharmacy}")
    return Verdict("good", f"Signed {instant(one.signed_at, zone)}, not yet dispensed", f"By {one.signed_by}.")


@chart_page
def one_prescription(request: HttpRequest, key: OpenChart, prescription_id: UUID) -> HttpResponse:
    one = prescription(key, prescription_id)
    if one is None:
        return not_found_page(request)
    context = {
        "banner": banner(key), "one": one, "verdict": _verdict(one, clinic_card(key.clinic_id).time_zone), "facts": facts(one.content),
        "code": codes.shown(one.code), "title": "Prescription",
    }  # fmt: skip
    return render(request, "clinician/prescription.html", context)


class CancelForm(PageForm):
    why = forms.CharField(label="Why is it cancelled?", max_length=LONGEST_WHY, error_messages={"required": "Say why"})


@chart_page
def cancel(request: HttpRequest, key: OpenChart, prescription_id: UUID) -> HttpResponse:
    one = prescription(key, prescription_id)
    if one is None:
        return not_found_page(request)
    back = reverse("clinician:prescription", args=[key.patient_id, prescription_id])
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = cancel_prescription(key, prescription_id, why=form.cleaned_data["why"])
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=back)
        if isinstance(answer, Cancelled):
            messages.success(request, "Cancelled. A pharmacist who enters the code is told so.")
            return redirect(back)
        for name, says in answer.by_field:
            form.add_error(name, says)
    if not one.may_be_cancelled:
        return changed_page(request, "This prescription was already dispensed or cancelled.", back=back)
    c = one.content
    sentence = (
        f"{c.patient.given} {c.patient.family}, born {c.patient.birth_date:%d-%b-%Y}: {c.medicine.product}, {c.quantity_words}."
    )
    return render_form_page(
        request, form, title="Cancel this prescription?", template="clinician/confirm.html", banner=banner(key), warning=True,
        button="Cancel the prescription", sentence=sentence, cancel=back,
    )  # fmt: skip


@chart_page
def copy(request: HttpRequest, key: OpenChart, prescription_id: UUID) -> HttpResponse:
    """The copy on paper, made from the signed bytes; each one leaves a row."""
    one = prescription(key, prescription_id)
    if one is None:
        return not_found_page(request)
    demonstration = clinic_card(key.clinic_id).demonstration
    try:
        pdf = prescription_pdf(
            one.content, one.code, Options(settings.BASE_URL, one.key_id, one.signed_at, demonstration=demonstration)
        )
    except CannotPrint as why:
        return error_page(request, 409, title="This cannot be printed", says=f"The copy cannot be made: {why}.")
    if not record_printing(key, prescription_id, form="copy", sha256=sha256(pdf)):
        return not_found_page(request)
    name = f'attachment; filename="prescription-{prescription_id}.pdf"'
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name, "Cache-Control": "no-store"})
