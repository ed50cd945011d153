"""Which population and which indication a limit is looked up for, and which limits then hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from serein.clinical.case import Order
from serein.clinical.findings import Input
from serein.clinical.history import Regimen
from serein.clinical.knowledge.facts import Absolute, Range
from serein.clinical.knowledge.scene import Scene


@dataclass(frozen=True)
class Bounds:
    """What holds for this regimen. `ranges` are recommended (most specific first), `absolute` the outer ring; `guessed` says
    why a limit of another indication had to stand in."""

    population: str
    indications: tuple[str, ...]
    ranges: tuple[Range, ...]
    start: Range | None
    absolute: Absolute | None
    guessed: str = ""


def populations(scene: Scene) -> tuple[str, ...]:
    """Every population the person may belong to: an imprecise birth date can make it two. Debility counts as age."""
    birth = scene.case.birth
    if birth is None:
        return ("adult",)
    found = []
    if birth.youngest_years(scene.on) < scene.rule("child-years"):
        found.append("child")
    if birth.oldest_years(scene.on) >= scene.rule("older-adult-years") or scene.has_hazard("debility"):
        found.append("older")
    return tuple(found) or ("adult",)


def person_inputs(scene: Scene) -> tuple[Input, ...]:
    birth = scene.case.birth
    if birth is None:
        return ()
    born = birth.earliest.isoformat() if birth.earliest == birth.latest else f"{birth.earliest} to {birth.latest}"
    extra = tuple(i for h, inputs in scene.hazards if h.id == "debility" for i in inputs)
    return (Input(f"born {born}", scene.case.patient), *extra)


def indications(scene: Scene, order: Order) -> tuple[str, ...]:
    """Ids of the indications that the order's reasons name, in the knowledge's order."""
    if not order.reasons:
        return ()
    made: tuple[str, ...] | None = scene.kept.get(("indications", order.reference))
    if made is None:
        made = scene.kept["indications", order.reference] = _indications(scene, order)
    return made


def _indications(scene: Scene, order: Order) -> tuple[str, ...]:
    meant = {id for r in order.reasons for kind, id in scene.knowledge.terms.means(r) if kind == "indication"}
    return scene.knowledge.in_order(meant)


def bounds(scene: Scene, regimen: Regimen) -> Bounds | None:
    """Limits for the regimen, or None when nothing at all is known of the substance. Of several populations or indications the
    one with the lowest absolute limit counts; with no usable indication the lowest of the population stands in."""
    if scene.knowledge.limits_of(regimen.substance) is None:
        return None
    made: Bounds | None = scene.kept.get(("bounds", regimen.order))
    if made is None:
        made = scene.kept["bounds", regimen.order] = _bounds(scene, regimen)
    return made


def _bounds(scene: Scene, regimen: Regimen) -> Bounds:
    drafts = {d.reference for d in regimen.drafts}
    named = tuple(dict.fromkeys(i for o in scene.orders if o.reference in drafts for i in indications(scene, o)))
    choices = [_for(scene, regimen, population, named) for population in populations(scene)]
    return min(choices, key=lambda b: b.absolute.daily_mg if b.absolute else Decimal(0))


def _for(scene: Scene, regimen: Regimen, population: str, named: tuple[str, ...]) -> Bounds:
    here = scene.knowledge.ranges_of(regimen.substance, scene.case.jurisdiction, population)
    ranges = tuple(r for r in here if r.indication in named) + tuple(r for r in here if r.indication == "any")
    mine = scene.knowledge.absolutes_of(regimen.substance, population)
    fitting = [a for a in mine if a.indication in named]
    # The widest of the named indications: one order may serve two of them. Without any, the narrowest of all.
    absolute = max(fitting, key=lambda a: a.daily_mg) if fitting else min(mine, key=lambda a: a.daily_mg, default=None)
    adult_use = [a for a in mine if a.indication in ("anxiety", "muscle-spasm")]
    if not fitting and adult_use:
        absolute = min(adult_use, key=lambda a: a.daily_mg)
    guessed = "" if fitting else "no label limit for the reason given" if named else "no recognised reason"
    start = next((r for r in here if r.start_daily_mg is not None), None)
    return Bounds(population, named, ranges, start, absolute, guessed)
