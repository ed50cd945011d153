"""A history of doses, parameter changes and samples, walked event by event.

Superposition is not enough: when a clearance changes in the middle of a course, earlier doses meet the new clearance too. So the state is
carried from event to event. At one instant the order is: change, then dose, then sample. Times are exact (Decimal), because in floats
0.1 + 0.2 puts a dose after the sample that should see it; only the difference of two times becomes a float.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import ldexp

from .model import Parameters
from .propagator import NOTHING, Matrix, State, applied, propagator, restored, times

CHANGE, ENTRY, SAMPLE = 0, 1, 2
MOST_DOSES = 500_000


class NoSteadyState(ValueError):
    """Repeated for ever, these doses pile up without end: something is never cleared."""


@dataclass(frozen=True, kw_only=True)
class Dose:
    """`mg` at `at_h`; `count` doses `every_h` apart; or, `steady_state`, repeated for ever up to and including `at_h`. `unknown`: nobody knows
    whether it was taken."""

    at_h: Decimal
    mg: float
    every_h: Decimal | None = None
    count: int = 1
    steady_state: bool = False
    unknown: bool = False


@dataclass(frozen=True)
class Change:
    """From `at_h` on, these parameters instead; amounts stay, so a new volume moves the level at once."""

    at_h: Decimal
    parameters: dict[str, float]


@dataclass(frozen=True)
class Course:
    """`times_h` are ≥ 0 and do not decrease."""

    parameters: Parameters
    doses: tuple[Dose, ...]
    changes: tuple[Change, ...]
    times_h: tuple[Decimal, ...]

    def of(self, parameters: Parameters) -> "Course":
        """The same history in another body: a change stays the same in proportion (from zero it sets the value)."""
        changes = []
        for change in sorted(self.changes, key=lambda c: c.at_h):
            values = {}
            for name, value in change.parameters.items():
                old, mine = getattr(self.parameters, name), getattr(parameters, name)
                values[name] = mine * (value / old) if old else value
            changes.append(Change(change.at_h, values))
        return Course(parameters, self.doses, tuple(changes), self.times_h)


@dataclass(frozen=True)
class Levels:
    """ng/mL at each of the course's times."""

    parent: tuple[float, ...]
    metabolite: tuple[float, ...]


class Phases:
    """Which parameters are in force when, and Φ for each, remembered: a regular grid asks for the same few intervals."""

    def __init__(self, course: Course) -> None:
        self.changes = sorted(course.changes, key=lambda c: c.at_h)
        self.parameters = [course.parameters]
        for change in self.changes:
            self.parameters.append(self.parameters[-1].with_(**change.parameters))
        self.memory: dict[tuple[int, Decimal], Matrix] = {}

    def at(self, time: Decimal) -> int:
        """Index of the phase in force at `time`: a change counts from its own instant."""
        return sum(1 for change in self.changes if change.at_h <= time)

    def phi(self, phase: int, hours: Decimal) -> Matrix:
        key = (phase, hours)
        if key not in self.memory:
            if len(self.memory) > 100_000:
                self.memory.clear()
            self.memory[key] = propagator(self.parameters[phase], float(hours))
        return self.memory[key]


def levels(course: Course) -> Levels:
    """Levels of parent and metabolite in ng/mL.

    Of unknown doses the mean over every adherence from none to all, each held equally likely: half of each, exactly, since the model is linear.

    Raises NoSteadyState for a steady-state dose of something that is never cleared, ValueError for more than 500,000 doses. Exact for the
    linear model up to rounding; source of the method: uniformisation of a compartmental (Metzler) matrix.

    >>> p = Parameters(bioavailability=1, lag_h=0, absorption_per_h=2, clearance_l_per_h=1, central_l=10, intercompartmental_l_per_h=0,
    ...     peripheral_l=1, fraction_to_metabolite=0, metabolite_clearance_l_per_h=1, metabolite_volume_l=1)
    >>> one = Course(p, (Dose(at_h=Decimal(0), mg=10.0),), (), (Decimal(0), Decimal(1)))
    >>> [round(x, 6) for x in levels(one).parent]
    [0.0, 810.002247]
    """
    phases = Phases(course)
    total = _walk(course, phases)
    for dose in course.doses:
        if dose.steady_state:
            total = [_sum(x, y) for x, y in zip(total, _earlier(course, phases, dose), strict=True)]
    volumes = [phases.parameters[phases.at(t)] for t in course.times_h]
    return Levels(
        tuple(1000 * x[1] / p.central_l for x, p in zip(total, volumes, strict=True)),
        tuple(1000 * x[3] / p.metabolite_volume_l for x, p in zip(total, volumes, strict=True)),
    )


def _sum(x: State, y: State) -> State:
    return (x[0] + y[0], x[1] + y[1], x[2] + y[2], x[3] + y[3])


