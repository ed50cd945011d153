"""The estimated level for the patient: one line from less to more, without numbers unless the clinician chose them."""

from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import quoteattr

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 370, 220, 48, 16, 30
BLUE, INK, GROUND = "#1d70b8", "#0b0c0c", "#f1f5f8"


@dataclass(frozen=True)
class PictureDay:
    """`ng_per_ml`: the middle of the day's estimate."""

    day: date
    ng_per_ml: float


def level_picture(days: tuple[PictureDay, ...], today: date, label: str, *, numbers: bool = False) -> str:
    """The SVG element; needs at least one day. From zero; what lies ahead stands on a tinted ground and is dashed."""
    most = max(max(d.ng_per_ml for d in days), 1e-9) * 1.1
    wide, high = WIDTH - LEFT - 8, HEIGHT - TOP - BOTTOM
    x = {d.day: LEFT + wide * i / max(1, len(days) - 1) for i, d in enumerate(days)}
    points = [(d.day, f"{x[d.day]:.1f},{TOP + high * (1 - d.ng_per_ml / most):.1f}") for d in days]
    now = x.get(today, float(LEFT if today < days[0].day else WIDTH - 8))
    before, after = [p for day, p in points if day <= today], [p for day, p in points if day >= today]
    parts = [f'<rect x="{now:.1f}" y="{TOP}" width="{WIDTH - 8 - now:.1f}" height="{high}" fill="{GROUND}"/>']
    parts.append(f'<path d="M{LEFT} {TOP}V{TOP + high}H{WIDTH - 8}" fill="none" stroke="{INK}"/>')
    for side, dash in ((before, ""), (after, ' stroke-dasharray="6 4"')):
        if len(side) > 1:
            parts.append(f'<polyline points="{" ".join(side)}" fill="none" stroke="{BLUE}" stroke-width="4"{dash}/>')
    parts.append(f'<path d="M{now:.1f} {TOP}V{TOP + high}" stroke="{INK}" stroke-dasharray="4 4"/>')
    end = now > WIDTH - 60
    parts.append(_text(now + (-4 if end else 4), HEIGHT - 10, "today", "end" if end else "start"))
    for y, share, words in ((TOP + 12, 1.0, "more"), (TOP + high - 4, 0.0, "less")):
        parts.append(_text(LEFT - 4, y, f"{most * share:.0f}" if numbers else words, "end"))
    if numbers:
        parts.append(_text(LEFT + 6, TOP + 12, "ng/mL", "start"))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label={quoteattr(label)} xmlns="http://www.w3.org/2000/svg" '
        f'font-family="sans-serif" font-size="15" class="pk-svg pk-svg--narrow">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{words}</text>'
