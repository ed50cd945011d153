"""The patient's prescriptions: what they are, where they stand, and the code to show at the pharmacy."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from serein.care.access.reads import PatientCard, patient_card
from serein.care.prescribing.actions.printing import record_printing
from serein.care.prescribing.codes import shown
from serein.care.prescribing.reads.prescriptions import PrescriptionCard, prescription, prescriptions
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person, clinic_card
from serein.interfaces.paper.prescription import CannotPrint, Options, prescription_pdf, qr_svg, sha256
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.pages import error_page, not_found_page, refused_page

from ..door import at_home, day_words, own_record


@dataclass(frozen=True)
class Slip:
    """One prescription as the patient sees it. `qr` is empty when the code can no longer be used."""

    card: PrescriptionCard
    state: str
    code: str
    qr: SafeString | str


def _slip(chart: OpenChart, who: PatientCard, card: PrescriptionCard) -> Slip:
    today = at_home(chart.at, who.time_zone).date()

    usable = card.state == "signed" and today <= card.valid_until
    if card.state == "dispensed":
        when = day_words(at_home(card.dispensed_at, who.time_zone).date(), today) if card.dispensed_at else "a day before today"
        state = f"Handed out on {when}{' at ' + card.pharmacy if card.pharmacy else ''}."
    elif card.state == "cancelled":
        state = "Cancelled. Do not use it. Ask your care team if you do not know why."
    elif not usable:
        state = f"Too old. The last day was {day_words(card.valid_until, today)}."
    elif today < card.valid_from:
        state = f"You can use it from {day_words(card.valid_from, today)} to {day_words(card.valid_until, today)}."
    else:
        state = f"Ready. Show the code at your pharmacy by {day_words(card.valid_until, today)}."
    # The SVG is drawn here from a code of our own alphabet; nothing that anybody typed is in it.
    qr = mark_safe(qr_svg(card.code, settings.BASE_URL)) if usable else ""  # noqa: S308
    return Slip(card, state, shown(card.code) if usable else "", qr)


@desk("patient")
def my_prescriptions(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    me = patient_card(chart)
    slips = [_slip(chart, me, card) for card in prescriptions(chart)]
    return render(
        request, "patient/prescriptions.html", {"title": "My prescriptions", "slips": slips, "back": reverse("patient:home")}
    )


@desk("patient")
def copy(request: HttpRequest, who: Person, prescription_id: UUID) -> HttpResponse:
    """A copy as PDF, for the patient's own papers."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    card = prescription(chart, prescription_id)
    if card is None:
        return not_found_page(request)
    options = Options(
        base_url=settings.BASE_URL,
        key_id=card.key_id,
        signed_at=card.signed_at,
        demonstration=clinic_card(chart.clinic_id).demonstration,
    )
    try:
        pdf = prescription_pdf(card.content, card.code, options)
    except CannotPrint:
        says = "We cannot print this one: it holds a letter that we have no print type for. The code on the page before works all the same."
        return error_page(request, 422, title="We cannot make this copy", says=says, back=reverse("patient:prescriptions"))
    record_printing(chart, card.id, form="pdf", sha256=sha256(pdf))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="prescription.pdf"'
    return response
