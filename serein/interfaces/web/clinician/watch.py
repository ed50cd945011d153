"""Diary, check-ins and the level estimate of one patient."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from serein.care.access.reads import patient_card
from serein.care.evaluation.reads import HarmTold, harm_told
from serein.care.monitoring import reads
from serein.care.monitoring.days import local
from serein.care.monitoring.reads import CheckInLine, Day, Fit, Line, Review, SupplyEnd, Weighed
from serein.care.monitoring.reads.levels import DayLevel, DoseHistory, Estimate, dose_history, estimate
from serein.clinical.kinetics import NotValid
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import clinic_day
from serein.interfaces.paper.plot import Plot, PlotDay, PlotLevel, PlotMark, for_screens
from serein.interfaces.web.shell.parts import Cell, Column, Table, TableRow

from .banner import banner
from .desk import chart_page
from .instead import Asked, asked_of
from .level_words import fit_words, level_rows

BANDS = ("diazepam", "nordiazepam")
STATES = {
    "taken": "taken", "missed": "missed", "unsure": "not sure", "partly": "partly told", "unknown": "not told (unknown)", "none": "",
}  # fmt: skip
SHOWN_DAYS = 28


@dataclass(frozen=True)
class Watching:
    """The chart's short word on watching."""

    told: str
    check_in: CheckInLine | None
    supply: SupplyEnd
    review: Review | None
    harm: HarmTold | None


def watching(key: OpenChart) -> Watching:
    today = local(key.at, patient_card(key).time_zone).date()
    days = reads.diary(key, today - timedelta(days=7), today - timedelta(days=1))
    plan = reads.plan_to_review(key)
    newest = next((c for c in reads.check_ins(key) if not c.taken_back), None)
    return Watching(
        week_words(days),
        newest,
        reads.supply_ends(key),
        reads.review_of(key, plan) if plan else None,
        next(iter(harm_told(key)), None),
    )


def sedation_facts(key: OpenChart) -> tuple[CheckInLine, ...]:
    """What the patient told of breathing and sleepiness since the last review: whoever writes a further supply reads it there."""
    plan = reads.plan_to_review(key)
    last = reads.review_of(key, plan).last if plan else None
    since = last.on if last else plan.text.starts_on if plan else clinic_day(key.clinic_id, key.at)
    return reads.sedation_told(key, since - timedelta(days=1))  # the review's own day may lie on either side of it


def week_words(days: tuple[Day, ...]) -> str:
    """'5 doses taken, 1 missed, 2 not told (unknown)'."""
    fixed = [d.line(x.slot) for d in days if d.plan for x in d.plan.fixed]
    uses = sum(len(d.uses) for d in days)
    if not fixed and not uses:
        return "No dose was planned or told"
    counts = [
        (sum(x is not None and x.status == "taken" for x in fixed), "taken"),
        (sum(x is not None and x.status == "missed" for x in fixed), "missed"),
        (sum(x is not None and x.status == "unsure" for x in fixed), "not sure"),
        (sum(x is None for x in fixed), "not told (unknown)"),
        (uses, f"when needed, on {sum(bool(d.uses) for d in days)} days"),
    ]
    return ", ".join(f"{n} {what}" for n, what in counts if n)


@chart_page
def watch(request: HttpRequest, key: OpenChart) -> HttpResponse:
    history, of = dose_history(key), _band_of(request)
    levels = estimate(key, history, of)
    asked = asked_of(request, key, history, levels)
    back = [d for d in history.days if d.day <= history.today][-SHOWN_DAYS:]
    context: dict[str, Any] = {
        "title": "Diary, check-ins and level estimate", "banner": banner(key), "back": reverse("clinician:chart", args=[key.patient_id]),
        "plot": drawn(history, levels, asked), "not_valid": levels.why if isinstance(levels, NotValid) else "", "history": history,
        "levels": None if isinstance(levels, NotValid) else levels, "diary": _diary(back, history), "weeks": _weeks(history, levels),
        "band": of, "bands": BANDS, "unconfirmed": history.unconfirmed, "asked": asked, "form": asked.form,
        "level_rows": level_rows(key, levels, history.zone), "fit": "" if isinstance(levels, NotValid) else fit_words(levels.fit),
        "picture": reads.picture_choice(key),
        "check_ins": reads.check_ins(key)[:20], "contacts": reads.contacts(key)[:10], "extra": reads.as_needed(key),
    }  # fmt: skip
    return render(request, "clinician/watch.html", context, status=422 if asked.form.errors else 200)


def _band_of(request: HttpRequest) -> str:
    """Which substance the band is about: one at a time."""
    asked = request.GET.get("band", "")
    return asked if asked in BANDS else BANDS[0]


