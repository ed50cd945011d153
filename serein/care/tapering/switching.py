"""A switch to diazepam as it is asked for, and what the engine says to it. Nothing here is stored: a look leaves no trace.

Only diazepam is prescribed here. The tablets that are taken now are named by whoever asks, so that each day can be told in tablets; Serein
never prescribes them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from serein.care.planning.text import Mistaken, PlannedDose, plannable_products, printable, units_mg
from serein.clinical import knowledge
from serein.clinical.knowledge import Cite, Product
from serein.clinical.quantities import decimal, plain
from serein.clinical.taper import (
    ASAM,
    Plan,
    PlanCheck,
    Refused,
    Request,
    alternatives,
    by_mouth,
    equivalence,
    policy_for,
    propose,
)
from serein.clinical.taper import Product as AtHand
from serein.clinical.taper.amounts import TooFine
from serein.clinical.taper.policies import Equivalence
from serein.clinical.taper.switch import DIAZEPAM, Switch, SwitchRequest, propose_switch

from .text import MOST_DAYS_AHEAD, MOST_EVERY, SLOTS, limits, number_of, offered

LONGEST_WHY = 300
MOST_TABLETS = 6
TABLE_NAMES = {"va-dod-2021": "VA/DoD 2021", "ashton-2002": "Ashton 2002", "uk": "NHS Scotland 2024"}
WHOLE, HALF = Decimal(1), Decimal("0.5")


@dataclass(frozen=True, kw_only=True)
class SwitchText:
    """A switch as it is asked for on the page. `doses` are (time of day, mg) of what is taken now, `tablets` the mg of each strength at hand of
    it; `chosen_mg` of it are set beside 10 mg of diazepam, for the reason `why`. `already` are diazepam doses that an earlier part of the same
    switch made. `products` are ids of diazepam products. `despite` is the reason where a switch is not advised."""

    substance: str
    doses: tuple[tuple[str, str], ...]
    tablets: tuple[str, ...]
    halves: bool
    chosen_mg: str
    why: str
    every_days: int
    starts_on: date
    products: tuple[str, ...]
    despite: str = ""
    already: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Person:
    """Of whom it is asked: age in completed years at most, and whether the liver is ill; None where the record does not say."""

    age_years: int | None
    liver_disease: bool | None
    by: str


@dataclass(frozen=True)
class Looked:
    """A switch that can be made. `after` is the reduction from its end at the usual pace, to look at: it is planned when the switch is done.
    `for_plan` is the product and the doses that an agreed plan names for its end; None where no one product makes them."""

    request: SwitchRequest
    switch: Switch
    checks: tuple[PlanCheck, ...]
    after: Plan | None
    for_plan: tuple[Product, tuple[PlannedDose, ...]] | None

    @property
    def settled_on(self) -> date:
        last = self.switch.steps[-1]
        return last.from_ + timedelta(days=settle_days())


@dataclass(frozen=True)
class NoSwitch:
    """Why not; the nearest text that can be met; and where a switch is not advised the reduction of what is taken, to look at only.
    `straight_needs` says what it needs beside the tablets at hand."""

    code: str
    why: str
    nearest: SwitchText | None = None
    straight: Plan | None = None
    straight_needs: str = ""


@dataclass(frozen=True)
class TableRow:
    """What one table says: mg beside 10 mg of diazepam, and the day's dose now in diazepam ('' while no dose is given)."""

    name: str
    mg: str
    today_mg: str
    title: str
    url: str
    where: str
    confidence: str


def settle_days() -> int:
    """How long the last step is kept before anything is lowered: a fortnight, as between any two steps."""
    return limits().usual.every_days


def switchable() -> tuple[tuple[str, str], ...]:
    """(id, name) of every substance that a table sets beside diazepam, diazepam itself left out."""
    found = [(s.id, s.name.capitalize()) for s in knowledge.load().substances if s.equivalents and s.id != DIAZEPAM]
    return tuple(sorted(found, key=lambda one: one[1]))


def shortest_days() -> int:
    return int(knowledge.load().rule("switch-days").value)


def table_rows(substance: str, daily_mg: Decimal) -> tuple[TableRow, ...]:
    """Every table with its source: never one number."""
    known = knowledge.load()
    rows = []
    for one in known.substance(substance).equivalents:
        low, high = one.mg.low, one.mg.high
        today = _span(daily_mg * 10 / high, daily_mg * 10 / low) if daily_mg else ""
        rows.append(TableRow(TABLE_NAMES.get(one.table, one.table), _span(low, high), today, *_cited(one.cite)))
    return tuple(rows)


