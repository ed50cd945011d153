"""On the rota: the clinic's patients by name, for those hours."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from serein.care.access.reads import find_cards
from serein.foundation.people.keys import Refused, on_rota_until, open_list
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.context import clinic_of
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.pages import refused_page

from .panel import PAGE, address, searched, shown
from .words import age_line, staff_name


@desk("clinician")
def rota(request: HttpRequest, who: Person) -> HttpResponse:
    listing = open_list(who, purpose="on the rota", at=now(request))
    if isinstance(listing, Refused):
        return refused_page(request, listing)
    if (searching := searched(request)) is not None:
        return searching
    asked, zone = shown(request), ZoneInfo(clinic_of(request).time_zone)
    found = find_cards(listing, words=asked.words, offset=(asked.page - 1) * PAGE, limit=PAGE)
    until, on = on_rota_until(who, at=listing.at), listing.at.astimezone(zone).date()
    context: dict[str, Any] = {
        "rows": [(staff_name(c), age_line(c, on), address("clinician:chart", c.id)) for c in found.page], "asked": asked,
        "total": found.total, "pages": -(-found.total // PAGE), "until": f"{until.astimezone(zone):%d-%b-%Y %H:%M}" if until else "",
        "before": asked.link(asked.page - 1) if asked.page > 1 else "",
        "after": asked.link(asked.page + 1) if asked.page * PAGE < found.total else "",
    }  # fmt: skip
    return render(request, "clinician/rota.html", context)
