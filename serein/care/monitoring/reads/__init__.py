"""What is known from watching, as values. Every read takes a key."""

from .diary import AsNeeded, Day, Line, NextDose, Today, as_needed, diary, first_day, last_line, today
from .regimen import planned, planned_on

__all__ = [
    "AsNeeded", "Day", "Line", "NextDose", "Today", "as_needed", "diary", "first_day", "last_line", "planned", "planned_on", "today",
]  # fmt: skip
