"""What happened, in order: the facts that a check over time reads. Frozen, sorted when made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from serein.clinical.case import Order
from serein.clinical.findings import Purpose
from serein.clinical.once import once
from serein.clinical.quantities import Dose, Span
from serein.clinical.swift import swift

# Rescue forms and injections stand apart from the dose of a day.
NOT_SUMMED = ("rescue", "injection")


@swift
@dataclass(frozen=True, order=True)
class Use:
    """A substance used at a daily dose from a day to a day (both included); `last` is None while it goes on."""

    first: date
    last: date | None
    substance: str
    daily: Dose | None
    reference: str


@swift
@dataclass(frozen=True)
class History:
    uses: tuple[Use, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "uses", tuple(sorted(self.uses, key=lambda u: (u.first, u.reference))))

    def of(self, substance: str) -> History:
        return History(tuple(u for u in self.uses if u.substance == substance))


@swift
@dataclass(frozen=True, kw_only=True)
class Written:
    """One order or medicine as it was read. `single_mg` is one dose, `times` doses a day (both as ranges), `daily_mg` the most
    that may be taken in a day; None where it cannot be read, and `problems` says why. `days` is how long the instruction itself
    lasts; `supply_days` how long all fills last."""

    reference: str
    substance: str
    product: str = ""
    form: str = ""
    single_mg: Span | None = None
    times: Span | None = None
    daily_mg: Decimal | None = None
    days_per_week: Decimal = Decimal(7)
    as_needed: bool = False
    capped: bool = False
    days: Decimal | None = None
    supply_days: Decimal | None = None
    begins: date | None = None
    ends: date | None = None
    prescriber: str = ""
    rescue: bool = False
    source: str = "order"
    problems: tuple[str, ...] = ()


@swift
@dataclass(frozen=True, kw_only=True)
class Regimen:
    """All orders of one substance that will be taken together: `drafts` are proposed (by `orders`), `continuing` go on, `before` were there.

    `daily_mg` is their sum, `before_mg` what it was (after a switch of substance: the most it can stand for, in mg of the new).
    `swallowed` are the drafts that count into it (by mouth, on a schedule or as needed), `highest_mg` is the largest single dose
    among them. Findings about the whole regimen carry the reference `order`.
    """

    substance: str
    order: str = field(init=False)
    orders: tuple[Order, ...]
    drafts: tuple[Written, ...]
    swallowed: tuple[Written, ...] = field(init=False)
    highest_mg: Decimal | None = field(init=False)
    continuing: tuple[Written, ...]
    before: tuple[Written, ...]
    replaced: tuple[Written, ...]
    starts: date
    purpose: Purpose
    daily_mg: Decimal | None
    before_mg: Decimal | None
    switched_from: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        held = self.__dict__
        held["order"] = self.drafts[0].reference
        held["swallowed"] = swallowed = tuple([d for d in self.drafts if d.form not in NOT_SUMMED])
        held["highest_mg"] = max([d.single_mg.high for d in swallowed if d.single_mg], default=None)

    @once
    def parts(self) -> tuple[Written, ...]:
        return self.drafts + self.continuing
