"""What the patient has been told to take, day by day: by the agreed plan, and by the steps of a taper once one was agreed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from serein.care.access.reads import patient_card
from serein.care.planning.reads import PlanCard, plans
from serein.care.tapering.reads import DoseInForce, StepDose, TaperCard, dose_in_force, switch_to_come, tapers
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

from ..days import local, order
from ..models import Bridge
from ..regimen import DayDose, DayPlan, Part, day_doses

STANDING = ("running", "finished")


@shown
def planned(chart: OpenChart, first: date, last: date) -> tuple[DayPlan, ...]:
    """One value for each day from `first` to `last` (both included) on which an agreed plan was or will be in force.

    Today's doses, and those of the days since a change that nobody has confirmed, are those in force: a step that the patient was not told of,
    or holds no supply for, is not the dose of the day. Other days follow the calendar.
    """
    zone = patient_card(chart).time_zone
    agreed = [p for p in plans(chart) if _agreed_at(p)]
    bridged = {
        b.plan_id: b.on + timedelta(days=b.days - 1) for b in Bridge.objects.filter(patient=chart.patient_id).order_by("id")
    }
    taper = next((t for t in tapers(chart) if t.state in STANDING), None) or switch_to_come(chart)
    today = local(chart.at, zone).date()
    now = dose_in_force(chart, today) if taper else None
    open_since = now.unconfirmed_change.first_on if now and now.unconfirmed_change else today
    found = []
    for day in _days(first, last):
        by_taper = _tapered(taper, day, dose_in_force(chart, day) if taper and open_since <= day <= today else None)
        if by_taper is None and taper is not None and _before_a_switch(taper, day, zone):
            by_taper = DayPlan(day, taper.plan_id, _doses(taper.before_doses))
        plan = next((p for p in agreed if _in_force(p, day, zone, bridged.get(p.id))), None)
        if by_taper is not None:
            found.append(by_taper)
        elif plan is not None:
            found.append(DayPlan(day, plan.id, day_doses(plan.text.product, plan.text.doses)))
    return tuple(found)


@shown
def planned_on(chart: OpenChart, day: date) -> DayPlan | None:
    found = planned(chart, day, day)
    return found[0] if found else None


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _tapered(taper: TaperCard | None, day: date, now: DoseInForce | None) -> DayPlan | None:
    reached = taper.reached(day) if taper else ()
    if taper is None or not reached or taper.state not in STANDING:
        return None
    return DayPlan(day, taper.plan_id, _doses(now.parts if now else reached[-1].doses))


def _before_a_switch(taper: TaperCard, day: date, zone: str) -> bool:
    """The plan says where a switch leads: since it was written and until its first step, that much diazepam is not taken yet."""
    return taper.switch is not None and day >= local(taper.written_at, zone).date()


def _doses(doses: tuple[StepDose, ...]) -> tuple[DayDose, ...]:
    found = (DayDose(d.at, tuple(Part(product, units) for product, units in d.parts)) for d in doses)
    return tuple(sorted(found, key=lambda d: order(d.slot)))


def _agreed_at(plan: PlanCard) -> datetime | None:
    return next((r.at for r in plan.replies if r.answer == "agree"), None)


def _in_force(plan: PlanCard, day: date, zone: str, bridged_to: date | None) -> bool:
    """Newest version first: of two that met on one day, the later one counts. A bridge carries a plan past its end."""
    agreed = _agreed_at(plan)
    ends = max(plan.text.ends_on, bridged_to) if bridged_to else plan.text.ends_on
    if agreed is None or not plan.text.starts_on <= day <= ends or day < local(agreed, zone).date():
        return False
    return plan.closed_at is None or day < local(plan.closed_at, zone).date()
