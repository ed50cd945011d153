"""The dose diary in the patient's words: shared by the home page and the pages of the diary. Halves are drawn and worded as halves."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from serein.care.monitoring.reads import AsNeeded, Day, DoseHistory, Line, NextDose, Today
from serein.care.monitoring.regimen import DayDose, DayPlan
from serein.care.planning.text import PlannedDose
from serein.care.tapering.reads import running_taper, switch_to_come
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart
from serein.interfaces.paper.plot import Plot, PlotDay, two_panels

from .door import at_home, day_words, time_words
from .drawing import drawn

WHEN = {"morning": "this morning", "noon": "at noon today", "evening": "this evening", "night": "tonight"}
SAID = {"taken": "You took it", "missed": "You did not take it", "unsure": "You are not sure"}
STATES = {
    "taken": "Taken", "missed": "Not taken", "unsure": "Not sure", "partly": "Part of it told", "unknown": "Nothing told yet", "none": "",
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One dose as a box: when, how much, which tablets, and what was said about it."""

    day: date
    slot: str
    when: str
    mg: str
    words: str
    drawing: SafeString | str
    said: str = ""
    entry: UUID | None = None


def drawing(dose: DayDose) -> SafeString | str:
    known = knowledge.load()
    pieces = [drawn(known.product(p.product), PlannedDose(dose.slot, plain(p.units))) for p in dose.parts]
    return format_html_join("", "{}", ((p,) for p in pieces)) if all(pieces) else ""


def in_sentences(words: str) -> str:
    """A dose with its limits as two sentences: one of twenty words is more than many people read at once."""
    return words.replace(", at most ", ". At most ")


def mg_words(mg: Decimal) -> str:
    return f"{plain(mg)} mg"


def shown(one: NextDose, today: date, zone: str) -> Shown:
    when = WHEN[one.dose.slot] if one.day == today else f"{day_words(one.day, today)}, {one.dose.when}"
    if one.day == today - timedelta(days=1):
        when = f"yesterday, {one.dose.when}"
    elif one.day == today + timedelta(days=1):
        when = f"tomorrow, {one.dose.when}"
    said = said_words(one.line, zone) if one.line else ""
    entry = one.line.id if one.line else None
    return Shown(one.day, one.dose.slot, when, mg_words(one.dose.mg), one.dose.words, drawing(one.dose), said, entry)


def said_words(line: Line, zone: str) -> str:
    words = SAID[line.status]
    return f"{words} at {time_words(at_home(line.taken_at, zone))}" if line.taken_at else words


@dataclass(frozen=True)
class Box:
    """The diary on the home page."""

    near: Shown | None
    then: Shown | None
    open: tuple[Shown, ...]
    as_needed: AsNeeded | None
    as_needed_drawing: SafeString | str
    as_needed_mg: str
    uses: tuple[tuple[UUID, str, str], ...]


def box(found: Today, extra: AsNeeded | None, zone: str) -> Box | None:
    """None on a day without treatment."""
    if found.day.plan is None:
        return None
    today = found.day.day
    uses = tuple((u.id, said_words(u, zone), u.reason) for u in found.day.uses)
    return Box(
        shown(found.near, today, zone) if found.near else None, shown(found.then, today, zone) if found.then else None,
        tuple(shown(n, today, zone) for n in found.open), extra, drawing(extra.dose) if extra else "",
        mg_words(extra.dose.mg) if extra else "", uses,
    )  # fmt: skip


def staircase(history: DoseHistory) -> SafeString | str:
    """The doses by day, as told and as planned: what the patient sees. No level."""
    days = [d for d in history.days if d.plan is not None or d.lines]
    if not days:
        return ""
    told = tuple(_bar(d, history) for d in history.days)
    label = f"My dose by day, {day_words(days[0].day, history.today)} to {day_words(days[-1].day, history.today)}."
    return mark_safe(two_panels(Plot(told, history.today, label, narrow=True)))  # noqa: S308 - every text in it is escaped where it is drawn


def _bar(day: Day, history: DoseHistory) -> PlotDay:
    planned = day.plan.mg if day.plan else Decimal()
    ahead = day.day >= history.today and not day.lines
    change = history.open_change(day.day)
    missed = sum(one.status == "missed" for one in day.lines)
    return PlotDay(
        day.day,
        planned if ahead else day.taken_mg,
        missed=missed,
        unknown=day.day in history.unknown_days,
        planned_mg=planned,
        earlier_mg=change.from_mg if change else None,
        changed_mg=change.to_mg if change else None,
    )


@dataclass(frozen=True)
class CalendarDay:
    """A day of the month. A day on treatment always says its dose, whatever was told about it."""

    number: int
    date_words: str
    mg: str
    lines: tuple[tuple[str, str, SafeString | str], ...]
    state: str
    extra: str
    is_today: bool
    blank: bool = False


def month_days(days: tuple[Day, ...], today: date) -> list[list[CalendarDay]]:
    """Weeks from Sunday to Saturday; days of other months are blank."""
    pad = (days[0].day.weekday() + 1) % 7
    empty = CalendarDay(0, "", "", (), "", "", False, blank=True)
    cells = [empty] * pad + [calendar_day(d, today) for d in days]
    cells += [empty] * (-len(cells) % 7)
    return [cells[i : i + 7] for i in range(0, len(cells), 7)]


def calendar_day(day: Day, today: date) -> CalendarDay:
    plan: DayPlan | None = day.plan
    lines = tuple((d.when, f"{mg_words(d.mg)}: {d.words}", drawing(d)) for d in (plan.fixed if plan else ()))
    state = STATES[day.state] if plan and plan.fixed and day.day <= today else ""
    used = len(day.uses)
    extra = f"{used} when needed, {mg_words(sum((u.mg for u in day.uses), Decimal()))}" if used else ""
    most = plan.as_needed if plan else None
    if most and not used and day.day >= today:
        extra = f"When needed: up to {most.most_a_day} times {mg_words(most.mg)}"
    mg = mg_words(plan.mg) if plan and (plan.fixed or not most) else ""
    return CalendarDay(day.day.day, day_words(day.day, today), mg, lines, state, extra, day.day == today)


def switches(chart: OpenChart) -> bool:
    """Whether a switch to diazepam runs, or is being prepared: then the plan says where it leads, and not what is taken."""
    running = running_taper(chart)
    return switch_to_come(chart) is not None or (running is not None and running.switch is not None)
