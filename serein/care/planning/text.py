"""What a plan says, as a plain value, and everything that can be wrong with it. No database: the same rules hold for form and action."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from serein.clinical import knowledge
from serein.clinical.knowledge import Product
from serein.clinical.quantities import plain

TIMES = MappingProxyType(
    {"morning": "in the morning", "noon": "at noon", "evening": "in the evening", "night": "at night", "as_needed": "when needed"}
)
SUPPORTIVE_CARE = MappingProxyType(
    {
        "cbt": "Talking therapy (CBT)",
        "cbt-i": "Sleep therapy (CBT-I)",
        "physiotherapy": "Physiotherapy",
        "sleep-routine": "A sleep routine",
        "relaxation": "Relaxation training",
        "peer-support": "Peer support",
    }
)
LONGEST_GOAL, LONGEST_NOTE, LONGEST_INDICATION = 1000, 2000, 300
# A date further off than this is a slip of the year, not a plan. Not a clinical limit: `assess` judges the duration.
LONGEST_DAYS = 3660


@dataclass(frozen=True)
class PlannedDose:
    """So many tablets (or mL) at one time of day. Only with `as_needed`: at most `max_per_day` such doses in a day and `max_per_week` in any
    seven days in a row. A calendar week would let a week's worth at its end meet the next one's at its start: twice the agreed."""

    at: str
    units: str
    max_per_day: str = ""
    max_per_week: str = ""

    @property
    def most_a_week(self) -> Decimal:
        """Doses in any seven days; a dose without its own maximum may be taken every day."""
        daily = 7 * Decimal(self.max_per_day or 1)
        return min(daily, Decimal(self.max_per_week)) if self.max_per_week else daily

    def as_json(self) -> dict[str, str]:
        limits = {"max_per_day": self.max_per_day, "max_per_week": self.max_per_week}
        return {"at": self.at, "units": self.units} | {name: most for name, most in limits.items() if most}


@dataclass(frozen=True, kw_only=True)
class PlanText:
    """A plan as written on the page. Units are decimal strings in tablets or mL of `product`; dates are days at the patient's place."""

    indication: str
    goal: str
    product: str
    doses: tuple[PlannedDose, ...]
    starts_on: date
    ends_on: date
    reassess_on: date
    indication_words: str = ""
    supportive_care: tuple[str, ...] = ()
    supportive_note: str = ""


@dataclass(frozen=True)
class Mistaken:
    """The text cannot be a plan: what is wrong, by field, in words for the person who typed it."""

    by_field: tuple[tuple[str, str], ...]


def product_named(product_id: str, substance: str = "diazepam") -> Product | None:
    """The product a plan may name: one of the substance that is taken by mouth day by day, no rescue form."""
    return next((p for p in plannable_products(substance) if p.id == product_id), None)


def plannable_products(substance: str = "diazepam", *, jurisdiction: str = "") -> tuple[Product, ...]:
    """Products that a plan may name; with a jurisdiction (US-CA counts as US) only those of its market."""
    found = knowledge.load().products_of(substance, jurisdiction.partition("-")[0])
    return tuple(p for p in found if not p.rescue and p.smallest is not None)


def units_mg(product: Product, units: Decimal) -> Decimal:
    """Milligrams in so many tablets or mL."""
    each = product.mg if product.mg is not None else product.mg_per_ml
    assert each is not None
    return units * each


def daily_units(doses: tuple[PlannedDose, ...]) -> Decimal:
    """The most that the regimen gives in one day, as-needed doses at their maximum."""
    return sum((Decimal(d.units) * (Decimal(d.max_per_day) if d.max_per_day else 1) for d in doses), Decimal())


def most_units(doses: tuple[PlannedDose, ...], days: int) -> Decimal:
    """The most that the regimen gives in so many days, with as-needed doses at the maximum of each day and of each week.

    >>> most_units((PlannedDose("as_needed", "0.5", "2", "4"),), 10)
    Decimal('4.0')
    """
    weeks, rest = divmod(days, 7)
    found = Decimal()
    for dose in doses:
        each = Decimal(dose.max_per_day or 1)
        found += Decimal(dose.units) * (weeks * dose.most_a_week + min(rest * each, dose.most_a_week))
    return found


def text_digest(text: PlanText) -> str:
    # A maximum a week is named only where there is one: a plan without keeps the digest that stands in the trail.
    facts = [
        text.indication, text.indication_words, text.goal, text.product,
        [[d.at, d.units, d.max_per_day, *([d.max_per_week] if d.max_per_week else [])] for d in text.doses],
        text.starts_on.isoformat(), text.ends_on.isoformat(), text.reassess_on.isoformat(), sorted(text.supportive_care),
        text.supportive_note,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, ensure_ascii=True).encode()).hexdigest()


