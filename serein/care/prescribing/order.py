"""What a draft asks for, as a plain value: the one text from which the words, the quantity and the order for `assess` are all made."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from serein.care.planning.reads import PlanCard
from serein.care.planning.text import (
    Mistaken,
    PlannedDose,
    daily_units,
    doses_of,
    mistaken_doses,
    most_units,
    number,
    product_named,
    units_mg,
)
from serein.clinical import knowledge
from serein.clinical.case import ATC, RXNORM, SNOMED, Coding, Concept, Dosage, Medicine, Order, Supply, Timing
from serein.clinical.knowledge import Product
from serein.clinical.quantities import Amount, Interval, Unit, plain

from . import words

DAY = Interval(Decimal(24))
# A day count beyond this is a slip of the finger; what is too long is for `assess` to say.
MOST_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class OrderText:
    """One supply: `quantity` counts tablets or mL (decimal string), `days` how long it lasts from `starts_on`. `reserve` of the quantity
    are kept for a hold of the dose and are not taken in those days; '' for none."""

    product: str
    doses: tuple[PlannedDose, ...]
    starts_on: date
    days: int
    quantity: str
    reserve: str = ""

    @property
    def last_day(self) -> date:
        return self.starts_on + timedelta(days=self.days - 1)

    def as_json(self) -> dict[str, Any]:
        doses = [d.as_json() for d in self.doses]
        return {
            "product": self.product, "doses": doses, "starts_on": self.starts_on.isoformat(), "days": self.days,
            "quantity": self.quantity,
        } | ({"reserve": self.reserve} if self.reserve else {})  # fmt: skip

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "OrderText":
        return cls(
            product=stored["product"], doses=doses_of(stored["doses"]), starts_on=date.fromisoformat(stored["starts_on"]),
            days=stored["days"], quantity=stored["quantity"], reserve=stored.get("reserve", ""),
        )  # fmt: skip


def prefilled(plan: PlanCard, on: date, until: date | None = None) -> OrderText:
    """The agreed plan as an order from today (or its start) to `until`; without it up to the day before the next look at the patient, or to the
    planned end."""
    start = max(on, plan.text.starts_on)
    if until is None:
        until = plan.text.reassess_on - timedelta(days=1) if plan.text.reassess_on > start else plan.text.ends_on
    until = min(until, plan.text.ends_on)
    days = max(1, min((until - start).days + 1, MOST_DAYS))
    product, quantity = product_named(plan.text.product), most_units(plan.text.doses, days)
    if product is not None and product.mg is not None:
        quantity = quantity.to_integral_value(ROUND_CEILING)  # tablets are handed out whole
    return OrderText(product=plan.text.product, doses=plan.text.doses, starts_on=start, days=days, quantity=plain(quantity))


def mistakes(order: OrderText, plan: PlanCard, *, on: date) -> Mistaken | None:
    """Everything wrong with the order as a text, and everything in it that the patient has not agreed to."""
    doses = tuple(mistaken_doses(order.product, order.doses))
    reserve = (
        () if doses or not order.reserve else _reserve(order)
    )  # how much seven days are is known only of doses that can be read
    found = (*doses, *_supply(order), *reserve, *_days(order, on))
    return Mistaken(found) if found else beyond(order, plan)


def _supply(order: OrderText) -> Iterator[tuple[str, str]]:
    product = product_named(order.product)
    if not 1 <= order.days <= MOST_DAYS:
        yield "days", f"Enter a number of days from 1 to {MOST_DAYS}."
    quantity = number(order.quantity)
    if not quantity:
        yield "quantity", "Enter how many in all, such as 28."
    elif product is not None and product.mg is not None and quantity % 1:
        yield "quantity", "Tablets are handed out whole: enter a whole number."


def _reserve(order: OrderText) -> Iterator[tuple[str, str]]:
    """A reserve is for so many days at this dose as the knowledge says; beyond that it would be tablets that nobody asked for."""
    product, reserve, days = (
        product_named(order.product),
        number(order.reserve or "0"),
        knowledge.load().rule("hold-reserve-days").value,
    )
    if reserve is None or (product is not None and product.mg is not None and reserve % 1):
        yield "reserve", "Enter how many of the quantity are a reserve, such as 7, or leave it empty."
    elif reserve > (most := most_units(order.doses, int(days)).to_integral_value(ROUND_CEILING)):
        yield "reserve", f"A reserve covers at most {plain(days)} days at this dose: {plain(most)}."
    elif reserve and reserve >= (number(order.quantity) or 0):
        yield "reserve", "The reserve is a part of the quantity."


def _days(order: OrderText, on: date) -> Iterator[tuple[str, str]]:
    if order.starts_on < on:
        yield "starts_on", "The first day cannot be before today."


def beyond(order: OrderText, plan: PlanCard) -> Mistaken | None:
    """What goes further than the agreed plan: more milligrams a day, or days outside it. Such an order needs a new plan first."""
    ordered, agreed = product_named(order.product), product_named(plan.text.product)
    if ordered is None or agreed is None:
        return Mistaken((("product", "Choose a product."),))
    most = units_mg(agreed, daily_units(plan.text.doses))
    found = []
    if units_mg(ordered, daily_units(order.doses)) > most:
        found.append(("doses", f"The patient agreed to {plain(most)} mg a day at most. Write a new plan to give more."))
    elif units_mg(ordered, most_units(order.doses, 7)) > (week := units_mg(agreed, most_units(plan.text.doses, 7))):
        found.append(("doses", f"The patient agreed to {plain(week)} mg in any 7 days at most. Write a new plan to give more."))
    if order.starts_on < plan.text.starts_on or order.last_day > plan.text.ends_on:
        found.append(("days", f"The agreed plan runs from {plan.text.starts_on:%d-%b-%Y} to {plan.text.ends_on:%d-%b-%Y}."))
    return Mistaken(tuple(found)) if found else None


def daily_mg(order: OrderText) -> Decimal:
    """The most milligrams in one day."""
    product = product_named(order.product)
    assert product is not None
    return units_mg(product, daily_units(order.doses))


def unit_of(product: Product) -> words.Unit:
    """What one counts of this product, and the mg in it."""
    name, mg = ("tablet", product.mg) if product.mg is not None else ("mL", product.mg_per_ml)
    assert mg is not None
    return words.Unit(name, mg)


def strength(product: Product) -> str:
    """'5 mg', or '1 mg/mL' for a liquid."""
    return f"{plain(product.mg)} mg" if product.mg is not None else f"{plain(product.mg_per_ml or Decimal())} mg/mL"


def form(product: Product) -> str:
    return product.form.replace("-", " ")


def directions(order: OrderText) -> str:
    """The directions as they will be signed: made from the doses, never typed, so that words and numbers cannot part."""
    product = product_named(order.product)
    assert product is not None
    kept = [words.reserve_directions(Decimal(order.reserve), unit_of(product).name)] if Decimal(order.reserve or 0) else []
    return " ".join((_doses_in_words(order), *kept))


def _doses_in_words(order: OrderText) -> str:
    product = product_named(order.product)
    assert product is not None
    unit = unit_of(product)
    regular = [words.TimedDose(d.at, Decimal(d.units)) for d in order.doses if d.at != "as_needed"]
    said = [words.regular_directions(regular, unit, days=order.days)] if regular else []
    for dose in order.doses:
        if dose.at == "as_needed":
            each = Decimal(dose.units)
            most = words.Most(day=each * Decimal(dose.max_per_day), week=each * dose.most_a_week)
            said.append(words.as_needed_directions(each, unit, most, days=order.days))
    return " ".join(said)


def _dosages(order: OrderText, product: Product, *, last: bool) -> tuple[Dosage, ...]:
    """Equal doses become one instruction "n times a day": a label's frequency range is about the day, not about one hour of it.

    Only the `last` supply of a plan carries its length as a bound: any other is followed by the next, so the course does not end with it.
    """
    days = Decimal(order.days) if last else None
    unit = Unit.TABLET if product.mg is not None else Unit.ML
    regular = [Decimal(d.units) for d in order.doses if d.at != "as_needed"]
    found = []
    for units in dict.fromkeys(regular):
        timing = Timing(times=Decimal(regular.count(units)), per=DAY, days=days, starts=order.starts_on)
        amount = Amount(units, unit)
        found.append(Dosage(text=_doses_in_words(order), low=amount, high=amount, timing=timing, route="oral"))
    for dose in order.doses:
        if dose.at == "as_needed":
            amount, times = Amount(Decimal(dose.units), unit), Decimal(dose.max_per_day)
            timing = Timing(times=times, per=DAY, days=days, starts=order.starts_on)
            found.append(_as_needed(_doses_in_words(order), amount, timing, dose.most_a_week))
    return tuple(found)


def _as_needed(text: str, amount: Amount, timing: Timing, uses_a_week: Decimal) -> Dosage:
    """So many uses a week fall on at most so many days: what the assessment reads as days a week."""
    most = Amount(amount.value * timing.times, amount.unit)
    return Dosage(
        text=text, low=amount, high=amount, timing=timing, as_needed=True, maximum=most, maximum_per=DAY,
        most_days_a_week=min(Decimal(7), uses_a_week), route="oral",
    )  # fmt: skip


def _medicine(product: Product, substance: str) -> Concept:
    codes = knowledge.load().substance(substance).codes
    return Concept(
        (
            *(Coding(RXNORM, c, product.name) for c in product.rxnorm), *(Coding(ATC, c) for c in codes.atc),
            *(Coding(SNOMED, c) for c in codes.snomed),
        ),
        product.name,
    )  # fmt: skip


def _facts(order: OrderText, substance: str, prescriber: str, *, last: bool) -> dict[str, Any]:
    product = product_named(order.product, substance)
    assert product is not None
    # The reserve is not among what the instruction needs: with it a quantity that is wrong by a few tablets would look right.
    return {
        "medicine": _medicine(product, substance), "dosages": _dosages(order, product, last=last), "form": form(product), "route": "oral",
        "supply": Supply(
            quantity=Decimal(order.quantity) - Decimal(order.reserve or 0), unit=Unit(unit_of(product).name), days=Decimal(order.days), repeats=0
        ),
        "starts": order.starts_on, "ends": order.last_day if last else None, "prescriber": prescriber,
    }  # fmt: skip


def clinical_order(order: OrderText, plan: PlanCard, *, reference: str, prescriber: str, on: date, replaces: str = "") -> Order:
    """The order as `assess` reads it. `replaces` is the reference of the prescription that this one renews."""
    reason = Concept((), plan.indication_name)
    facts = _facts(order, plan.substance, prescriber, last=order.last_day >= plan.text.ends_on)
    return Order(reference=reference, reasons=(reason,), authored_on=on, replaces=replaces, **facts)


def clinical_medicine(order: OrderText, *, reference: str, prescriber: str, on: date, status: str) -> Medicine:
    """A prescription of ours as a medicine in the record."""
    facts = _facts(order, "diazepam", prescriber, last=False)
    return Medicine(reference=reference, authored_on=on, status=status, **facts)
