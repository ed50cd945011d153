"""Drafts as values: what is asked for, in the words that would be signed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from serein.care.planning.text import product_named
from serein.clinical.quantities import plain
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import name_of

from .. import words
from ..models import Draft, DraftState
from ..order import OrderText, directions, form, strength, unit_of


@dataclass(frozen=True)
class DraftCard:
    """One draft. `renews` is the id of the prescription that it takes the place of, if any; drafts of one `regimen` are
    several strengths of one daily dose."""

    id: UUID
    plan_id: UUID
    state: str
    version: int
    order: OrderText
    renews: UUID | None
    product_name: str
    strength: str
    form: str
    quantity_words: str
    directions: str
    prepared_by: str
    changed_at: datetime
    regimen: str = ""


def _card(row: Draft) -> DraftCard:
    order = OrderText.from_json(row.order)
    product = product_named(order.product)
    assert product is not None, "a product that a draft names may not leave the knowledge"
    renews = row.order.get("renews")
    return DraftCard(
        row.id, row.plan_id, row.state, row.version, order, UUID(renews) if renews else None, product.name, strength(product), form(product),
        words.quantity_in_words(Decimal(plain(Decimal(order.quantity))), unit_of(product).name), directions(order), name_of(row.prepared_by_id),
        row.changed_at, row.order.get("regimen", ""),
    )  # fmt: skip


@shown
def draft(chart: OpenChart, draft_id: UUID) -> DraftCard | None:
    row = Draft.objects.filter(pk=draft_id, patient=chart.patient_id).first()
    return _card(row) if row else None


@shown
def open_drafts(chart: OpenChart) -> tuple[DraftCard, ...]:
    """Drafts that are neither signed nor discarded, newest first."""
    return tuple(_card(row) for row in Draft.objects.filter(patient=chart.patient_id, state=DraftState.OPEN).order_by("-id"))