def entries(course: Course, phases: Phases) -> Iterator[tuple[Decimal, Decimal, Dose]]:
    """(when it reaches the gut, when it was taken, the dose) of each dose up to the last time; of a steady series only those
    that are within their lag at its `at_h`, the rest stands in the body already."""
    last = course.times_h[-1] if course.times_h else Decimal(0)
    if sum(_before(dose, last) for dose in course.doses) > MOST_DOSES:
        raise ValueError(f"doses: more than {MOST_DOSES} before the last time")
    for dose in course.doses:
        if dose.steady_state:
            yield from _pending(phases, dose)
            continue
        at = dose.at_h
        for _ in range(_before(dose, last)):
            yield at + Decimal(repr(phases.parameters[phases.at(at)].lag_h)), at, dose
            at += dose.every_h or 0


def _before(dose: Dose, last: Decimal) -> int:
    """How many of its doses fall before or at `last`."""
    if dose.at_h > last:
        return 0
    return min(dose.count, 1 + int((last - dose.at_h) / dose.every_h)) if dose.every_h else dose.count


def _pending(phases: Phases, dose: Dose) -> Iterator[tuple[Decimal, Decimal, Dose]]:
    assert dose.every_h is not None
    pending = Decimal(repr(phases.parameters[phases.at(dose.at_h)].lag_h))
    while pending > 0:  # the dose taken at at_h + pending - lag enters the gut at at_h + pending
        yield dose.at_h + pending, dose.at_h, dose
        pending -= dose.every_h


def _in_gut(phases: Phases, taken: Decimal, dose: Dose) -> State:
    mg = dose.mg / 2 if dose.unknown else dose.mg
    return (phases.parameters[phases.at(taken)].bioavailability * mg, 0.0, 0.0, 0.0)


def since_entry(parameters: Parameters, dose: Dose, time: Decimal) -> Decimal:
    """Hours at `time` since the newest dose of a series without beginning reached the gut."""
    assert dose.every_h is not None
    since = (time - dose.at_h - Decimal(repr(parameters.lag_h))) % dose.every_h
    return since + dose.every_h if since < 0 else since


def _periodic(phases: Phases, phase: int, dose: Dose, time: Decimal) -> State:
    """What a series without beginning, whose entries are known up to `time` ≤ at_h, has left in the body at `time`."""
    assert dose.every_h is not None
    p = phases.parameters[phase]
    once = phases.phi(phase, dose.every_h)
    return applied(phases.phi(phase, since_entry(p, dose, time)), _piled_up(p, float(dose.every_h), once, dose.mg))


def _piled_up(body: Parameters, every_h: float, once: Matrix, mg: float) -> State:
    """Σ Mᵏ·d over all k ≥ 0, by doubling: solving (I − M)·s = d instead loses digits when a rate is slow against the interval, and so does
    squaring alone (a half-life of 10,000 intervals makes one wrong last digit of M ten thousand of the sum)."""
    rates, state = body.rates, (body.bioavailability * mg, 0.0, 0.0, 0.0)
    for doubling in range(1, 129):
        after = _sum(state, applied(once, state))
        if after == state:
            return state
        if max(after) > 1e300:
            break
        state, once = after, restored(rates, ldexp(every_h, doubling), times(once, once))
    raise NoSteadyState("steady_state: parent or metabolite is never cleared, so there is no steady state")


def _earlier(course: Course, phases: Phases, dose: Dose) -> list[State]:
    """The steady series as samples before its `at_h` see it, with the parameters in force at `at_h`."""
    phase = phases.at(dose.at_h)
    return [_periodic(phases, phase, dose, t) if t < dose.at_h else NOTHING for t in course.times_h]


def _walk(course: Course, phases: Phases) -> list[State]:
    """The states at each time, from everything but the part of steady series before their own instant."""
    events: list[tuple[Decimal, int, State]] = [(c.at_h, CHANGE, NOTHING) for c in phases.changes]
    events += [(at, ENTRY, _in_gut(phases, taken, dose)) for at, taken, dose in entries(course, phases)]
    events += [(d.at_h, ENTRY, _periodic(phases, phases.at(d.at_h), d, d.at_h)) for d in course.doses if d.steady_state]
    events += [(t, SAMPLE, NOTHING) for t in course.times_h]
    events.sort(key=lambda e: (e[0], e[1]))
    states: list[State] = []
    state, now, phase = NOTHING, events[0][0] if events else Decimal(0), 0
    for at, kind, amount in events:
        if at > now:
            state, now = applied(phases.phi(phase, at - now), state), at
        if kind == CHANGE:
            phase += 1
        elif kind == ENTRY:
            state = _sum(state, amount)
        else:
            states.append(state)
    return states


def highest_in_24_h(course: Course) -> float:
    """The largest sum of mg taken within any 24 hours up to the last sample; a steady state counts its doses of one day."""
    last = course.times_h[-1] if course.times_h else Decimal(0)
    taken: list[tuple[Decimal, float]] = []
    for dose in course.doses:
        every = dose.every_h or Decimal(24)
        count = (
            1 + int(24 / every) if dose.steady_state else min(dose.count, 1 + max(0, int((last - dose.at_h) / every)), MOST_DOSES)
        )
        taken += [(dose.at_h + every * (-k if dose.steady_state else k), dose.mg) for k in range(count)]
    taken.sort()
    highest = within = 0.0
    first = 0
    for at, mg in taken:
        within += mg
        while taken[first][0] <= at - 24:
            within -= taken[first][1]
            first += 1
        highest = max(highest, within)
    return highest
