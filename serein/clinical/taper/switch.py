"""From a short-acting benzodiazepine to diazepam, one dose of the day at a time, weeks apart; nothing is reduced meanwhile.

The tables differ by up to a factor of two, and no table is right for everybody: both ends are shown, the clinician chooses between them, and
the choice is kept with the plan. Nothing is ever converted by default.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from serein.clinical.knowledge import Knowledge

from .amounts import Parts, Product, Shelf
from .day import NIGHT
from .policies import TEN_MG, Equivalence, equivalence
from .values import Refused

DIAZEPAM = "diazepam"


@dataclass(frozen=True, kw_only=True)
class SwitchRequest:
    """`doses` are (time of day, mg) of the substance that is taken. `chosen_mg` of it are set beside 10 mg of diazepam, by `chosen_by`.
    `despite` is the clinician's reason where a switch is not advised. `already` are the doses that an earlier part of the switch made
    diazepam: they stay as they are."""

    substance: str
    doses: tuple[tuple[str, Decimal], ...]
    start_on: date
    every_days: int
    chosen_mg: Decimal
    chosen_by: str
    products: tuple[Product, ...]  # of the substance that is taken
    diazepam: tuple[Product, ...]
    age_years: Decimal | None = None
    liver_disease: bool | None = None
    despite: str = ""
    already: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True)
class SwitchDose:
    at: str
    substance: str
    mg: Decimal
    parts: Parts


@dataclass(frozen=True)
class SwitchStep:
    """From `from_` on the dose at `switched` is diazepam. `low_mg` and `high_mg`: the day's dose in diazepam by the tables that say least
    and most."""

    number: int
    from_: date
    days: int
    switched: str
    doses: tuple[SwitchDose, ...]
    low_mg: Decimal
    high_mg: Decimal


@dataclass(frozen=True)
class Switch:
    """`range_mg`: mg of the substance beside 10 mg diazepam, lowest and highest of `tables`. `diazepam_mg`: the day's dose at the end."""

    steps: tuple[SwitchStep, ...]
    range_mg: tuple[Decimal, Decimal]
    tables: tuple[str, ...]
    chosen_mg: Decimal
    chosen_by: str
    diazepam_mg: Decimal
    despite: str


def propose_switch(knowledge: Knowledge, request: SwitchRequest) -> Switch | Refused:
    """The switch in dated steps, the night's dose first, or why not. `Refused.nearest` is never set: a door says what would do."""
    equal = equivalence(knowledge, request.substance)
    refused = _refused(knowledge, request, equal)
    if refused is not None:
        return refused
    assert equal is not None
    shelves = {
        request.substance: Shelf(request.products, _total(request)),
        DIAZEPAM: Shelf(request.diazepam, _highest(request, equal)),
    }
    becomes = {}
    for at, mg in request.doses:
        if not shelves[request.substance].can_make(mg):
            return Refused("dose-not-makeable", f"The products at hand cannot make {_n(mg)} mg of {request.substance} at {at}.")
        found = _diazepam_for(shelves[DIAZEPAM], mg, equal, request.chosen_mg)
        if found is None:
            return Refused(
                "not-makeable-in-range",
                f"No diazepam product makes a dose for {_n(mg)} mg of {request.substance} within the range.",
            )
        becomes[at] = found
    for _, mg in request.already:
        if not shelves[DIAZEPAM].can_make(mg):
            return Refused(
                "dose-not-makeable", f"The diazepam products at hand cannot make the {_n(mg)} mg that are taken already."
            )
    steps = tuple(_steps(request, equal, shelves, becomes))
    end = sum(becomes.values(), Decimal(0)) + sum((mg for _, mg in request.already), Decimal(0))
    return Switch(steps, (equal.low_mg, equal.high_mg), equal.tables, request.chosen_mg, request.chosen_by, end, request.despite)


def _refused(knowledge: Knowledge, request: SwitchRequest, equal: Equivalence | None) -> Refused | None:
    shortest, old = int(knowledge.rule("switch-days").value), knowledge.rule("older-adult-years").value
    if equal is None or request.substance == DIAZEPAM:
        return Refused("no-equivalence", f"No table sets {request.substance} beside diazepam, so it is never converted.")
    if not equal.low_mg <= request.chosen_mg <= equal.high_mg:
        return Refused(
            "equivalence-out-of-range",
            f"The tables say {_n(equal.low_mg)} to {_n(equal.high_mg)} mg beside 10 mg diazepam; choose within.",
        )
    if request.every_days < shortest:
        return Refused("switch-too-fast", f"One dose is switched at a time, {shortest} days apart or more.")
    if not request.despite.strip():
        if request.liver_disease:
            said = "With liver disease diazepam piles up: a switch is not advised. Lower what is taken, or ask about oxazepam."
            return Refused("switch-not-advised", said)
        if request.age_years is not None and request.age_years >= old:
            return Refused(
                "switch-not-advised", f"From {_n(old)} years a longer-acting benzodiazepine is not advised. Lower what is taken."
            )
    return None


def _diazepam_for(shelf: Shelf, mg: Decimal, equal: Equivalence, chosen_mg: Decimal) -> Decimal | None:
    """The makeable diazepam dose nearest to the chosen one, the lower of two as near, and never outside what the tables say."""
    low, high, wished = equal.diazepam_least(mg), equal.diazepam_most(mg), mg * TEN_MG / chosen_mg
    doses = [d for g in shelf.makeable if low <= (d := shelf.mg(g)) <= high and d > 0]
    return min(doses, key=lambda d: (abs(d - wished), d), default=None)


def _steps(
    request: SwitchRequest, equal: Equivalence, shelves: dict[str, Shelf], becomes: dict[str, Decimal]
) -> list[SwitchStep]:
    # At night first: what is new is then met asleep. Then the other doses from the end of the day to its beginning.
    order = sorted(range(len(request.doses)), key=lambda i: (request.doses[i][0] not in NIGHT, -i))
    found, switched = [], set()
    for number, i in enumerate(order, 1):
        switched.add(request.doses[i][0])
        doses = tuple(
            _dose(shelves, at, DIAZEPAM if at in switched else request.substance, becomes[at] if at in switched else mg)
            for at, mg in request.doses
        ) + tuple(_dose(shelves, at, DIAZEPAM, mg) for at, mg in request.already)
        kept = sum((mg for at, mg in request.doses if at not in switched), Decimal(0))
        done = sum((*(becomes[at] for at in switched), *(mg for _, mg in request.already)), Decimal(0))
        from_ = request.start_on + timedelta(days=request.every_days * (number - 1))
        low, high = equal.diazepam_least(kept) + done, equal.diazepam_most(kept) + done
        found.append(SwitchStep(number, from_, request.every_days, request.doses[i][0], doses, low, high))
    return found


def _dose(shelves: dict[str, Shelf], at: str, substance: str, mg: Decimal) -> SwitchDose:
    grains = shelves[substance].grains(mg)
    assert grains is not None, "only doses that can be made reach this place"
    return SwitchDose(at, substance, mg, shelves[substance].parts_of(grains))


def _total(request: SwitchRequest) -> Decimal:
    return sum((mg for _, mg in request.doses), Decimal(0))


def _highest(request: SwitchRequest, equal: Equivalence) -> Decimal:
    """The largest diazepam dose that can be needed at one time, rounded up to a whole mg."""
    already = max((mg for _, mg in request.already), default=Decimal(0))
    return max(Decimal(int(equal.diazepam_most(max(mg for _, mg in request.doses))) + 1), already)


def _n(value: Decimal) -> str:
    return f"{value.normalize():f}"
