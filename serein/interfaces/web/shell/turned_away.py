"""A page that is refused to somebody who is signed in leaves a row, as a refused key or deed does: who tries other people's doors can be seen.

Whoever is not signed in leaves none: the way to the sign-in page is no refusal, and a stranger must not write into the trail. Of one account
sixty rows an hour are kept, the last of which says so: more would tell nothing new, and nobody fills a disk by asking.
"""

from __future__ import annotations

from datetime import datetime

from allauth.core.internal import ratelimit
from django.http import HttpRequest

from serein.foundation.people import door
from serein.foundation.people.persons import Person

ROWS = {"page_refused": "60/h/user"}


def _room(request: HttpRequest, *, look_only: bool = False) -> bool:
    taken = ratelimit.consume(request, app="serein", action="page_refused", config=ROWS, limit_get=True, dry_run=look_only)
    return taken is not None


def turned_away(request: HttpRequest, who: Person | None, at: datetime, why: str) -> None:
    """Keep that this page was refused. The page is told by its name in our table, never by the address that was typed."""
    if who is None or not _room(request):
        return
    match = request.resolver_match
    facts = {"page": match.view_name if match else ""}
    if not _room(request, look_only=True):
        facts["more"] = "not kept within the hour"
    door.page_refused(who, at=at, why=why, facts=facts)
