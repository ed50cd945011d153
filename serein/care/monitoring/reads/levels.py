"""The estimated level from doses told and planned: for a typical person like this one, or why there is no estimate.

Days about which nothing is known are not guessed: the estimate is made twice, with those doses taken as planned and with none of them, and what
is shown runs from the lower to the higher.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from serein.care.access.reads import patient_card
from serein.care.evaluation.reads import case_of
from serein.clinical import knowledge
from serein.clinical.case import LOINC, Case
from serein.clinical.findings import SourceReference
from serein.clinical.kinetics import Course, Dose, NotValid, Person, highest_in_24_h, levels, typical
from serein.clinical.knowledge.names import says
from serein.foundation.people.keys import OpenChart

from ..days import local, usual_instant
from .diary import Day, diary, first_day
from .reviews import plan_to_review

SUBSTANCE = "diazepam"
EVERY_HOURS, LONGEST_DAYS, AHEAD_DAYS = 4, 400, 56
WEIGHT, HEIGHT = "29463-7", "8302-2"
CIRRHOSIS = "cirrhosis"


@dataclass(frozen=True)
class TakenDose:
    """`at` is when it was taken, or the usual hour of its time of day where nobody knows; mg as planned by the product."""

    at: datetime
    mg: Decimal


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


@dataclass(frozen=True)
class DayLevel:
    """ng/mL over one day: lowest and highest of diazepam, mean of nordiazepam (of its two estimates the higher and the lower)."""

    day: date
    low: float
    high: float
    metabolite_low: float
    metabolite_high: float


@dataclass(frozen=True)
class Estimate:
    days: tuple[DayLevel, ...]
    sources: tuple[SourceReference, ...]
    unknown: tuple[str, ...]
    knowledge_version: str
    confirmed: bool


def dose_history(chart: OpenChart) -> DoseHistory:
    """From the first day of treatment (or of the diary) up to some weeks ahead."""
    zone = patient_card(chart).time_zone
    today = local(chart.at, zone).date()
    plan, told = plan_to_review(chart), first_day(chart)
    begins = min([d for d in (plan.text.starts_on if plan else None, told) if d], default=today)
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
    return DoseHistory(tuple(taken), tuple(ahead), tuple(unknown), tuple(silent), days, today, zone)


def estimate(chart: OpenChart, history: DoseHistory) -> Estimate | NotValid:
    """Levels by day for the typical person of this age, weight, liver and medicines; NotValid outside the model's domain."""
    known = knowledge.load()
    person = typical(known, SUBSTANCE, _person_of(case_of(chart, history.today), history.today))
    if isinstance(person, NotValid):
        return person
    start = datetime.combine(history.days[0].day, time(), ZoneInfo(history.zone))
    hours = tuple(Decimal(n) for n in range(0, 24 * len(history.days), EVERY_HOURS))
    sure = (*history.taken, *history.planned)
    courses = [Course(person.parameters, _doses(d, start), (), hours) for d in ((*sure, *history.unknown), sure)]
    file = known.kinetics_of(SUBSTANCE)
    if file is not None and highest_in_24_h(courses[0]) > file.most_mg_in_24_h:
        return NotValid(f"more than {file.most_mg_in_24_h} mg within 24 hours: the model is for doses that a label gives")
    runs = [levels(c) for c in courses]
    per = 24 // EVERY_HOURS
    found = []
    for i, day in enumerate(history.days):
        parent = [x for r in runs for x in r.parent[i * per : (i + 1) * per]]
        means = [sum(r.metabolite[i * per : (i + 1) * per]) / per for r in runs]
        found.append(DayLevel(day.day, min(parent), max(parent), min(means), max(means)))
    return Estimate(tuple(found), person.sources, person.unknown, known.version, known.confirmed)


def _doses(doses: tuple[TakenDose, ...], start: datetime) -> tuple[Dose, ...]:
    timed = ((_hours(d.at - start), d.mg) for d in doses)
    return tuple(Dose(at_h=at, mg=float(mg)) for at, mg in timed if at >= 0)


def _hours(apart: timedelta) -> Decimal:
    return Decimal(apart.days * 86_400 + apart.seconds) / 3600


def _person_of(case: Case, on: date) -> Person:
    """Who the model is asked about. Of two possible dates of birth the later one: near the border it is a child, and there is no estimate."""
    born = case.birth.latest if case.birth else None
    age = Decimal((on - born).days) / Decimal("365.25") if born else None
    return Person(
        age_years=age, sex=case.sex, weight_kg=_measured(case, WEIGHT, "kg"), height_cm=_measured(case, HEIGHT, "cm"),
        cirrhosis=any(says((CIRRHOSIS,), c.concept.words) for c in case.conditions), medicines=tuple(m.medicine.words for m in case.medicines),
    )  # fmt: skip


def _measured(case: Case, code: str, unit: str) -> Decimal | None:
    mine = [o for o in case.observations if code in o.concept.codes(LOINC) and o.unit == unit and o.value is not None]
    return max(mine, key=lambda o: o.on or date.min).value if mine else None
