"""Every number by which an order is judged, and the same knowledge with one of them moved: a worked case that does not notice a number
that was doubled or halved is no case of that number."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from serein.clinical.assess import assess
from serein.clinical.knowledge import Knowledge
from tests.clinical.drafts import TODAY
from tests.clinical.worked.every import CASES

# No check reads the lower end of a range of a day: less than a label's usual dose is no hazard.
UNJUDGED = frozenset({"daily_mg.low"})
HALF_LIFE = ("young_hours", "old_hours", "liver_factor", "slow_hours")
RANGE = ("single_mg", "times_per_day", "daily_mg", "start_daily_mg")


def places(known: Knowledge, rules: frozenset[str]) -> Iterator[str]:
    """Where each number stands: of the labels' limits, of the law on repeats, of the half-lives, and of the `rules` named."""
    for file in known.limits:
        for r in file.ranges:
            yield from (f"limits/{file.substance}/{r.id}/{end}" for name in RANGE for end in _ends(r, name))
        yield from (f"limits/{file.substance}/absolute {a.indication} {a.population}/daily_mg" for a in file.absolutes)
        yield from (f"limits/{file.substance}/{d.name}/days" for d in file.durations)
    yield from (f"rules/{id}" for id in sorted(rules))
    yield from (f"repeats/{j.id}" for j in known.jurisdictions if j.maximum_repeats is not None)
    for s in known.substances:
        if s.half_life is not None:
            yield from (f"half-life/{s.id}/{name}" for name in HALF_LIFE if getattr(s.half_life, name) is not None)


class _Heard(dict[str, Decimal]):
    """Thresholds that remember which of them was asked for."""

    def __init__(self, values: dict[str, Decimal]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def __getitem__(self, id: str) -> Decimal:
        self.asked.add(id)
        return super().__getitem__(id)


def judged_by(known: Knowledge) -> frozenset[str]:
    """The rules that the worked cases make `assess` look at; those of tapers and watching are other rooms' business."""
    listening = dataclasses.replace(known)
    heard = listening.__dict__["thresholds"] = _Heard(known.thresholds)
    for worked in CASES:
        assess(worked.case, worked.orders, listening, TODAY)
    return frozenset(heard.asked)


def _ends(thing: Any, name: str) -> list[str]:
    value = getattr(thing, name)
    if value is None:
        return []
    if isinstance(value, Decimal):
        return [name]
    return [e for e in (f"{name}.low", f"{name}.high") if e not in UNJUDGED]


def moved(known: Knowledge, place: str, factor: Decimal) -> Knowledge:
    """The knowledge with the one number at `place` made so many times as large."""
    room, _, rest = place.partition("/")
    other = dataclasses.replace(known, **ROOMS[room](known, rest, factor))
    for worked_out in ("register", "terms"):  # names and codes, which no number touches
        other.__dict__[worked_out] = getattr(known, worked_out)
    return other


def _limits(known: Knowledge, rest: str, factor: Decimal) -> dict[str, Any]:
    substance, row, end = rest.split("/")

    def file(f: Any) -> Any:
        if f.substance != substance:
            return f
        ranges = tuple(_with(r, end, factor) if r.id == row else r for r in f.ranges)
        named = {f"absolute {a.indication} {a.population}": a for a in f.absolutes}
        absolutes = tuple(_with(a, end, factor) if name == row else a for name, a in named.items())
        durations = tuple(_with(d, end, factor) if d.name == row else d for d in f.durations)
        return msgspec.structs.replace(f, ranges=ranges, absolutes=absolutes, durations=durations)

    return {"limits": tuple(map(file, known.limits))}


def _with(thing: Any, end: str, factor: Decimal) -> Any:
    """A thing with one of its numbers moved; the other end of a range gives way where it must."""
    name, _, side = end.partition(".")
    value = getattr(thing, name)
    if not side:
        return msgspec.structs.replace(thing, **{name: type(value)(value * factor)})
    number = getattr(value, side) * factor
    both = {"low": min(value.low, number), "high": max(value.high, number), side: number}
    return msgspec.structs.replace(thing, **{name: dataclasses.replace(value, **both)})


def _rules(known: Knowledge, rest: str, factor: Decimal) -> dict[str, Any]:
    def file(f: Any) -> Any:
        return msgspec.structs.replace(f, rules=tuple(_with(r, "value", factor) if r.id == rest else r for r in f.rules))

    return {"rules": tuple(map(file, known.rules))}


def _repeats(known: Knowledge, rest: str, factor: Decimal) -> dict[str, Any]:
    return {"jurisdictions": tuple(_with(j, "maximum_repeats", factor) if j.id == rest else j for j in known.jurisdictions)}


def _half_lives(known: Knowledge, rest: str, factor: Decimal) -> dict[str, Any]:
    substance, name = rest.split("/")

    def changed(s: Any) -> Any:
        return msgspec.structs.replace(s, half_life=_with(s.half_life, name, factor)) if s.id == substance else s

    return {"substances": tuple(map(changed, known.substances))}


ROOMS = {"limits": _limits, "rules": _rules, "repeats": _repeats, "half-life": _half_lives}
