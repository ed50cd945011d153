"""The shape of a questionnaire: items, options, bands. Refuses bands that leave a score out or count one twice."""

from __future__ import annotations

from datetime import date

from serein.clinical.knowledge.facts import Cite, Fact


class Option(Fact, frozen=True, kw_only=True):
    label: str
    value: int


class Item(Fact, frozen=True, kw_only=True):
    """`options` empty: the instrument's own. `alert_from`: an answer of at least this calls for a person at once."""

    id: str
    text: str
    loinc: str = ""
    options: tuple[Option, ...] = ()
    alert_from: int | None = None


class Band(Fact, frozen=True, kw_only=True):
    low: int
    high: int
    name: str


class Instrument(Fact, frozen=True, kw_only=True):
    """`may_miss`: so many unanswered items are tolerated and nothing is guessed for them; with more there is no total."""

    id: str
    name: str
    stem: str
    items: tuple[Item, ...]
    options: tuple[Option, ...]
    bands: tuple[Band, ...]
    loinc_panel: str
    loinc_total: str
    licence: str
    may_miss: int
    cites: tuple[Cite, ...]
    confirmed_by: str | None
    review_by: date
    unscored: tuple[Item, ...] = ()

    def options_of(self, item: Item) -> tuple[Option, ...]:
        return item.options or self.options

    @property
    def maximum(self) -> int:
        return sum(max(o.value for o in self.options_of(i)) for i in self.items)

    def __post_init__(self) -> None:
        covered = [n for b in self.bands for n in range(b.low, b.high + 1)]
        if covered != list(range(self.maximum + 1)):
            raise ValueError(f"{self.id}: bands do not cover 0 to {self.maximum} exactly once")


class Withheld(Fact, frozen=True, kw_only=True):
    """An instrument that is known and not shipped: why not, and what stands in its place."""

    id: str
    name: str
    why: str
    instead: str
    cite: Cite
    confirmed_by: str | None
    review_by: date
