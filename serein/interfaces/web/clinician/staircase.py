"""The daily dose over time as SVG: one line for what is proposed, a dashed one beside it to compare. The table below says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 660, 190, 44, 10, 26
Day = tuple[date, Decimal]


@dataclass(frozen=True)
class Line:
    """A dose and the days on which it changes: the first entry is the dose before."""

    name: str
    days: Sequence[Day]
    dashed: bool = False


def staircase(lines: Sequence[Line], label: str) -> SafeString:
    """Starts at zero, so that a small cut looks small. Dates as words below the axis."""
    first = min(d for line in lines for d, _ in line.days)
    last = max(d for line in lines for d, _ in line.days) + timedelta(days=7)
    top = max(mg for line in lines for _, mg in line.days)
    span = max(1, (last - first).days)

    def x(day: date) -> Decimal:
        return round(LEFT + Decimal((day - first).days * (WIDTH - LEFT - 8)) / span, 1)

    def y(mg: Decimal) -> Decimal:
        return round(TOP + (1 - mg / top) * (HEIGHT - TOP - BOTTOM), 1)

    paths = format_html_join("", '<path class="{}" d="{}"/>', (_path(line, last, x, y) for line in lines))
    levels = format_html_join(
        "", '<path class="grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        ((LEFT, y(mg), WIDTH - 8, LEFT - 6, y(mg) + 4, f"{mg.normalize():f}") for mg in (Decimal(0), top / 2, top)),
    )  # fmt: skip
    marks = format_html_join(
        "", '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((x(day), HEIGHT - 6, anchor, f"{day:%d-%b-%Y}") for day, anchor in _marks(first, span)),
    )  # fmt: skip
    return format_html(
        '<svg class="stairs" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}{}{}</svg>',
        WIDTH, HEIGHT, label, levels, marks, paths,
    )  # fmt: skip


def _marks(first: date, span: int) -> list[tuple[date, str]]:
    at = [(0, "start"), (span // 3, "middle"), (2 * span // 3, "middle"), (span, "end")]
    return [(first + timedelta(days=days), anchor) for days, anchor in at]


def _path(line: Line, last: date, x: object, y: object) -> tuple[str, str]:
    assert callable(x) and callable(y)
    (start, mg), *rest = line.days
    steps = "".join(f"H{x(day)}V{y(lower)}" for day, lower in rest)
    return ("other" if line.dashed else "line", f"M{x(start)} {y(mg)}{steps}H{x(last)}")


@dataclass(frozen=True)
class LevelLine:
    """Levels in ng/mL, one a day from the panel's first day on."""

    name: str
    levels: Sequence[float]
    dashed: bool = False


def level_panel(lines: Sequence[LevelLine], first: date, label: str) -> SafeString:
    """Estimated levels above the staircase, on the same days and from zero: never on a second axis over the doses."""
    top, count = max(max(line.levels) for line in lines) or 1, max(len(line.levels) for line in lines)

    def point(day: int, level: float) -> str:
        x, y = LEFT + day * (WIDTH - LEFT - 8) / max(1, count - 1), TOP + (1 - level / top) * (HEIGHT - TOP - BOTTOM)
        return f"{x:.1f} {y:.1f}"

    # Every second day is finer than the line is wide.
    drawn = (
        ("other" if line.dashed else "", "M" + "L".join(point(day, line.levels[day]) for day in range(0, len(line.levels), 2)))
        for line in lines
    )
    paths = format_html_join("", '<path class="{}" d="{}"/>', drawn)
    grid = format_html_join(
        "", '<path class="grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        ((LEFT, y, WIDTH - 8, LEFT - 6, y + 4, f"{level:.0f}") for level in (0, top / 2, top)
         for y in [round(TOP + (1 - level / top) * (HEIGHT - TOP - BOTTOM), 1)]),
    )  # fmt: skip
    marks = format_html_join(
        "", '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((round(LEFT + (day - first).days * (WIDTH - LEFT - 8) / max(1, count - 1), 1), HEIGHT - 6, anchor, f"{day:%d-%b-%Y}")
         for day, anchor in _marks(first, count - 1)),
    )  # fmt: skip
    return format_html(
        '<svg class="stairs" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}{}{}</svg>',
        WIDTH, HEIGHT, label, grid, marks, paths,
    )  # fmt: skip
