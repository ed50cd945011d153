"""How long a level takes to settle in this person, as far as the sources say."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from serein.clinical.findings import Input
from serein.clinical.knowledge.facts import Cite
from serein.clinical.knowledge.scene import Scene
from serein.clinical.quantities import Span

HOURS = 24


def half_life_hours(scene: Scene, substance: str) -> tuple[Decimal, tuple[Input, ...], Cite] | None:
    """This person's half-life in hours as the sources give it: by age (linear between two points), longer in liver disease and
    in poor metabolisers. None when the knowledge has none or the age is unknown."""
    known, birth = scene.knowledge.substance(substance).half_life, scene.case.birth
    if known is None or birth is None:
        return None
    years = min(max(Decimal(scene.oldest_years), known.young_years), known.old_years)
    slope = (known.old_hours - known.young_hours) / (known.old_years - known.young_years)
    hours = known.young_hours + (years - known.young_years) * slope
    if scene.has_hazard("slow-metaboliser") and known.slow_hours is not None:
        hours = max(hours, known.slow_hours)
    if scene.has_hazard("liver-disease") or scene.has_hazard("severe-liver-disease"):
        if known.liver_factor is None:
            return None
        hours *= known.liver_factor
    relevant = ("slow-metaboliser", "liver-disease", "severe-liver-disease")
    return hours, tuple(i for h, inputs in scene.hazards if h.id in relevant for i in inputs), known.cite


def published_hours(scene: Scene, substance: str) -> str:
    """The shortest to the longest half-life that any source gives for anybody, in words; '' where none is kept."""
    hours = [p.hours for p in scene.knowledge.substance(substance).published]
    return (
        f" Sources give {Span(min(h.low for h in hours), max(h.high for h in hours))} hours for different people."
        if hours
        else ""
    )


def settling_days(scene: Scene, hours: Decimal) -> Decimal:
    """Whole days until 90 % of steady state with a half-life of so many hours."""
    return (hours * scene.rule("steady-state-half-lives") / HOURS).to_integral_value(ROUND_CEILING)
