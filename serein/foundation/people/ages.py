"""Birthdays that change what somebody may decide. The ages themselves are the operator's, with a source; without one they are unknown."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings


@dataclass(frozen=True)
class Majority:
    """From which age in years people decide for themselves in one place, and where that is written."""

    years: int
    source: str


def majority_of(jurisdiction: str) -> Majority | None:
    """What the operator wrote for this place; None: unknown."""
    found = settings.SEREIN_AGES_OF_MAJORITY.get(jurisdiction)
    return Majority(*found) if found else None


def birthday(born: date, years: int) -> date:
    """The day on which somebody born then is that old. Born on 29 February, in a year without one: the 28th, so that nobody's access to a
    grown person's record outlives any reading of the law."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 2, 28)


def of_age_at(born: date, zone: str, law: Majority) -> datetime:
    """The first instant of that birthday, at the person's home."""
    return datetime.combine(birthday(born, law.years), time(), ZoneInfo(zone))
