"""Plans as values."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenList
from serein.foundation.people.persons import clinic_day, name_of
from serein.foundation.remembering import remembered
from serein.foundation.rows import answer

from .models import Plan, PlanExtension, PlanReply, PlanState
from .text import SUPPORTIVE_CARE, PlanText, daily_units, doses_of, product_named, text_digest, units_mg
from .words import dose_words, regimen_words


@dataclass(frozen=True)
class Reply:
    """What the patient answered. `answer` is agree or ask."""

    answer: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class PlanCard:
    """One version of a plan, with everything that a screen needs to show it."""

    id: UUID
    version: int
    state: str
    text: PlanText
    substance: str
    indication_name: str
    product_name: str
    dose_lines: tuple[str, ...]
    regimen_words: str
    daily_mg: str
    supportive_care_words: tuple[str, ...]
    written_by: str
    written_by_id: UUID
    written_at: datetime
    sent_at: datetime | None
    closed_at: datetime | None
    closed_why: str
    replies: tuple[Reply, ...]

    @property
    def state_words(self) -> str:
        return PlanState(self.state).label

    @property
    def has_as_needed(self) -> bool:
        return any(d.at == "as_needed" for d in self.text.doses)

    @property
    def digest(self) -> str:
        """Of what the plan says: a page names the digest it showed, so that nobody sends what they did not see."""
        return text_digest(self.text)


@dataclass(frozen=True)
class PlanLine:
    """What a list of patients says about a plan in force."""

    patient_id: UUID
    summary: str
    reassess_on: date
    ends_on: date


def _ends_on(plan: Plan) -> date:
    """The planned end as sent, or the latest to which the patient agreed since."""
    later = PlanExtension.objects.filter(plan=plan.id).order_by("-ends_on").values_list("ends_on", flat=True).first()
    return max(plan.ends_on, later) if later else plan.ends_on


def _text(plan: Plan) -> PlanText:
    return PlanText(
        indication=plan.indication, indication_words=plan.indication_words, goal=plan.goal, product=plan.product,
        doses=doses_of(plan.regimen), starts_on=plan.starts_on, ends_on=_ends_on(plan), reassess_on=plan.reassess_on,
        supportive_care=tuple(plan.supportive_care), supportive_note=plan.supportive_note,
    )  # fmt: skip


def _indication_name(indication: str) -> str:
    return knowledge.load().indication(indication).name


def _card(plan: Plan, replies: list[PlanReply]) -> PlanCard:
    text = _text(plan)
    product = product_named(plan.product, plan.substance)
    assert product is not None, "a product that a plan names may not leave the knowledge"
    return PlanCard(
        id=plan.id, version=plan.version, state=plan.state, text=text, substance=plan.substance,
        indication_name=_indication_name(plan.indication), product_name=product.name,
        dose_lines=tuple(dose_words(product, d) for d in text.doses), regimen_words=regimen_words(product, text.doses),
        daily_mg=plain(units_mg(product, daily_units(text.doses))),
        supportive_care_words=tuple(SUPPORTIVE_CARE[code] for code in text.supportive_care),
        written_by=name_of(plan.written_by_id), written_by_id=plan.written_by_id, written_at=plan.written_at, sent_at=plan.sent_at,
        closed_at=plan.closed_at, closed_why=plan.closed_why,
        replies=tuple(Reply(r.answer, r.words, name_of(r.by_id), r.at) for r in replies),
    )  # fmt: skip


@shown
@remembered
def plans(chart: OpenChart) -> tuple[PlanCard, ...]:
    """Every version, newest first."""
    replies = list(PlanReply.objects.filter(patient=chart.patient_id).order_by("id"))
    rows = Plan.objects.filter(patient=chart.patient_id).order_by("-version")
    return tuple(_card(row, [r for r in replies if r.plan_id == row.id]) for row in rows)


@shown
def plan(chart: OpenChart, plan_id: UUID) -> PlanCard | None:
    return next((p for p in plans(chart) if p.id == plan_id), None)


@shown
def plan_in_force(chart: OpenChart) -> PlanCard | None:
    """The plan that the patient agreed to and that has not ended by the clinic's date: without it nothing is prescribed."""
    today = clinic_day(chart.clinic_id, chart.at)
    return next((p for p in plans(chart) if p.state == PlanState.AGREED and today <= p.text.ends_on), None)


@shown
def plan_waiting(chart: OpenChart) -> PlanCard | None:
    """The version that lies with the patient: sent, or asked about."""
    return next((p for p in plans(chart) if p.state in (PlanState.SENT, PlanState.QUESTIONED)), None)


@shown
def plan_draft(chart: OpenChart) -> PlanCard | None:
    """The version that is still being written."""
    return next((p for p in plans(chart) if p.state == PlanState.DRAFT), None)


IN_FORCE = """
SELECT patient_id, reassess_on, greatest(ends_on, (SELECT max(e.ends_on) FROM planning_planextension e WHERE e.plan_id = p.id)),
       product, substance, regimen::text
FROM planning_plan p WHERE state = 'agreed' AND patient_id = ANY(%s)
"""


@shown
def plans_in_force(listing: OpenList) -> tuple[PlanLine, ...]:
    """One line for each patient in the list who has an agreed plan."""
    found = answer(IN_FORCE, [list(listing.patients)])
    return tuple(PlanLine(patient, _summary(*plan), again, ends) for patient, again, ends, *plan in found)


@lru_cache(maxsize=1000)
def _summary(product_id: str, substance: str, regimen: str) -> str:
    """`regimen` as JSON. Clinics give the same few regimens again and again, so each is reckoned once."""
    product = product_named(product_id, substance)
    assert product is not None, "a product that a plan names may not leave the knowledge"
    mg: Decimal = units_mg(product, daily_units(doses_of(json.loads(regimen))))
    return f"{plain(mg)} mg a day"
