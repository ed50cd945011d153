"""Two panels on one time axis as SVG: the estimated level above, the daily dose below. For the screen without scripts, for print, for PDF.

Never a staircase on a second axis over the level: where the two would cross means nothing. The y axis starts at 0. Past is what was told, future
is the plan on a tinted ground, and a day about which nothing was told is marked as unknown. Lines differ by dash and label, not by colour alone.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, log10
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 960, 70, 150
LEVEL_TOP, LEVEL_HEIGHT, GAP, DOSE_HEIGHT = 28, 220, 34, 110
BLUE, BROWN, INK, GROUND = "#1d70b8", "#7f4c00", "#0b0c0c", "#f1f5f8"


@dataclass(frozen=True)
class PlotDay:
    """One day. Levels in ng/mL: lowest and highest of the parent, mean of the metabolite; None where nothing is estimated. `mg` is what was told
    as taken (past) or planned (future); `missed` counts doses told as missed; `unknown`: a planned dose about which nothing is known."""

    day: date
    mg: Decimal
    low: float | None = None
    high: float | None = None
    metabolite: float | None = None
    missed: int = 0
    unknown: bool = False
    planned_mg: Decimal | None = None


@dataclass(frozen=True)
class Plot:
    """`label` names the picture for those who do not see it; `today` divides what was told from what is planned."""

    days: tuple[PlotDay, ...]
    today: date
    label: str
    parent: str = "diazepam"
    metabolite: str = "nordiazepam"


@dataclass(frozen=True)
class _Frame:
    first: date
    count: int
    top: float
    height: float
    most: float

    def x(self, day: date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - self.first).days / max(1, self.count)

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - value / self.most)


def two_panels(plot: Plot) -> str:
    """The SVG element. Needs at least one day; without any level only the dose panel is drawn."""
    with_level = any(d.high is not None for d in plot.days)
    top = LEVEL_TOP + LEVEL_HEIGHT + GAP if with_level else LEVEL_TOP
    dose = _Frame(plot.days[0].day, len(plot.days), top, DOSE_HEIGHT, _round_up(float(max(_tallest(d) for d in plot.days))))
    parts = []
    if with_level:
        highest = max(max(d.high or 0.0, d.metabolite or 0.0) for d in plot.days)
        level = _Frame(plot.days[0].day, len(plot.days), LEVEL_TOP, LEVEL_HEIGHT, _round_up(highest))
        parts += [*_ground(plot, level), *_axis(level, "ng/mL, estimate"), *_levels(plot, level)]
    parts += [*_ground(plot, dose), *_axis(dose, "mg a day"), *_doses(plot, dose), *_months(plot, dose)]
    parts += _today(plot, dose, LEVEL_TOP - 8)
    height = top + DOSE_HEIGHT + 44
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(plot.label, {chr(34): "&quot;"})}" '
        f'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="13" class="pk-svg">{"".join(parts)}</svg>'
    )


def _tallest(day: PlotDay) -> Decimal:
    return max(day.mg, day.planned_mg or Decimal())


def _round_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten: axes end on a number that people read."""
    if value < 1e-6:  # nothing that an axis could show
        return 1.0
    scale = 10.0 ** (ceil(log10(value)) - 1)
    return next(step * scale for step in (1, 2, 2.5, 5, 10, 20) if step * scale >= value)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK) -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{stroke}"{dashed}/>'


def _ground(plot: Plot, frame: _Frame) -> list[str]:
    """The future stands on a tinted ground."""
    end = frame.x(frame.first + timedelta(days=frame.count))
    start = min(max(frame.x(plot.today + timedelta(days=1)), LEFT), end)
    return [f'<rect x="{_n(start)}" y="{_n(frame.top)}" width="{_n(end - start)}" height="{_n(frame.height)}" fill="{GROUND}"/>']


