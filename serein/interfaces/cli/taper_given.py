"""How `serein taper` gives its answer: JSON, a table for people, CSV, a calendar file, a calendar on paper."""

import argparse
import csv
import io
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from pathlib import Path

from serein.clinical.kinetics import NotValid, Person, settling_days, typical
from serein.clinical.knowledge import Knowledge
from serein.clinical.knowledge.facts import Product as ProductFact
from serein.clinical.taper import Plan, Product, Request, Step
from serein.clinical.taper.amounts import Shelf
from serein.clinical.taper.compare import dispensings
from serein.clinical.taper.day import spread
from serein.clinical.taper.written import plain
from serein.interfaces.translate.strict_json import Json

NOT_CONFIRMED = "No licensed human has confirmed this knowledge. A plan is a proposal: a clinician and the patient decide."
SETTLED_HALF_LIVES = "steady-state-half-lives"
SETTLED_SHARE = "0.9"


class CannotGive(ValueError):
    """There is nothing to write in the form asked for; the message says why."""


@dataclass(frozen=True)
class Answer:
    """JSON, the same for people, the exit code; and the plan where there is one, for calendars."""

    as_json: Json
    for_people: str
    exit: int
    request: Request | None = None
    plan: Plan | None = None


def give(answer: Answer, options: argparse.Namespace) -> None:
    """Print the answer or write the file. A refusal is printed whatever form was asked for. Raises CannotGive and OSError."""
    planned = answer.request is not None and answer.plan is not None
    if options.json:
        print(json.dumps(answer.as_json))
    elif not planned or not (options.csv or options.ics or options.pdf):
        if (options.ics or options.pdf or options.csv) and answer.exit == 0:
            raise CannotGive("only a reduction can be written as a table or a calendar")
        print(answer.for_people)
    else:
        assert answer.request is not None and answer.plan is not None
        if options.csv:
            sys.stdout.write(as_csv(answer.plan))
        elif options.ics:
            Path(options.ics).write_bytes(as_ics(answer.request, answer.plan))
        else:
            Path(options.pdf).write_bytes(as_pdf(answer.request, answer.plan, options.paper))


def for_people(request: Request, found: Plan) -> str:
    counted = {p.id: " mL of " if p.liquid else " × " for p in request.products}
    rows = (_row(step, counted) for step in found.steps)
    supply = ", ".join(f"{plain(units)}{counted[id]}{id}" for id, units in found.supply)
    checks = (f"{'ok  ' if c.ok else 'look'} {c.why}" for c in found.checks)
    return "\n".join(
        chain(rows, ["", f"Ends on {found.ends_on.isoformat()}. In all: {supply or 'nothing'}.", ""], checks, ["", NOT_CONFIRMED])
    )


def _row(step: Step, counted: dict[str, str]) -> str:
    doses = "; ".join(
        f"{d.at} {plain(d.mg)} mg = " + " + ".join(f"{plain(u)}{counted[p]}{p}" for p, u in d.parts.units) for d in step.doses
    )
    return f"{step.number:>3}  from {step.from_.isoformat()}  {plain(step.daily_mg):>6} mg a day  {doses or 'nothing'}"


def as_csv(plan: Plan) -> str:
    """One line a part: step, from, days, daily mg, cut in percent, time, mg, product, units. A step without tablets has one line."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("step", "from", "days", "daily_mg", "cut_mg", "cut_percent", "terminal", "at", "mg", "product", "units"))
    for step in plan.steps:
        head = (
            step.number, step.from_.isoformat(), step.days, plain(step.daily_mg), plain(step.cut_mg),
            f"{step.cut_percent:.1f}", "yes" if step.terminal else "no",
        )  # fmt: skip
        parts = [(d.at, plain(d.mg), _inert(p), plain(u)) for d in step.doses for p, u in d.parts.units]
        table.writerows((*head, *part) for part in parts or [("", "0", "", "0")])
    return out.getvalue()


def _inert(text: str) -> str:
    """A product's id is free text: a spreadsheet must not run one that begins like a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def as_ics(request: Request, plan: Plan) -> bytes:
    from serein.interfaces.paper.taper_ics import CalendarFile, Entry, ics

    words = {p.id: _words(p, request.substance) for p in request.products}
    before, entries = request.daily_dose_mg, []
    for step in plan.steps:
        title = f"Next change: from {plain(before)} mg to {plain(step.daily_mg)} mg a day"
        lines = [
            f"{d.at}: {plain(d.mg)} mg, " + " and ".join(f"{plain(u)} × {words[p]}" for p, u in d.parts.units) for d in step.doses
        ]
        entries.append(Entry(step.from_, title, tuple(lines) or ("From this day on nothing.",)))
        before = step.daily_mg
    # No clock here: the same file makes the same calendar. Whoever publishes versions stamps them with the day they were made.
    made = datetime.combine(request.start_on, time(), UTC)
    return ics(CalendarFile(f"taper-{request.substance}-{request.start_on.isoformat()}", 0, made, entries))


