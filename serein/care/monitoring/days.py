"""Which day a dose belongs to, and when a time of day is, where the patient lives. Zones come from tzdata; nothing here reads a clock."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

NIGHT = "night"
AS_NEEDED = "as_needed"
# The hour at which a time of day is usually meant; used to order doses and to place one whose hour nobody knows. Not a clinical number.
USUAL_HOUR = {"morning": 8, "noon": 12, "evening": 18, NIGHT: 22}
PER_WEEK = timedelta(days=6)  # from the first to the last of seven days
# A night dose swallowed at one in the morning belongs to the evening before it, not to the day that has begun.
NIGHT_ENDS = time(4)


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def dose_day(at: datetime, zone: str, slot: str) -> date:
    """The day that a dose of this time of day, taken at that instant, belongs to.

    >>> dose_day(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "America/Los_Angeles", "night")
    datetime.date(2026, 11, 23)
    >>> dose_day(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "America/Los_Angeles", "morning")
    datetime.date(2026, 11, 24)
    """
    here = local(at, zone)
    return here.date() - timedelta(days=1) if slot == NIGHT and here.time() < NIGHT_ENDS else here.date()


def usual_instant(day: date, zone: str, slot: str) -> datetime:
    """The instant at which a dose of that day is meant to be taken. A wall time that the clocks skip moves on by the skipped hour."""
    wall = datetime.combine(day, time(USUAL_HOUR.get(slot, 12)), ZoneInfo(zone))
    return wall.astimezone(UTC)


def order(slot: str) -> int:
    """Where a time of day stands in the day; as-needed comes last."""
    return USUAL_HOUR.get(slot, 24)


def beyond(uses: Mapping[date, int], on: date, *, most_a_day: int, most_a_week: int) -> str:
    """Whether the as-needed uses of the day `on` are too many: "day", "week" (some seven days in a row that hold it), or empty.

    `uses` counts by dose day; for a sure answer it reaches six days to each side.

    >>> beyond({date(2026, 11, 23): 1, date(2026, 11, 27): 2}, date(2026, 11, 23), most_a_day=2, most_a_week=2)
    'week'
    """
    if not uses.get(on):
        return ""
    if uses[on] > most_a_day:
        return "day"
    starts = (on - timedelta(days=n) for n in range(7))
    return "week" if any(sum(uses.get(s + timedelta(days=n), 0) for n in range(7)) > most_a_week for s in starts) else ""


def current_slot(slots: tuple[str, ...], at: datetime, zone: str) -> str | None:
    """Of a day's times with a dose, the one that `at` is nearest to: each lasts until halfway to the next.

    So a morning dose that was forgotten is not offered beside the night's: taking both at once is what must not happen.
    """
    here = local(at, zone)
    hour = Decimal(here.hour) + Decimal(here.minute) / 60
    timed = sorted((s for s in slots if s in USUAL_HOUR), key=order)
    for slot, following in pairwise(timed):
        if hour * 2 < USUAL_HOUR[slot] + USUAL_HOUR[following]:
            return slot
    return timed[-1] if timed else None
