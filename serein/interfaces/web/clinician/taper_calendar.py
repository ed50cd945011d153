"""The calendar on paper, as the clinic hands it out: letter or A4."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from serein.care.tapering.actions import record_taper_print
from serein.care.tapering.reads import taper
from serein.foundation.people.keys import OpenChart
from serein.interfaces.paper.prescription import CannotPrint, Paper, sha256
from serein.interfaces.paper.taper import taper_pdf
from serein.interfaces.paper.taper_content import calendar_of
from serein.interfaces.web.shell.pages import error_page, not_found_page

from .desk import chart_page


@chart_page
def calendar(request: HttpRequest, key: OpenChart, course_id: UUID) -> HttpResponse:
    card = taper(key, course_id)
    paper = Paper.A4 if request.GET.get("paper") == "a4" else Paper.LETTER
    if card is None:
        return not_found_page(request)
    if card.switch is not None:
        says = "A switch is told on screen, with both medicines. A calendar of the diazepam alone would leave out what is still taken beside it."
        return error_page(request, 409, title="A switch has no calendar", says=says)
    try:
        pdf = taper_pdf(calendar_of(key, card), paper)
    except CannotPrint as why:
        return error_page(request, 409, title="This cannot be printed", says=f"The calendar cannot be made: {why}.")
    record_taper_print(key, course_id, paper=paper, sha256=sha256(pdf))
    name = f'attachment; filename="dose-calendar-{card.version}.pdf"'
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name, "Cache-Control": "no-store"})
