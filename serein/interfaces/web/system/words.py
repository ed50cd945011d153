"""How the system's page says ages, sizes and instants."""

from datetime import datetime
from zoneinfo import ZoneInfo

UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def age_words(seconds: float) -> str:
    """In the largest unit that fits: 3 hours, 1 minute, 0 seconds."""
    length, unit = next(((s, u) for s, u in UNITS if seconds >= s), UNITS[-1])
    count = int(seconds // length)
    return f"{count} {unit}{'' if count == 1 else 's'}"


def size_words(count: int) -> str:
    """In decimal units, as disks are sold: 1.5 GB."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit in ("B", "kB") else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def instant_words(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%d-%b-%Y %H:%M}"
