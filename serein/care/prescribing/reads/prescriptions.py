"""What was signed for a patient, read from the signed bytes."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from serein.care.planning.text import daily_units
from serein.clinical.case import Medicine
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import name_of
from serein.foundation.remembering import remembered

from ..models import Cancellation, Dispensing, Draft, Prescription, PrescriptionState
from ..order import OrderText, clinical_medicine
from ..payload import Content, read


@dataclass(frozen=True)
class PrescriptionCard:
    """One signed prescription. `content` is what the bytes say; `dispensed_at` and `cancelled_at` say how it ended."""

    id: UUID
    state: str
    code: str
    content: Content
    signed_by: str
    signed_at: datetime
    valid_from: date
    valid_until: date
    key_id: str
    dispensed_at: datetime | None = None
    dispensed_by: str = ""
    pharmacy: str = ""
    cancelled_at: datetime | None = None
    cancelled_by: str = ""
    cancelled_why: str = ""

    @property
    def state_words(self) -> str:
        return PrescriptionState(self.state).label

    @property
    def may_be_cancelled(self) -> bool:
        return self.state == PrescriptionState.SIGNED


@dataclass(frozen=True)
class Prescribed:
    """Our own prescriptions as medicines of the record: those whose supply still runs on the day, and those that ran out."""

    current: tuple[Medicine, ...]
    past: tuple[Medicine, ...]


@shown
@remembered
def prescriptions(chart: OpenChart) -> tuple[PrescriptionCard, ...]:
    """Every prescription, newest first."""
    rows = list(Prescription.objects.filter(patient=chart.patient_id).order_by("-id"))
    fills = {d.prescription_id: d for d in Dispensing.objects.filter(patient=chart.patient_id).order_by("-fill")}
    ends = {c.prescription_id: c for c in Cancellation.objects.filter(patient=chart.patient_id)}
    return tuple(_card(row, fills.get(row.id), ends.get(row.id)) for row in rows)


def _card(row: Prescription, fill: Dispensing | None, end: Cancellation | None) -> PrescriptionCard:
    return PrescriptionCard(
        id=row.id, state=row.state, code=row.code, content=read(bytes(row.payload)), signed_by=name_of(row.prescriber_id),
        signed_at=row.signed_at, valid_from=row.valid_from, valid_until=row.valid_until, key_id=row.key_id,
        dispensed_at=fill.at if fill else None, dispensed_by=name_of(fill.by_id) if fill else "", pharmacy=fill.pharmacy if fill else "",
        cancelled_at=end.at if end else None, cancelled_by=name_of(end.by_id) if end else "", cancelled_why=end.why if end else "",
    )  # fmt: skip


@shown
def prescription(chart: OpenChart, prescription_id: UUID) -> PrescriptionCard | None:
    return next((p for p in prescriptions(chart) if p.id == prescription_id), None)


@shown
def prescribed(chart: OpenChart, on: date) -> Prescribed:
    """Signed or dispensed and not cancelled: in the patient's hands, or on the way there, until its last day."""
    rows = Prescription.objects.filter(patient=chart.patient_id).exclude(state=PrescriptionState.CANCELLED).order_by("id")
    current: list[Medicine] = []
    past: list[Medicine] = []
    for row in rows:
        order = OrderText.from_json(Draft.objects.values_list("order", flat=True).get(pk=row.draft_id))
        runs = order.last_day >= on
        medicine = clinical_medicine(
            order, reference=f"Prescription/{row.id}", prescriber=name_of(row.prescriber_id), on=row.valid_from,
            status="active" if runs else "completed",
        )  # fmt: skip
        (current if runs else past).append(medicine)
    return Prescribed(tuple(current), tuple(past))


@dataclass(frozen=True)
class Supplied:
    """One signed supply: `quantity` of the product (tablets or mL) for the days it was written for, `reserve` of them kept for a hold.
    `dispensed_on` is None until handed out."""

    prescription_id: UUID
    product: str
    quantity: Decimal
    starts_on: date
    last_day: date
    dispensed_on: date | None
    regimen: str
    units_a_day: Decimal
    reserve: Decimal


@shown
def supplies(chart: OpenChart) -> tuple[Supplied, ...]:
    """Every supply that was signed and not cancelled, oldest first."""
    rows = Prescription.objects.filter(patient=chart.patient_id).exclude(state=PrescriptionState.CANCELLED).order_by("id")
    handed = dict(Dispensing.objects.filter(patient=chart.patient_id).order_by("-fill").values_list("prescription_id", "on"))
    orders = dict(Draft.objects.filter(patient=chart.patient_id).values_list("id", "order"))
    found = []
    for row in rows:
        stored = orders[row.draft_id]
        order = OrderText.from_json(stored)
        found.append(
            Supplied(
                row.id, order.product, Decimal(order.quantity), order.starts_on, order.last_day, handed.get(row.id),
                stored.get("regimen", ""), daily_units(order.doses), Decimal(order.reserve or 0),
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True)
class SupplyLine:
    """What one prescription gives: from its first day, or from the day it was handed out when that came later, to the last day it covers."""

    prescription_id: UUID
    plan_id: UUID
    first: date
    last: date
    dispensed: bool
    signed_at: datetime


@shown
def supply_lines(chart: OpenChart) -> tuple[SupplyLine, ...]:
    """Every prescription that is not cancelled, the oldest first. One that was signed and not handed out yet is no supply in the house."""
    rows = (
        Prescription.objects.filter(patient=chart.patient_id).exclude(state=PrescriptionState.CANCELLED).select_related("draft")
    )
    handed_out = dict(Dispensing.objects.filter(patient=chart.patient_id).order_by("fill").values_list("prescription_id", "on"))
    found = []
    for row in rows.order_by("id"):
        order, on = OrderText.from_json(row.draft.order), handed_out.get(row.id)
        first = max(order.starts_on, on) if on else order.starts_on
        last = first + (order.last_day - order.starts_on)
        found.append(SupplyLine(row.id, row.draft.plan_id, first, last, on is not None, row.signed_at))
    return tuple(found)


@shown
def latest_running(chart: OpenChart, on: date) -> UUID | None:
    """The newest prescription whose supply still runs on that day: a new one renews it."""
    current = prescribed(chart, on).current
    return UUID(current[-1].reference.removeprefix("Prescription/")) if current else None
