"""What happened, in order: the facts that a check over time reads. Frozen, sorted when made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from serein.clinical.quantities import Dose


@dataclass(frozen=True, order=True)
class Use:
    """A substance used at a daily dose from a day to a day (both included); `last` is None while it goes on."""

    first: date
    last: date | None
    substance: str
    daily: Dose | None
    reference: str


@dataclass(frozen=True)
class History:
    uses: tuple[Use, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "uses", tuple(sorted(self.uses, key=lambda u: (u.first, u.reference))))

    def of(self, substance: str) -> History:
        return History(tuple(u for u in self.uses if u.substance == substance))
