"""The shapes of what sources report and no check judges, and of where they contradict one another and what Serein does then."""

from __future__ import annotations

from datetime import date

from serein.clinical.knowledge.facts import Cite, Fact
from serein.clinical.quantities import Span


class Reported(Fact, frozen=True, kw_only=True):
    """One thing that one source reports. `how_often` is its own word, '' where it prints none; `value` has a `unit`."""

    what: str
    cite: Cite
    how_often: str = ""
    value: Span | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != (not self.unit):
            raise ValueError(f"{self.what}: a value needs its unit, and a unit its value")


class ReportedFile(Fact, frozen=True, kw_only=True):
    """What is reported of one `topic`: of a `product` where texts differ between products. `so` is what follows for whoever reads it."""

    id: str
    topic: str
    substance: str
    reports: tuple[Reported, ...]
    so: str
    confirmed_by: str | None
    review_by: date
    product: str = ""


class Side(Fact, frozen=True, kw_only=True):
    """What one side says."""

    says: str
    cite: Cite


class Conflict(Fact, frozen=True, kw_only=True):
    """Sources that contradict one another: all sides are kept, `policy` is what Serein does until a clinician decides."""

    id: str
    about: str
    options: tuple[Side, ...]
    policy: str
    confirmed_by: str | None
    review_by: date

    def __post_init__(self) -> None:
        if len(self.options) < 2:
            raise ValueError(f"{self.id}: a conflict has two sides")
