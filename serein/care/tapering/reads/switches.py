"""A switch to diazepam as a version of a taper holds it: what is still taken of the other medicine, and the value that was chosen."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from serein.care.planning.text import TIMES
from serein.care.planning.words import tablets
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.clinical.taper.switch import SwitchStep

from ..words import together

Json = dict[str, Any]


@dataclass(frozen=True)
class OtherDose:
    """One dose of the medicine that is switched away from: `parts` are (mg of one tablet, tablets). Serein never prescribes it."""

    at: str
    mg: Decimal
    substance: str
    parts: tuple[tuple[Decimal, Decimal], ...]

    @property
    def words(self) -> str:
        """'1 mg of alprazolam in the morning: 1 tablet of 1 mg'."""
        made = together([f"{tablets(units)} of {plain(mg)} mg" for mg, units in self.parts])
        return f"{plain(self.mg)} mg of {self.substance} {TIMES[self.at]}: {made}"


@dataclass(frozen=True)
class SwitchedStep:
    """The time of day whose dose becomes diazepam with this step, and what is still taken of the other medicine from then on."""

    at: str
    still: tuple[OtherDose, ...]


@dataclass(frozen=True)
class SwitchCard:
    """`chosen_mg` of the substance were set beside 10 mg of diazepam, of `low_mg` to `high_mg` that `tables` say. `instead_of` are references of
    the record's entries whose place the switch takes, `every_days` the days between two steps. `before` is what was taken at the start."""

    substance: str
    low_mg: str
    high_mg: str
    tables: tuple[str, ...]
    chosen_mg: str
    why: str
    by: str
    despite: str
    every_days: int
    starts_on: date
    tablets: tuple[str, ...]
    halves: bool
    before: tuple[OtherDose, ...]
    steps: tuple[SwitchedStep, ...]
    instead_of: frozenset[str]

    @property
    def name(self) -> str:
        return knowledge.load().substance(self.substance).name.capitalize()

    @property
    def daily_mg(self) -> str:
        """mg a day of the other medicine before the first step."""
        return plain(total(self.before))


def total(doses: tuple[OtherDose, ...]) -> Decimal:
    return sum((d.mg for d in doses), Decimal(0))


def still_as_json(step: SwitchStep, substance: str) -> Json:
    """What a step leaves of the other medicine, and which dose it switches."""
    still = [
        {"at": d.at, "mg": plain(d.mg), "parts": [{"mg": tablet, "units": plain(units)} for tablet, units in d.parts.units]}
        for d in step.doses
        if d.substance == substance
    ]
    return {"at": step.switched, "still": still}


def switch_card(request: Json) -> SwitchCard | None:
    """What a stored version says of a switch; None where it is a reduction."""
    stored = request.get("switch")
    if stored is None:
        return None
    equal = stored["equivalence"]

    def doses(many: list[Json]) -> tuple[OtherDose, ...]:
        return tuple(
            OtherDose(
                d["at"], Decimal(d["mg"]), stored["substance"], tuple((Decimal(p["mg"]), Decimal(p["units"])) for p in d["parts"])
            )
            for d in many
        )

    return SwitchCard(
        substance=stored["substance"], low_mg=equal["low_mg"], high_mg=equal["high_mg"], tables=tuple(equal["tables"]),
        chosen_mg=equal["chosen_mg"], why=equal["why"], by=equal["by"], despite=stored["despite"], every_days=stored["every_days"],
        starts_on=date.fromisoformat(request["start_on"]), tablets=tuple(stored["tablets"]), halves=stored["halves"],
        before=doses(stored["before"]), steps=tuple(SwitchedStep(s["at"], doses(s["still"])) for s in stored["steps"]),
        instead_of=frozenset(stored["instead_of"]),
    )  # fmt: skip
