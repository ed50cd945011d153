"""A medicine that slows or speeds the breakdown, begun or stopped lately: the level moves for weeks, with no change of dose."""

from __future__ import annotations

from serein.clinical.case import Medicine
from serein.clinical.findings import Finding, Input, NotChecked, Severity
from serein.clinical.history import Regimen
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene, shorten
from serein.clinical.knowledge.settling import half_life_hours, settling_days

WARN, NOTE = Severity.WARN, Severity.NOTE


def level_drift(scene: Scene, regimen: Regimen) -> Said:
    """One finding for what was stopped and one for what was begun. A change is new until the level has had time to settle."""
    ties, own = scene.knowledge.register.ties, regimen.substance
    mine = [m for m, i in (*scene.current, *scene.before) if (i.ties.get(own) or ties(own, i)).moves]
    if not mine:
        return SILENT
    dated = [m for m in mine if m.begins or m.ends]
    known = half_life_hours(scene, regimen.substance) if dated else None
    days = settling_days(scene, known[0]) if known else scene.rule("drift-days")
    stopped = [m for m in dated if m.ends and 0 <= (scene.on - m.ends).days <= days]
    begun = [m for m in dated if m not in stopped and m.begins and 0 <= (scene.on - m.begins).days <= days]
    undated = [m for m in mine if m.begins is None and m.ends is None]
    found = [
        *_finding(scene, regimen, WARN, [(m, f"stopped on {m.ends}") for m in stopped]),
        *_finding(scene, regimen, NOTE, [(m, f"begun on {m.begins}") for m in begun]),
    ]
    why = "when it was begun is not recorded: " + ", ".join(m.medicine.words for m in undated)
    return (*found, NotChecked("level-drift", shorten(why, 200))) if undated else tuple(found)


def _finding(scene: Scene, regimen: Regimen, severity: Severity, moved: list[tuple[Medicine, str]]) -> list[Finding]:
    if not moved:
        return []
    names = ", ".join(dict.fromkeys(m.medicine.words for m, _ in moved))
    did = "Stopped" if severity is WARN else "Begun"
    texts = (
        f"{did} lately: {shorten(names, 55)}; the level is moving",
        f"It changes how fast {regimen.substance} is cleared. The level goes on moving for weeks at an unchanged dose.",
    )
    inputs = tuple(Input(f"{m.medicine.words}, {when}", m.reference) for m, when in moved)
    return [scene.finding("level-drift", severity, regimen.order, texts, Because(inputs=inputs))]
