"""The estimated level from doses told and planned: for a typical person like this one, or why there is no estimate.

Days about which nothing is known are not guessed: the estimate is made twice, with those doses taken as planned and with none of them, and what
is shown runs from the lower to the higher. While a change of dose is unconfirmed, "taken" means at the higher of its two doses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from serein.care.access.reads import patient_card
from serein.care.planning.reads import plans
from serein.care.tapering.reads import UnconfirmedChange, dose_in_force, running_taper
from serein.clinical import knowledge
from serein.clinical.findings import SourceReference
from serein.clinical.kinetics import Course, Dose, NotValid, Parameters, band_of, highest_in_24_h, levels, people_like
from serein.clinical.kinetics.crowd import Crowd
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

from ..days import local, usual_instant
from .before import SUBSTANCE, Before, before
from .bodies import Bodies, Mark, bodies, typical_on
from .diary import Day, diary, first_day
from .fitting import Fit, Ground, fitted
from .measured import measured_levels
from .regimen import planned_on

EVERY_HOURS, LONGEST_DAYS, AHEAD_DAYS = 4, 400, 56
# Of people like this one, in the middle.
SHARE = 0.9
PARENT, METABOLITE = "diazepam", "nordiazepam"


@dataclass(frozen=True)
class TakenDose:
    """`at` is when it was taken, or the usual hour of its time of day where nobody knows; mg as planned by the product."""

    at: datetime
    mg: Decimal


@dataclass(frozen=True)
class Unconfirmed:
    """A change that nobody has confirmed: from `first` to `last` both of its doses are shown, and neither is called taken."""

    change: UnconfirmedChange
    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class DoseHistory:
    """`taken` was told; `planned` lies ahead; `unknown` are planned doses of the past about which nothing is known, on `unknown_days`."""

    taken: tuple[TakenDose, ...]
    planned: tuple[TakenDose, ...]
    unknown: tuple[TakenDose, ...]
    unknown_days: tuple[date, ...]
    days: tuple[Day, ...]
    today: date
    zone: str
    unconfirmed: Unconfirmed | None = None

    def open_change(self, day: date) -> UnconfirmedChange | None:
        """The change that is unconfirmed on that day: of its two doses nobody knows which is taken."""
        return self.unconfirmed.change if self.unconfirmed and self.unconfirmed.holds(day) else None


@dataclass(frozen=True)
class DayLevel:
    """ng/mL over one day: lowest and highest of diazepam, mean of nordiazepam (of its two estimates the higher and the lower). `band_low` to
    `band_high`: between what the middle nine of ten people lie, of the one substance that was asked for."""

    day: date
    low: float
    high: float
    metabolite_low: float
    metabolite_high: float
    band_low: float
    band_high: float


@dataclass(frozen=True)
class Estimate:
    """`band` names the substance of the band; `begins` says in words what was in the body at the start. `fit`: which measured levels
    shaped it; `marks`: when a medicine that changes the clearance began or ended."""

    days: tuple[DayLevel, ...]
    sources: tuple[SourceReference, ...]
    unknown: tuple[str, ...]
    knowledge_version: str
    confirmed: bool
    band: str
    begins: str
    fit: Fit
    marks: tuple[Mark, ...]


@shown
def dose_history(chart: OpenChart) -> DoseHistory:
    """From the first day of treatment (or of the diary) up to some weeks ahead."""
    zone = patient_card(chart).time_zone
    today = local(chart.at, zone).date()
    told = first_day(chart)
    begins = min([*_starts(chart), *([told] if told else [])], default=today)
    first = max(min(begins, today), today - timedelta(days=LONGEST_DAYS))
    days = diary(chart, first, today + timedelta(days=AHEAD_DAYS))
    taken = [TakenDose(x.taken_at, x.mg) for d in days for x in d.lines if x.status == "taken" and x.taken_at]
    ahead: list[TakenDose] = []
    unknown: list[TakenDose] = []
    silent: list[date] = []
    for day in days:
        for dose in day.silent:
            at = usual_instant(day.day, zone, dose.slot)
            (ahead if at > chart.at else unknown).append(TakenDose(at, dose.mg))
            if at <= chart.at and day.day < today and (not silent or silent[-1] != day.day):
                silent.append(day.day)
    return DoseHistory(
        tuple(taken), tuple(ahead), tuple(unknown), tuple(silent), days, today, zone, _unconfirmed(chart, today, days[-1].day)
    )


def _starts(chart: OpenChart) -> list[date]:
    """The first day of each plan that the patient agreed to and that was not closed before it began."""
    agreed = (p for p in plans(chart) if any(r.answer == "agree" for r in p.replies))
    return [p.text.starts_on for p in agreed if p.closed_at is None or p.closed_at.date() >= p.text.starts_on]


def _unconfirmed(chart: OpenChart, today: date, last: date) -> Unconfirmed | None:
    """Up to the day before the next change: from then on a further dose is planned."""
    now = dose_in_force(chart, today)
    change = now.unconfirmed_change if now else None
    if change is None:
        return None
    course = running_taper(chart)
    coming = course.coming(today) if course else None
    return Unconfirmed(change, change.first_on, coming.from_on - timedelta(days=1) if coming else last)


@shown
def typical_body(chart: OpenChart, on: date) -> Parameters | NotValid:
    """The parameters of the typical person of this age, weight, liver and medicines; NotValid outside the model's domain."""
    found = typical_on(chart, on)
    return found if isinstance(found, NotValid) else found.parameters


