"""Stop without a taper, where the table calls withdrawal that matters rare: kept as a draft of one step, and agreed to like every other one."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from serein.care.monitoring.reads.diary import most_days_with_use
from serein.care.planning.text import Mistaken
from serein.clinical import knowledge
from serein.clinical.taper import Plan, Refused, Request, by_mouth
from serein.clinical.taper.courses import stop_without_taper
from serein.clinical.taper.policies import Risk, risk_of
from serein.foundation.people import keys
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart

from .. import reads
from ..text import MOST_DAYS_AHEAD, SUBSTANCE, limits, number_of
from .proposing import NO_PLAN, UNCONFIRMED, NewCourse, Proposed, store
from .recording import NOT_CLINICIAN, clinic_today, clinician, one_at_a_time, refuse

RUNS = ("taper-runs", "A taper or a switch runs: it is held or planned anew, never simply ended.")
MOST_MONTHS = 1200


@dataclass(frozen=True, kw_only=True)
class StopText:
    """How it was used, as decimal strings; `months_of_use` may be empty where nobody knows. The last dose is taken the day before `stops_on`."""

    days_per_week: str
    months_of_use: str
    stops_on: date


@dataclass(frozen=True)
class Risked:
    """What the table says of this use; `plan` is the one step to nothing, or `refused` why there must be a taper."""

    risk: Risk
    request: Request
    plan: Plan | None
    refused: Refused | None


@deed
def previewed_stop(chart: OpenChart, start: reads.Start, text: StopText) -> Risked | Mistaken:
    """What the withdrawal-risk table says, without storing it. Use that the plan or the diary knows of is never typed away."""
    wrong = _wrong(chart, start, text)
    if wrong is not None:
        return wrong
    known = knowledge.load()
    request = Request(
        substance=SUBSTANCE, daily_dose_mg=start.mg, start_on=text.stops_on, pace=limits().usual, goal_mg=Decimal(0),
        products=tuple(p for p in by_mouth(known, SUBSTANCE) if p.id in start.products), times=start.times,
        days_per_week=number_of(text.days_per_week), months_of_use=number_of(text.months_of_use),
    )  # fmt: skip
    found = stop_without_taper(known, request)
    refused = found if isinstance(found, Refused) else None
    return Risked(risk_of(known, request), request, found if isinstance(found, Plan) else None, refused)


def _wrong(chart: OpenChart, start: reads.Start, text: StopText) -> Mistaken | None:
    days, today = number_of(text.days_per_week), clinic_today(chart)
    if days is None or not 0 < days <= 7:
        return Mistaken((("days_per_week", "Enter the days a week on which it is used, from 1 to 7."),))
    if text.months_of_use and (number_of(text.months_of_use) is None or Decimal(text.months_of_use) > MOST_MONTHS):
        return Mistaken((("months_of_use", "Enter a number of months, or leave it empty."),))
    if not today <= text.stops_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        return Mistaken((("stops_on", "Choose a day from today on, within a year."),))
    if days < 7 and any(d.at != "as_needed" for d in start.plan.text.doses):
        return Mistaken((("days_per_week", "The plan gives a dose every day: that is 7 days a week."),))
    told = most_days_with_use(chart)
    if days < told:
        return Mistaken((("days_per_week", f"The diary tells of use on {told} days in seven."),))
    return None


@deed
@transaction.atomic
def propose_stop(chart: OpenChart, text: StopText) -> Proposed | Risked | Mistaken | keys.Refused:
    """Keep the stop as draft. Where the table does not call it rare nothing is kept, and what it says is returned."""
    deed, by = "propose_stop", clinician(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN)
    one_at_a_time(chart)
    start = reads.starting_point(chart, clinic_today(chart))
    if start is None:
        return refuse(chart, deed, NO_PLAN)
    if start.unconfirmed is not None or reads.running_taper(chart) is not None:
        return refuse(chart, deed, UNCONFIRMED if start.unconfirmed is not None else RUNS)
    found = previewed_stop(chart, start, text)
    if not isinstance(found, Risked) or found.plan is None:
        return found
    return store(chart, by, NewCourse(start.plan.id, found.request, found.plan), deed)
