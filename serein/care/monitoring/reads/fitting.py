"""Which measured levels the estimate uses, and the person whom they show. A doubtful level waits for a clinician's word; none is ever read as
doses that were not taken."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from serein.clinical.kinetics import Course, Measured, NotValid, Question, Residual, Typical, doubts
from serein.clinical.kinetics.individual import Individual, individual

from ..days import local
from .measured import LevelLine

MOST_USED = 10
METABOLITE = "nordiazepam"
# Times told from memory differ by minutes from a diary's; more than this is another dose. Not a clinical number.
SAME_DOSE, LATELY = timedelta(hours=1), timedelta(hours=36)
Standing = Literal["used", "doubtful", "not used", "error"]


@dataclass(frozen=True)
class Weighed:
    """A level and what the estimate does with it; `reasons` say why it is not used."""

    line: LevelLine
    standing: Standing
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fit:
    """`found` is the person of the used levels; None where none is used."""

    weighed: tuple[Weighed, ...] = ()
    found: Individual | None = None

    @property
    def used(self) -> int:
        return sum(w.standing == "used" for w in self.weighed)

    @property
    def doubtful(self) -> tuple[Weighed, ...]:
        return tuple(w for w in self.weighed if w.standing == "doubtful")


@dataclass(frozen=True)
class Ground:
    """What levels are weighed against: the history from the instant `start` on, and the doses told, by when they were taken."""

    course: Course
    typical: Typical
    start: datetime
    taken_at: tuple[datetime, ...]
    zone: str


def fitted(ground: Ground, lines: tuple[LevelLine, ...]) -> Fit:
    """Newest blood first, the ten newest good ones are used."""
    weighed: list[Weighed] = []
    for line in sorted(lines, key=lambda x: (x.drawn_at, x.id), reverse=True):
        one = _weighed(ground, line)
        if one.standing == "used" and sum(w.standing == "used" for w in weighed) >= MOST_USED:
            one = Weighed(line, "not used", (f"the estimate uses the {MOST_USED} newest levels",))
        weighed.append(one)
    mine = [w.line for w in weighed if w.standing == "used"]
    if not mine:
        return Fit(tuple(weighed))
    assert ground.typical.residual is not None
    found = individual(
        Question(ground.course, ground.typical, tuple(_as_measured(ground, x) for x in mine), Residual(ground.typical.residual))
    )
    if isinstance(found, NotValid):
        return Fit(tuple(Weighed(w.line, "not used", (found.why,)) if w.standing == "used" else w for w in weighed))
    return Fit(tuple(weighed), found)


def _as_measured(ground: Ground, line: LevelLine) -> Measured:
    apart = line.drawn_at - ground.start
    at = Decimal(apart.days * 86_400 + apart.seconds) / 3600
    return Measured(at, float(line.ng_per_ml), "metabolite" if line.substance == METABOLITE else "parent")


def _weighed(ground: Ground, line: LevelLine) -> Weighed:
    if line.error_at is not None:
        return Weighed(line, "error", (line.error_why,))
    if line.drawn_at < ground.start:
        return Weighed(line, "not used", ("the blood was taken before the estimate begins",))
    if ground.typical.residual is None or not ground.typical.spreads:
        return Weighed(line, "not used", ("how exact a level is, or how far people differ, has no published value here",))
    if line.right_at is not None:
        return Weighed(line, "used")
    reasons = (*_times(ground, line), *_strange(ground, line, ground.typical.residual))
    return Weighed(line, "doubtful", reasons) if reasons else Weighed(line, "used")


def _strange(ground: Ground, line: LevelLine, proportional: float) -> tuple[str, ...]:
    found = doubts(ground.course, ground.typical, (_as_measured(ground, line),), proportional)
    if not found:
        return ()
    side = "as low" if found[0].share_below < 0.5 else "as high"
    could_be = (words.replace("not ng/mL", f"not {line.unit}") if line.unit == "µg/L" else words for words in found[0].could_be)
    return (f"fewer than 1 in 100 people like this one would have a level {side} as this", *could_be)


def _times(ground: Ground, line: LevelLine) -> tuple[str, ...]:
    """Where the diary knows of another last dose than the one that was told with the blood."""
    before = [at for at in ground.taken_at if line.drawn_at - LATELY <= at <= line.drawn_at]
    if line.last_dose_at is None or not before or abs(max(before) - line.last_dose_at) <= SAME_DOSE:
        return ()
    diary, told = (f"{local(at, ground.zone):%d-%b-%Y %H:%M}" for at in (max(before), line.last_dose_at))
    return (f"the diary has the last dose before the blood at {diary}; with the blood {told} was told",)
