"""Units as they are written, by UCUM code and in words, to the few that a dose or a rhythm may have."""

import re
from dataclasses import dataclass
from decimal import Context, Decimal

from serein.clinical.quantities import Amount, Interval, NotAQuantity, Unit
from serein.interfaces.translate.node import Node

# A third of an hour has no end in decimals; 18 digits are far below any rounding that a dose could feel.
_ROUNDED = Context(prec=18)

_AMOUNTS = {
    Unit.MCG: "mcg ug µg μg microgram micrograms mikrogramm",
    Unit.MG: "mg milligram milligrams milligramm",
    Unit.G: "g gram grams gramm gm",
    Unit.ML: "ml milliliter milliliters millilitre millilitres cc",
    # A capsule is counted like a tablet: one unit of a product. Whether it can be halved is the product's business.
    Unit.TABLET: "tablet tablets tablet(s) {tablet} {tablets} {tablet}(s) tbl tbls {tbl} tab tabs {tab} {tabs} tablette tabletten "
    "capsule capsules capsule(s) {capsule} {capsules} cap caps {cap} {caps} kapsel kapseln "
    "385055001 385049006 428673006 732936001 732937005",
}
AMOUNTS = {word: unit for unit, words in _AMOUNTS.items() for word in words.split()} | {
    "oral tablet": Unit.TABLET,
    "oral capsule": Unit.TABLET,
}

_HOURS = {
    Decimal(1) / Decimal(3600): "s sec second seconds",
    Decimal(1) / Decimal(60): "min minute minutes",
    Decimal(1): "h hr hour hours hrs",
    Decimal(24): "d day days {day} daily",
    Decimal(168): "wk week weeks",
    # UCUM's mo is 30.4375 days and its a 365.25; nobody counts a prescription's tablets so: label months are 30 days.
    Decimal(720): "mo month months",
    Decimal(8760): "a y yr year years",
}
HOURS = {word: hours for hours, words in _HOURS.items() for word in words.split()}


@dataclass(frozen=True)
class Unreadable:
    """Why a quantity could not be read, in words for the dosage's list of problems."""

    why: str


def written_unit(node: Node) -> tuple[str, str]:
    """(code, words) of a Quantity; the code only when its system is UCUM, an orderable form, SNOMED CT or not given."""
    node.skip("system")
    return node.text("code"), node.text("unit")


def read_amount(node: Node) -> Amount | Unreadable:
    """A Quantity in mg, g, mcg, tablets (capsules) or mL; else why not."""
    value = node.decimal("value")
    code, words = written_unit(node)
    if node.has("comparator"):
        return Unreadable(f"the amount has the comparator {node.text('comparator')!r}")
    if value is None:
        return Unreadable("an amount without a number")
    units = {unit for written in (code, words) if (unit := AMOUNTS.get(written.lower())) is not None}
    if len(units) > 1:
        return Unreadable(f"the unit is both {code!r} and {words!r}")
    if not units:
        return Unreadable(
            f"the unit {(words or code)!r} is none of mcg, mg, g, tablet, mL" if words or code else "an amount without a unit"
        )
    if code and not _same_or_silent(words, units):
        return Unreadable(f"the unit {words!r} does not go with the code {code!r}")
    try:
        return Amount(value, units.pop())
    except NotAQuantity as error:
        return Unreadable(str(error))


def _same_or_silent(words: str, units: set[Unit]) -> bool:
    """Free words beside a known code may decorate it ("tablet by mouth"), not change it ("mg/kg", "mg (2 tablets)")."""
    said = {AMOUNTS[token] for token in re.findall(r"[^\W\d]+", words.lower()) if token in AMOUNTS}
    return words.lower() in AMOUNTS or (said <= units and "/" not in words and " per " not in words.lower())


def read_hours(node: Node) -> Decimal | Unreadable:
    """A Duration in hours; a month is 30 days."""
    value = node.decimal("value")
    code, words = written_unit(node)
    if node.has("comparator"):
        return Unreadable(f"the time has the comparator {node.text('comparator')!r}")
    hours = HOURS.get(code.lower()) or HOURS.get(words.lower())
    if value is None or hours is None:
        return Unreadable(f"a time of {value if value is not None else 'no number'} {words or code or 'without a unit'}")
    return rounded(value * hours)


def period(value: Decimal, unit: str) -> Interval | Unreadable:
    """The length of a rhythm: `value` of FHIR's s, min, h, d, wk, mo, a."""
    hours = HOURS.get(unit.lower())
    if hours is None:
        return Unreadable(f"the period unit {unit!r} is not known" if unit else "a period without a unit")
    try:
        return Interval(rounded(value * hours))
    except NotAQuantity as error:
        return Unreadable(str(error))


def rounded(number: Decimal) -> Decimal:
    return _ROUNDED.plus(number).normalize()
