"""The parameters that are typical for one person, from the knowledge: with their spread, their sources, and what is not known.

Outside its domain (adults, by mouth, up to a daily dose that a label gives) the answer is `NotValid`, never a number.
"""

from decimal import Decimal

from serein.clinical.case import Concept
from serein.clinical.knowledge import Knowledge
from serein.clinical.knowledge.kinetic_facts import KineticEffect, KineticsFile

from .model import Parameters
from .somebody import NotValid, Person, Typical

NORMAL_CYP2C19 = ("", "normal")
SLOWING, HASTENING, POOR, FOOD = "inhibitor", "inducer", "cyp2c19-poor", "food"
NOTHING_FURTHER = {
    "central_fraction": 1.0, "intercompartmental_l_per_h": 0.0, "fraction_to_metabolite": 0.0, "metabolite_clearance_l_per_h": 0.0,
    "metabolite_volume_l": 1.0,
}  # fmt: skip
OLDEST_YEARS, LIGHTEST_KG, HEAVIEST_KG, SHORTEST_CM, TALLEST_CM = 100, 35, 250, 100, 250


def typical(knowledge: Knowledge, substance: str, person: Person) -> Typical | NotValid:
    """Typical parameters for one adult; see the knowledge file for values, conflicts and sources."""
    file = knowledge.kinetics_of(substance)
    if file is None:
        return NotValid(f"no typical values are known for {substance}")
    outside = _outside(file, person)
    if outside is not None:
        return outside
    effects, unknown = _effects(knowledge, file, person)
    if isinstance(effects, NotValid):
        return effects
    values = {v.id: float(v.value) for v in file.values}
    for effect in effects:
        values[effect.parameter] *= float(effect.factor)
    _scale_volumes(knowledge, file, person, values)
    cites = [c for v in file.values for c in (v.cite, v.spread_cite) if c] + [e.cite for e in effects]
    cites += [file.residual_cite] if file.residual_cite else []
    references = dict.fromkeys(knowledge.reference(c) for c in cites)
    spreads = {v.id: float(v.spread_percent) / 100 for v in file.values if v.spread_percent is not None}
    residual = float(file.residual_percent) / 100 if file.residual_percent is not None else None
    told = (*file.unknown, *unknown)
    return Typical(_parameters(values), spreads, tuple(references), told, residual, file.metabolite, _model(file))


def _model(file: KineticsFile) -> str:
    parts = "one compartment" if file.one_compartment else "two compartments"
    return f"{file.substance}, {parts}, first-order absorption" + (f", metabolite {file.metabolite}" if file.metabolite else "")


def _parameters(values: dict[str, float]) -> Parameters:
    """Without a `central_fraction` there is one compartment, without a metabolite none is made."""
    values = {**NOTHING_FURTHER, **values}
    volume, central = values.pop("volume_l"), values.pop("central_fraction")
    return Parameters(central_l=volume * central, peripheral_l=volume * (1 - central), **values)


def _outside(file: KineticsFile, person: Person) -> NotValid | None:
    if person.age_years is None:
        return NotValid("the age is not known, and the model is for adults")
    if not file.adult_from_years <= person.age_years <= OLDEST_YEARS:
        return NotValid(f"the model is for adults of {file.adult_from_years} to {OLDEST_YEARS} years")
    if person.weight_kg is not None and not LIGHTEST_KG <= person.weight_kg <= HEAVIEST_KG:
        return NotValid(f"the model is for {LIGHTEST_KG} to {HEAVIEST_KG} kg")
    if person.height_cm is not None and not SHORTEST_CM <= person.height_cm <= TALLEST_CM:
        return NotValid(f"the model is for people of {SHORTEST_CM} to {TALLEST_CM} cm")
    return None


