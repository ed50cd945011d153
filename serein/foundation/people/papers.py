"""Whether a paper is the newest: asked by whoever holds it, without a key, because the answer says nothing about anybody.

One question to one table in front of the wall, whatever is asked: a code that was never given out takes as long as one that was. No look is
kept: an unknown code belongs to no clinic, and a row for known ones alone would be a difference that can be measured.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from .keys import code_digest
from .models import CalendarSlip


@dataclass(frozen=True)
class PaperStanding:
    """`until` is the day, at the clinic, since which the paper does not count; None: it is the newest."""

    until: date | None


def calendar_standing(code: str) -> PaperStanding | None:
    """What can be said of the dose calendar with this code; None for a code that no calendar has."""
    found = CalendarSlip.objects.filter(code_digest=code_digest(code)).values_list("until", "clinic__time_zone").first()
    if found is None:
        return None
    until, zone = found
    return PaperStanding(until.astimezone(ZoneInfo(zone)).date() if until is not None else None)
