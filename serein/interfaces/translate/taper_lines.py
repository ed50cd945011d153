"""A whole plan as somebody types it: a line a step, with the day, the milligrams a day and, if they like, the tablets of the day.

    2027-01-04, 18
    2027-01-18; 16; 3 x 5 mg + 0.5 x 2 mg
    2027-02-01  14  2 x 5 mg + 4 mL

What separates the three may be a comma, a semicolon, a tab or blanks. Every line is read, so that all that is wrong is said at once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from serein.clinical.quantities import NotAQuantity, decimal, plain
from serein.clinical.taper import Product
from serein.clinical.taper.review import TypedStep, parts_from
from serein.clinical.taper.values import TimedDose

MOST_LINES = 200
MOST_MG = Decimal(1000)
ALL_DAY = "all times of the day together"
_LINE = re.compile(r"(?P<day>[^\s,;]+)(?:\s*[,;]\s*|\s+)?(?P<mg>[^\s,;]*)(?:\s*[,;]\s*|\s+)?(?P<rest>.*)", re.DOTALL)
_MG = re.compile(r"(?:mg\b)?\s*(?:a\s+day\b|/\s*d(?:ay)?\b)?", re.IGNORECASE)
_TABLETS = re.compile(r"(?P<units>[\d.,]+)\s*[x×*]\s*(?P<mg>[\d.]+)\s*mg", re.IGNORECASE | re.ASCII)
_LIQUID = re.compile(r"(?P<units>[\d.]+)\s*ml(?:\s+of\s+(?P<mg>[\d.]+)\s*mg\s*/\s*ml)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class WrongLine:
    """`line` counts from 1, as it stands in what was typed; `field` is day, dose or tablets."""

    line: int
    field: str
    why: str

    @property
    def words(self) -> str:
        return f"Line {self.line}, {self.field}: {self.why}"


@dataclass(frozen=True)
class ReadLines:
    """The steps with the line each stands on; nothing is left out unless `wrong` says so."""

    steps: tuple[TypedStep, ...]
    lines: tuple[int, ...]
    wrong: tuple[WrongLine, ...]


class _Wrong(ValueError):
    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def read_lines(text: str, products: Sequence[Product]) -> ReadLines:
    """Every line that says something. Tablets are found among `products` by their strength."""
    found: list[tuple[int, TypedStep]] = []
    wrong: list[WrongLine] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if len(found) + len(wrong) == MOST_LINES:
            wrong.append(WrongLine(number, "day", f"a plan has at most {MOST_LINES} steps."))
            break
        try:
            found.append((number, _step(line.strip(), products)))
        except _Wrong as error:
            wrong.append(WrongLine(number, error.field, str(error)))
    return ReadLines(tuple(s for _, s in found), tuple(n for n, _ in found), tuple(wrong))


def _step(line: str, products: Sequence[Product]) -> TypedStep:
    read = _LINE.fullmatch(line)
    assert read is not None, "a line that says something begins with something"
    day = _day(read["day"])
    mg = _mg(read["mg"])
    rest = _MG.sub("", read["rest"], count=1).strip(" \t,;")
    if not rest:
        return TypedStep(from_=day, daily_mg=mg)
    if not mg:
        raise _Wrong("tablets", "a dose of 0 mg has no tablets.")
    parts = tuple(_part(one.strip(), products) for one in rest.split("+"))
    return TypedStep(from_=day, daily_mg=mg, doses=(TimedDose(ALL_DAY, mg, parts_from(_summed(parts))),))


def _day(written: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII):
            raise ValueError
        return date.fromisoformat(written)
    except ValueError:
        raise _Wrong("day", f"“{written[:40]}” is not a day. Write year-month-day, such as 2027-01-04.") from None


def _mg(written: str) -> Decimal:
    bare = re.sub(r"mg$", "", written, flags=re.IGNORECASE)
    try:
        mg = decimal(bare)
    except NotAQuantity:
        mg = Decimal(-1)
    if not 0 <= mg <= MOST_MG or mg != round(mg, 4):
        says = f"“{written[:40]}” is not" if written else "nothing stands after the day. Write"
        raise _Wrong("dose", f"{says} a number of milligrams a day, such as 12.5.")
    return mg


def _part(written: str, products: Sequence[Product]) -> tuple[str, Decimal]:
    tablets, liquid = _TABLETS.fullmatch(written), _LIQUID.fullmatch(written)
    read = tablets or liquid
    try:
        units = decimal(read["units"]) if read else Decimal(0)
        mg = decimal(read["mg"]) if read and read["mg"] else None
    except NotAQuantity:
        units, mg = Decimal(0), None
    if read is None or units <= 0:
        raise _Wrong("tablets", f"“{written[:60]}” is not understood. Write such as 1.5 x 2 mg, or 4 mL, with + between them.")
    fits = [p for p in products if p.liquid == (liquid is not None) and (mg is None or p.mg == mg)]
    if not fits:
        strength = f"{plain(mg)} mg" if mg is not None else "liquid"
        raise _Wrong("tablets", f"no product that you ticked is {'a tablet of ' if tablets else 'a '}{strength}.")
    if len(fits) > 1:
        raise _Wrong("tablets", f"“{written[:60]}” may mean several of the products that you ticked. Tick the one that is meant.")
    return fits[0].id, units


def _summed(parts: Sequence[tuple[str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    together: dict[str, Decimal] = {}
    for product, units in parts:
        together[product] = together.get(product, Decimal(0)) + units
    return tuple(together.items())