@dataclass(frozen=True)
class Grounds:
    """What an estimate stands on: the same history with every unknown dose taken, with none of them, and with them marked as unknown. `start` is
    the instant of hour 0, `lead` the hours from there to the first day."""

    bodies: Bodies
    start: datetime
    lead: int
    most: Course
    least: Course
    marked: Course
    begins: str


@shown
def grounds(chart: OpenChart, history: DoseHistory) -> Grounds | NotValid:
    """NotValid outside the model's domain: adults, by mouth, up to the highest daily dose of a label."""
    first = history.days[0].day
    found = bodies(chart, first, history.today)
    if isinstance(found, NotValid):
        return found
    begins = before(chart, first, planned_on(chart, first - timedelta(days=1)))
    lead, earlier = _earlier(begins)
    start = datetime.combine(first, time(), ZoneInfo(history.zone)).astimezone(UTC) - timedelta(hours=lead)
    hours = tuple(Decimal(lead + n) for n in range(0, 24 * len(history.days), EVERY_HOURS))
    body, changes = found.at_first.parameters, found.changes(start, history.zone)
    most, least = (Course(body, (*earlier, *_doses(d, start)), changes, hours) for d in _both(history))
    unknown = (replace(d, unknown=True) for d in _doses(history.unknown, start))
    marked = Course(body, (*least.doses, *unknown), changes, hours)
    file = knowledge.load().kinetics_of(SUBSTANCE)
    if file is not None and file.most_mg_in_24_h is not None and highest_in_24_h(most) > file.most_mg_in_24_h:
        return NotValid(f"more than {file.most_mg_in_24_h} mg within 24 hours: the model is for doses that a label gives")
    return Grounds(found, start, lead, most, least, marked, begins.words)


