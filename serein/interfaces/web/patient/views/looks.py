"""Who opened the patient's record, who did what in it, and who was turned away: in plain words."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.foundation.audit.reads import Line, who_looked
from serein.foundation.audit.words import deed_words, who_words
from serein.foundation.people.keys import Refused
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.pages import refused_page

from ..door import at_home, day_words, own_record, time_words

PAGE = 100


@dataclass(frozen=True)
class Look:
    when: str
    who: str
    what: str


def _said(line: Line) -> str:
    """The trail speaks of "the patient" to everybody; here that is the reader."""
    return deed_words(line).replace("the patient", "you")


def _looks(lines: list[Line], who: Person, zone: str) -> list[Look]:
    """Newest first; the patient's own looks are left out (they would bury the others), their deeds are not."""
    today = at_home(lines[0].at, zone).date() if lines else None
    found: list[Look] = []
    for line in lines:
        own = line.by_id == who.account_id
        if (own and line.deed == "open") or line.deed in ("open_task", "close_task"):
            continue
        at = at_home(line.at, zone)
        look = Look(
            f"{day_words(at.date(), today or at.date())}, {time_words(at)}", "You" if own else who_words(line), _said(line)
        )
        if not found or found[-1] != look:
            found.append(look)
    return found


@desk("patient")
def looks(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    lines = who_looked(chart, limit=PAGE * 5)
    found = _looks(lines, who, patient_card(chart).time_zone)[:PAGE]
    return render(request, "patient/looks.html", {"title": "Who saw my record", "looks": found, "back": reverse("patient:home")})
