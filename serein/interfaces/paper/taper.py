"""The taper calendar on paper: the next change in words, then one month a page with the dose of every day drawn as tablets, each with a box.

Text reaches Typst as JSON and is only ever placed as text. A month never spills onto a second page: the row height follows from how many weeks
it has, and what does not fit into a cell is refused when the file is made, not cut off.
"""

import json
from calendar import Calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import as_file, files
from typing import Any

import typst

from serein.care.planning.words import units_words
from serein.clinical import knowledge
from serein.clinical.quantities import plain

from .press import CannotPrint, Paper, qr_of

SUNDAY = 6  # a week begins on Sunday where this calendar is used first
MOST_MONTHS = 36
MOST_DRAWN = 6
REPLACES = "This replaces any older calendar. Please throw older ones away."
NOT_YET = "If you have a calendar already, go on with that one until you have agreed."
CODE_OF = "Code of this calendar:"
CHECK = "Whoever holds it can ask at {address}, without signing in, whether it is the newest."
NEVER_STOP = "Do not stop all at once. Stopping suddenly can be dangerous. Talk to us first."
NOT_CONFIRMED = "The medical knowledge behind this calendar has not been confirmed by a licensed human."


@dataclass(frozen=True)
class DayDose:
    """One time of one day: `parts` are (product id, units)."""

    at: str
    mg: Decimal
    parts: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Period:
    """From `from_on` on, this much a day, made up like this. `change` is false for the dose before the first change."""

    from_on: date
    mg: Decimal
    doses: tuple[DayDose, ...]
    change: bool = True


@dataclass(frozen=True, kw_only=True)
class CalendarPaper:
    """What the calendar says. `periods` are in order; days before the first and from `ends_on` on are left empty. `products` are those
    that the knowledge does not name. `code` is asked about at `base_url`, without signing in; both are '' where there is no such page."""

    name: str
    born: str
    drug: str
    version: int
    made_on: date
    from_on: date
    ends_on: date
    periods: tuple[Period, ...]
    clinic: str
    phone: str
    emergency: str
    crisis: str
    held: str = ""
    proposal: bool = False
    demonstration: bool = False
    at: datetime
    code: str = ""
    base_url: str = ""
    products: Mapping[str, knowledge.Product] = field(default_factory=dict)

    def product(self, id: str) -> knowledge.Product:
        """One that the paper brings itself, else one of the knowledge."""
        return self.products.get(id) or knowledge.load().product(id)


def day_words(day: date) -> str:
    """Thursday, March 5, 2026"""
    return f"{day:%A, %B} {day.day}, {day.year}"


def taper_pdf(paper: CalendarPaper, size: Paper = Paper.LETTER) -> bytes:
    """The calendar as a tagged PDF. Raises CannotPrint for a letter that the bundled font lacks, a day that does not fit its box, and more
    than three years."""
    months = list(_months(paper))
    if len(months) > MOST_MONTHS:
        raise CannotPrint("the calendar is longer than three years")
    data = json.dumps(_data(paper, size, months))
    with as_file(files(__package__)) as folder:
        try:
            made = typst.compile(
                str(folder / "taper.typ"),
                root=str(folder),
                font_paths=[str(folder / "fonts")],
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"data": data},
                pdf_standards=["ua-1"],
                timestamp=int(paper.at.timestamp()),
            )
        except typst.TypstError as error:
            if "could not be displayed" in str(error):
                raise CannotPrint("a letter is not in the font that Serein brings") from None
            if "does not fit its box" in str(error):
                raise CannotPrint("the doses of one day do not fit into its box") from None
            # Typst quotes the text that it stumbled over, and that is a name: it must not reach a log.
            raise RuntimeError("the template of the calendar does not compile") from None
    return bytes(made)


def _data(paper: CalendarPaper, size: Paper, months: list[dict[str, Any]]) -> dict[str, Any]:
    changes = [
        {"day": day_words(p.from_on), "mg": f"{plain(p.mg)} mg a day", "lines": _lines(paper, p.doses)}
        for p in paper.periods
        if p.change
    ]
    return {
        "paper": size, "title": "My dose calendar", "name": paper.name, "born": paper.born, "drug": paper.drug,
        "version": f"Version {paper.version}, made on {day_words(paper.made_on)}",
        "issued": [paper.made_on.year, paper.made_on.month, paper.made_on.day],
        "replaces": NOT_YET if paper.proposal else REPLACES,
        **_check(paper),
        "never_stop": NEVER_STOP, "not_confirmed": NOT_CONFIRMED, "held": paper.held,
        "proposal": "Proposal: nothing of this is agreed yet." if paper.proposal else "", "demonstration": paper.demonstration,
        "first": _first_words(paper), "changes": changes, "months": months, "legend": _legend(paper),
        "clinic": paper.clinic, "calls": [f"Our clinic: {paper.phone}", f"In an emergency: {paper.emergency}", f"Crisis line: {paper.crisis}"],
    }  # fmt: skip


