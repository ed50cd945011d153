"""Two panels on one time axis as SVG: the estimated level above, the daily dose below. For the screen without scripts, for print, for PDF.

Never a staircase on a second axis over the level: where the two would cross means nothing. The y axis starts at 0. Past is what was told, future
is the plan on a tinted ground, and a day about which nothing was told is marked as unknown. Lines differ by dash and label, not by colour alone.
While a change of dose is unconfirmed, both of its doses are lines and the ground between them is hatched: nobody knows which one is taken.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, log10
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 960, 70, 150
# Drawn as wide as a telephone is, so that its letters stay letters there; without room for words beside the panel.
NARROW_WIDTH, NARROW_LEFT, NARROW_RIGHT = 370, 42, 12
NARROW_NAMES = (55, 140)  # between the unit and the names of the curves
HEADROOM = 1.05  # above the highest level: a curve along the frame looks cut off
LEVEL_TOP, LEVEL_HEIGHT, GAP, DOSE_HEIGHT = 28, 220, 34, 110
BLUE, BROWN, INK, GROUND = "#1d70b8", "#7f4c00", "#0b0c0c", "#f1f5f8"


@dataclass(frozen=True)
class PlotDay:
    """One day. Levels in ng/mL: lowest and highest of the parent, mean of the metabolite; None where nothing is estimated. `mg` is what was told
    as taken (past) or planned (future); `missed` counts doses told as missed; `unknown`: a planned dose about which nothing is known.
    `band_low`/`band_high`: what most people like this one lie between. `if_…`: the same with another dose,
    asked but not planned. `earlier_mg` and `changed_mg`: the doses before and after a change that nobody has confirmed."""

    day: date
    mg: Decimal
    low: float | None = None
    high: float | None = None
    metabolite: float | None = None
    missed: int = 0
    unknown: bool = False
    planned_mg: Decimal | None = None
    band_low: float | None = None
    band_high: float | None = None
    earlier_mg: Decimal | None = None
    changed_mg: Decimal | None = None
    if_low: float | None = None
    if_high: float | None = None
    if_metabolite: float | None = None
    if_mg: Decimal | None = None


@dataclass(frozen=True)
class PlotLevel:
    """A level that a laboratory found: `day_share` of the day has passed when the blood was taken; `used`: the curve knows it."""

    day: date
    day_share: float
    ng_per_ml: float
    of_parent: bool
    used: bool


@dataclass(frozen=True)
class PlotMark:
    """Something that happened on a day; its number stands at the line, its words beside the picture."""

    day: date
    number: int


@dataclass(frozen=True)
class Plot:
    """`label` names the picture for those who do not see it; `today` divides what was told from what is planned. `band` names what the band is
    about: the parent, the metabolite, or nothing; `band_words` what the band is. `narrow` is for a telephone."""

    days: tuple[PlotDay, ...]
    today: date
    label: str
    parent: str = "diazepam"
    metabolite: str = "nordiazepam"
    band: str = ""
    narrow: bool = False
    band_words: str = "estimate, for 9 in 10 people"
    levels: tuple[PlotLevel, ...] = ()
    marks: tuple[PlotMark, ...] = ()


@dataclass(frozen=True)
class _Frame:
    first: date
    count: int
    top: float
    height: float
    most: float
    narrow: bool = False

    @property
    def left(self) -> int:
        return NARROW_LEFT if self.narrow else LEFT

    @property
    def right(self) -> int:
        return NARROW_WIDTH - NARROW_RIGHT if self.narrow else WIDTH - RIGHT

    def x(self, day: date) -> float:
        return self.left + (self.right - self.left) * (day - self.first).days / max(1, self.count)

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - value / self.most)


def two_panels(plot: Plot) -> str:
    """The SVG element. Needs at least one day; without any level only the dose panel is drawn."""
    with_level = any(d.high is not None for d in plot.days)
    top = LEVEL_TOP + LEVEL_HEIGHT + GAP if with_level else LEVEL_TOP
    first, count = plot.days[0].day, len(plot.days)
    dose = _Frame(first, count, top, DOSE_HEIGHT, _round_up(float(max(_tallest(d) for d in plot.days))), plot.narrow)
    parts = [HATCH.format(_hatch(plot))] if any(d.earlier_mg is not None for d in plot.days) else []
    if with_level:
        highest = max(
            *(max(d.high or 0.0, d.metabolite or 0.0, d.band_high or 0.0, d.if_high or 0.0, d.if_metabolite or 0.0) for d in plot.days),
            *(p.ng_per_ml for p in plot.levels if p.used), 0.0,
        )  # fmt: skip
        level = _Frame(first, count, LEVEL_TOP, LEVEL_HEIGHT, _round_up(HEADROOM * highest), plot.narrow)
        unit = "ng/mL" if plot.narrow else "ng/mL, estimate"
        parts += [*_ground(plot, level), *_axis(level, unit), *_band(plot, level), *_levels(plot, level)]
        parts += [*_instead(plot, level), *_marks(plot, level), *_measured(plot, level)]
    parts += [
        *_ground(plot, dose),
        *_axis(dose, "mg a day"),
        *_unconfirmed(plot, dose),
        *_doses(plot, dose),
        *_months(plot, dose),
    ]
    parts += _today(plot, dose, LEVEL_TOP - 8)
    width, height = NARROW_WIDTH if plot.narrow else WIDTH, top + DOSE_HEIGHT + 44
    size, name = ("15", "pk-svg pk-svg--narrow") if plot.narrow else ("13", "pk-svg")
    return (
        f'<svg viewBox="0 0 {width} {height:g}" role="img" aria-label="{escape(plot.label, {chr(34): "&quot;"})}" '
        f'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="{size}" class="{name}">{"".join(parts)}</svg>'
    )


def for_screens(plot: Plot) -> str:
    """Both widths, of which the style sheet shows one: letters of the wide one would be dust on a telephone."""
    return two_panels(replace(plot, narrow=False)) + two_panels(replace(plot, narrow=True))


def _tallest(day: PlotDay) -> Decimal:
    return max(day.mg, day.planned_mg or Decimal(), day.earlier_mg or Decimal(), day.if_mg or Decimal())


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
    start = min(max(frame.x(plot.today + timedelta(days=1)), frame.left), end)
    return [f'<rect x="{_n(start)}" y="{_n(frame.top)}" width="{_n(end - start)}" height="{_n(frame.height)}" fill="{GROUND}"/>']


def _axis(frame: _Frame, title: str) -> list[str]:
    parts = [_text(8, frame.top - 14, title)]
    for step in (0.0, 0.5, 1.0):
        y = frame.y(frame.most * step)
        parts.append(_line(frame.left, y, frame.right, y, INK if step == 0 else "#b1b4b6"))
        parts.append(_text(frame.left - 8, y + 4, _n(frame.most * step), "end"))
    return parts


def _band(plot: Plot, frame: _Frame) -> list[str]:
    """One band at a time: two that overlap are mud. Its edge is a dotted line, so that it is there in grey print as well."""
    known = [(d.day, d.band_low, d.band_high) for d in plot.days if d.band_low is not None and d.band_high is not None]
    if not known or not plot.band:
        return []
    colour = BLUE if plot.band == plot.parent else BROWN
    upper = [f"{_n(frame.x(day) + _half(frame))},{_n(frame.y(high))}" for day, _, high in known]
    lower = [f"{_n(frame.x(day) + _half(frame))},{_n(frame.y(low))}" for day, low, _ in known]
    place, edge = " ".join(upper + lower[::-1]), f'stroke="{colour}" stroke-width="1" stroke-dasharray="1 3"'
    parts = [f'<polygon points="{place}" fill="{colour}" fill-opacity=".13" {edge}/>']
    if not plot.narrow:  # there the words under the picture say what the band is
        parts.append(_text(frame.right, frame.top - 14, f"{plot.band}: {plot.band_words}", "end", colour))
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
    if plot.narrow:
        names = [_text(frame.right, frame.top - 14, plot.metabolite, "end", BROWN)] if line else []
        return [*parts, _text(frame.right - (100 if line else 0), frame.top - 14, plot.parent, "end", BLUE), *names]
    end = frame.right + 8
    _, low, high, metabolite = known[-1]
    middle, other = frame.y((low + high) / 2) + 4, frame.y(metabolite or 0.0) + 4
    if abs(middle - other) < 16:
        other = middle + 16 if other >= middle else middle - 16
    parts.append(_text(end, middle, plot.parent, fill=BLUE))
    if line:
        parts.append(_text(end, other, plot.metabolite, fill=BROWN))
    return parts


def _instead(plot: Plot, frame: _Frame) -> list[str]:
    """The second curve: the parent between two dash-dotted lines, the metabolite as dots."""
    known = [(d.day, d.if_low, d.if_high, d.if_metabolite) for d in plot.days if d.if_low is not None and d.if_high is not None]
    parts = []
    for number, dash in ((1, "8 3 2 3"), (2, "8 3 2 3"), (3, "2 4")):
        points = [f"{_n(frame.x(row[0]) + _half(frame))},{_n(frame.y(row[number] or 0.0))}" for row in known]  # type: ignore[arg-type]
        if points:
            parts.append(
                f'<polyline points="{" ".join(points)}" fill="none" stroke="{INK}" stroke-width="2" stroke-dasharray="{dash}"/>'
            )
    return parts


def _marks(plot: Plot, frame: _Frame) -> list[str]:
    parts = []
    for mark in plot.marks:
        x = frame.x(mark.day)
        parts.append(_line(x, frame.top, x, frame.top + frame.height, "#505a5f", "1 4"))
        parts.append(_text(x + 3, frame.top + 12, f"({mark.number})", fill="#505a5f"))
    return parts


def _measured(plot: Plot, frame: _Frame) -> list[str]:
    """A filled mark is used, an empty one with a question mark is not; a disc is the parent, a square the metabolite. What lies above the
    picture stands at its edge with an arrow: one slip of a unit must not flatten the curve."""
    parts = []
    for one in plot.levels:
        x, beyond = frame.x(one.day) + 2 * _half(frame) * one.day_share, one.ng_per_ml > frame.most
        y, colour = frame.top if beyond else frame.y(one.ng_per_ml), BLUE if one.of_parent else BROWN
        look = f'fill="{colour if one.used else "#fff"}" stroke="{"#fff" if one.used else colour}" stroke-width="2"'
        parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="6" {look}/>'
            if one.of_parent
            else f'<rect x="{_n(x - 6)}" y="{_n(y - 6)}" width="12" height="12" {look}/>'
        )
        words = f"{_n(one.ng_per_ml)}{'' if one.used else ' ?'}{' ↑' if beyond else ''}"
        halo = 'stroke="#fff" stroke-width="4" paint-order="stroke"'
        # What lies beyond would otherwise stand in the word "today".
        end = x > (frame.left + frame.right) / 2 or (beyond and x > frame.left + 90)
        place = f'x="{_n(x - 10 if end else x + 10)}" y="{_n(y + 5)}" text-anchor="{"end" if end else "start"}"'
        parts.append(f'<text {place} fill="{colour}" {halo}>{escape(words)}</text>')
    return parts


def _half(frame: _Frame) -> float:
    return (frame.right - frame.left) / max(1, frame.count) / 2


HATCH = (
    '<defs><pattern id="{}" width="7" height="7" patternUnits="userSpaceOnUse"><path d="M0 7L7 0" stroke="#505a5f" stroke-width="1"/>'
    "</pattern></defs>"
)


def _hatch(plot: Plot) -> str:
    """Its name: both widths may stand on one page."""
    return "pk-hatch-narrow" if plot.narrow else "pk-hatch"


def _unconfirmed(plot: Plot, frame: _Frame) -> list[str]:
    """From the day of the change: the dose before it as a dashed line, the one after as a thin one, the ground between hatched, and the word."""
    marked = [d for d in plot.days if d.earlier_mg is not None and d.changed_mg is not None]
    if not marked:
        return []
    start, end = frame.x(marked[0].day), frame.x(marked[-1].day + timedelta(days=1))
    before, after = float(marked[0].earlier_mg or 0), float(marked[0].changed_mg or 0)
    top, bottom = sorted((frame.y(before), frame.y(after)))
    place = f'x="{_n(start)}" y="{_n(top)}" width="{_n(end - start)}" height="{_n(bottom - top)}"'
    parts = [f'<rect {place} fill="url(#{_hatch(plot)})"/>']
    for mg, width, dash in ((before, 2, ' stroke-dasharray="6 3"'), (after, 1, "")):
        points = f"{_n(start)},{_n(frame.y(mg))} {_n(end)},{_n(frame.y(mg))}"
        parts.append(f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="{width}"{dash}/>')
    at_end = start > (frame.left + frame.right) / 2
    words = f"unconfirmed: {_mg(marked[0].earlier_mg)} or {_mg(marked[0].changed_mg)} mg"
    place = (
        f'x="{_n(end if at_end else start)}" y="{_n(max(top - 5, frame.top - 2))}" text-anchor="{"end" if at_end else "start"}"'
    )
    halo = 'stroke="#fff" stroke-width="4" paint-order="stroke"'  # the words stand over the frames of unknown days
    parts.append(f'<text {place} fill="{INK}" {halo}>{escape(words)}</text>')
    return parts


def _mg(value: Decimal | None) -> str:
    return format((value or Decimal()).normalize(), "f")


def _stair(day: PlotDay) -> Decimal:
    """Where the staircase stands: at the plan's dose where something was not told."""
    return day.planned_mg if day.unknown and day.planned_mg is not None else day.mg


