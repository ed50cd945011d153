"""Where I am signed in: my own sessions, and an end to those that are not me."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.foundation.people import door
from serein.foundation.people.persons import Person

from . import sessions
from .asking_again import asks_again
from .context import clinic_of
from .desk import now, signed_in
from .once import once


@dataclass(frozen=True)
class Line:
    id: str
    here: bool
    began: str
    seen: str


def _lines(request: HttpRequest, who: Person) -> list[Line]:
    """Those whose time is not over, the newest first."""
    zone = ZoneInfo(clinic_of(request).time_zone)
    found = [(one, sessions.lives(one.marks, who)) for one in door.sessions_of(who.account_id, here=request.session.session_key)]
    told = sorted(((one, life) for one, life in found if life is not None), key=lambda pair: (not pair[0].here, -pair[1][1]))
    return [Line(one.id, one.here, *(f"{datetime.fromtimestamp(s, zone):%b %d, %H:%M}" for s in life)) for one, life in told]


@signed_in
@asks_again("POST")
@once
def where(request: HttpRequest, who: Person) -> HttpResponse:
    lines = _lines(request, who)
    if request.method != "POST":
        context = {"title": "Where I am signed in", "lines": lines, "others": len(lines) - 1, "back": reverse("shell:account")}
        return render(request, "shell/where.html", context)
    asked = [one.id for one in lines if not one.here and ("others" in request.POST or one.id == request.POST.get("which"))]
    ended = sum(door.end_session(who.account_id, one, at=now(request)) for one in asked)
    messages.success(
        request, "It is signed out." if ended == 1 else f"{ended} are signed out." if ended else "It was over already."
    )
    return redirect("shell:where")