@shown
def estimate(chart: OpenChart, history: DoseHistory, of: str = PARENT) -> Estimate | NotValid:
    """Levels by day for the typical person of this age, weight, liver and medicines, or for the one whom measured levels show, with the band of
    `of` (diazepam or nordiazepam); NotValid outside the model's domain."""
    known, ground = knowledge.load(), grounds(chart, history)
    if isinstance(ground, NotValid):
        return ground
    person, taken = ground.bodies.at_first, tuple(d.at for d in history.taken)
    fit = fitted(Ground(ground.marked, person, ground.start, taken, history.zone), measured_levels(chart))
    people = fit.found.people if fit.found else people_like(person)
    days = curves(history, ground, fit, _bands((ground.most, ground.least), people, of))
    now = ground.bodies.now
    sources = tuple(dict.fromkeys((*person.sources, *now.sources)))
    unknown = tuple(dict.fromkeys((*person.unknown, *now.unknown)))
    return Estimate(days, sources, unknown, known.version, known.confirmed, of, ground.begins, fit, ground.bodies.marks)


def curves(
    history: DoseHistory, ground: Grounds, fit: Fit, wide: tuple[list[float], list[float]] | None = None
) -> tuple[DayLevel, ...]:
    """By day, in the typical body or in the one that measured levels show. Without `wide` the band is the curve itself."""
    courses = [c.of(fit.found.parameters) if fit.found else c for c in (ground.most, ground.least)]
    return _by_day(history, courses, wide)


def _both(history: DoseHistory) -> tuple[tuple[TakenDose, ...], tuple[TakenDose, ...]]:
    """Every unknown dose taken, and none of them."""
    sure = (*history.taken, *history.planned)
    return (*sure, *(_at_most(history, d) for d in history.unknown)), sure


def _at_most(history: DoseHistory, dose: TakenDose) -> TakenDose:
    here = local(dose.at, history.zone).date()
    change, planned = history.open_change(here), next((d.plan.mg for d in history.days if d.day == here and d.plan), None)
    return replace(dose, mg=dose.mg * max(Decimal(1), change.from_mg / planned)) if change and planned else dose


def _earlier(begins: Before) -> tuple[int, tuple[Dose, ...]]:
    """Hours before the first day at which the course begins, and the doses of that time. A steady state ends in the evening before."""
    if begins.mg is None:
        return 0, ()
    every = Decimal(24) / begins.times
    if begins.days is None:
        return 24, (Dose(at_h=Decimal(20), mg=float(begins.mg), every_h=every, steady_state=True),)
    return 24 * begins.days, (Dose(at_h=Decimal(0), mg=float(begins.mg), every_h=every, count=begins.times * begins.days),)


def _bands(courses: tuple[Course, ...], people: Crowd, of: str) -> tuple[list[float], list[float]]:
    """Lowest and highest at each time, over both courses."""
    found = [band_of(c, people, (SHARE,))[0] for c in (courses[:1] if courses[0] == courses[-1] else courses)]
    pairs = [(f.parent_low, f.parent_high) if of == PARENT else (f.metabolite_low, f.metabolite_high) for f in found]
    lows, highs = zip(*pairs, strict=True)
    return [min(x) for x in zip(*lows, strict=True)], [max(x) for x in zip(*highs, strict=True)]


def _by_day(
    history: DoseHistory, courses: Sequence[Course], wide: tuple[list[float], list[float]] | None
) -> tuple[DayLevel, ...]:
    runs, per = [levels(c) for c in courses], 24 // EVERY_HOURS
    found = []
    for i, day in enumerate(history.days):
        here = slice(i * per, (i + 1) * per)
        parent = [x for r in runs for x in r.parent[here]]
        means = [sum(r.metabolite[here]) / per for r in runs]
        low, high = (min(wide[0][here]), max(wide[1][here])) if wide else (min(parent), max(parent))
        found.append(DayLevel(day.day, min(parent), max(parent), min(means), max(means), low, high))
    return tuple(found)


def _doses(doses: tuple[TakenDose, ...], start: datetime) -> tuple[Dose, ...]:
    timed = ((_hours(d.at - start), d.mg) for d in doses)
    return tuple(Dose(at_h=at, mg=float(mg)) for at, mg in timed if at >= 0)


def _hours(apart: timedelta) -> Decimal:
    return Decimal(apart.days * 86_400 + apart.seconds) / 3600