def _effects(knowledge: Knowledge, file: KineticsFile, person: Person) -> tuple[list[KineticEffect] | NotValid, list[str]]:
    unknown, states = [], []
    if person.cirrhosis:
        states.append("cirrhosis")
    if person.liver_disease:
        states.append("liver disease without cirrhosis")
    if person.cyp2c19 == "poor":
        states.append(POOR)
    elif person.cyp2c19 not in NORMAL_CYP2C19:
        unknown.append(f"How much a CYP2C19 {person.cyp2c19} metaboliser differs: no number is used.")
    if person.with_food:
        states.append(FOOD)
    elif person.with_food is None and any(e.id == FOOD for e in file.effects):
        unknown.append(
            "Whether the doses are taken with food: without it is assumed; a meal delays and lessens what is absorbed."
        )
    bmi = _bmi(person)
    if bmi is None:
        unknown.append("Whether this person is obese: weight or height is missing.")
    elif bmi >= file.obese_from_bmi:
        states.append("obesity")
    unknown += [
        f"What {s} changes: no number of sufficient confidence is known."
        for s in states
        if not any(e.id == s for e in file.effects)
    ]
    rivals = _by_medicines(knowledge, file, person, unknown)
    rivals += [e for e in file.effects if e.id in states and e.id == POOR]
    strongest = _strongest(rivals, unknown)
    if isinstance(strongest, NotValid):
        return strongest, unknown
    chosen = [e for e in file.effects if e.id in states and e.id != POOR] + strongest
    if len({e.id for e in chosen}) > 1:
        unknown.append("What several conditions do together: their effects are multiplied, which nobody has measured.")
    return chosen, unknown


def _by_medicines(knowledge: Knowledge, file: KineticsFile, person: Person, unknown: list[str]) -> list[KineticEffect]:
    numbered = {e.id: e for e in file.effects if e.id != FOOD}  # a meal is told of the doses, not among the medicines
    found: list[KineticEffect] = []
    for name in person.medicines:
        identity = knowledge.register.identify(Concept(text=name))
        hits = [numbered[n] for n in sorted(identity.names) if n in numbered]
        found += [e for e in hits if not (e.none_in == POOR and person.cyp2c19 == "poor")]
        if not identity.names:
            unknown.append(f"What {name} does: not recognised.")
        elif not hits and identity.groups & {SLOWING, HASTENING}:
            unknown.append(f"How much {name} changes the clearance: no number of sufficient confidence is known.")
    return found


def _strongest(rivals: list[KineticEffect], unknown: list[str]) -> list[KineticEffect] | NotValid:
    """Of several causes that slow the clearance (or several that hasten it) only the strongest: their sum is not known."""
    slow = sorted((e for e in rivals if e.factor < 1), key=lambda e: e.factor)
    fast = sorted((e for e in rivals if e.factor > 1), key=lambda e: -e.factor)
    if slow and fast:
        return NotValid(f"{slow[0].id} slows and {fast[0].id} hastens the clearance; what both do together is not known")
    strongest = slow or fast
    if len(strongest) > 1:
        unknown.append(f"What {', '.join(e.id for e in strongest[1:])} adds to {strongest[0].id}: only the stronger is used.")
    return strongest[:1]


def _bmi(person: Person) -> Decimal | None:
    if person.weight_kg is None or person.height_cm is None:
        return None
    return person.weight_kg / (person.height_cm / 100) ** 2


def _scale_volumes(knowledge: Knowledge, file: KineticsFile, person: Person, values: dict[str, float]) -> None:
    """Volumes grow with age as the half-life does (clearance is taken not to change) and, in people who are not obese, with weight."""
    half_life = knowledge.substance(file.substance).half_life
    assert person.age_years is not None
    if half_life is not None:
        slope = (half_life.old_hours - half_life.young_hours) / (half_life.old_years - half_life.young_years)

        def hours(age: Decimal) -> Decimal:
            return half_life.young_hours + slope * (max(age, half_life.young_years) - half_life.young_years)

        values["volume_l"] *= float(hours(person.age_years) / hours(file.reference_age_years))
    bmi = _bmi(person)
    if person.weight_kg is not None and (bmi is None or bmi < file.obese_from_bmi):
        for name in {"volume_l", "metabolite_volume_l"} & values.keys():
            values[name] *= float(person.weight_kg / file.reference_weight_kg)
