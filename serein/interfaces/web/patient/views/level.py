"""My level picture: there only when the clinician turned it on."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from serein.care.monitoring import reads
from serein.care.monitoring.reads.measured import NOTHING, NUMBERS
from serein.clinical.kinetics import NotValid
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person
from serein.interfaces.paper.level_picture import PictureDay, level_picture
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.pages import not_found_page, refused_page

from ..door import own_record

BACK, AHEAD = timedelta(days=28), timedelta(days=14)
SAME = 0.1  # less of a change than this is drawn, not spoken of
WAYS = {
    "up": "In the next two weeks, the line goes up.",
    "down": "In the next two weeks, the line goes down.",
    "same": "In the next two weeks, the line stays about the same.",
}


def shown(chart: OpenChart) -> bool:
    choice = reads.picture_choice(chart)
    return choice is not None and choice.shows != NOTHING


@desk("patient")
def level(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    choice = reads.picture_choice(chart)
    if choice is None or choice.shows == NOTHING:
        return not_found_page(request, "There is no picture here. Please ask your care team.")
    history = reads.dose_history(chart)
    found = reads.estimate(chart, history)
    context = {"title": "My level picture", "back": reverse("patient:home"), "picture": "", "way": ""}
    if not isinstance(found, NotValid):
        near = [d for d in found.days if history.today - BACK <= d.day <= history.today + AHEAD]
        days = tuple(PictureDay(d.day, (d.low + d.high) / 2) for d in near)
        way = WAYS[_way(days, history.today)]
        label = f"A line that shows about how much diazepam is in your body, day by day. {way}"
        svg = level_picture(days, history.today, label, numbers=choice.shows == NUMBERS)
        context |= {"picture": mark_safe(svg), "way": way}  # noqa: S308 - its one text from outside is quoted where it is drawn
    return render(request, "patient/level.html", context)


def _way(days: tuple[PictureDay, ...], today: object) -> str:
    now = next((d.ng_per_ml for d in days if d.day == today), 0.0)
    then = days[-1].ng_per_ml
    if abs(then - now) <= SAME * max(now, then):
        return "same"
    return "up" if then > now else "down"
