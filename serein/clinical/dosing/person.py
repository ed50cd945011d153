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
    made: tuple[str, ...] | None = scene.kept.get(_populations)
    if made is None:
        made = scene.kept[_populations] = _populations(scene)
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
    made: tuple[Input, ...] | None = scene.kept.get(_person_inputs)
    if made is None:
        made = scene.kept[_person_inputs] = _person_inputs(scene)
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
    found = [(h.name, inputs) for h, inputs in scene.hazards if h.id in LESS] if scene.hazards else []
    if OPIOIDS.isdisjoint(scene.groups) and scene.told.opioids is not YES:
        return found
    opioids = [Input(m.medicine.words, m.reference) for m, i in scene.current if not OPIOIDS.isdisjoint(i.groups)]
    if not opioids and scene.told.opioids is YES:
        opioids = [Input("takes an opioid", scene.told.reference("opioids"))]
    return [*found, *([("an opioid", tuple(opioids))] if opioids else [])]


def indications(scene: Scene, order: Order) -> tuple[str, ...]:
    """Ids of the indications that the order's reasons name, in the knowledge's order."""
    made: tuple[str, ...] | None = scene.kept.get(order.reference)
    if made is None:
        made = scene.kept[order.reference] = _indications(scene, order)
    return made


def _indications(scene: Scene, order: Order) -> tuple[str, ...]:
    if not order.reasons:
        return ()
    prepared, means = scene.knowledge.prepared, scene.knowledge.terms.means
    meant = means(order.reasons[0]) if len(order.reasons) == 1 else frozenset().union(*map(means, order.reasons))
    made: tuple[str, ...] | None = prepared.get(meant)
    if made is None:
        made = prepared[meant] = scene.knowledge.in_order(id for kind, id in meant if kind == "indication")
    return made


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
    drafted, place, substance = regimen.orders, scene.case.jurisdiction, regimen.substance
    named = indications(scene, drafted[0])
    if len(drafted) > 1:
        named = tuple(dict.fromkeys([i for o in drafted for i in indications(scene, o)]))
    choices = [rings(scene.knowledge, Asked(substance, place, population, named)) for population in populations(scene)]
    return choices[0] if len(choices) == 1 else min(choices, key=lambda b: b.absolute.daily_mg if b.absolute else Decimal(0))
