"""Supervised courses as values: how each began, what was seen and given, and what the regimen says now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.clinical.taper.courses import FIXED
from serein.clinical.taper.supervised import FixedPart, Gives, Looked, Regimen, Running, fixed_parts, flags, gives, regimens
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import name_of
from serein.foundation.remembering import remembered

from ..models import SupervisedCourse, SupervisedDose, SupervisedScore
from ..supervised import SETTINGS

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ScoreCard:
    """One look. `gave_mg` is None while nobody said what was given."""

    id: UUID
    at: datetime
    by: str
    points: int
    band: str
    drowsy: bool
    seizure: bool
    gives_mg: Decimal
    gave_mg: Decimal | None
    gave_at: datetime | None
    why: str
    flags: tuple[str, ...]

    @property
    def gives(self) -> str:
        return plain(self.gives_mg)

    @property
    def gave(self) -> str:
        return plain(self.gave_mg) if self.gave_mg is not None else ""


@dataclass(frozen=True)
class SupervisedCard:
    """One course with its looks, the newest first. `now`: what the regimen says at the newest look; None before the first."""

    id: UUID
    regimen: str
    says: str
    kind: str
    substance: str
    dose_mg: Decimal
    setting: str
    who_watches: str
    reasons: tuple[str, ...]
    despite: str
    before_mg: Decimal | None
    knowledge_version: str
    by: str
    at: datetime
    ended_at: datetime | None
    ended_by: str
    ended_why: str
    looks: tuple[ScoreCard, ...]
    now: Gives | None
    parts: tuple[FixedPart, ...]

    @property
    def dose(self) -> str:
        return plain(self.dose_mg)

    @property
    def before(self) -> str:
        return plain(self.before_mg) if self.before_mg is not None else ""

    @property
    def setting_words(self) -> str:
        return SETTINGS[self.setting]

    def waiting(self) -> ScoreCard | None:
        """The newest look, while nobody said what was given at it."""
        return next((s for s in self.looks[:1] if s.gave_mg is None), None)

    def given_within_a_day(self, at: datetime) -> str:
        return plain(
            sum((s.gave_mg or Decimal(0) for s in self.looks if s.gave_at is not None and s.gave_at > at - A_DAY), Decimal(0))
        )

    @property
    def given_in_all(self) -> str:
        return plain(sum((s.gave_mg or Decimal(0) for s in self.looks), Decimal(0)))


@shown
@remembered
def supervised_courses(chart: OpenChart) -> tuple[SupervisedCard, ...]:
    """Every course, newest first."""
    courses = list(SupervisedCourse.objects.filter(patient=chart.patient_id).order_by("-at", "-id"))
    if not courses:
        return ()
    scores = list(SupervisedScore.objects.filter(patient=chart.patient_id).order_by("at", "id"))
    doses = {d.score_id: d for d in SupervisedDose.objects.filter(patient=chart.patient_id)}
    return tuple(_card(c, [s for s in scores if s.course_id == c.id], doses) for c in courses)


@shown
def supervised_course(chart: OpenChart) -> SupervisedCard | None:
    """The one that runs."""
    return next((c for c in supervised_courses(chart) if c.ended_at is None), None)


def _card(c: SupervisedCourse, scores: list[SupervisedScore], doses: dict[UUID, SupervisedDose]) -> SupervisedCard:
    known = knowledge.load()
    regimen: Regimen | None = next((r for r in regimens(known) if r.id == c.regimen), None)
    looked = [looked_at(s, doses.get(s.id)) for s in scores]
    mg = Decimal(plain(c.dose_mg))
    return SupervisedCard(
        c.id, c.regimen, regimen.says if regimen else c.regimen, c.kind, c.substance, mg, c.setting, c.who_watches, tuple(c.reasons), c.despite,
        c.before_mg, c.knowledge_version, name_of(c.by_id), c.at, c.ended_at, name_of(c.ended_by_id) if c.ended_by_id else "", c.ended_why,
        tuple(_score(s, doses.get(s.id)) for s in reversed(scores)), gives(known, Running(c.kind, mg, c.at), looked) if looked else None,
        fixed_parts(known, mg) if c.kind == FIXED else (),
    )  # fmt: skip


def looked_at(s: SupervisedScore, dose: SupervisedDose | None) -> Looked:
    return Looked(
        at=s.at, points=s.points, drowsy=s.drowsy, seizure=s.seizure, given_mg=dose.mg if dose else None, given_at=dose.at if dose else None,
        unsaid=dose is None and s.gives_mg > 0,
    )  # fmt: skip


def _score(s: SupervisedScore, dose: SupervisedDose | None) -> ScoreCard:
    seen = flags(knowledge.load(), s.answers, drowsy=s.drowsy, seizure=s.seizure)
    return ScoreCard(
        s.id, s.at, name_of(s.by_id), s.points, s.band, s.drowsy, s.seizure, s.gives_mg, dose.mg if dose else None, dose.at if dose else None,
        dose.why if dose else "", seen,
    )  # fmt: skip
