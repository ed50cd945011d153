"""What a taper is asked for, and what comes back. Doses are Decimal mg a day; dates are calendar days of the patient."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .amounts import Parts, Product


@dataclass(frozen=True)
class Cut:
    """The dose was lowered on that day, from `from_mg`."""

    on: date
    from_mg: Decimal


@dataclass(frozen=True)
class Pace:
    cut_percent: Decimal
    every_days: int


@dataclass(frozen=True)
class Band:
    """From a dose above `above_mg` a step cuts at most `most_mg`; both in mg a day of the tapered substance."""

    above_mg: Decimal
    most_mg: Decimal


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How fast at most, and what holds near the end. Limits of the terminal zone are in mg of the tapered substance.

    No cut is larger than `ceiling_percent` and none sooner than `ceiling_days`; a shorter interval is allowed only where `short` says so: no
    shorter than its days, no larger than its percent. `window` bounds the fall in any so many days, under every policy. `bands` cap a cut in
    mg, the highest dose first.
    """

    id: str
    usual: Pace
    ceiling_percent: Decimal
    ceiling_days: int
    window: Pace
    terminal_from_mg: Decimal
    terminal_cut_mg: Decimal
    terminal_most_mg: Decimal
    short: Pace | None = None
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Constraints:
    """What the plan must fit beside the policy. Weekdays count from Monday, 0.

    `dispense_every_days`: changes only on the days when tablets are handed out, counted from `dispense_from` (the start where it is None).
    `night_last`: the night's dose stays as it is until nothing else is left. `whole_tablets`: nothing is divided.
    """

    no_change_weekdays: frozenset[int] = frozenset()
    no_change_dates: frozenset[date] = frozenset()
    dispense_every_days: int | None = None
    dispense_from: date | None = None
    most_products: int | None = None
    whole_tablets: bool = False
    night_last: bool = False


NO_CONSTRAINTS = Constraints()


@dataclass(frozen=True, kw_only=True)
class Request:
    substance: str
    daily_dose_mg: Decimal
    start_on: date
    pace: Pace
    goal_mg: Decimal
    products: tuple[Product, ...]
    times: tuple[str, ...]
    stable_since: date | None = None
    recent_cuts: tuple[Cut, ...] = ()
    days_per_week: Decimal | None = None
    months_of_use: Decimal | None = None
    constraints: Constraints = NO_CONSTRAINTS


@dataclass(frozen=True)
class TimedDose:
    at: str
    mg: Decimal
    parts: Parts


@dataclass(frozen=True, kw_only=True)
class Step:
    """From `from_` on, `daily_mg` for `days`. `cut_percent` is of the dose before; `terminal` steps follow the policy's last rule."""

    number: int
    from_: date
    days: int
    daily_mg: Decimal
    cut_mg: Decimal
    cut_percent: Decimal
    terminal: bool
    doses: tuple[TimedDose, ...]


@dataclass(frozen=True)
class PlanCheck:
    code: str
    ok: bool
    why: str


@dataclass(frozen=True)
class Plan:
    policy: str
    steps: tuple[Step, ...]
    ends_on: date
    supply: tuple[tuple[str, Decimal], ...]
    checks: tuple[PlanCheck, ...]


@dataclass(frozen=True)
class Refused:
    """No plan can meet the request. `nearest` is a request that one can meet, or None when none was found."""

    code: str
    why: str
    nearest: Request | None = None
