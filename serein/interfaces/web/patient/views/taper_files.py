"""The dose changes as files: a calendar to print, and a calendar file for the patient's own calendar."""

from hashlib import sha256
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import taper, tapers
from serein.clinical.quantities import plain
from serein.foundation.people.keys import Refused
from serein.foundation.people.persons import Person
from serein.interfaces.paper.press import CannotPrint, Paper
from serein.interfaces.paper.taper import taper_pdf
from serein.interfaces.paper.taper_content import calendar_of
from serein.interfaces.paper.taper_ics import CalendarFile, Entry, ics
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.pages import error_page, not_found_page, refused_page

from ..door import own_record


@desk("patient")
def calendar_file(request: HttpRequest, who: Person, course_id: UUID) -> HttpResponse:
    """The changes as iCalendar. The newest file replaces the entries of an older one."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    card = taper(chart, course_id)
    if card is None or card.switch is not None or card.state != "running":
        return not_found_page(request)
    steps = [s for s in card.steps if card.hold is None or s.from_on <= card.hold.from_on]
    entries = [
        Entry(
            s.from_on,
            f"From {plain(s.before_mg)} mg to {s.mg} mg a day",
            tuple(d.words for d in s.doses) or ("No more tablets.",),
        )
        for s in steps
    ]
    longest = max(len(t.steps) for t in tapers(chart) if t.plan_id == card.plan_id)
    made = ics(CalendarFile(f"taper-{card.plan_id}", card.version, chart.at, entries, longest))
    tapering.record_taper_print(chart, course_id, paper="ics", sha256=sha256(made).hexdigest())
    headers = {"Content-Disposition": 'attachment; filename="dose-changes.ics"', "Cache-Control": "no-store"}
    return HttpResponse(made, content_type="text/calendar; charset=utf-8", headers=headers)


@desk("patient")
def calendar(request: HttpRequest, who: Person, course_id: UUID) -> HttpResponse:
    """The calendar to print."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    card = taper(chart, course_id)
    if card is None or card.switch is not None or card.state not in ("sent", "running"):
        return not_found_page(request)
    paper = Paper.A4 if request.GET.get("paper") == "a4" else Paper.LETTER
    try:
        pdf = taper_pdf(calendar_of(chart, card), paper)
    except CannotPrint:
        says = "It holds a letter that we have no print type for. The page before works all the same."
        return error_page(request, 422, title="We cannot make this file", says=says, back=reverse("patient:taper"))
    tapering.record_taper_print(chart, course_id, paper=paper, sha256=sha256(pdf).hexdigest())
    headers = {"Content-Disposition": 'attachment; filename="dose-calendar.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