def doses_of(regimen: list[dict[str, str]]) -> tuple[PlannedDose, ...]:
    return tuple(PlannedDose(d["at"], d["units"], d.get("max_per_day", ""), d.get("max_per_week", "")) for d in regimen)


def mistakes(text: PlanText, *, on: date, jurisdiction: str) -> Mistaken | None:
    """Everything wrong with the text if it were written on that day at a clinic in that jurisdiction (ISO 3166-2), or None."""
    here = {p.id for p in plannable_products(jurisdiction=jurisdiction)}
    doses = mistaken_doses(text.product if text.product in here else "", text.doses)
    found = (*_reason(text), *doses, *_dates(text, on), *_support(text))
    return Mistaken(found) if found else None


def _reason(text: PlanText) -> Iterator[tuple[str, str]]:
    if text.indication not in {i.id for f in knowledge.load().indications for i in f.indications}:
        yield "indication", "Choose what the medicine is for."
    if len(text.indication_words) > LONGEST_INDICATION:
        yield "indication_words", f"Use {LONGEST_INDICATION} characters or fewer."
    if not text.goal.strip():
        yield "goal", "Write what you and the patient want to reach."
    elif len(text.goal) > LONGEST_GOAL:
        yield "goal", f"Use {LONGEST_GOAL} characters or fewer."
    for field in ("goal", "indication_words", "supportive_note"):
        if not printable(getattr(text, field)):
            yield field, "Remove characters that cannot be printed."


def printable(words: str) -> bool:
    """No NUL, lone surrogate or other invisible control: what is on the screen must be all there is."""
    return not any(unicodedata.category(ch) in ("Cc", "Cs", "Cn", "Co") and ch not in "\n\r\t" for ch in words)


def mistaken_doses(product_id: str, doses: tuple[PlannedDose, ...]) -> Iterator[tuple[str, str]]:
    """What is wrong with a day's doses of a product, by field: the time of day names the field."""
    product = product_named(product_id)
    if product is None or product.smallest is None:
        yield "product", "Choose a product."
        return
    if not doses:
        yield "doses", "Enter at least one dose."
    if len({d.at for d in doses}) != len(doses):
        yield "doses", "Each time of day can be used once."
    for dose in doses:
        if dose.at not in TIMES:
            yield "doses", "Choose a time of day from the list."
            continue
        yield from ((dose.at, words) for words in _dose(dose, product.smallest))


def _dose(dose: PlannedDose, smallest: Decimal) -> Iterator[str]:
    units = number(dose.units)
    if units is None or units <= 0:
        yield "Enter a number above zero, such as 1 or 0.5."
    elif units % smallest:
        yield f"This product is given in steps of {plain(smallest)}."
    if dose.at == "as_needed":
        yield from _maximum(number(dose.max_per_day), number(dose.max_per_week))
    elif dose.max_per_day or dose.max_per_week:
        yield "A maximum belongs only to a dose when needed."


def _maximum(day: Decimal | None, week: Decimal | None) -> Iterator[str]:
    day_right, week_right = (n is not None and n > 0 and not n % 1 for n in (day, week))
    if not day_right:
        yield "Say how many such doses there may be in a day at most."
    if not week_right:
        yield "Say how many such doses there may be in any 7 days at most."
    if day_right and week_right and day is not None and week is not None and not day <= week <= 7 * day:
        yield f"With {plain(day)} a day at most, the maximum in 7 days lies between {plain(day)} and {plain(7 * day)}."


def number(written: str) -> Decimal | None:
    """A number as one writes it on a form: ASCII digits and a point, up to 9999 and three places. Everything else that Decimal would read
    (1e3, other scripts' digits, blanks) is refused: what is stored and signed must be what anybody would read on the screen."""
    return Decimal(written) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", written) else None


def _dates(text: PlanText, on: date) -> Iterator[tuple[str, str]]:
    if text.starts_on < on:
        yield "starts_on", "The plan cannot start before today."
    if (text.ends_on - on).days > LONGEST_DAYS:
        yield "ends_on", "Check the year."
    elif text.ends_on < text.starts_on:
        yield "ends_on", "The planned end cannot be before the start."
    elif not text.starts_on <= text.reassess_on <= text.ends_on:
        yield "reassess_on", "Look again between the start and the planned end."


def _support(text: PlanText) -> Iterator[tuple[str, str]]:
    if set(text.supportive_care) - set(SUPPORTIVE_CARE):
        yield "supportive_care", "Choose from the list."
    if len(text.supportive_note) > LONGEST_NOTE:
        yield "supportive_note", f"Use {LONGEST_NOTE} characters or fewer."