def reported_tables(substance: str) -> tuple[tuple[str, str], ...]:
    """What further tables say, in words, each with its source: shown beside the others and used in no reckoning."""
    known, said = knowledge.load(), []
    for one in known.substance(substance).reported:
        mg = _span(one.mg.low, one.mg.high)
        own = f"{plain(one.central_mg)} ({mg})" if one.central_mg is not None else mg
        beside = _span(one.diazepam_mg.low, one.diazepam_mg.high)
        said.append((f"{own} mg beside {beside} mg of diazepam", known.source(one.cite.source).shown))
    return tuple(said)


def _span(low: Decimal, high: Decimal) -> str:
    ends = [plain(round(n, 1)) if n >= 10 else plain(round(n, 2)) for n in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _cited(cite: Cite) -> tuple[str, str, str, str]:
    source = knowledge.load().source(cite.source)
    return source.title, source.url or "", cite.where, cite.confidence


def look(text: SwitchText, who: Person, *, on: date, jurisdiction: str) -> Looked | NoSwitch | Mistaken:
    """What the engine says to the text if it were asked on that day in that jurisdiction (US-CA counts as US)."""
    wrong = tuple(_mistakes(text, on, jurisdiction))
    if wrong:
        return Mistaken(wrong)
    known, request = knowledge.load(), request_of(text, who)
    equal = equivalence(known, text.substance)
    assert equal is not None, "only substances that a table names pass"
    try:
        found = propose_switch(known, request)
    except TooFine as error:
        return NoSwitch("too-fine", f"These tablets and doses do not fit together: {error}.")
    if isinstance(found, Refused):
        return _no_switch(text, who, request, found, equal)
    return Looked(request, found, _checks(request, found, who), _after(request, found), _for_plan(found, jurisdiction))


def request_of(text: SwitchText, who: Person) -> SwitchRequest:
    """The text as the engine's request. Raises for a text with mistakes."""
    at_hand = {p.id: p for p in by_mouth(knowledge.load(), DIAZEPAM)}
    return SwitchRequest(
        substance=text.substance, doses=tuple((at, decimal(mg)) for at, mg in text.doses), start_on=text.starts_on,
        every_days=text.every_days, chosen_mg=decimal(text.chosen_mg), chosen_by=who.by, products=_tablets(text),
        diazepam=tuple(at_hand[p] for p in text.products), age_years=None if who.age_years is None else Decimal(who.age_years),
        liver_disease=who.liver_disease, despite=text.despite, already=tuple((at, decimal(mg)) for at, mg in text.already),
    )  # fmt: skip


def _tablets(text: SwitchText) -> tuple[AtHand, ...]:
    part = HALF if text.halves else WHOLE
    mgs = dict.fromkeys(decimal(mg) for mg in text.tablets)
    return tuple(AtHand(id=plain(mg), form="tablet", mg=mg, smallest=part) for mg in mgs)


def _no_switch(text: SwitchText, who: Person, request: SwitchRequest, found: Refused, equal: Equivalence) -> NoSwitch:
    """The nearest that can be met: a value within the tables, a week between the doses; else a reduction of what is taken."""
    chosen = min(max(request.chosen_mg, equal.low_mg), equal.high_mg)
    milder = replace(text, chosen_mg=plain(chosen), every_days=max(text.every_days, shortest_days()))
    able = milder != text and not isinstance(propose_switch(knowledge.load(), request_of(milder, who)), Refused)
    straight = _straight(request) if found.code == "switch-not-advised" else (None, "")
    return NoSwitch(found.code, found.why, milder if able else None, *straight)


def _straight(request: SwitchRequest) -> tuple[Plan | None, str]:
    """What is taken, lowered at the usual pace; with a liquid beside the tablets where they are too coarse for the last steps."""
    policy = policy_for(knowledge.load(), ASAM, request.substance)
    taken = sum((mg for _, mg in request.doses), Decimal(0))
    asked = Request(
        substance=request.substance, daily_dose_mg=taken, start_on=request.start_on, pace=policy.usual, goal_mg=Decimal(0),
        products=request.products, times=tuple(at for at, _ in request.doses),
    )  # fmt: skip
    try:
        found = propose(asked, policy, others=lambda one: alternatives(knowledge.load(), one, policy.terminal_cut_mg))
        if isinstance(found, Plan):
            return found, ""
        able = propose(found.nearest, policy) if found.nearest is not None else None
    except TooFine as error:
        return None, f"These tablets are too fine to plan with: {error}."
    return (able if isinstance(able, Plan) else None), found.why


def _after(request: SwitchRequest, found: Switch) -> Plan | None:
    policy, last = limits(), found.steps[-1]
    asked = Request(
        substance=DIAZEPAM, daily_dose_mg=found.diazepam_mg, start_on=last.from_ + timedelta(days=settle_days()), pace=policy.usual,
        goal_mg=Decimal(0), products=request.diazepam, times=tuple(d.at for d in last.doses), stable_since=last.from_,
    )  # fmt: skip
    plan = propose(asked, policy)
    return plan if isinstance(plan, Plan) else None


def _for_plan(found: Switch, jurisdiction: str) -> tuple[Product, tuple[PlannedDose, ...]] | None:
    """One product that makes every dose of the end, the fewest tablets first."""
    doses = found.steps[-1].doses
    for product in sorted(plannable_products(jurisdiction=jurisdiction), key=lambda p: (p.mg is None, -units_mg(p, WHOLE))):
        units = [d.mg / units_mg(product, WHOLE) for d in doses]
        if product.smallest is not None and all(u % product.smallest == 0 for u in units):
            return product, tuple(PlannedDose(d.at, plain(u)) for d, u in zip(doses, units, strict=True))
    return None


def _checks(request: SwitchRequest, found: Switch, who: Person) -> tuple[PlanCheck, ...]:
    name = request.substance
    low, high = (plain(mg) for mg in found.range_mg)
    said = [
        PlanCheck("outside-prescription", False, f"Serein knows no {name} product and prescribes none. Whoever prescribes it must lower it with "
                  "each step below: agree on that with them before you send this."),
        PlanCheck("one-dose-at-a-time", True, f"One dose of the day at a time, {request.every_days} days apart, the night’s first."),
        PlanCheck("within-the-tables", True, f"{plain(found.chosen_mg)} mg beside 10 mg of diazepam lies within {low} to {high} mg."),
        PlanCheck("nothing-reduced", True, "Nothing is reduced while it is switched."),
    ]  # fmt: skip
    if request.despite.strip() and (who.liver_disease or _old(who)):
        said.insert(
            0, PlanCheck("switch-not-advised", False, f"A switch is not advised here. Your reason: {request.despite.strip()}")
        )
    if who.age_years is None:
        said.insert(
            0, PlanCheck("age-unknown", False, "The age is not known, so whether a switch is advised at this age is not checked.")
        )
    if who.liver_disease is None:
        said.insert(
            0,
            PlanCheck(
                "liver-unknown", False, "Whether the liver is ill is not known. With liver disease a switch is not advised."
            ),
        )
    return tuple(said)


def _old(who: Person) -> bool:
    return who.age_years is not None and who.age_years >= knowledge.load().rule("older-adult-years").value


def plan_too_low(planned_mg: str, found: Looked) -> Mistaken | None:
    """A plan that gives less than the switch leads to cannot carry it."""
    end = found.switch.diazepam_mg
    if decimal(planned_mg) >= end:
        return None
    says = f"The plan gives {planned_mg} mg a day, and the switch leads to {plain(end)} mg. Write a new plan first."
    return Mistaken((("chosen_mg", says),))


def _mistakes(text: SwitchText, on: date, jurisdiction: str) -> Iterator[tuple[str, str]]:
    if text.substance not in dict(switchable()):
        yield "substance", "Choose what is taken now. What no table sets beside diazepam is never converted."
    yield from _taken_mistakes(text)
    chosen = number_of(text.chosen_mg)
    if not chosen:
        yield "chosen_mg", "Choose how many mg count as 10 mg of diazepam, within the tables."
    if not text.why.strip():
        yield "why", "Say why this value."
    for field in ("why", "despite"):
        if len(getattr(text, field)) > LONGEST_WHY or not printable(getattr(text, field)):
            yield field, f"Use {LONGEST_WHY} ordinary characters or fewer."
    if not 1 <= text.every_days <= MOST_EVERY:
        yield "every_days", f"Enter a number of days from {shortest_days()} to {MOST_EVERY}."
    if not on <= text.starts_on <= on + timedelta(days=MOST_DAYS_AHEAD):
        yield "starts_on", "The first change must be today or later, and within a year."
    here = {p.id for p in offered(jurisdiction)}
    if not text.products or not set(text.products) <= here or len(set(text.products)) != len(text.products):
        yield "products", "Choose at least one product from the list."


def _taken_mistakes(text: SwitchText) -> Iterator[tuple[str, str]]:
    """What is wrong with the doses and tablets of what is taken now."""
    times = [at for at, _ in text.doses]
    if not text.doses or len(set(times)) != len(times) or not set(times) <= set(SLOTS):
        yield "night", "Enter at least one dose in mg, such as 1."
    for at, mg in text.doses:
        if not number_of(mg):
            yield at, "Enter mg above 0, such as 0.5, or leave it empty."
    if not 1 <= len(text.tablets) <= MOST_TABLETS or not all(number_of(mg) for mg in text.tablets):
        yield "tablets", "Enter the mg of each tablet, such as 0.5, 1."