def _doses(plot: Plot, frame: _Frame) -> list[str]:
    """The staircase of what was told or is planned; x for missed doses, ? for unknown days, both above the axis."""
    points = []
    for d in plot.days:
        y = frame.y(float(_stair(d)))
        points += [f"{_n(frame.x(d.day))},{_n(y)}", f"{_n(frame.x(d.day + timedelta(days=1)))},{_n(y)}"]
    parts = [f'<polyline points="{" ".join(points)}" fill="none" stroke="{INK}" stroke-width="2"/>']
    asked = [(d.day, d.if_mg) for d in plot.days if d.if_mg is not None]
    if asked:
        height, last = _n(frame.y(float(asked[0][1]))), asked[-1][0] + timedelta(days=1)
        place = f"{_n(frame.x(asked[0][0]))},{height} {_n(frame.x(last))},{height}"
        parts.append(f'<polyline points="{place}" fill="none" stroke="{INK}" stroke-width="2" stroke-dasharray="8 3 2 3"/>')
    wide, base = 2 * _half(frame), frame.y(0)
    for d in plot.days:
        x = frame.x(d.day)
        if d.unknown:
            place = f'x="{_n(x)}" y="{_n(frame.top)}" width="{_n(wide)}" height="{_n(frame.height)}"'
            parts.append(f'<rect {place} fill="none" stroke="#505a5f" stroke-dasharray="2 3"/>')
            if wide >= 8 and not d.missed:  # two signs in one place are none
                parts.append(_text(x + wide / 2, base - 6, "?", "middle", "#505a5f"))
        if d.missed:
            parts.append(_text(x + wide / 2, base - 6, "×", "middle", "#b10e1e"))
    return parts


