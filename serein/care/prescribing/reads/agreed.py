"""How far the patient's agreement reaches on one day: the plan, and no more than a running taper says."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from serein.care.planning.reads import PlanCard
from serein.care.planning.text import Mistaken, PlannedDose, daily_units, most_units, product_named, units_mg
from serein.care.tapering.reads.dose import dose_ceiling
from serein.clinical.quantities import plain
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

from ..models import Draft, DraftState, Prescription, PrescriptionState
from ..order import OrderText, daily_mg


@shown
def agreed_most(chart: OpenChart, plan: PlanCard, on: date) -> Decimal:
    """The most mg a day of an order that starts on that day."""
    product = product_named(plan.text.product)
    assert product is not None, "a product that a plan names may not leave the knowledge"
    most, ceiling = units_mg(product, daily_units(plan.text.doses)), dose_ceiling(chart, on)
    return most if ceiling is None else min(most, ceiling)


@shown
def beyond_agreed(chart: OpenChart, plan: PlanCard, orders: tuple[OrderText, ...]) -> Mistaken | None:
    """Several strengths of one regimen are judged by their sum."""
    most = min(agreed_most(chart, plan, order.starts_on) for order in orders)
    if sum((daily_mg(order) for order in orders), Decimal()) > most:
        words = f"The patient agreed to {plain(most)} mg a day at most from that day. Write a new plan to give more."
        return Mistaken((("doses", words),))
    week = _week_mg(plan.text.product, plan.text.doses)
    if sum((_week_mg(order.product, order.doses) for order in orders), Decimal()) > week:
        return Mistaken(
            (("doses", f"The patient agreed to {plain(week)} mg in any 7 days at most. Write a new plan to give more."),)
        )
    return None


def _week_mg(product_id: str, doses: tuple[PlannedDose, ...]) -> Decimal:
    product = product_named(product_id)
    assert product is not None, "a product that a plan names may not leave the knowledge"
    return units_mg(product, most_units(doses, 7))


@shown
def siblings(chart: OpenChart, regimen: str, without: UUID) -> tuple[tuple[UUID, OrderText, bool], ...]:
    """The other parts of one regimen that still count: (draft, order, open). Discarded drafts and cancelled prescriptions do not."""
    if not regimen:
        return ()
    cancelled = Prescription.objects.filter(patient=chart.patient_id, state=PrescriptionState.CANCELLED)
    rows = Draft.objects.filter(patient=chart.patient_id, order__regimen=regimen).exclude(state=DraftState.DISCARDED)
    rows = rows.exclude(pk=without).exclude(pk__in=cancelled.values("draft")).order_by("id")
    return tuple((row.id, OrderText.from_json(row.order), row.state == DraftState.OPEN) for row in rows)
