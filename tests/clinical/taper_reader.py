"""The contract of `serein taper` read from printed JSON alone: shares no code with the planner, and imports nothing of Serein.

`python -m tests.clinical.taper_reader REQUEST.json PLAN.json` prints each breach; exit status 1 when there is one.
"""

import json
import sys
from datetime import date, timedelta
from fractions import Fraction as F
from math import ceil
from pathlib import Path
from typing import Any

LIMITS = {"diazepam": (F(5), F(1, 2), F(1))}  # terminal threshold, usual and largest terminal cut in mg


def breaches(request: dict[str, Any], plan: dict[str, Any], limits: tuple[F, F, F] = LIMITS["diazepam"]) -> list[str]:
    """Every breach of the seven invariants in a plan with one substance and one phase."""
    found: list[str] = []
    steps = plan["steps"]
    strength = {p["id"]: F(str(p.get("mg", p.get("mg_per_ml")))) for p in request["products"]}
    part = {p["id"]: F(str(p.get("smallest_part", p.get("smallest_ml")))) for p in request["products"]}
    start, goal, every = F(str(request["daily_dose_mg"])), F(str(request["goal_mg"])), int(request["pace"]["every_days"])
    pace = F(str(request["pace"]["cut_percent"]))
    makeable = sorted(m for m in _sums([strength[p] * part[p] for p in strength], start) if m >= goal)
    before, supply, terminal_before = start, {}, False
    since, start_on = _held_since(request), date.fromisoformat(request["start_on"])
    for n, step in enumerate(steps):
        at, from_, mg = f"step {n + 1}", date.fromisoformat(step["from"]), F(step["daily_mg"])
        found += _adds_up(at, step, strength, part, supply)
        cut = before - mg
        if F(step["cut_mg"]) != cut or step["number"] != n + 1:
            found.append(f"{at}: number or cut do not agree")
        if abs(F(step["cut_percent"]) - cut * 100 / before) > F(1, 20):
            found.append(f"{at}: cut_percent is not its cut")
        if mg >= before:
            found.append(f"{at}: not lower")
        if mg > 0 and step["days"] < every:
            found.append(f"{at}: shorter than {every} days")
        if n and from_ != date.fromisoformat(steps[n - 1]["from"]) + timedelta(days=steps[n - 1]["days"]):
            found.append(f"{at}: a gap or an overlap")
        if n == 0 and from_ < start_on:
            found.append(f"{at}: before the day asked for")
        lower = [m for m in makeable if m < before]
        smallest = before - lower[-1] if lower else before
        if step["terminal"]:
            if before > limits[0] or cut > limits[2] or cut > max(limits[1], smallest):
                found.append(f"{at}: no terminal step can be that")
        elif terminal_before:
            found.append(f"{at}: follows a terminal step")
        elif cut * 100 > pace * before:
            needs = ceil(every * cut * 100 / (before * pace))
            if cut != smallest or cut * 4 > before or (from_ - (since or start_on)).days < needs:
                found.append(f"{at}: cuts {float(cut * 100 / before):.1f} %")
        before, since, terminal_before = mg, from_, step["terminal"]
    last = steps[-1]
    if before != goal or plan["ends_on"] != last["from"] or last["days"] != (0 if goal == 0 else every):
        found.append("the end is not the goal")
    if {s["product"]: F(s["units"]) for s in plan["supply"]} != {p: u for p, u in supply.items() if u}:
        found.append("the supply is not the sum of the parts")
    return found + _steep(request, steps, limits[0])


def _held_since(request: dict[str, Any]) -> date | None:
    days = [request["stable_since"]] if request.get("stable_since") else [request["start_on"]]
    return max(date.fromisoformat(d) for d in [*days, *(c["on"] for c in request.get("recent_cuts", []))])


def _adds_up(at: str, step: dict[str, Any], strength: dict[str, F], part: dict[str, F], supply: dict[str, F]) -> list[str]:
    found, day = [], F(0)
    for dose in step["doses"]:
        made = F(0)
        for one in dose["parts"]:
            units = F(one["units"])
            if units <= 0 or units % part[one["product"]]:
                found.append(f"{at}: {one['product']} is divided too far")
            made += units * strength[one["product"]]
            supply[one["product"]] = supply.get(one["product"], F(0)) + units * step["days"]
        if made != F(dose["mg"]):
            found.append(f"{at}: the parts at {dose['at']} do not add up")
        day += F(dose["mg"])
    if day != F(step["daily_mg"]):
        found.append(f"{at}: the doses do not add up")
    return found


def _sums(grains: list[F], top: F) -> set[F]:
    """Every dose that can be made, by adding one smallest part at a time."""
    found, fresh = {F(0)}, {F(0)}
    while fresh:
        fresh = {x + g for x in fresh for g in grains if x + g <= top} - found
        found |= fresh
    return found


def _steep(request: dict[str, Any], steps: list[dict[str, Any]], threshold: F) -> list[str]:
    """Day by day: no fall of more than a quarter within fourteen days from a dose above the threshold, where the plan has a part in it."""
    cuts = sorted((date.fromisoformat(c["on"]), F(str(c["from_mg"]))) for c in request.get("recent_cuts", []))
    changes = [(date.fromisoformat(s["from"]), F(s["daily_mg"])) for s in steps]

    def dose(day: date) -> F:
        past = [mg for on, mg in changes if on <= day]
        earlier = [mg for on, mg in cuts if day < on]
        return past[-1] if past else earlier[0] if earlier else F(str(request["daily_dose_mg"]))

    for on, _ in changes:
        for back in range(1, 15):
            now, later = dose(on - timedelta(days=back)), dose(on - timedelta(days=back - 14))
            if now > threshold and (now - later) * 4 > now:
                return [f"from {on - timedelta(days=back)} the dose falls by more than a quarter in 14 days"]
    return []


if __name__ == "__main__":
    texts = []
    for name in sys.argv[1:3]:
        texts.append(json.loads(Path(name).read_text(encoding="utf-8")))
    wrong = breaches(*texts)
    print("\n".join(wrong) or "no breach")
    sys.exit(1 if wrong else 0)
