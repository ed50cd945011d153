"""Any plan, typed or imported, step by step: what is wrong, how serious it is, and which dose would do instead.

Judged by the policy's ceiling; a step that is only faster than the wished pace is named, and does not stop. Written apart from the search.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from .amounts import Parts, Shelf
from .day import spread
from .days import may_change
from .planner import supply_of
from .values import Policy, Request, Step, TimedDose


@dataclass(frozen=True, kw_only=True)
class TypedStep:
    """A step as somebody wrote it. Without `doses` it is shared over the day as a proposal would; without `days` it lasts until the next."""

    from_: date
    daily_mg: Decimal
    days: int | None = None
    doses: tuple[TimedDose, ...] | None = None


@dataclass(frozen=True)
class Fault:
    """What is wrong with one step. `stop`: it must not be followed as it stands. `instead_mg`: a daily dose that would do, if any."""

    step: int
    code: str
    stop: bool
    why: str
    instead_mg: Decimal | None = None


@dataclass(frozen=True)
class Review:
    """The typed steps made whole, in the order written, with every fault."""

    steps: tuple[Step, ...]
    faults: tuple[Fault, ...]
    supply: tuple[tuple[str, Decimal], ...]

    @property
    def may_be_followed(self) -> bool:
        return not any(f.stop for f in self.faults)


def review(request: Request, policy: Policy, typed: tuple[TypedStep, ...]) -> Review:
    """Look at typed steps for `request`: its dose in force, products, times, pace and constraints. Raises TooFine as Shelf does.

    Doses in mg a day of the tapered substance. An empty plan has no steps and no faults.
    """
    highest = max([request.daily_dose_mg, *(t.daily_mg for t in typed)], default=request.daily_dose_mg)
    looker = _Looker(request, policy, Shelf(request.products, highest))
    steps = looker.whole(typed)
    faults = tuple(fault for i in range(len(steps)) for fault in looker.faults(steps, typed, i))
    return Review(steps, faults, supply_of(request, steps))


@dataclass(frozen=True)
class _Looker:
    request: Request
    policy: Policy
    shelf: Shelf

    def whole(self, typed: tuple[TypedStep, ...]) -> tuple[Step, ...]:
        """Numbers, lengths, cuts and tablets of each step; `terminal` where only the terminal rule can allow it."""
        found: list[Step] = []
        before, terminal = self.request.daily_dose_mg, False
        for i, one in enumerate(typed):
            following = typed[i + 1].from_ if i + 1 < len(typed) else None
            days = (following - one.from_).days if following else one.days
            usual = 0 if one.daily_mg == 0 else self.request.pace.every_days
            cut = before - one.daily_mg
            percent = cut * 100 / before if before else Decimal(0)
            terminal = terminal or (before <= self.policy.terminal_from_mg and percent > self.policy.ceiling_percent)
            found.append(
                Step(
                    number=i + 1, from_=one.from_, days=max(0, usual if days is None else days), daily_mg=one.daily_mg, cut_mg=cut,
                    cut_percent=percent, terminal=terminal, doses=self._doses(one),
                )
            )  # fmt: skip
            before = one.daily_mg
        return tuple(found)

    def _doses(self, one: TypedStep) -> tuple[TimedDose, ...]:
        if one.doses is not None:
            return one.doses
        grains = self.shelf.grains(one.daily_mg)
        makeable = grains is not None and grains in self.shelf.makeable_set
        return spread(self.shelf, grains, self.request.times) if grains and makeable else ()

    def faults(self, steps: tuple[Step, ...], typed: tuple[TypedStep, ...], i: int) -> Iterator[Fault]:
        step = steps[i]
        before = steps[i - 1].daily_mg if i else self.request.daily_dose_mg
        yield from self._order(steps, typed, i, before)
        yield from self._tablets(step)
        if step.daily_mg < before:
            yield from self._size(step, before)
            yield from self._window(steps, i)
        if not may_change(self.request, step.from_):
            yield Fault(
                step.number, "day-kept-free", False, f"{step.from_.isoformat()} is a day that was to stay free of changes."
            )

    def _order(self, steps: tuple[Step, ...], typed: tuple[TypedStep, ...], i: int, before: Decimal) -> Iterator[Fault]:
        step = steps[i]
        n, last = step.number, max((c.on for c in self.request.recent_cuts), default=None)
        if i and step.from_ <= steps[i - 1].from_:
            yield Fault(n, "out-of-order", True, "It begins on or before the day of the step before it.")
            return
        if step.daily_mg >= before:
            yield Fault(
                n, "not-lower", True, f"{_mg(step.daily_mg)} is not lower than {_mg(before)}. A higher dose is a new plan."
            )
        since = steps[i - 1].from_ if i else last
        shortest = self.policy.short.every_days if self.policy.short else self.policy.ceiling_days
        if since is not None and (step.from_ - since).days < shortest:
            kept = (step.from_ - since).days
            yield Fault(
                n, "too-soon", True, f"The dose before it was kept {kept} days; {self.policy.id} asks for {shortest} at least."
            )
        days = typed[i].days
        if days is not None and i + 1 < len(steps) and days != step.days:
            yield Fault(n, "days-disagree", True, f"It says {days} days, and the next step begins after {step.days}.")

    def _tablets(self, step: Step) -> Iterator[Fault]:
        known = {p.id: p for p in self.request.products}
        n = step.number
        if not step.doses and step.daily_mg > 0:
            lower, higher = self._nearest(step.daily_mg)
            near = " or ".join(_mg(mg) for mg in (lower, higher) if mg is not None)
            yield Fault(
                n,
                "not-makeable",
                True,
                f"No product makes {_mg(step.daily_mg)} a day; the nearest is {near or 'none'}.",
                higher or lower,
            )
            return
        for dose in step.doses:
            strange = [p for p, _ in dose.parts.units if p not in known]
            if strange:
                yield Fault(n, "product-unknown", True, f"{strange[0]} is not among the products at hand.")
                return
            if sum((u * known[p].mg for p, u in dose.parts.units), Decimal(0)) != dose.mg:
                yield Fault(n, "does-not-add-up", True, f"The parts at {dose.at} do not make {_mg(dose.mg)}.")
            if any(u % known[p].smallest for p, u in dose.parts.units):
                yield Fault(n, "divided-too-far", True, f"A part at {dose.at} is smaller than its product allows.")
        if sum((d.mg for d in step.doses), Decimal(0)) != step.daily_mg:
            yield Fault(n, "does-not-add-up", True, f"The doses of the day do not make {_mg(step.daily_mg)}.")

    def _size(self, step: Step, before: Decimal) -> Iterator[Fault]:
        n, p = step.number, self.policy
        if step.terminal:
            most = min(max(p.terminal_cut_mg, self._smallest(before)), p.terminal_most_mg)
            if before > p.terminal_from_mg:
                yield Fault(n, "terminal-too-early", True, f"The small last steps begin at {_mg(p.terminal_from_mg)} a day.")
            elif step.cut_mg > most:
                why = f"It cuts {_mg(step.cut_mg)}; the last steps cut {_mg(most)} at most."
                yield Fault(n, "last-steps-too-large", True, why, self._at_least(before - most, before))
            return
        if step.cut_percent > p.ceiling_percent:
            wished = min(self.request.pace.cut_percent, p.ceiling_percent)
            lowest = (before * (100 - percent) / 100 for percent in (wished, p.ceiling_percent))
            instead = next((mg for least in lowest if (mg := self._at_least(least, before)) is not None), None)
            yield Fault(
                n, "cut-too-large", True, f"It cuts {_percent(step)} %; {p.id} allows {_n(p.ceiling_percent)} % at most.", instead
            )
        elif step.cut_percent > self.request.pace.cut_percent and step.cut_mg > self._smallest(before):
            instead = self._at_least(before * (100 - self.request.pace.cut_percent) / 100, before)
            yield Fault(
                n,
                "above-pace",
                False,
                f"It cuts {_percent(step)} %, more than the {_n(self.request.pace.cut_percent)} % wished.",
                instead,
            )

    def _window(self, steps: tuple[Step, ...], i: int) -> Iterator[Fault]:
        """A fall beyond the ceiling in a window that this cut completes; one cut alone is judged by its size."""
        window, step = self.policy.window, steps[i]
        start = step.from_ - timedelta(days=window.every_days)
        past = [(c.on, c.from_mg) for c in self.request.recent_cuts]
        past += [(s.from_, steps[j - 1].daily_mg if j else self.request.daily_dose_mg) for j, s in enumerate(steps[:i])]
        within = [mg for on, mg in past if start < on < step.from_]
        highest = max(within, default=None)
        if highest is None or highest <= self.policy.terminal_from_mg:
            return
        if (highest - step.daily_mg) * 100 > window.cut_percent * highest:
            why = f"With the cut before it the dose falls from {_mg(highest)} to {_mg(step.daily_mg)} within {window.every_days} days."
            yield Fault(step.number, "falls-too-fast", True, why)

    def _smallest(self, before: Decimal) -> Decimal:
        lower = self._nearest(before)[0]
        return before - lower if lower is not None else before

    def _nearest(self, mg: Decimal) -> tuple[Decimal | None, Decimal | None]:
        """The next makeable dose below, and the next one above."""
        doses = [self.shelf.mg(g) for g in self.shelf.makeable]
        return max((d for d in doses if d < mg), default=None), min((d for d in doses if d > mg), default=None)

    def _at_least(self, mg: Decimal, before: Decimal) -> Decimal | None:
        """The lowest makeable dose that is not below `mg` and still lower than the dose before."""
        return min((d for g in self.shelf.makeable if mg <= (d := self.shelf.mg(g)) < before), default=None)


def typed_from(steps: tuple[Step, ...]) -> tuple[TypedStep, ...]:
    """The steps of a plan as if somebody had typed them, tablets left out."""
    return tuple(TypedStep(from_=s.from_, daily_mg=s.daily_mg) for s in steps)


def with_step(typed: tuple[TypedStep, ...], number: int, daily_mg: Decimal, from_: date) -> tuple[TypedStep, ...]:
    """The same steps with one of them typed anew."""
    return tuple(
        replace(t, daily_mg=daily_mg, from_=from_, doses=None, days=None) if i == number else t for i, t in enumerate(typed, 1)
    )


def parts_from(units: tuple[tuple[str, Decimal], ...]) -> Parts:
    return Parts(units, sum(1 for _, u in units if u != u.to_integral_value()))


def _mg(mg: Decimal) -> str:
    return f"{mg.normalize():f} mg"


def _n(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _percent(step: Step) -> str:
    return _n(step.cut_percent.quantize(Decimal("0.1")))
