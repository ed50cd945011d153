"""What happened, in order: the facts that a check over time reads. Frozen, sorted when made."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import force_setattr

from serein.clinical.case import Order
from serein.clinical.findings import Purpose
from serein.clinical.quantities import Dose, Span

# Rescue forms and injections stand apart from the dose of a day.
NOT_SUMMED = ("rescue", "injection")


class Use(Struct, frozen=True, order=True):
    """A substance used at a daily dose from a day to a day (both included); `last` is None while it goes on."""

    first: date
    last: date | None
    substance: str
    daily: Dose | None
    reference: str


class History(Struct, frozen=True):
    uses: tuple[Use, ...] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "uses", tuple(sorted(self.uses, key=lambda u: (u.first, u.reference))))

    def of(self, substance: str) -> History:
        return History(tuple(u for u in self.uses if u.substance == substance))


class Written(Struct, frozen=True):
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


class Regimen(Struct, frozen=True, kw_only=True):
    """All orders of one substance that will be taken together: `drafts` are proposed (by `orders`), `continuing` go on, `before` were there.

    `daily_mg` is their sum, `before_mg` what it was (after a switch of substance: the most it can stand for, in mg of the new).
    `swallowed` are the drafts that count into it (by mouth, on a schedule or as needed), `highest_mg` is the largest single dose
    among them. Findings about the whole regimen carry the reference `order`.
    """

    substance: str
    orders: tuple[Order, ...]
    drafts: tuple[Written, ...]
    continuing: tuple[Written, ...]
    before: tuple[Written, ...]
    replaced: tuple[Written, ...]
    starts: date
    purpose: Purpose
    daily_mg: Decimal | None
    before_mg: Decimal | None
    switched_from: tuple[str, ...] = ()
    # Worked out of the others; whatever is given is replaced.
    order: str = ""
    parts: tuple[Written, ...] = ()
    swallowed: tuple[Written, ...] = ()
    highest_mg: Decimal | None = None

    def __post_init__(self) -> None:
        swallowed = tuple([d for d in self.drafts if d.form not in NOT_SUMMED])
        force_setattr(self, "order", self.drafts[0].reference)
        force_setattr(self, "parts", self.drafts + self.continuing)
        force_setattr(self, "swallowed", swallowed)
        force_setattr(self, "highest_mg", max([d.single_mg.high for d in swallowed if d.single_mg], default=None))
