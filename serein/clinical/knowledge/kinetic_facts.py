"""The shapes of kinetic facts: typical values of one adult, how far people differ, and what multiplies a parameter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from serein.clinical.knowledge.facts import Cite, Fact


class KineticValue(Fact, frozen=True, kw_only=True):
    """`spread_percent` is the coefficient of variation between people; None is unknown, never "no spread"."""

    id: str
    value: Decimal
    unit: str
    cite: Cite
    spread_percent: Decimal | None = None
    spread_cite: Cite | None = None


class KineticEffect(Fact, frozen=True, kw_only=True):
    """`id` is a state of the person (cirrhosis, cyp2c19-poor, obesity, food) or the name of a medicine. `none_in`: the state in which the effect
    was looked for and not found."""

    id: str
    parameter: str
    factor: Decimal
    cite: Cite
    none_in: str = ""


class KineticsFile(Fact, frozen=True, kw_only=True):
    """`metabolite` is '' where none is modelled. `most_mg_in_24_h`: the highest daily dose of a label;
    `residual_percent`: proportional error of a measured level about the model. None is unknown. `cirrhosis_codes`: branches of ICD-10 and
    concepts of SNOMED CT that mean the effect "cirrhosis"."""

    substance: str
    metabolite: str
    adult_from_years: int
    reference_weight_kg: Decimal
    reference_age_years: Decimal
    obese_from_bmi: Decimal
    values: tuple[KineticValue, ...]
    effects: tuple[KineticEffect, ...]
    unknown: tuple[str, ...]
    confirmed_by: str | None
    review_by: date
    most_mg_in_24_h: Decimal | None = None
    residual_percent: Decimal | None = None
    residual_cite: Cite | None = None
    cirrhosis_codes: tuple[str, ...] = ()

    @property
    def one_compartment(self) -> bool:
        return not any(v.id == "central_fraction" for v in self.values)
