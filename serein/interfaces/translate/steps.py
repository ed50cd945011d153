"""Instructions that follow one another: FHIR's `sequence` made into dates, so that the steps of a taper are not added up.

The standard says that different sequence numbers are taken one after the other. Many systems number a morning and a night dose 1 and 2
instead, and reading those as steps would count too little. So steps are read only where nothing speaks for one day: every instruction but
the last has its length, none names a time of day, and the supply is not as long as each of them alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from msgspec.structs import replace

from serein.clinical.case import Dosage

# A longer step is a slip, and its dates might leave the calendar.
LONGEST_STEP_DAYS = 3650
_MOMENT = re.compile(
    r"\b(morning|noon|midday|afternoon|evening|night|nightly|bedtime|breakfast|lunch|dinner|supper|a\.?m|p\.?m|hs)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Numbered:
    """One instruction with its sequence number (None when not written) and whether it names a time of day."""

    sequence: int | None
    at_a_time: bool
    dosage: Dosage


def names_a_moment(text: str) -> bool:
    return bool(_MOMENT.search(text))


def in_steps(instructions: Sequence[Numbered], begins: date | None, supply_days: Decimal | None) -> tuple[Dosage, ...] | None:
    """The instructions with their days, first to last; None when they do not follow one another."""
    if begins is None or not _follow_one_another(instructions, supply_days):
        return None
    steps, day = [], begins
    for instruction in instructions:
        timing = instruction.dosage.timing
        assert timing is not None
        days = int(timing.days.to_integral_value(ROUND_CEILING)) if timing.days else 0
        ends = day + timedelta(days=days - 1) if days else None
        steps.append(replace(instruction.dosage, timing=replace(timing, starts=day, ends=ends)))
        day += timedelta(days=days)
    return tuple(steps)


def _follow_one_another(instructions: Sequence[Numbered], supply_days: Decimal | None) -> bool:
    numbers = [i.sequence for i in instructions]
    if len(instructions) < 2 or None in numbers or len(set(numbers)) < len(numbers):
        return False
    if any(i.at_a_time or i.dosage.as_needed or i.dosage.problems for i in instructions):
        return False
    timings = [i.dosage.timing for i in instructions]
    if any(t is None or t.starts or t.ends or (t.days or 0) > LONGEST_STEP_DAYS for t in timings):
        return False
    lengths = [t.days for t in timings if t is not None]
    return None not in lengths[:-1] and set(lengths) != {supply_days}