def _check(paper: CalendarPaper) -> dict[str, str]:
    """How whoever holds the paper learns that it is the newest. A proposal carries no code: it never was in force."""
    if not paper.code or not paper.base_url or paper.proposal:
        return {"check": ""}
    address = f"{paper.base_url.rstrip('/')}/calendar"
    return {
        "check": CHECK.format(address=address.partition("://")[2]),
        "code_of": CODE_OF,
        "code": paper.code,
        "qr": qr_of(f"{address}/{paper.code.replace('-', '')}".upper()),
        "qr_alt": f"QR code that opens the check of calendar {paper.code}",
    }


def _first_words(paper: CalendarPaper) -> str:
    change = next((p for p in paper.periods if p.change), None)
    if change is None or paper.held:
        return ""
    before = paper.periods[paper.periods.index(change) - 1] if paper.periods.index(change) else None
    was = f" from {plain(before.mg)} mg" if before else ""
    return f"Next change: {day_words(change.from_on)},{was} to {plain(change.mg)} mg a day."


def _lines(paper: CalendarPaper, doses: Sequence[DayDose]) -> list[str]:
    return [f"{d.at.capitalize()}: {' and '.join(_part(paper.product(p), u) for p, u in d.parts)}" for d in doses] or [
        "No tablets"
    ]


def _part(product: knowledge.Product, units: Decimal) -> str:
    strength = f"{plain(product.mg)} mg" if product.mg is not None else f"{plain(product.mg_per_ml or Decimal())} mg/mL"
    return f"{units_words(product, units)} of {strength}"


def _legend(paper: CalendarPaper) -> list[dict[str, str]]:
    """How each strength is drawn: its mg stands inside the tablet."""
    ids = dict.fromkeys(p for period in paper.periods for d in period.doses for p, _ in d.parts)
    return [{"mark": _mark(paper.product(p)), "words": paper.product(p).name} for p in ids]


def _mark(product: knowledge.Product) -> str:
    return plain(product.mg) if product.mg is not None else "mL"


def _months(paper: CalendarPaper) -> Iterator[dict[str, Any]]:
    year, month = paper.from_on.year, paper.from_on.month
    last = paper.ends_on
    while (year, month) <= (last.year, last.month):
        weeks = Calendar(SUNDAY).monthdatescalendar(year, month)
        yield {
            "name": f"{date(year, month, 1):%B} {year}",
            "weeks": [[_cell(paper, day) if day.month == month else None for day in week] for week in weeks],
        }
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _cell(paper: CalendarPaper, day: date) -> dict[str, Any]:
    """One day: empty before the calendar begins; the last day says that it is the last."""
    period = next((p for p in reversed(paper.periods) if p.from_on <= day), None)
    cell: dict[str, Any] = {"day": day.day, "mg": "", "change": False, "doses": [], "note": ""}
    if period is None or day < paper.from_on or day > paper.ends_on:
        return cell
    cell |= {"mg": f"{plain(period.mg)} mg", "change": period.change and period.from_on == day}
    cell["doses"] = [
        {
            "at": d.at,
            "tablets": _tablets(paper, d.parts),
            "words": " and ".join(_part(paper.product(p), u) for p, u in d.parts),
        }
        for d in period.doses
    ]
    if not period.doses:
        cell["note"] = "no tablets"
    return cell


def _tablets(paper: CalendarPaper, parts: tuple[tuple[str, Decimal], ...]) -> list[list[str]]:
    """[part, mark] of each tablet to draw; none for a liquid, or where there are more than a line holds."""
    found: list[list[str]] = []
    for product_id, units in parts:
        whole, part = divmod(units, 1)
        if paper.product(product_id).mg is None:
            continue
        divided = [["half" if part == Decimal("0.5") else "part", _mark(paper.product(product_id))]] if part else []
        found += [["whole", _mark(paper.product(product_id))]] * int(whole) + divided
    return found if len(found) <= MOST_DRAWN else []
