"""Which population and which indication a limit is looked up for, and which limits then hold."""

from __future__ import annotations

from decimal import Decimal

from serein.clinical.case import YES, Order
from serein.clinical.dosing.rings import Asked, Bounds, rings
from serein.clinical.findings import Input
from serein.clinical.history import Regimen
from serein.clinical.knowledge.scene import Scene


def populations(scene: Scene) -> tuple[str, ...]:
    """Every population the person may belong to: an imprecise birth date can make it two. Debility counts as age."""
    made: tuple[str, ...] | None = scene.kept.get("populations")
    if made is None:
        made = scene.kept["populations"] = _populations(scene)
    return made


def _populations(scene: Scene) -> tuple[str, ...]:
    if scene.case.birth is None:
        return ("adult",)
    found = []
    if scene.youngest_years < scene.rule("child-years"):
        found.append("child")
    if scene.oldest_years >= scene.rule("older-adult-years") or scene.has_hazard("debility"):
        found.append("older")
    return tuple(found) or ("adult",)


def person_inputs(scene: Scene) -> tuple[Input, ...]:
    """The birth date, and what makes an adult count as old."""
    made: tuple[Input, ...] | None = scene.kept.get("person")
    if made is None:
        made = scene.kept["person"] = _person_inputs(scene)
    return made


def _person_inputs(scene: Scene) -> tuple[Input, ...]:
    birth = scene.case.birth
    if birth is None:
        return ()
    born = birth.earliest.isoformat() if birth.earliest == birth.latest else f"{birth.earliest} to {birth.latest}"
    extra = [i for h, inputs in scene.hazards if h.id == "debility" for i in inputs]
    return (Input(f"born {born}", scene.case.patient), *extra)


LESS = ("liver-disease", "respiratory-disease")
OPIOIDS = frozenset({"opioid", "opioid-treatment"})


def needs_less(scene: Scene) -> list[tuple[str, tuple[Input, ...]]]:
    """For what the labels ask for lower doses of a beginner without saying how low, in words, each with where it stands."""
    found = [(h.name, inputs) for h, inputs in scene.hazards if h.id in LESS]
    opioids = [Input(m.medicine.words, m.reference) for m, i in scene.current if not OPIOIDS.isdisjoint(i.groups)]
    if not opioids and scene.told.opioids is YES:
        opioids = [Input("takes an opioid", scene.told.reference("opioids"))]
    return [*found, *([("an opioid", tuple(opioids))] if opioids else [])]


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
    named = tuple(dict.fromkeys([i for o in scene.drafted(regimen) for i in indications(scene, o)]))
    place, substance = scene.case.jurisdiction, regimen.substance
    choices = [rings(scene.knowledge, Asked(substance, place, population, named)) for population in populations(scene)]
    return choices[0] if len(choices) == 1 else min(choices, key=lambda b: b.absolute.daily_mg if b.absolute else Decimal(0))
