"""The shapes of law: what a place asks of a prescription, and how much a driver may have in the blood."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from serein.clinical.knowledge.facts import Cite, Fact


class DrivingLimit(Fact, frozen=True, kw_only=True):
    """The most in blood that the law allows a driver, in micrograms per litre, apart from a medical defence."""

    substance: str
    micrograms_per_litre: Decimal
    cite: Cite


class Jurisdiction(Fact, frozen=True, kw_only=True):
    """Law on supply. `valid_days` after issue; `maximum_repeats`, `maximum_days_supply` None: not limited by the source read."""

    id: str
    name: str
    emergency_number: str
    crisis_line: str
    cites: tuple[Cite, ...]
    confirmed_by: str | None
    review_by: date
    poison_line: str = ""
    driving_limits: tuple[DrivingLimit, ...] = ()
    valid_days: int | None = None
    maximum_repeats: int | None = None
    good_practice_days_supply: int | None = None
