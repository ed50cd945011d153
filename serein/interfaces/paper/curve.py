"""Levels over hours as one picture: SVG by hand, PNG through Typst. The y axis starts at 0; a band is tinted and its line stays in the middle;
parent and metabolite differ by dash and label, not by colour alone."""

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

from .plot import BLUE, BROWN, INK, _line, _n, _round_up, _text

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 420, 70, 170, 30, 60
GRID_LINES = 5
TINTS = {BLUE: "#d2e2f1", BROWN: "#e5dccc"}


@dataclass(frozen=True)
class Line:
    """ng/mL at each of the picture's hours; `low` and `high` of its band, or None."""

    name: str
    values: tuple[float, ...]
    low: tuple[float, ...] | None = None
    high: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Curve:
    """At least one hour; `notes` stand under the picture."""

    hours: tuple[float, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


def curve_svg(curve: Curve) -> str:
    """The whole picture as an SVG document."""
    highest = max(max(one.high or one.values) for one in curve.lines)
    step = _round_up(highest / GRID_LINES)
    most = step * max(
        1, math.ceil(highest / step - 1e-9)
    )  # not up to the next round number, which left half of the picture empty
    frame = _Frame(curve.hours[0], max(curve.hours[-1] - curve.hours[0], 1e-9), most, step)
    parts = ['<rect width="100%" height="100%" fill="#ffffff"/>', *_axes(frame)]
    for one, colour in zip(curve.lines, (BLUE, BROWN), strict=False):
        parts += _band(curve, one, frame, colour)
    for one, colour, dash in zip(curve.lines, (BLUE, BROWN), ("", "7 4"), strict=False):
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        points = " ".join(frame.point(h, v) for h, v in zip(curve.hours, one.values, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>')
        parts += _named(one.name, colour, dashed, TOP + 20 * curve.lines.index(one))
    parts += [_text(LEFT, HEIGHT - 2 + 18 * i, note) for i, note in enumerate(curve.notes)]
    height = HEIGHT + 18 * len(curve.notes)
    label = escape(", ".join(one.name for one in curve.lines), {'"': "&quot;"})
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="Estimated levels: {label}" font-family="sans-serif" font-size="13">{"".join(parts)}</svg>\n'
    )


def curve_png(curve: Curve) -> bytes:
    """The same picture as PNG, two pixels to the point."""
    import typst

    page = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")\n'
    made = typst.compile(page, format="png", ppi=144.0, sys_inputs={"svg": curve_svg(curve)})
    assert isinstance(made, bytes)
    return made


@dataclass(frozen=True)
class _Frame:
    first: float
    span: float
    most: float
    step: float

    def x(self, hour: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (hour - self.first) / self.span

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.most)

    def point(self, hour: float, value: float) -> str:
        return f"{_n(self.x(hour))},{_n(self.y(value))}"


def _band(curve: Curve, one: Line, frame: _Frame, colour: str) -> list[str]:
    if one.low is None or one.high is None:
        return []
    there = [frame.point(h, v) for h, v in zip(curve.hours, one.high, strict=True)]
    back = [frame.point(h, v) for h, v in zip(curve.hours, one.low, strict=True)]
    return [f'<polygon points="{" ".join([*there, *reversed(back)])}" fill="{TINTS[colour]}" fill-opacity="0.7"/>']


def _named(name: str, colour: str, dashed: str, y: float) -> list[str]:
    x = WIDTH - RIGHT + 12
    line = f'<line x1="{x}" y1="{_n(y)}" x2="{x + 30}" y2="{_n(y)}" stroke="{colour}" stroke-width="2"{dashed}/>'
    return [line, _text(x + 38, y + 4, name, "start", colour)]


def _axes(frame: _Frame) -> list[str]:
    right, base = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = [_text(LEFT, TOP - 12, "ng/mL, estimate"), _text((LEFT + right) / 2, HEIGHT - 22, _unit(frame)[1], "middle")]
    for k in range(round(frame.most / frame.step) + 1):
        y = frame.y(frame.step * k)
        parts += [_line(LEFT, y, right, y, "#cbd2d6"), _text(LEFT - 8, y + 4, f"{frame.step * k:g}", "end")]
    per = _unit(frame)[0]
    step = max(_round_up(frame.span / per / 8), 1e-9)
    k = int(-(-frame.first / per // step))
    while k * step * per <= frame.first + frame.span * (1 + 1e-9):
        x = frame.x(k * step * per)
        parts += [_line(x, base, x, base + 5, INK), _text(x, base + 20, f"{k * step:g}", "middle")]
        k += 1
    return parts


def _unit(frame: _Frame) -> tuple[float, str]:
    return (24.0, "days") if frame.span > 96 else (1.0, "hours")