@chart_page
def levels_json(request: HttpRequest, key: OpenChart) -> HttpResponse:
    """What the interactive plot reads: whole numbers and their differences, a quarter of the size of plain numbers."""
    history = dose_history(key)
    of = _band_of(request)
    found = estimate(key, history, of)
    if isinstance(found, NotValid):
        return JsonResponse({"not_valid": found.why})
    answer = asked_of(request, key, history, found).answer
    instead = {d.day: d for d in answer.days} if answer else {}
    later = [instead.get(d.day) for d in history.days]
    points = plot_levels(found, history.zone)
    changes = [history.open_change(d.day) for d in history.days]
    lows = [round(d.low) for d in found.days]
    return JsonResponse(
        {
            "first": found.days[0].day.isoformat(), "today": history.today.isoformat(), "low": _deltas(lows),
            "high": _deltas([round(d.high) for d in found.days]), "metabolite": _deltas([_metabolite(d) for d in found.days]),
            "mg": [plain(_stair(d, history)) for d in history.days],
            "band": of, "band_low": _deltas([round(d.band_low) for d in found.days]),
            "band_high": _deltas([round(d.band_high) for d in found.days]),
            "earlier": [c.before if c else None for c in changes], "changed": [c.after if c else None for c in changes],
            "missed": [i for i, d in enumerate(history.days) if _missed(d)],
            "unknown": [i for i, d in enumerate(history.days) if d.day in history.unknown_days],
            "if_low": [round(d.low) if d else None for d in later], "if_high": [round(d.high) if d else None for d in later],
            "if_metabolite": [_metabolite(d) if d else None for d in later],
            "if_mg": [plain(answer.mg) if answer and d else None for d in later],
            "levels": [
                [round((p.day - history.days[0].day).days + p.day_share, 3), round(p.ng_per_ml, 1), p.of_parent, p.used] for p in points
            ],
            "marks": [[(m.day - history.days[0].day).days, n] for n, m in enumerate(found.marks, 1)],
        }
    )  # fmt: skip


def _deltas(values: list[int]) -> list[int]:
    return [values[0], *(b - a for a, b in pairwise(values))] if values else []


def _metabolite(level: DayLevel) -> int:
    return round((level.metabolite_low + level.metabolite_high) / 2)


def _missed(day: Day) -> int:
    return sum(one.status == "missed" for one in day.lines)


def _told(day: Day, history: DoseHistory) -> Decimal:
    """What was told as taken, or (from today on, where nothing was told yet) what is planned."""
    return day.plan.mg if day.plan and day.day >= history.today and not day.lines else day.taken_mg


def _stair(day: Day, history: DoseHistory) -> Decimal:
    """The plan's dose where something was not told: a gap in the diary is not a fall of the dose."""
    return day.plan.mg if day.plan and day.day in history.unknown_days else _told(day, history)


def plot_levels(levels: Estimate, zone: str) -> tuple[PlotLevel, ...]:
    """What was entered in error is not drawn."""
    shown = [w for w in levels.fit.weighed if w.standing != "error"]
    return tuple(
        _point(w, zone) for w in shown if levels.days[0].day <= local(w.line.drawn_at, zone).date() <= levels.days[-1].day
    )


def _point(one: Weighed, zone: str) -> PlotLevel:
    here = local(one.line.drawn_at, zone)
    share = (here.hour + here.minute / 60) / 24
    return PlotLevel(here.date(), share, float(one.line.ng_per_ml), one.line.substance == BANDS[0], one.standing == "used")


def drawn(history: DoseHistory, levels: Estimate | NotValid, asked: Asked | None = None) -> SafeString:
    by_day = {} if isinstance(levels, NotValid) else {d.day: d for d in levels.days}
    answer = asked.answer if asked else None
    later = {d.day: d for d in answer.days} if answer else {}
    days = []
    for d in history.days:
        one, other = by_day.get(d.day), later.get(d.day)
        unknown, change = d.day in history.unknown_days, history.open_change(d.day)
        days.append(
            PlotDay(
                d.day, _told(d, history), one.low if one else None, one.high if one else None,
                (one.metabolite_low + one.metabolite_high) / 2 if one else None, _missed(d), unknown, d.plan.mg if d.plan else None,
                one.band_low if one else None, one.band_high if one else None,
                change.from_mg if change else None, change.to_mg if change else None,
                other.low if other else None, other.high if other else None,
                (other.metabolite_low + other.metabolite_high) / 2 if other else None, answer.mg if answer and other else None,
            )
        )  # fmt: skip
    label = _label(history, days, bool(by_day))
    if isinstance(levels, NotValid):
        return mark_safe(for_screens(Plot(tuple(days), history.today, label)))  # noqa: S308 - every text is escaped where it is drawn
    marks = tuple(PlotMark(m.day, n) for n, m in enumerate(levels.marks, 1))
    plot = Plot(
        tuple(days), history.today, label, band=levels.band, band_words=_band_words(levels.fit), levels=plot_levels(levels, history.zone),
        marks=marks,
    )  # fmt: skip
    return mark_safe(for_screens(plot))  # noqa: S308 - every text in it is escaped where it is drawn


