"""What the patient says they took. A day without a line is unknown: it is never read as "not taken"."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from serein.care.access.reads import patient_card
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

from ..days import AS_NEEDED, NIGHT, PER_WEEK, current_slot, dose_day, local, order
from ..models import DoseEntry, DoseStatus
from ..regimen import DayDose, DayPlan, Part
from .regimen import planned

# How far back use counts as present use. Two review intervals of the strictest plan; not a clinical limit.
WATCHED_WEEKS = 8


@dataclass(frozen=True)
class Line:
    """One entry that stands. `taken_at` is None when it was missed or nobody is sure."""

    id: UUID
    day: date
    slot: str
    status: str
    parts: tuple[Part, ...]
    mg: Decimal
    taken_at: datetime | None
    reason: str
    recorded_at: datetime
    private: bool = False
    recorded_by: UUID | None = None

    @property
    def status_words(self) -> str:
        return DoseStatus(self.status).label

    @property
    def words(self) -> str:
        return " and ".join(p.words for p in self.parts)


@dataclass(frozen=True)
class Day:
    """One day of the diary: what was planned (None: no treatment planned) and what was said about it."""

    day: date
    plan: DayPlan | None
    lines: tuple[Line, ...]

    def line(self, slot: str) -> Line | None:
        return next((one for one in self.lines if one.slot == slot), None)

    @property
    def uses(self) -> tuple[Line, ...]:
        return tuple(one for one in self.lines if one.slot == AS_NEEDED)

    @property
    def taken_mg(self) -> Decimal:
        return sum((one.mg for one in self.lines if one.status == DoseStatus.TAKEN), Decimal())

    @property
    def silent(self) -> tuple[DayDose, ...]:
        """Planned doses about which nothing was said, or that the patient is not sure of: unknown."""
        fixed = self.plan.fixed if self.plan else ()
        known = {one.slot for one in self.lines if one.status != DoseStatus.UNSURE}
        return tuple(d for d in fixed if d.slot not in known)

    @property
    def state(self) -> str:
        """taken, missed, partly, unknown, none (nothing planned or said)."""
        said = [one.status for one in self.lines if one.slot != AS_NEEDED]
        if self.silent:
            return "unknown" if not said or set(said) == {DoseStatus.UNSURE} else "partly"
        if not said:
            return "taken" if self.uses else "none"
        return said[0] if len(set(said)) == 1 else "partly"


@dataclass(frozen=True)
class AsNeeded:
    """Use as needed over the seven days that end with `day`: how many uses, on how many days, against what the plan allows."""

    day: date
    dose: DayDose
    uses_today: int
    uses_in_week: int
    days_in_week: int

    @property
    def most_a_day(self) -> int:
        return self.dose.most_a_day or 1

    @property
    def most_a_week(self) -> int:
        return self.dose.most_a_week or self.most_a_day * 7

    @property
    def left_today(self) -> int:
        """What day and week still allow."""
        return max(0, min(self.most_a_day - self.uses_today, self.most_a_week - self.uses_in_week))


@shown
def diary(chart: OpenChart, first: date, last: date) -> tuple[Day, ...]:
    """Every day from `first` to `last`, both included, whether or not anything was planned or said."""
    plans = {p.day: p for p in planned(chart, first, last)}
    lines: dict[date, list[Line]] = {}
    for row in _live(chart).filter(dose_day__range=(first, last)).order_by("taken_at", "id"):
        lines.setdefault(row.dose_day, []).append(_line(row))
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(Day(d, plans.get(d), tuple(sorted(lines.get(d, ()), key=lambda one: order(one.slot)))) for d in days)


def _live(chart: OpenChart) -> QuerySet[DoseEntry]:
    return DoseEntry.objects.filter(patient=chart.patient_id, undone_at=None)


def _line(row: DoseEntry) -> Line:
    parts = tuple(Part(p["product"], Decimal(p["units"])) for p in row.parts)
    return Line(
        row.id,
        row.dose_day,
        row.slot,
        row.status,
        parts,
        row.mg,
        row.taken_at,
        row.reason,
        row.recorded_at,
        row.private,
        row.recorded_by_id,
    )


@shown
def last_line(chart: OpenChart) -> Line | None:
    """The entry made last, of those that stand."""
    row = _live(chart).order_by("recorded_at", "id").last()
    return _line(row) if row else None


@shown
def first_day(chart: OpenChart) -> date | None:
    """The first day that the diary speaks of."""
    found: date | None = _live(chart).order_by("dose_day").values_list("dose_day", flat=True).first()
    return found


@shown
def as_needed(chart: OpenChart) -> AsNeeded | None:
    """How much of what may be taken as needed was used, up to today; None when the plan in force has no such dose."""
    today = local(chart.at, patient_card(chart).time_zone).date()
    days = diary(chart, today - PER_WEEK, today)
    dose = days[-1].plan.as_needed if days[-1].plan else None
    if dose is None:
        return None
    counts = [len(d.uses) for d in days]
    return AsNeeded(today, dose, counts[-1], sum(counts), sum(n > 0 for n in counts))


@shown
def most_days_with_use(chart: OpenChart) -> int:
    """The most days with an as-needed use in any seven days in a row of the last weeks."""
    today = local(chart.at, patient_card(chart).time_zone).date()
    rows = _live(chart).filter(slot=AS_NEEDED, dose_day__gt=today - timedelta(weeks=WATCHED_WEEKS), dose_day__lte=today)
    used = set(rows.values_list("dose_day", flat=True))
    return max((sum(day <= other <= day + PER_WEEK for other in used) for day in used), default=0)


@dataclass(frozen=True)
class NextDose:
    """The dose that is near now, and what was said about it. `line` is None while nothing was said; then it may be taken."""

    day: date
    dose: DayDose
    line: Line | None


@dataclass(frozen=True)
class Today:
    """The patient's day: the dose that is near (of the evening before, in the small hours), what comes after it, and earlier doses about which
    nothing was said."""

    day: Day
    near: NextDose | None
    then: NextDose | None
    open: tuple[NextDose, ...]


@shown
def today(chart: OpenChart) -> Today:
    """By the clock at the patient's home at the key's instant."""
    zone = patient_card(chart).time_zone
    here = local(chart.at, zone).date()
    yesterday, day, tomorrow = diary(chart, here - timedelta(days=1), here + timedelta(days=1))
    near = _small_hours(chart, yesterday, zone) or _near(day, chart.at, zone)
    later = [n for d in (day, tomorrow) for n in _all(d) if n.line is None and near is not None and _after(n, near)]
    earlier = [n for d in (yesterday, day) for n in _all(d) if n.line is None and near is not None and _after(near, n)]
    return Today(day, near, later[0] if later else None, tuple(earlier))


def _all(day: Day) -> list[NextDose]:
    return [NextDose(day.day, d, day.line(d.slot)) for d in (day.plan.fixed if day.plan else ())]


def _after(one: NextDose, other: NextDose) -> bool:
    return (one.day, order(one.dose.slot)) > (other.day, order(other.dose.slot))


def _small_hours(chart: OpenChart, yesterday: Day, zone: str) -> NextDose | None:
    """Before four in the morning, last night's dose while nothing was said about it."""
    if dose_day(chart.at, zone, NIGHT) != yesterday.day:
        return None
    return next((n for n in _all(yesterday) if n.dose.slot == NIGHT and n.line is None), None)


def _near(day: Day, at: datetime, zone: str) -> NextDose | None:
    slot = current_slot(tuple(n.dose.slot for n in _all(day)), at, zone)
    return next((n for n in _all(day) if n.dose.slot == slot), None)
