"""A taper that tests start from: 7.5 mg a day, a tenth every two weeks, down to nothing, from tablets of 2 and 5 mg and a solution."""

from datetime import UTC, date, datetime
from uuid import UUID

from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import TaperCard, running_taper
from serein.care.tapering.text import TaperText
from tests.care.plans import agreed
from tests.people import AT, FourPeople, open_for, own_chart

PRODUCTS = ("diazepam-tablet-2", "diazepam-tablet-5", "diazepam-solution-1")
FIRST = date(2026, 12, 1)


def taper_text(**changes: object) -> TaperText:
    fields: dict[str, object] = {
        "daily_mg": "7.5", "cut_percent": "10", "every_days": 14, "goal_mg": "0", "products": PRODUCTS, "times": ("morning", "night"),
        "starts_on": FIRST,
    }  # fmt: skip
    return TaperText(**{**fields, **changes})  # type: ignore[arg-type]


def noon(day: date) -> datetime:
    """Noon in California on that day, or nearly: no test here is about the hour."""
    return datetime(day.year, day.month, day.day, 20, 0, tzinfo=UTC)


def proposed(people: FourPeople, at: datetime = AT, **changes: object) -> tuple[UUID, UUID]:
    """(plan, draft)"""
    plan_id = agreed(people.clinician, people.patient, at)
    answer = tapering.propose_taper(open_for(people.clinician, people.patient, at), plan_id, taper_text(**changes))
    assert isinstance(answer, tapering.Proposed), answer
    return plan_id, answer.course_id


def sent(people: FourPeople, at: datetime = AT, **changes: object) -> UUID:
    _, course_id = proposed(people, at, **changes)
    answer = tapering.send_taper(open_for(people.clinician, people.patient, at), course_id)
    assert isinstance(answer, tapering.Sent), answer
    return course_id


def running(people: FourPeople, at: datetime = AT, **changes: object) -> TaperCard:
    course_id = sent(people, at, **changes)
    answer = tapering.agree_taper(own_chart(people.patient, at), course_id)
    assert isinstance(answer, tapering.Agreed), answer
    found = running_taper(open_for(people.clinician, people.patient, at))
    assert found is not None
    return found