def _band_words(fit: Fit) -> str:
    return (
        f"estimate, fitted to {fit.used} measured level{'s' if fit.used > 1 else ''}"
        if fit.used
        else "estimate, for 9 in 10 people"
    )


def _label(history: DoseHistory, days: list[PlotDay], with_level: bool) -> str:
    what = "Estimated diazepam and nordiazepam level above, dose by day below" if with_level else "Dose by day"
    open_change = " A change of dose is unconfirmed: both doses are drawn." if history.unconfirmed else ""
    return f"{what}, {days[0].day:%d-%b-%Y} to {days[-1].day:%d-%b-%Y}.{open_change} The table says the same."


def _diary(days: list[Day], history: DoseHistory) -> Table:
    rows = []
    for day in reversed(days):
        told, change = "; ".join(_line_words(one) for one in day.lines), history.open_change(day.day)
        planned = f"{plain(day.plan.mg)} mg" if day.plan and day.plan.fixed else ("when needed" if day.plan else "no treatment")
        if change is not None:
            planned = f"{change.before} mg or {change.after} mg"
        rows.append(
            TableRow(
                (
                    Cell(f"{day.day:%d-%b-%Y}", header=True), Cell(planned, "unconfirmed" if change else ""),
                    Cell(f"{plain(day.taken_mg)} mg" if day.lines else "", style="num"),
                    Cell(STATES[day.state], told),
                )
            )
        )  # fmt: skip
    return Table(
        "Diary, newest first",
        (Column("Day"), Column("Planned"), Column("Told as taken", numeric=True), Column("Told")),
        rows,
        stack=True,
    )


def _line_words(one: Line) -> str:
    words = f"{one.slot.replace('_', ' ')}: {one.status_words.lower()}"
    return f"{words} ({one.reason})" if one.reason else words


def _weeks(history: DoseHistory, levels: Estimate | NotValid) -> Table:
    """The plot as a table, by week. While a change is unconfirmed, each of its doses has a column."""
    by_day = {} if isinstance(levels, NotValid) else {d.day: d for d in levels.days}
    rows = [_week(history, history.days[i : i + 7], by_day) for i in range(0, len(history.days), 7)]
    points = () if isinstance(levels, NotValid) else plot_levels(levels, history.zone)
    if points:
        rows = [
            TableRow((*row.cells, Cell(_points_words(points, history.days[7 * n].day), style="num")))
            for n, row in enumerate(rows)
        ]
    band = f"{levels.band}: {_band_words(levels.fit)}, ng/mL" if isinstance(levels, Estimate) else "9 in 10 people, ng/mL"
    columns = [Column("Week from"), Column("Diazepam, ng/mL", numeric=True), Column("Nordiazepam, ng/mL", numeric=True)]
    columns += [Column(band[:1].upper() + band[1:], numeric=True), Column("mg a day", numeric=True)]
    if history.unconfirmed:
        columns.append(Column("Unconfirmed: earlier or told dose, mg a day", numeric=True))
    columns.append(Column("Days not told", numeric=True))
    if points:
        columns.append(Column("Measured, ng/mL", numeric=True))
    return Table("The plot as a table, by week", columns, rows)


def _points_words(points: tuple[PlotLevel, ...], first: date) -> str:
    mine = [p for p in points if first <= p.day < first + timedelta(days=7)]
    return "; ".join(
        f"{BANDS[0 if p.of_parent else 1]} {p.ng_per_ml:.0f}{'' if p.used else ' (not used)'}"
        for p in sorted(mine, key=lambda p: p.day)
    )


def _week(history: DoseHistory, days: tuple[Day, ...], by_day: dict[date, DayLevel]) -> TableRow:
    known = [by_day[d.day] for d in days if d.day in by_day]
    mgs, change = [_told(d, history) for d in days], next((c for d in days if (c := history.open_change(d.day))), None)
    cells = [Cell(f"{days[0].day:%d-%b-%Y}", "planned" if days[0].day > history.today else "", header=True)]
    for low, high in (("low", "high"), ("metabolite_low", "metabolite_high"), ("band_low", "band_high")):
        between = (
            f"{min(getattr(d, low) for d in known):.0f} to {max(getattr(d, high) for d in known):.0f}" if known else "no estimate"
        )
        cells.append(Cell(between, style="num"))
    cells.append(Cell(f"{plain(min(mgs))} to {plain(max(mgs))}", style="num"))
    if history.unconfirmed:
        cells.append(Cell(f"{change.before} or {change.after}" if change else "", style="num"))
    cells.append(Cell(sum(d.day in history.unknown_days for d in days), style="num"))
    return TableRow(tuple(cells))
