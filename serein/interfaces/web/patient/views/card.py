"""The emergency card: on the screen, from the browser's printer, and as PDF."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from serein.care.continuity.actions import record_card_printing
from serein.care.continuity.reads import emergency_card
from serein.foundation.people.keys import Refused
from serein.foundation.people.persons import Person, clinic_card
from serein.interfaces.paper.card import NOT_CONFIRMED, WHOM_TO_CALL, card_lines, card_pdf
from serein.interfaces.paper.prescription import sha256
from serein.interfaces.paper.press import CannotPrint
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.pages import error_page, refused_page

from ..door import own_record


@desk("patient")
def card(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    found = emergency_card(chart)
    lines = card_lines(found, clinic_card(chart.clinic_id))
    context = {
        "title": "My emergency card",
        "back": reverse("patient:home"),
        "card": found,
        "lines": lines,
        "calls": WHOM_TO_CALL,
        "not_confirmed": NOT_CONFIRMED,
    }
    return render(request, "patient/card.html", context)


@desk("patient")
def card_file(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    try:
        pdf = card_pdf(emergency_card(chart), clinic_card(chart.clinic_id), chart.at)
    except CannotPrint:
        says = "Your card holds a letter that we have no print type for. You can print the page before this one instead."
        return error_page(request, 422, title="We cannot make this file", says=says, back=reverse("patient:card"))
    record_card_printing(chart, sha256=sha256(pdf))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="emergency-card.pdf"'
    return response