def _months(plot: Plot, frame: _Frame) -> list[str]:
    """Dates with the month as a word: 3/4 is March in one country and April in another."""
    most = 4 if plot.narrow else 9
    every = next((n for n in (1, 2, 7, 14, 28, 56, 112, 400) if frame.count / n <= most), 4000)
    shown = [d.day for i, d in enumerate(plot.days) if i % every == 0 and frame.x(d.day) < frame.right - 30]
    words = [f"{day.day} {day:%b}" + (f" {day.year}" if i == 0 and not plot.narrow else "") for i, day in enumerate(shown)]
    return [_text(frame.x(day), frame.top + frame.height + 20, said) for day, said in zip(shown, words, strict=True)]


def _today(plot: Plot, frame: _Frame, top: float) -> list[str]:
    if not plot.days[0].day <= plot.today <= plot.days[-1].day:
        return []
    x = frame.x(plot.today) + _half(frame)
    # On a telephone the row of names has room for the word; below it would stand in what a level beyond the picture says.
    beside = plot.narrow and frame.top > LEVEL_TOP and NARROW_NAMES[0] < x < NARROW_NAMES[1]
    return [_line(x, top, x, frame.top + frame.height, INK, "4 4"), _text(x + 5, LEVEL_TOP - 14 if beside else top + 6, "today")]
