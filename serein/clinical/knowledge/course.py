"""How long somebody has been taking benzodiazepines without a gap, how often and how much: read from orders and statements."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from serein.clinical.findings import Input
from serein.clinical.history import Written
from serein.clinical.knowledge.amounts import last_day
from serein.clinical.knowledge.scene import Scene


class Course(Struct, frozen=True):
    """Use without a gap that reaches `until`. `since` None: no use is known. `uses` are its orders, oldest first."""

    since: date | None
    until: date
    uses: tuple[Written, ...]

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The first use only: with every renewal among the inputs, each renewal would make an old warning a new one."""
        return tuple(Input(f"{w.substance} since {w.begins}", w.reference) for w in self.uses[:1])


def course(scene: Scene, until: date) -> Course:
    """The course of benzodiazepines that reaches `until`. Gaps up to the rule's days are no gaps.

    A current medicine without an end goes on; a past one without any end counts for its first day only.
    """
    if scene.none_before:
        return Course(None, until, ())
    made: Course | None = scene.kept.get(("course", until))
    if made is None:
        made = scene.kept["course", until] = _course(scene, until)
    return made


def _course(scene: Scene, until: date) -> Course:
    gap = scene.rule("gap-days")
    spans = [
        (w.begins, _last(w, until, going=w in scene.active), w)
        for w in scene.active + scene.past
        if w.begins and w.begins < until and not w.rescue and scene.of_class(w.substance, "benzodiazepine")
    ]
    since, uses = until, list[Written]()
    for first, last, w in sorted(spans, key=lambda s: s[1], reverse=True):
        if (since - last).days <= gap:
            since, uses = min(since, first), [*uses, w]
    return Course(since if uses else None, until, tuple(sorted(uses, key=lambda w: (w.begins or date.min, w.reference))))


def _last(w: Written, until: date, going: bool) -> date:
    last = w.ends or last_day(w.begins, w.supply_days)
    if last is None:
        last = until if going else (w.begins or until)
    return min(last, until)