def as_pdf(request: Request, plan: Plan, size: str) -> bytes:
    """The calendar that a clinic hands out, with nobody's name on it. Raises CannotGive where it does not fit."""
    from serein.interfaces.paper.press import CannotPrint, Paper
    from serein.interfaces.paper.taper import CalendarPaper, DayDose, Period, taper_pdf

    def doses(step: Step) -> tuple[DayDose, ...]:
        return tuple(DayDose(d.at, d.mg, d.parts.units) for d in step.doses)

    shelf = Shelf(request.products, request.daily_dose_mg)
    grains = shelf.grains(request.daily_dose_mg)
    now = spread(shelf, grains, request.times) if grains and grains in shelf.makeable_set else ()
    start, last = request.start_on, plan.steps[-1]
    before = Period(start, request.daily_dose_mg, tuple(DayDose(d.at, d.mg, d.parts.units) for d in now), change=False)
    cite = None
    known = {p.id: _fact(p, request.substance, cite) for p in request.products}
    paper = CalendarPaper(
        name="", born="", drug=request.substance.capitalize(), version=1, made_on=start, from_on=start,
        ends_on=last.from_ + timedelta(days=max(0, last.days - 1)), clinic="", phone="", emergency="", crisis="", proposal=True,
        periods=(before, *(Period(s.from_, s.daily_mg, doses(s)) for s in plan.steps)), at=datetime.combine(start, time(), UTC), products=known,
    )  # fmt: skip
    try:
        return taper_pdf(paper, Paper.A4 if size == "a4" else Paper.LETTER)
    except CannotPrint as why:
        raise CannotGive(f"the calendar cannot be printed: {why}") from None


def _words(product: Product, substance: str) -> str:
    return (
        f"mL of {substance} {plain(product.mg)} mg/mL" if product.liquid else f"{substance} {plain(product.mg)} mg {product.form}"
    )


def _fact(product: Product, substance: str, cite: object) -> ProductFact:
    strength = {"mg_per_ml": product.mg} if product.liquid else {"mg": product.mg}
    return ProductFact(id=product.id, name=_words(product, substance), form=product.form, jurisdictions=(), cite=cite, **strength)  # type: ignore[arg-type]


def extras(knowledge: Knowledge, request: Request, plan: Plan, interval: int | None, person: Person | None) -> Json:
    """What is given beside the contract's fields, where it was asked for: the supply per interval, and when each step has settled."""
    more: Json = {}
    if interval is not None:
        reserve = int(knowledge.rule("hold-reserve-days").value)
        more["dispensing"] = [
            {"on": d.on.isoformat(), "days": d.days, "taken": _units(d.units), "give": _units(d.give), "left_over": _units(d.left),
             "hold_reserve": {"days": reserve, "units": _units(d.reserve)}}
            for d in dispensings(request, plan.steps, interval, reserve)
        ]  # fmt: skip
    if person is not None:
        more["settling"] = _settling(knowledge, request, plan, person)
    return more


def _units(units: tuple[tuple[str, object], ...]) -> list[Json]:
    return [{"product": id, "units": plain(count)} for id, count in units]  # type: ignore[arg-type]


def _settling(knowledge: Knowledge, request: Request, plan: Plan, person: Person) -> Json:
    """When nine tenths of each change have reached the level: a step is not judged before."""
    from decimal import Decimal

    found = typical(knowledge, request.substance, person)
    if isinstance(found, NotValid):
        return {"not_valid": found.why}
    days = settling_days(found.parameters, Decimal(SETTLED_SHARE))
    if days is None:
        return {"not_valid": "the level does not settle within 400 days"}
    steps = [
        {
            "number": s.number,
            "judge_from": (s.from_ + timedelta(days=days)).isoformat(),
            "still_falling_at_next": 0 < s.days < days,
        }
        for s in plan.steps
    ]
    return {"days": days, "share": SETTLED_SHARE, "steps": steps}
