"""What labels give for one substance, place, population and use: worked out once for each, because no record enters into it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from serein.clinical.knowledge import Knowledge
from serein.clinical.knowledge.facts import Absolute, Range
from serein.clinical.quantities import Span

ADULT_USES = ("anxiety", "muscle-spasm")


class Asked(NamedTuple):
    """Whose limits: ids of the knowledge only. `indications` in the knowledge's order."""

    substance: str
    place: str
    population: str
    indications: tuple[str, ...]


class Bounds(Struct, frozen=True, kw_only=True):
    """What holds for a regimen. `absolute` is the outer ring; `guessed` says why a limit of another indication had to stand in.
    `known`: the label of the substance gives some limit, for anybody.
    `daily` and `single` are the widest recommended ranges of a day and of one dose, `start` the label's first dose.

    `often` are the ranges that print how often, `often_at_first` those that count while the medicine is begun; `singles` spans the
    single doses that the label here prints."""

    population: str
    indications: tuple[str, ...]
    known: bool
    start: Range | None
    absolute: Absolute | None
    guessed: str
    daily: Range | None
    single: Range | None
    often: Often | None
    often_at_first: Often | None
    singles: Span | None


@dataclass(frozen=True)
class Often:
    """Times a day, from the least to the most that any of the ranges prints, and the first of them."""

    times: Span
    first: Range


def rings(knowledge: Knowledge, asked: Asked) -> Bounds:
    """Both rings for whom is asked about."""
    made: Bounds | None = knowledge.prepared.get(asked)
    if made is None:
        made = knowledge.prepared[asked] = _rings(knowledge, asked)
    return made


def _rings(knowledge: Knowledge, asked: Asked) -> Bounds:
    here = knowledge.ranges_of(asked.substance, asked.place, asked.population)
    ranges = [*(r for r in here if r.indication in asked.indications), *(r for r in here if r.indication == "any")]
    absolute, guessed = _absolute(knowledge, asked)
    singles = [r.single_mg for r in ranges if r.single_mg]
    limits = knowledge.limits_of(asked.substance)
    return Bounds(
        population=asked.population,
        indications=asked.indications,
        known=limits is not None and bool(limits.ranges or limits.absolutes),
        start=next((r for r in here if r.start_daily_mg is not None), None),
        absolute=absolute,
        guessed=guessed,
        daily=_widest_day(knowledge, asked, ranges),
        single=_widest_dose(knowledge, asked, ranges),
        often=_often([r for r in ranges if r.start_daily_mg is None]),
        often_at_first=_often(ranges),
        singles=Span(min(s.low for s in singles), max(s.high for s in singles)) if singles else None,
    )


def _absolute(knowledge: Knowledge, asked: Asked) -> tuple[Absolute | None, str]:
    mine = knowledge.absolutes_of(asked.substance, asked.population)
    fitting = [a for a in mine if a.indication in asked.indications]
    if fitting:
        # The widest of the named indications: one order may serve two of them. Without any, the narrowest of all.
        return max(fitting, key=lambda a: a.daily_mg), ""
    adult_use = [a for a in mine if a.indication in ADULT_USES]
    guessed = "no label limit for the reason given" if asked.indications else "no recognised reason"
    return min(adult_use or mine, key=lambda a: a.daily_mg, default=None), guessed


def _widest_day(knowledge: Knowledge, asked: Asked, ranges: list[Range]) -> Range | None:
    """Of the daily ranges of the label here; where it prints none for this person, of those of other labels; then of the adults'
    of the label here."""
    fitting = [r for r in ranges if r.daily_mg]
    if not fitting and (limits := knowledge.limits_of(asked.substance)) is not None:
        named = [r for r in limits.ranges if r.population == asked.population and r.indication in asked.indications]
        fitting = [r for r in named if r.daily_mg] or [r for r in _adults(knowledge, asked) if r.daily_mg]
    return max(fitting, key=lambda r: r.daily_mg.high if r.daily_mg else Decimal(0), default=None)


def _widest_dose(knowledge: Knowledge, asked: Asked, ranges: list[Range]) -> Range | None:
    """Of the ranges of one dose in the label here, never another label's: one that prints days alone allows any share of them."""
    here = [r for r in ranges if r.single_mg and r.start_daily_mg is None]
    fitting = here or [r for r in _adults(knowledge, asked) if r.single_mg]
    return max(fitting, key=lambda r: r.single_mg.high if r.single_mg else Decimal(0), default=None)


def _adults(knowledge: Knowledge, asked: Asked) -> list[Range]:
    """For the old and the young where no label prints theirs: the adults' range of the label here, because theirs cannot be wider."""
    if asked.population == "adult":
        return []
    adults = knowledge.ranges_of(asked.substance, asked.place, "adult")
    return [r for r in adults if r.indication in asked.indications]


def _often(ranges: list[Range]) -> Often | None:
    known = [(r.times_per_day, r) for r in ranges if r.times_per_day]
    if not known:
        return None
    return Often(Span(min(t.low for t, _ in known), max(t.high for t, _ in known)), known[0][1])
