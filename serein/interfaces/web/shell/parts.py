"""What views hand to the partials: plain frozen values, so that a page can be described without writing mark-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

TIERS = {"now": "Now", "today": "Today", "week": "This week", "steady": "Steady"}
"""The four tiers of attention, everywhere the same words, shapes and colours."""

SHAPES = {
    "now": "M4 0h5l4 4v5l-4 4H4L0 9V4z",
    "today": "M6.5 0L13 13H0z",
    "week": "M6.5 0a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z",
    "steady": "M1 7l4 5 7-11-1.5-1L5 9 2.5 5.5z",
}

SEVERITY = {"stop": ("now", "Stop"), "warn": ("today", "Warning"), "note": ("week", "Note")}
"""How a finding's severity is drawn: the shape and frame of a tier, its own word."""


@dataclass(frozen=True)
class Action:
    """A link drawn as a small button. `about` completes the name for those who hear links out of context ("Call" TORRES, Maria)."""

    text: str
    href: str
    about: str = ""


@dataclass(frozen=True)
class Source:
    title: str
    where: str = ""
    url: str = ""
    secondary: str = ""


@dataclass(frozen=True)
class Input:
    what: str
    where: str = ""


@dataclass(frozen=True)
class Card:
    """A finding or a thing that needs somebody: a fact (at most 90 characters), why, what can be done, where it comes from.

    `level` is a severity (stop, warn, note) or a tier (now, today, week, steady). `body` is ready mark-up (a form), below the detail.
    """

    level: str
    summary: str
    detail: str = ""
    inputs: Sequence[Input] = ()
    sources: Sequence[Source] = ()
    suggestions: Sequence[str] = ()
    actions: Sequence[Action] = ()
    code: str = ""
    body: SafeString | str = ""
    id: str = ""
    open: bool = False

    @property
    def tier(self) -> str:
        return SEVERITY[self.level][0] if self.level in SEVERITY else self.level

    @property
    def word(self) -> str:
        return SEVERITY[self.level][1] if self.level in SEVERITY else ""


@dataclass(frozen=True)
class Column:
    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Cell:
    text: Any
    sub: str = ""
    style: str = ""
    """`num` for figures, `act` for the one action (top right of the card on a phone), `plan`."""
    header: bool = False


@dataclass(frozen=True)
class TableRow:
    cells: Sequence[Cell]
    tier: str = ""


@dataclass(frozen=True)
class Table:
    """A dense table. With `stack`, each row is a card on a phone; without, the table scrolls sideways in its own region."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[TableRow]
    stack: bool = False
    hide_caption: bool = False


@dataclass(frozen=True)
class Event:
    when: str
    what: str
    by: str = ""


@dataclass(frozen=True)
class Verdict:
    """One sentence that decides: `kind` good, bad or unknown. `checks` are (passed, what) pairs shown beside it."""

    kind: str
    title: str
    detail: str = ""
    checks: Sequence[tuple[bool, str]] = field(default=())

    @property
    def shape(self) -> str:
        return {"good": "steady", "bad": "now", "unknown": "today"}[self.kind]
