"""How long a level goes on falling after a dose was lowered, and the level of each morning under changing daily doses."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .course import Course, Dose, Levels, NoSteadyState, levels
from .model import Parameters

DAY = Decimal(24)
LONGEST_DAYS = 400


@dataclass(frozen=True)
class DailyDoses:
    """From day `from_day` on (0 is the first) these doses every day: (hour of the day, mg)."""

    from_day: int
    doses: tuple[tuple[Decimal, Decimal], ...]


def settling_days(parameters: Parameters, share: Decimal) -> int | None:
    """Whole days after which `share` of a change of the daily dose has reached the level, parent and metabolite together.

    None when that takes more than 400 days or no steady state exists. The model is linear, so this holds for a change of any size: it is read
    from what is left of a steady state after the last dose. Source: the model in `model`, solved by `levels`.
    """
    steady = Dose(at_h=Decimal(0), mg=10.0, every_h=DAY, steady_state=True)
    times = tuple(DAY * day for day in range(1, LONGEST_DAYS + 1))
    try:
        found = levels(Course(parameters, (steady,), (), (Decimal(0), *times)))
    except NoSteadyState:
        return None
    # Steady state just before a dose is what stands one day after the last one.
    both = [x + y for x, y in zip(found.parent, found.metabolite, strict=True)]
    left = float(1 - share)
    return next((day - 1 for day, level in enumerate(both) if day > 1 and level <= left * both[1]), None)


def morning_levels(parameters: Parameters, phases: Sequence[DailyDoses], days: int) -> Levels:
    """ng/mL of parent and metabolite at the start of each of `days` days, before any dose of that day.

    The first phase has been taken for ever. Phases are in order and the first begins on day 0. Raises NoSteadyState as `levels` does.
    """
    doses = [Dose(at_h=hour, mg=float(mg), every_h=DAY, steady_state=True) for hour, mg in phases[0].doses if mg]
    shift = 1  # day 0 of the phases is day 1 of the course, so that the steady state before it lies at times from zero on
    for n, phase in enumerate(phases):
        last = phases[n + 1].from_day if n + 1 < len(phases) else days
        first = phase.from_day
        for hour, mg in phase.doses:
            if mg and last > first:
                doses.append(Dose(at_h=DAY * (first + shift) + hour, mg=float(mg), every_h=DAY, count=last - first))
    times = tuple(DAY * (day + shift) for day in range(days))
    return levels(Course(parameters, tuple(doses), (), times))
