"""May a further prescription be written for a plan? Only up to the next review; after a missed one, only over a bridge."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from serein.care.monitoring.reads.reviews import BridgeLine, bridge_running, plan_to_review, review_of
from serein.care.planning.reads import PlanCard, plan_in_force
from serein.care.planning.text import Mistaken
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_day

from ..models import Prescription, PrescriptionState
from ..order import OrderText


@dataclass(frozen=True)
class Renewal:
    """`until` is the last day that the supply may reach; None: the first prescription of a plan, which the plan's own dates bound."""

    plan_id: UUID
    again: bool
    refused: Refused | None
    until: date | None
    bridge: BridgeLine | None

    @property
    def fills_to(self) -> date | None:
        """The last day to write a supply for: a bridge is filled to its end, a renewal to the day before the review."""
        return self.until if self.until is None or self.bridge is not None else self.until - timedelta(days=1)


@shown
def plan_to_prescribe(chart: OpenChart) -> PlanCard | None:
    """The plan in force; or one that has ended, while an unused bridge carries it to the bridge's last day."""
    plan = plan_in_force(chart)
    if plan is not None:
        return plan
    ended = plan_to_review(chart)
    bridge = _unused_bridge(chart, ended.id) if ended else None
    return replace(ended, text=replace(ended.text, ends_on=bridge.last_day)) if ended and bridge else None


@shown
def renewal(chart: OpenChart, plan: PlanCard, regimen: str = "") -> Renewal:
    """Whether another prescription may be written under this plan today, and how far it may reach. Other parts of the same `regimen` that were
    signed before (several strengths of one dose) are neither renewed by it nor have they used up its bridge."""
    on, review = clinic_day(chart.clinic_id, chart.at), review_of(chart, plan)
    bridge = _unused_bridge(chart, plan.id, regimen)
    if bridge is not None:
        return Renewal(plan.id, True, None, bridge.last_day, bridge)
    if not _signed(chart, plan.id, regimen).exists():
        return Renewal(plan.id, False, None, None, None)
    if review.due(on):
        why = f"The review of this plan was due on {review.due_on:%d-%b-%Y}. Review the treatment first, or give a short bridge supply."
        return Renewal(plan.id, True, Refused("review-overdue", why), None, None)
    if review.decided_to_stop:
        why = "The last review decided to end the treatment. Write a plan that reduces it, or give a short bridge supply: never an abrupt stop."
        return Renewal(plan.id, True, Refused("review-decided-stop", why), None, None)
    return Renewal(plan.id, True, None, review.due_on, None)


def beyond_review(order: OrderText, found: Renewal) -> Mistaken | None:
    """A supply that would run past the day on which somebody is to look again."""
    if found.until is None or order.last_day <= found.until:
        return None
    what = "The bridge covers" if found.bridge else "The next review is due, so the supply may reach"
    return Mistaken((("days", f"{what} up to {found.until:%d-%b-%Y}."),))


def _signed(chart: OpenChart, plan_id: UUID, regimen: str = "") -> QuerySet[Prescription]:
    rows = Prescription.objects.filter(patient=chart.patient_id, draft__plan=plan_id).exclude(state=PrescriptionState.CANCELLED)
    parts = rows.filter(draft__order__regimen=regimen) if regimen else rows.none()
    return rows.exclude(pk__in=parts.values("pk"))


def _unused_bridge(chart: OpenChart, plan_id: UUID, regimen: str = "") -> BridgeLine | None:
    """One bridge, one supply: once a prescription was signed after it, it is used."""
    bridge = bridge_running(chart, plan_id)
    if bridge is None or _signed(chart, plan_id, regimen).filter(signed_at__gte=bridge.at.replace(microsecond=0)).exists():
        return None
    return bridge
