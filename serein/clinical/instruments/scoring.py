"""Scores by the book: a sum when every needed item is answered, no guess when one is not, and alerts that no total may hide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from serein.clinical.findings import SourceReference
from serein.clinical.knowledge import Instrument, Knowledge, load


class NotAnAnswer(ValueError):
    """A key that is no item, or a value that is none of the item's options: a defect of the form, not of the patient."""


@dataclass(frozen=True)
class Score:
    """`total` and `band` are None while `missing` is more than the instrument tolerates. `alerts` are item ids whose answer calls
    for a person at once, whatever the total."""

    instrument: str
    total: int | None
    maximum: int
    band: str | None
    missing: tuple[str, ...]
    alerts: tuple[str, ...]
    loinc_total: str
    sources: tuple[SourceReference, ...]

    @property
    def complete(self) -> bool:
        return not self.missing


def score(instrument_id: str, answers: Mapping[str, int | None], knowledge: Knowledge | None = None) -> Score:
    """Score of `answers` (item id to value; None or absent is unanswered). Raises KeyError for an unknown instrument and
    NotAnAnswer for a key or value that the instrument does not have. The functional item of PHQ-9 is accepted, never summed.

    >>> score("phq-9", {**{str(n): 0 for n in range(1, 9)}, "9": 1}).alerts
    ('9',)
    """
    knowledge = knowledge or load()
    instrument = knowledge.instrument(instrument_id)
    _refuse_strangers(instrument, answers)
    given = {i.id: answers.get(i.id) for i in instrument.items}
    missing = tuple(k for k, v in given.items() if v is None)
    total = None if len(missing) > instrument.may_miss else sum(v for v in given.values() if v is not None)
    alerts = tuple(i.id for i in instrument.items if i.alert_from is not None and (given[i.id] or 0) >= i.alert_from)
    band = None if total is None else next(b.name for b in instrument.bands if b.low <= total <= b.high)
    return Score(
        instrument=instrument.id,
        total=total,
        maximum=instrument.maximum,
        band=band,
        missing=missing,
        alerts=alerts,
        loinc_total=instrument.loinc_total,
        sources=tuple(knowledge.reference(c) for c in instrument.cites),
    )


def _refuse_strangers(instrument: Instrument, answers: Mapping[str, int | None]) -> None:
    items = {i.id: i for i in (*instrument.items, *instrument.unscored)}
    for key, value in answers.items():
        if key not in items:
            raise NotAnAnswer(f"{instrument.id} has no item {key!r}")
        allowed = {o.value for o in instrument.options_of(items[key])}
        if value is not None and (isinstance(value, bool) or value not in allowed):
            raise NotAnAnswer(f"{instrument.id} item {key}: {value!r} is none of {sorted(allowed)}")
