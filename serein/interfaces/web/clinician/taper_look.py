"""What the planner shows of a plan: rows with their faults, cards with a fix that is one click, numbers beside the current plan, levels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.safestring import SafeString

from serein.care.monitoring.reads import typical_body
from serein.care.tapering.reads import TaperCard
from serein.care.tapering.text import Previewed, TaperText, put_right
from serein.care.tapering.words import dose_words, part_words
from serein.clinical import knowledge
from serein.clinical.kinetics import DailyDoses, NotValid, Parameters, morning_levels, settling_days
from serein.clinical.quantities import plain
from serein.clinical.taper import Plan, PlanCheck, Step
from serein.clinical.taper.compare import Side, Units, compare, dispensings
from serein.clinical.taper.review import Fault
from serein.foundation.people.keys import OpenChart

from .staircase import LevelLine, level_panel
from .taper_form import query

SHARE = Decimal("0.9")
EVERY_FOUR_WEEKS = 28
HOURS = {"morning": Decimal(8), "noon": Decimal(13), "evening": Decimal(18), "night": Decimal(22), "bedtime": Decimal(22)}


@dataclass(frozen=True)
class Row:
    """One step, as the table shows it. `falling_until`: the level has not settled before that day; None where it is not estimated."""

    number: int
    on: date
    mg: str
    percent: str
    tablets: tuple[str, ...]
    days: int
    small: bool
    faults: tuple[Fault, ...] = ()
    edit: str = ""
    rest: str = ""
    falling_until: date | None = None
    unsettled: bool = False


@dataclass(frozen=True)
class Card:
    """A problem with the click that puts it right, where one does."""

    code: str
    why: str
    fix: str = ""
    fix_words: str = ""
    stop: bool = False


def rows_of(plan: Plan, asked: TaperText | None = None, faults: Sequence[Fault] = (), settles: int | None = None) -> list[Row]:
    """The steps of a plan; with `asked` each can be changed."""
    return [
        Row(
            s.number, s.from_, plain(s.daily_mg), _signed(s.cut_percent),
            tuple(dose_words(d.at, d.mg, d.parts.units) for d in s.doses), s.days, s.terminal,
            tuple(f for f in faults if f.step == s.number), query(asked, edit=str(s.number)) if asked else "",
            query(asked, rest=str(s.number)) if asked and s.number < len(plan.steps) else "",
            s.from_ + timedelta(days=settles) if settles is not None else None, settles is not None and 0 < s.days < settles,
        )
        for s in plan.steps
    ]  # fmt: skip


def _signed(cut_percent: Decimal) -> str:
    """A cut with a minus sign; a typed rise with a plus."""
    whole = abs(cut_percent).quantize(Decimal(1))
    return f"{'−' if cut_percent >= 0 else '+'}{plain(whole)}"


def cards(checks: Sequence[PlanCheck], faults: Sequence[Fault], asked: TaperText, plan: Plan) -> list[Card]:
    """Problems, the worst first."""
    of_steps = [_fault_card(f, asked) for f in sorted(faults, key=lambda f: (not f.stop, f.step))]
    return [*of_steps, *(_check_card(c, asked, plan) for c in checks if not c.ok)]


def _fault_card(fault: Fault, asked: TaperText) -> Card:
    right = put_right(asked, fault) if asked.typed else None
    words = f"{plain(fault.instead_mg)} mg in step {fault.step}" if fault.instead_mg is not None else ""
    return Card(fault.code, f"Step {fault.step}: {fault.why}", query(right) if right else "", words, fault.stop)


def _check_card(check: PlanCheck, asked: TaperText, plan: Plan) -> Card:
    if check.code == "above-usual-start":
        return Card(check.code, check.why, query(replace(asked, cut_percent="10", typed=())), "10 % a step")
    if check.code == "start-moved":
        return Card(
            check.code, check.why, query(replace(asked, starts_on=plan.steps[0].from_)), f"{plan.steps[0].from_:%d-%b-%Y}"
        )
    if check.code == "tablets-to-divide" and "whole" not in asked.keeps:
        return Card(check.code, check.why, query(replace(asked, keeps=(*asked.keeps, "whole"), typed=())), "whole tablets only")
    return Card(check.code, check.why)


@dataclass(frozen=True)
class Beside:
    """The proposed plan and another one in numbers."""

    name: str
    proposed: Side
    other: Side


def beside(plan: Plan, request_mg: Decimal, name: str, other: Plan, running: TaperCard | None) -> Beside | None:
    """None where the other plan does not begin with the same dose: numbers of two different times would be set side by side."""
    if running is None:
        return None
    steps = tuple(s for s in other.steps if s.daily_mg < request_mg)
    if not steps:
        return None
    asked = replace(running.request, daily_dose_mg=request_mg, recent_cuts=())
    sides = compare(asked, plan.steps, steps)
    return Beside(name, sides.one, sides.other)


def body(key: OpenChart, on: date) -> Parameters | None:
    """Whose levels are estimated; None outside the model's domain."""
    found = typical_body(key, on)
    return None if isinstance(found, NotValid) else found


