"""A page that is refused to somebody who is signed in leaves a row, as a refused key or deed does: who tries other people's doors can be seen.

Whoever is not signed in leaves none: the way to the sign-in page is no refusal, and a stranger must not write into the trail. Of one account
sixty rows an hour are kept, the last of which says so: more would tell nothing new, and nobody fills a disk by asking.
"""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.http import HttpRequest

from serein.foundation.people import door
from serein.foundation.people.persons import Person

from . import clock

MOST_ROWS, HOUR_SECONDS = 60, 3600


def _number(who: Person) -> int:
    """The how-manieth refusal of this account in this hour. Two at one instant may count as one: the bound is there for the disk."""
    key = f"page_refused:{who.account_id}:{int(clock.machine_seconds()) // HOUR_SECONDS}"
    number = int(cache.get(key, 0)) + 1
    if number <= MOST_ROWS:
        cache.set(key, number, HOUR_SECONDS)
    return number


def turned_away(request: HttpRequest, who: Person | None, at: datetime, why: str) -> None:
    """Keep that this page was refused. The page is told by its name in our table, never by the address that was typed."""
    number = _number(who) if who is not None else MOST_ROWS + 1
    if who is None or number > MOST_ROWS:
        return
    match = request.resolver_match
    facts = {"page": match.view_name if match else ""}
    if number == MOST_ROWS:
        facts["more"] = "not kept within the hour"
    door.page_refused(who, at=at, why=why, facts=facts)
