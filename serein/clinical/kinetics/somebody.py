"""Who the model is asked about and what it answers: plain values, apart from the knowledge that fills them, so that a history with parameters of
its own is read without opening the knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from .model import Parameters

if TYPE_CHECKING:
    from serein.clinical.findings import SourceReference


@dataclass(frozen=True, kw_only=True)
class Person:
    """What may change a level. None and '' are "not known". `with_food`: whether the doses are taken with a meal;
    `liver_disease`: one that is not known to be cirrhosis."""

    age_years: Decimal | None = None
    sex: str = ""
    weight_kg: Decimal | None = None
    height_cm: Decimal | None = None
    cirrhosis: bool = False
    cyp2c19: str = ""
    medicines: tuple[str, ...] = ()
    with_food: bool | None = None
    liver_disease: bool = False


@dataclass(frozen=True)
class NotValid:
    """Why the model says nothing here."""

    why: str


@dataclass(frozen=True)
class Typical:
    """`spreads` are coefficients of variation by parameter (fractions); `volume_l` stands for both volumes of the parent. `residual` is the
    proportional error of a measured level (a fraction); None where none is published. `metabolite` is '' where none is modelled."""

    parameters: Parameters
    spreads: dict[str, float]
    sources: tuple[SourceReference, ...]
    unknown: tuple[str, ...]
    residual: float | None = None
    metabolite: str = "nordiazepam"
    model: str = ""


@dataclass(frozen=True)
class Measured:
    """A level in ng/mL (the same as µg/L) of blood drawn at `at_h`."""

    at_h: Decimal
    ng_per_ml: float
    analyte: Literal["parent", "metabolite"] = "parent"
