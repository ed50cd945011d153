"""What the patient has been told to take, day by day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from serein.care.access.reads import patient_card
from serein.care.planning.reads import PlanCard, plans
from serein.foundation.people.keys import OpenChart

from ..days import local
from ..models import Bridge
from ..regimen import DayPlan, day_doses


def planned(chart: OpenChart, first: date, last: date) -> tuple[DayPlan, ...]:
    """One value for each day from `first` to `last` (both included) on which an agreed plan was or will be in force."""
    zone = patient_card(chart).time_zone
    agreed = [p for p in plans(chart) if _agreed_at(p)]
    bridged = {
        b.plan_id: b.on + timedelta(days=b.days - 1) for b in Bridge.objects.filter(patient=chart.patient_id).order_by("id")
    }
    found = []
    for day in _days(first, last):
        plan = next((p for p in agreed if _in_force(p, day, zone, bridged.get(p.id))), None)
        if plan is not None:
            found.append(DayPlan(day, plan.id, day_doses(plan.text.product, plan.text.doses)))
    return tuple(found)


def planned_on(chart: OpenChart, day: date) -> DayPlan | None:
    found = planned(chart, day, day)
    return found[0] if found else None


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _agreed_at(plan: PlanCard) -> datetime | None:
    return next((r.at for r in plan.replies if r.answer == "agree"), None)


def _in_force(plan: PlanCard, day: date, zone: str, bridged_to: date | None) -> bool:
    """Newest version first: of two that met on one day, the later one counts. A bridge carries a plan past its end."""
    agreed = _agreed_at(plan)
    ends = max(plan.text.ends_on, bridged_to) if bridged_to else plan.text.ends_on
    if agreed is None or not plan.text.starts_on <= day <= ends or day < local(agreed, zone).date():
        return False
    return plan.closed_at is None or day < local(plan.closed_at, zone).date()
