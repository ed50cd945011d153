"""What another clinic agreed with the patient, as the first filling of this clinic's own plan and taper planner.

It is a proposal to somebody who has the patient before them: it fills fields and does nothing else. Where nobody knows which dose is taken the
doses stay empty, because a filled field is read as an answer.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from serein.care.continuity.facts import DoseAt, HandoverFacts, StepFacts, TaperFacts
from serein.care.continuity.reads import ReceivedCard, received
from serein.care.planning.reads import plans
from serein.care.planning.text import PlannedDose, plannable_products, units_mg
from serein.care.tapering.reads import tapers
from serein.clinical.knowledge import Product
from serein.clinical.quantities import decimal, plain
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import clinic_card, clinic_day

from .dosing_form import typed


@dataclass(frozen=True)
class Carried:
    """`initial` fills a form; `says` is what whoever checks it must know. `rest` are the other clinic's changes still to come."""

    clinic: str
    initial: dict[str, Any]
    says: str
    rest: tuple[tuple[date, str], ...] = ()


def carried_plan(key: OpenChart) -> Carried | None:
    """The other clinic's plan with the dose that is in force now; None where none came, or a plan was agreed here since."""
    card = received(key)
    if card is None or card.facts.plan is None or any(p.state == "agreed" and _since(p.replies[-1].at, card) for p in plans(key)):
        return None
    plan, on, jurisdiction = card.facts.plan, clinic_day(key.clinic_id, key.at), clinic_card(key.clinic_id).jurisdiction
    doses, says = _doses_now(card.facts, plannable_products(jurisdiction=jurisdiction))
    ends = max(plan.ends_on, card.facts.taper.ends_on if card.facts.taper else plan.ends_on)
    initial = {
        "indication": plan.indication, "indication_words": plan.indication_words, "goal": plan.goal, "starts_on": on,
        "supportive_care": list(plan.supportive_care), "supportive_note": plan.supportive_note,
        "reassess_on": plan.reassess_on if plan.reassess_on > on else None, "ends_on": ends if ends > on else None,
    }  # fmt: skip
    return Carried(card.from_clinic, initial | doses, says)


def _since(at: Any, card: ReceivedCard) -> bool:
    return bool(at >= card.received_at)


def _doses_now(facts: HandoverFacts, here: tuple[Product, ...]) -> tuple[dict[str, Any], str]:
    """The form's doses and what to say of them. A dose of several strengths is set in one product, where one can make it exactly."""
    assert facts.plan is not None
    if facts.dose is not None and facts.dose.unconfirmed is not None:
        change = facts.dose.unconfirmed
        both = f"{change.from_mg} mg to {change.to_mg} mg a day"
        return {}, f"Nobody has confirmed the change from {both}: ask which is taken. The doses are left empty."
    step = facts.taper.current(facts.as_of) if facts.taper else None
    doses, mg = (step.doses, step.daily_mg) if step else (facts.plan.doses, "")
    if not doses or (step and facts.dose and decimal(mg) != decimal(facts.dose.mg)):
        return {}, "Which dose is in force is not clear from it. The doses are left empty."
    as_there = _in_one(doses, tuple(p for p in here if p.id == facts.plan.product))
    found = as_there or next((f for p in here if (f := _in_one(doses, (p,)))), None)
    if found is None:
        return {}, "No one product here makes the dose that is in force. The doses are left empty."
    product, planned = found
    now = f"{mg} mg a day, the dose in force" if step else "The doses as they were agreed there"
    return {"product": product.id} | typed(planned), f"{now}, made from {product.name}."


def _in_one(doses: tuple[DoseAt, ...], products: tuple[Product, ...]) -> tuple[Product, tuple[PlannedDose, ...]] | None:
    """Every dose as units of the one product; None where it cannot be made of its smallest parts."""
    for product in products:
        each = units_mg(product, Decimal(1))
        units = [decimal(d.mg) / each for d in doses]
        if product.smallest is not None and all(u > 0 and u % product.smallest == 0 for u in units):
            return product, tuple(
                PlannedDose(d.at, plain(u), d.max_per_day, d.max_per_week) for d, u in zip(doses, units, strict=True)
            )
    return None


def carried_taper(key: OpenChart, offered: list[str]) -> Carried | None:
    """The other clinic's taper as settings of the planner; None where none came, it came to its end, or a taper was written here since."""
    card, on = received(key), clinic_day(key.clinic_id, key.at)
    taper = card.facts.taper if card else None
    if card is None or taper is None or any(_since(t.written_at, card) for t in tapers(key)):
        return None
    rest = tuple((s.from_on, s.daily_mg) for s in taper.steps if s.from_on > on) if taper.hold is None else ()
    held = "The dose was held there: plan the rest with the patient. " if taper.hold else ""
    ahead = f"{len(rest)} changes were still to come, the next on {rest[0][0]:%d-%b-%Y} to {rest[0][1]} mg. " if rest else ""
    says = f"{held}{ahead}Agreed there on {taper.agreed_on:%d-%b-%Y}: {taper.pace}, to {taper.goal_mg} mg a day."
    return Carried(card.from_clinic, _settings(taper, card.facts, on, offered), says, rest)


def _settings(taper: TaperFacts, facts: HandoverFacts, on: date, offered: list[str]) -> dict[str, Any]:
    products = {p for step in taper.steps for d in step.doses for p, _ in d.parts}
    times = list(dict.fromkeys(d.at for step in taper.steps for d in step.doses))
    coming: StepFacts | None = taper.coming(on)
    found: dict[str, Any] = {"goal_mg": taper.goal_mg}
    if facts.dose is not None and facts.dose.unconfirmed is None:
        found["stable_since"] = facts.dose.since
    if taper.cut_percent:
        found |= {"cut_percent": taper.cut_percent, "every_days": taper.every_days}
    if coming is not None:  # nothing comes before the day that the patient was told
        found["starts_on"] = max(coming.from_on, on + timedelta(days=1))
    here = [p for p in offered if p in products]
    return found | ({"products": here} if here else {}) | ({"times": times} if times else {})
