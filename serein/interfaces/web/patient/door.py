"""The patient's way to their own record, and what every page of theirs starts with."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from serein.foundation.people.keys import OpenChart, Refused, open_chart
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import now


def own_record(request: HttpRequest, who: Person) -> OpenChart | Refused:
    """The key to the person's own record; everything on these pages is read and done with it."""
    if who.patient_id is None:
        return Refused("no-record", "There is no record for you here yet. Please call the clinic.")
    return open_chart(who, who.patient_id, purpose="own record", at=now(request))


def day_words(day: date, today: date) -> str:
    """A day as patients read it: Thursday, March 5; with the year when it is another one."""
    words = f"{day:%A, %B} {day.day}"
    return words if day.year == today.year else f"{words}, {day.year}"


def at_home(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def time_words(at: datetime) -> str:
    """2:05 pm"""
    return f"{at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"
