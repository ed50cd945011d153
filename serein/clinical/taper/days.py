"""Days on which the dose may change."""

from datetime import date, timedelta

from .values import Request

FARTHEST_DAYS = 366


def may_change(request: Request, day: date) -> bool:
    """Whether none of the request's constraints forbids a change on that day."""
    c = request.constraints
    if day.weekday() in c.no_change_weekdays or day in c.no_change_dates:
        return False
    if c.dispense_every_days is None:
        return True
    return (day - (c.dispense_from or request.start_on)).days % c.dispense_every_days == 0


def next_day(request: Request, day: date) -> date | None:
    """The first day from `day` on that allows a change; None when there is none within a year."""
    return next((d for n in range(FARTHEST_DAYS) if may_change(request, d := day + timedelta(days=n))), None)


def free(request: Request) -> bool:
    """Whether every day allows a change."""
    c = request.constraints
    return not c.no_change_weekdays and not c.no_change_dates and c.dispense_every_days is None
