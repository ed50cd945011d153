"""How long somebody stays signed in: idle and in all, by role. Times are the machine's own seconds (see `clock.machine_seconds`).

Two marks in the session say it: `began`, set when the session is signed in, and `minute`, the newest minute in which a page was asked for.
The second is written once a minute and not with every page, because a write waits for the disk: a session may end up to a minute early.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from serein.foundation.people.persons import Person

from . import clock
from .second_factor import STAFF

IDLE, WHOLE = "session-idle", "session-absolute"
SOON_SECONDS = 10 * 60
"""How long before the absolute end every page says so: time to finish what is being written."""


@dataclass(frozen=True)
class Left:
    """Seconds until the session ends if nothing more is asked for. `last`: whatever is asked for, because the absolute end comes first."""

    seconds: int
    last: bool
    idle_minutes: int

    @property
    def soon(self) -> bool:
        return self.last and self.seconds <= SOON_SECONDS

    @property
    def minutes(self) -> int:
        return max(1, self.seconds // 60)


def _limits(who: Person) -> tuple[int, int]:
    """Idle and absolute limit in seconds. Somebody who works here and is a patient too is held to the stricter one."""
    idle, whole = settings.SEREIN_SESSIONS["staff" if who.roles & STAFF else "patient"]
    return idle * 60, whole * 60


def _marks(session: SessionBase, now: int) -> tuple[int, int]:
    return int(session.get("began", now)), int(session.get("minute", now // 60)) * 60


def begin(session: SessionBase) -> None:
    """Mark the start of a sign-in. Asking for a factor again in its middle is none: the absolute limit would otherwise never come."""
    now = int(clock.machine_seconds())
    session["began"], session["minute"] = now, now // 60


def ended(session: SessionBase, who: Person) -> str:
    """Which limit has passed, as a code, or nothing."""
    now = int(clock.machine_seconds())
    began, seen = _marks(session, now)
    idle, whole = _limits(who)
    if now - began >= whole:
        return WHOLE
    return IDLE if now - seen >= idle else ""


def lives(marks: Mapping[str, Any], who: Person) -> tuple[int, int] | None:
    """When a session of this person began and was last used, in seconds; None when its time is over though nobody has swept it away."""
    now = int(clock.machine_seconds())
    began, seen = int(marks.get("began", 0)), int(marks.get("minute", 0)) * 60
    idle, whole = _limits(who)
    return None if now - began >= whole or now - seen >= idle else (began, seen)


def go_on(session: SessionBase) -> None:
    """Somebody asked for a page."""
    now = int(clock.machine_seconds())
    if "began" not in session:
        begin(session)
    elif session.get("minute") != now // 60:
        session["minute"] = now // 60


def left(request: HttpRequest, who: Person) -> Left:
    now = int(clock.machine_seconds())
    began, seen = _marks(request.session, now)
    idle, whole = _limits(who)
    by_idle, by_whole = seen + idle - now, began + whole - now
    return Left(max(0, min(by_idle, by_whole)), by_whole <= by_idle, idle // 60)
