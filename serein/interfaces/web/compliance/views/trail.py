"""The trail: who looked, who did what, who was refused. Patients are not named here."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from serein.care.access.reads import staff_names
from serein.foundation.audit.reads import Line, TrailFilter, trail, trail_counts
from serein.foundation.audit.words import DEEDS, deed_words, who_words
from serein.foundation.people.keys import OpenList
from serein.foundation.people.persons import clinic_card, record_number
from serein.interfaces.web.shell.parts import Cell, Column, Table, TableRow

from ..forms import TrailForm
from ..keys import with_list
from ..words import instant_words

PAGE = 50
OUTCOMES = {"done": "Done", "looked": "Looked", "refused": "Refused"}
OPEN = "opened something"


def _form(request: HttpRequest, listing: OpenList) -> TrailForm:
    people = [(str(account_id), name) for account_id, name in staff_names(listing)]
    deeds = sorted(((code, did) for code, (_, did) in DEEDS.items()), key=lambda one: one[1])
    asked = {name: value for name, value in request.GET.items() if name != "before"}
    return TrailForm(asked, people=[*people, ("nobody", "Nobody signed in")], deeds=[("open", OPEN), *deeds])


def asked_for(form: TrailForm, zone: str) -> TrailFilter:
    """The filter that a valid form asks for; a day is the clinic's."""
    data = form.cleaned_data
    since = until = None
    if data["day"]:
        since = datetime.combine(data["day"], time(), ZoneInfo(zone))
        until = datetime.combine(data["day"] + timedelta(days=1), time(), ZoneInfo(zone))
    by = data["by"] if data["by"] in ("", "nobody") else UUID(data["by"])
    return TrailFilter(by or None, data["deed"] or None, data["outcome"] or None, data["record"], since, until)


@with_list("trail")
def trail_page(request: HttpRequest, listing: OpenList) -> HttpResponse:
    zone = clinic_card(listing.clinic_id).time_zone
    form = _form(request, listing)
    valid = form.is_valid()
    of = asked_for(form, zone) if valid else TrailFilter()
    lines = trail(listing, of=of, before=_before(request), limit=PAGE + 1) if valid else []
    more, lines = len(lines) > PAGE, lines[:PAGE]
    context = {
        "title": "Trail",
        "form": form,
        "table": _table(lines, zone) if lines else None,
        "older": _address(request, before=str(lines[-1].id)) if more else "",
        "newest": _address(request) if "before" in request.GET else "",
        "filtered": valid and of != TrailFilter(),
        "counts": trail_counts(listing, since=listing.at - timedelta(hours=24)),
    }
    return render(request, "compliance/trail.html", context, status=200 if valid else 422)


def _before(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["before"])
    except (KeyError, ValueError):
        return None


def _address(request: HttpRequest, **more: str) -> str:
    kept = [(k, v) for k, values in request.GET.lists() for v in values if v and k != "before"]
    return f"{reverse('compliance:trail')}?{urlencode([*kept, *more.items()])}"


def _table(lines: list[Line], zone: str) -> Table:
    rows = [
        TableRow(
            (
                Cell(instant_words(line.at, zone, seconds=True), style="nowrap"), Cell(who_words(line), header=True),
                Cell(deed_words(line), sub=f"Reason: {line.why}" if line.why else ""), Cell(OUTCOMES[line.outcome]), Cell(_record(line)),
            ),
            "now" if line.outcome == "refused" else "",
        )
        for line in lines
    ]  # fmt: skip
    columns = tuple(map(Column, ("When", "Who", "What", "Outcome", "Record")))
    return Table(f"Times at the clinic ({zone})", columns, rows, stack=True)


def _record(line: Line) -> str:
    if line.patient_id is None:
        return ""
    address = f"{reverse('compliance:trail')}?{urlencode({'record': str(line.patient_id)})}"
    return format_html('<a class="govuk-link" href="{}">{}</a>', address, record_number(line.patient_id))