def settles_in(person: Parameters | None) -> int | None:
    """Days until nine tenths of a change have come."""
    return settling_days(person, SHARE) if person is not None else None


@dataclass(frozen=True)
class Course:
    """A plan to draw: the dose before all its steps, and the steps, those of the past included."""

    name: str
    before: Decimal
    steps: tuple[Step, ...]


def courses(proposed: Plan, now_mg: Decimal, running: TaperCard | None, other: Plan | None) -> list[Course]:
    """What is proposed, with what was taken before it, and beside it a slower pace or the plan that runs."""
    past: tuple[Step, ...] = ()
    before = now_mg
    if running is not None:
        past = tuple(s for s in running.plan.steps if s.from_ < proposed.steps[0].from_ and s.daily_mg >= now_mg)
        before = running.request.daily_dose_mg if past else now_mg
    found = [Course("proposed", before, (*past, *proposed.steps))]
    if other is not None:
        found.append(Course("slower", before, (*past, *other.steps)))
    elif running is not None:
        found.append(Course("current", running.request.daily_dose_mg, running.plan.steps))
    return found


@dataclass(frozen=True)
class Handed:
    """What is handed out on one day, and the hold reserve beside it, in words."""

    on: date
    days: int
    give: tuple[str, ...]
    reserve: tuple[str, ...]


def handed_out(found: Previewed, asked: TaperText) -> tuple[int, list[Handed]]:
    """(days of reserve, the plan's supply per dispensing): by the interval that was asked for, else step by step's length."""
    reserve = int(knowledge.load().rule("hold-reserve-days").value)
    every = int(asked.dispense_days) if asked.dispense_days else found.request.pace.every_days
    days = dispensings(found.request, found.plan.steps, every, reserve)
    return reserve, [Handed(d.on, d.days, _in_words(d.give), _in_words(d.reserve)) for d in days]


def _in_words(units: Units) -> tuple[str, ...]:
    return tuple(part_words(p, u) for p, u in units)


@dataclass(frozen=True)
class SideRow:
    """One day under both plans; a level is '' where nothing is estimated."""

    on: date
    mg: str
    other_mg: str
    level: str
    other_level: str


def in_rows(plan: Plan, now_mg: Decimal, person: Parameters | None, plans: Sequence[Course]) -> list[SideRow]:
    """The proposed plan and the one drawn beside it, every four weeks: the drawings in words. Empty where there is only one."""
    if len(plans) < 2:
        return []
    first, last = plan.steps[0].from_, max(p.steps[-1].from_ for p in plans[:2])
    days = [first + timedelta(days=n) for n in range(0, (last - first).days + EVERY_FOUR_WEEKS, EVERY_FOUR_WEEKS)]
    levels = [_levels(person, p, first, days[-1]) for p in plans[:2]]
    rows = []
    for day in days:
        mg = [plain(next((s.daily_mg for s in reversed(p.steps) if s.from_ <= day), p.before)) for p in plans[:2]]
        shown = [f"{one[(day - first).days]:.0f}" if one else "" for one in levels]
        rows.append(SideRow(day, *mg, *shown))
    return rows


def _levels(person: Parameters | None, plan: Course, first: date, last: date) -> Sequence[float]:
    """Each morning's level from `first` to `last`; nothing where none is estimated."""
    if person is None:
        return ()
    origin = min(first, plan.steps[0].from_) - timedelta(days=1)
    found = morning_levels(person, _phases(plan, origin), (last - origin).days + 1)
    return found.parent[(first - origin).days :]


def levels_drawn(person: Parameters | None, plans: Sequence[Course], first: date) -> SafeString | str:
    """Estimated diazepam each morning from `first` on under each plan, the first one solid; '' where nothing is estimated."""
    if person is None:
        return ""
    origin = min(first, *(p.steps[0].from_ for p in plans)) - timedelta(days=1)
    last = max(p.steps[-1].from_ for p in plans) + timedelta(days=21)
    lines = []
    for n, plan in enumerate(plans):
        found = morning_levels(person, _phases(plan, origin), (last - origin).days)
        lines.append(LevelLine(plan.name, found.parent[(first - origin).days :], dashed=n > 0))
    return level_panel(lines, first, f"Estimated diazepam in the blood each morning, {first:%d-%b-%Y} to {last:%d-%b-%Y}")


def _phases(plan: Course, origin: date) -> list[DailyDoses]:
    """The dose before counts as taken at the times of the first step: only the sum matters to a morning's level weeks later."""
    times = [HOURS.get(d.at, Decimal(8)) for d in plan.steps[0].doses] or [Decimal(22)]
    phases = [DailyDoses(0, tuple((at, plan.before / len(times)) for at in times))]
    for step in plan.steps:
        phases.append(DailyDoses((step.from_ - origin).days, tuple((HOURS.get(d.at, Decimal(8)), d.mg) for d in step.doses)))
    return phases
