"""How long what the patient holds will last, and what the dose history is for those who estimate levels."""

from dataclasses import dataclass
from datetime import date

from serein.care.prescribing.reads.prescriptions import supply_lines
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart


@dataclass(frozen=True)
class SupplyEnd:
    """The last day covered by what was handed out, and by what was signed as well; None: nothing was."""

    held_to: date | None
    prescribed_to: date | None

    @property
    def covered_to(self) -> date | None:
        return self.prescribed_to


@shown
def supply_ends(chart: OpenChart) -> SupplyEnd:
    lines = supply_lines(chart)
    held = [s.last for s in lines if s.dispensed]
    return SupplyEnd(max(held, default=None), max((s.last for s in lines), default=None))
