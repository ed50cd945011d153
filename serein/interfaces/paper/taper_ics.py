"""A taper as a calendar file (iCalendar, RFC 5545): one all-day entry for each change, with the tablets of the day.

Made by the `icalendar` library, because folding, escaping and time zones are where home-made calendar files break. Nobody's name stands in it:
calendars are shared with families and employers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

PRODUCT_ID = "-//Serein//Dose calendar//EN"
LINE = "Do not stop all at once. If you do not feel well, do not make the change: call your clinic first."


@dataclass(frozen=True)
class Entry:
    """One change: its day, a short title, and what is taken from then on, line by line."""

    on: date
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class CalendarFile:
    """`uid` names the course and never changes with its versions, so that a newer file replaces an older one's entries; `version` counts."""

    uid: str
    version: int
    made_at: datetime
    entries: Sequence[Entry]
    replaced: int = 0  # entries of the older version beyond these, which are taken out


def ics(file: CalendarFile) -> bytes:
    """The calendar file. Entries keep their number from version to version; those that a shorter version lacks are marked as cancelled."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT_ID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for number, entry in enumerate(file.entries, 1):
        calendar.add_component(_event(file, number, entry))
    last = file.entries[-1] if file.entries else None
    for number in range(len(file.entries) + 1, file.replaced + 1):
        if last is not None:
            gone = _event(file, number, Entry(last.on, "No change any more", ()))
            gone["STATUS"] = "CANCELLED"
            calendar.add_component(gone)
    return bytes(calendar.to_ical())


def _event(file: CalendarFile, number: int, entry: Entry) -> Event:
    event = Event()
    event.add("uid", f"{file.uid}-{number}@serein")
    event.add("sequence", file.version)
    event.add("dtstamp", file.made_at)
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", entry.title)
    event.add("description", "\n".join((*entry.lines, LINE)))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("status", "CONFIRMED")
    day_before = Alarm()
    day_before.add("action", "DISPLAY")
    day_before.add("description", "A change of your dose comes tomorrow.")
    day_before.add("trigger", timedelta(hours=-8))
    event.add_component(day_before)
    return event
