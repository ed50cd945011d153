"""A record from another system as the clinic takes it in: plain values, each with its name in that system."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from serein.care.visits.actions import PastEncounter
from serein.clinical.case import Allergy, Condition, Medicine, Observation
from serein.foundation.people.permissions import Sight

Fact = Condition | Medicine | Allergy | Observation
SUBSTANCE_USE = str(Sight.SUBSTANCE_USE)
KINDS: dict[type[Fact], str] = {Condition: "condition", Medicine: "medicine", Allergy: "allergy", Observation: "observation"}


@dataclass(frozen=True, kw_only=True)
class IncomingEntry:
    """One fact. `source_id` is unique among its kind within the source system, and the same whenever that system tells it. `segment`: a Sight of
    its own, such as substance-use, as its label says there."""

    source_id: str
    fact: Fact
    segment: str = ""

    @property
    def kind(self) -> str:
        return KINDS[type(self.fact)]

    @property
    def status(self) -> str:
        return self.fact.status if isinstance(self.fact, (Condition, Medicine)) else "active"

    @property
    def words(self) -> str:
        return (self.fact.medicine if isinstance(self.fact, Medicine) else self.fact.concept).words

    @property
    def since(self) -> date | None:
        if isinstance(self.fact, Condition):
            return self.fact.onset
        if isinstance(self.fact, Medicine):
            return self.fact.begins
        return self.fact.on if isinstance(self.fact, Observation) else None


@dataclass(frozen=True, kw_only=True)
class IncomingRecord:
    """One patient of another system. `source` names the person there for good; a second import finds the same patient by it. `ours`: it is a
    patient of this clinic who comes back, and facts that this clinic told come back under their own names."""

    source: str
    system: str
    given: str
    family: str
    birth_date: date | None
    sex: str
    entries: tuple[IncomingEntry, ...] = ()
    encounters: tuple[PastEncounter, ...] = ()
    ours: UUID | None = None

    def __post_init__(self) -> None:
        if not self.source or not self.system:
            raise ValueError("an incoming record needs the name of its patient and of its system there")
