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


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How fast at most, and what holds near the end. Limits of the terminal zone are in mg of the tapered substance."""

    id: str
    usual: Pace
    ceiling_percent: Decimal
    ceiling_days: int
    terminal_from_mg: Decimal
    terminal_cut_mg: Decimal
    terminal_most_mg: Decimal


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
