"""The one front door: `assess(case, orders, knowledge, on)` judges proposed orders for one patient.

Stops guard starts and increases: for somebody who is probably dependent, a stop on a dose that is kept or lowered would itself
cause withdrawal, so stops about person and company and the absolute limit become warnings there. Four are never relaxed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from serein.clinical.case import (
    Case,
    Coding,
    Concept,
    Dosage,
    Observation,
    Order,
    QuestionnaireAnswers,
    Supply,
    Timing,
)
from serein.clinical.dependence.course import course_of_treatment, replaced_by_another
from serein.clinical.dependence.likelihood import dependence, dependence_likely
from serein.clinical.dosing.limits import dose_within_limits
from serein.clinical.dosing.regimen import regimens
from serein.clinical.dosing.slips import written_well
from serein.clinical.dosing.use import age_alone, rightly_used
from serein.clinical.findings import AssessedOrder, Assessment, Finding, NotChecked, Purpose, Severity
from serein.clinical.history import Regimen
from serein.clinical.interactions.company import code_and_text, company, order_not_recognised, order_of_another
from serein.clinical.interactions.drift import level_drift
from serein.clinical.interactions.person import person
from serein.clinical.jurisdiction.supply import lawful_supply, unjudged
from serein.clinical.knowledge import Knowledge, load
from serein.clinical.knowledge.facts import CatalogueEntry
from serein.clinical.knowledge.scene import SILENT, Said, Scene, together
from serein.clinical.quantities import Amount, Interval, Unit

RELAXED = (
    "Dependence is likely, so stopping would itself be dangerous: plan a taper.",
    "A short bridge supply, or inpatient care, where the risk is too high.",
)


def assess(case: Case, orders: Order | Sequence[Order], knowledge: Knowledge, on: date) -> Assessment:
    """Judges all `orders` together on day `on`. Raises ValueError when there is none: an empty proposal has no answer."""
    proposed = (orders,) if isinstance(orders, Order) else tuple(orders)
    if len(proposed) != 1:
        _told_apart(proposed)
    scene = Scene(case=_in_order(case), orders=tuple(sorted(proposed, key=_reference)), knowledge=knowledge, on=on)
    found = regimens(scene)
    said = together([*[_regimen(scene, r) for r in found], *[_order(scene, o) for o in proposed], unjudged()])
    return Assessment(
        on=on,
        knowledge=knowledge.version,
        orders=tuple([_assessed(scene, o, found) for o in proposed]),
        findings=_once(list(filter(_IS_FINDING, said))),
        not_checked=tuple(dict.fromkeys(filter(_IS_GAP, said))),
    )


def _told_apart(proposed: tuple[Order, ...]) -> None:
    if not proposed:
        raise ValueError("assess: no proposed order")
    if len({o.reference for o in proposed}) != len(proposed):
        raise ValueError("assess: two orders share one reference")


_reference, _code = operator.attrgetter("reference"), operator.attrgetter("code")
# Told apart in C: some twenty things are said in each decision.
_IS_FINDING: Any = Finding.__instancecheck__
_IS_GAP: Any = NotChecked.__instancecheck__


def _in_order(case: Case) -> Case:
    """The same case in one order: how a record happens to list its entries must change nothing, not even a word."""
    moved: dict[str, Any] = {}
    for listed, (name, key) in zip(_LISTS(case), ORDERED, strict=True):
        if len(listed) > 1 and (sorted_ := tuple(sorted(listed, key=key))) != listed:
            moved[name] = sorted_
    return replace(case, **moved) if moved else case


def _dated(thing: Observation | QuestionnaireAnswers) -> tuple[date, str]:
    return thing.on or date.min, thing.reference


ORDERED: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("medicines", _reference),
    ("past", _reference),
    ("conditions", _reference),
    ("allergies", _reference),
    ("observations", _dated),
    ("questionnaires", _dated),
)
_LISTS = operator.attrgetter(*[name for name, _ in ORDERED])


def codes(knowledge: Knowledge | None = None) -> tuple[CatalogueEntry, ...]:
    """Every finding code with severities, trigger and citations: what `serein assess --codes` prints."""
    return (knowledge or load()).codes


def _regimen(scene: Scene, regimen: Regimen) -> Said:
    depends = dependence(scene, regimen.starts)
    checks = (
        *age_alone(scene, regimen),
        *dose_within_limits(scene, regimen),
        *written_well(scene, regimen),
        *rightly_used(scene, regimen),
        *person(scene, regimen),
        *company(scene, regimen),
        *level_drift(scene, regimen),
        *dependence_likely(scene, regimen, depends),
        *course_of_treatment(scene, regimen, depends),
    )
    if not depends.probable or regimen.purpose.raises:
        return checks
    return tuple([_relaxed(scene, s) if isinstance(s, Finding) else s for s in checks])


def _relaxed(scene: Scene, finding: Finding) -> Finding:
    if finding.severity is not Severity.STOP or not scene.knowledge.catalogue(finding.code).relaxable:
        return finding
    suggestions = (*RELAXED, *finding.suggestions)
    return replace(finding, severity=Severity.WARN, relaxed_from=Severity.STOP, suggestions=suggestions)


def _order(scene: Scene, order: Order) -> Said:
    """What is judged for each order by itself."""
    identity = scene.identity(order)
    said = (code_and_text(scene, order.reference) if identity.problems else SILENT) + lawful_supply(scene, order)
    if identity.substance:
        return said
    if (not identity.names and not identity.groups) or "benzodiazepine-code" in identity.groups:
        return said + order_not_recognised(scene, order.reference)
    said += order_of_another(scene, order.reference)
    said += replaced_by_another(scene, order.reference, dependence(scene, order.begins or scene.on))
    why = "Serein judges doses of benzodiazepines and Z-drugs only"
    return (*said, NotChecked(f"dose of {order.medicine.words}", why))


def _assessed(scene: Scene, order: Order, found: Iterable[Regimen]) -> AssessedOrder:
    identity, written = scene.identity(order), scene.written.get(order.reference)
    if written is None:
        return AssessedOrder(order.reference, "+".join(sorted(identity.names)), None, Purpose.START)
    for regimen in found:
        if regimen.substance == written.substance:
            return AssessedOrder(order.reference, identity.substance, written.daily_mg, regimen.purpose)
    return AssessedOrder(order.reference, identity.substance, written.daily_mg, Purpose.START)


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    """Each finding once. Told apart by a few words first: the whole of a finding is long to compare."""
    if len(set(map(_code, findings))) == len(findings):
        return tuple(findings)
    kept: dict[tuple[str, str, str], list[Finding]] = {}
    for f in findings:
        alike = kept.setdefault((f.code, f.order, f.summary), [])
        if f not in alike:
            alike.append(f)
    return tuple(f for alike in kept.values() for f in alike)


@dataclass(frozen=True, kw_only=True)
class Plain:
    """An order as a form gives it. `units` of the product (tablets, or mL) at a time, `times` a day, for `days`.

    `quantity` counts tablets or mL. `maximum_units` is the most in 24 hours for as-needed use.
    """

    reference: str
    product: str
    units: Decimal
    times: Decimal
    on: date
    days: Decimal | None = None
    quantity: Decimal | None = None
    repeats: int | None = None
    indication: str = ""
    as_needed: bool = False
    maximum_units: Decimal | None = None
    replaces: str = ""
    prescriber: str = ""
    ends_with_supply: bool = False


def order_of(plain: Plain, knowledge: Knowledge) -> Order:
    """The Order that a form's values mean. Raises KeyError for an unknown product or indication (ids come from a list)."""
    product = knowledge.product(plain.product)
    unit = Unit.TABLET if product.mg is not None else Unit.ML
    amount = Amount(plain.units, unit)
    timing = Timing(times=plain.times, per=Interval(Decimal(24)), days=plain.days if plain.ends_with_supply else None)
    reasons = (Concept(text=knowledge.indication(plain.indication).name),) if plain.indication else ()
    most = Amount(plain.maximum_units, unit) if plain.maximum_units is not None else None
    return Order(
        reference=plain.reference,
        medicine=Concept(tuple(Coding(_RXNORM, c, product.name) for c in product.rxnorm), product.name),
        dosages=(
            Dosage(
                text=f"{amount} of {product.name}",
                low=amount,
                high=amount,
                timing=timing,
                as_needed=plain.as_needed,
                maximum=most,
                maximum_per=Interval(Decimal(24)) if most else None,
            ),
        ),
        supply=Supply(quantity=plain.quantity, unit=unit, days=plain.days, repeats=plain.repeats),
        reasons=reasons,
        authored_on=plain.on,
        replaces=plain.replaces,
        prescriber=plain.prescriber,
    )


_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