def _axis(frame: _Frame, title: str) -> list[str]:
    parts = [_text(8, frame.top - 10, title)]
    right = WIDTH - RIGHT
    for step in (0.0, 0.5, 1.0):
        y = frame.y(frame.most * step)
        parts.append(_line(LEFT, y, right, y, INK if step == 0 else "#b1b4b6"))
        parts.append(_text(LEFT - 8, y + 4, _n(frame.most * step), "end"))
    return parts


def _levels(plot: Plot, frame: _Frame) -> list[str]:
    known = [(d.day, d.low, d.high, d.metabolite) for d in plot.days if d.low is not None and d.high is not None]
    upper = [f"{_n(frame.x(day) + _half(frame))},{_n(frame.y(high))}" for day, _, high, _ in known]
    lower = [f"{_n(frame.x(day) + _half(frame))},{_n(frame.y(low))}" for day, low, _, _ in known]
    parts = [
        f'<polygon points="{" ".join(upper + lower[::-1])}" fill="{BLUE}" fill-opacity=".35" stroke="{BLUE}" stroke-width="1"/>'
    ]
    line = [f"{_n(frame.x(day) + _half(frame))},{_n(frame.y(m))}" for day, _, _, m in known if m is not None]
    if line:
        parts.append(
            f'<polyline points="{" ".join(line)}" fill="none" stroke="{BROWN}" stroke-width="2" stroke-dasharray="7 4"/>'
        )
    end = WIDTH - RIGHT + 8
    _, low, high, metabolite = known[-1]
    middle, other = frame.y((low + high) / 2) + 4, frame.y(metabolite or 0.0) + 4
    if abs(middle - other) < 16:
        other = middle + 16 if other >= middle else middle - 16
    parts.append(_text(end, middle, plot.parent, fill=BLUE))
    if line:
        parts.append(_text(end, other, plot.metabolite, fill=BROWN))
    return parts


def _half(frame: _Frame) -> float:
    return (WIDTH - LEFT - RIGHT) / max(1, frame.count) / 2


def _doses(plot: Plot, frame: _Frame) -> list[str]:
    """The staircase of what was told or is planned; x for missed doses, ? for unknown days, both above the axis."""
    points = []
    for d in plot.days:
        y = frame.y(float(d.planned_mg if d.unknown and d.planned_mg is not None else d.mg))
        points += [f"{_n(frame.x(d.day))},{_n(y)}", f"{_n(frame.x(d.day + timedelta(days=1)))},{_n(y)}"]
    parts = [f'<polyline points="{" ".join(points)}" fill="none" stroke="{INK}" stroke-width="2"/>']
    wide, base = 2 * _half(frame), frame.y(0)
    for d in plot.days:
        x = frame.x(d.day)
        if d.unknown:
            place = f'x="{_n(x)}" y="{_n(frame.top)}" width="{_n(wide)}" height="{_n(frame.height)}"'
            parts.append(f'<rect {place} fill="none" stroke="#505a5f" stroke-dasharray="2 3"/>')
            if wide >= 8:
                parts.append(_text(x + wide / 2, base - 6, "?", "middle", "#505a5f"))
        if d.missed:
            parts.append(_text(x + wide / 2, base - 6, "×", "middle", "#b10e1e"))
    return parts


def _months(plot: Plot, frame: _Frame) -> list[str]:
    """Dates with the month as a word: 3/4 is March in one country and April in another."""
    every = next((n for n in (1, 2, 7, 14, 28, 56, 112, 400) if frame.count / n <= 9), 4000)
    return [
        _text(frame.x(d.day), frame.top + frame.height + 20, f"{d.day.day} {d.day:%b}" + (f" {d.day.year}" if i == 0 else ""))
        for i, d in enumerate(plot.days)
        if i % every == 0
    ]


def _today(plot: Plot, frame: _Frame, top: float) -> list[str]:
    if not plot.days[0].day <= plot.today <= plot.days[-1].day:
        return []
    x = frame.x(plot.today) + _half(frame)
    return [_line(x, top, x, frame.top + frame.height, INK, "4 4"), _text(x + 5, top + 6, "today")]
