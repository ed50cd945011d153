"""How the compliance desk says things: days, instants, places, and what stops when a licence lapses."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from serein.care.access.reads import LicenceLine

ROLES = {
    "clinician": "Clinician",
    "trainee": "Trainee",
    "pharmacist": "Pharmacist",
    "compliance": "Compliance officer",
    "administrator": "Administrator",
}
KINDS = {"prescriber": "Prescriber licence", "pharmacist": "Pharmacist licence"}
SOON_DAYS = 7  # the tier "This week"


def day_words(day: date) -> str:
    return f"{day:%d-%b-%Y}"


def instant_words(at: datetime, zone: str, *, seconds: bool = False) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):{'%d-%b-%Y %H:%M:%S' if seconds else '%d-%b-%Y %H:%M'}}"


def left_words(days: int) -> str:
    """How long a licence still runs; its last day counts."""
    if days < 0:
        return f"{-days} day{'s' if days < -1 else ''} ago"
    return {0: "last day: today", 1: "last day: tomorrow"}.get(days, f"last day, in {days} days")


@dataclass(frozen=True)
class Standing:
    """A licence as the list shows it: tier, state in words, and what stops."""

    tier: str
    state: str
    stops: str


def standing(line: LicenceLine, others: tuple[LicenceLine, ...]) -> Standing:
    """`others` are the holder's other licences: where another one runs on, nothing stops."""
    same = [
        o
        for o in others
        if o.id != line.id and (o.kind, o.jurisdiction) == (line.kind, line.jurisdiction) and o.state == "in force"
    ]
    does = "Signing" if line.kind == "prescriber" else "Dispensing"
    if line.state == "ended":
        return Standing("steady", f"Ended: {line.ended_why}", "")
    if any(o.expires_on > line.expires_on for o in same):
        return Standing("steady", _state(line), "Nothing: another licence runs on")
    if line.state == "lapsed":
        return Standing("now", _state(line), f"{does} in {line.jurisdiction} is off now")
    if line.state == "suspended":
        return Standing("now", f"Suspended: {line.suspended_why}", f"{does} in {line.jurisdiction} is off now")
    if line.state == "waiting":
        return Standing("today", _state(line), f"{does} in {line.jurisdiction} is off until somebody verifies it")
    if line.recheck_overdue:
        return Standing(
            "today", f"{_state(line)}. {recheck_words(line)}", f"After {day_words(line.expires_on)} {does.lower()} stops"
        )
    tier = "today" if line.days_left == 0 else "week" if line.days_left <= SOON_DAYS else "steady"
    return Standing(tier, _state(line), f"After that day {does.lower()} in {line.jurisdiction} stops")


def recheck_words(line: LicenceLine) -> str:
    """When the register is to be looked at again, or that this day has passed."""
    if line.recheck_on is None or line.recheck_in is None:
        return ""
    if line.recheck_in < 0:
        return f"To be looked up again by {day_words(line.recheck_on)}: overdue"
    return f"To be looked up again by {day_words(line.recheck_on)}"


def schedule_words(line: LicenceLine) -> str:
    return f"Schedules {', '.join(line.schedules)}" if line.schedules else "No schedule of controlled medicines"


def _state(line: LicenceLine) -> str:
    if line.state == "waiting":
        return "Not verified"
    if line.state == "lapsed":
        return f"Lapsed {left_words(line.days_left)}"
    return f"Verified {day_words(line.verified_on)} by {line.verified_by}" if line.verified_on else "Verified"
