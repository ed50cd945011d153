"""Starting points that are no reduction of a steady dose: use when needed, a stop without a taper, an alcohol-withdrawal course, and tablets
that nobody prescribed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from serein.clinical.knowledge import Knowledge

from .amounts import Product, Shelf
from .day import spread
from .policies import Risk, equivalence, risk_of
from .values import Plan, PlanCheck, Refused, Request, Step, TimedDose

DIAZEPAM = "diazepam"
FIXED, TRIGGERED = "fixed", "symptom-triggered"


def stop_without_taper(knowledge: Knowledge, request: Request) -> Plan | Refused:
    """One step to nothing, where the table calls clinically significant withdrawal rare; a refusal everywhere else."""
    if risk_of(knowledge, request) is not Risk.RARE:
        return Refused(
            "taper-needed", "Withdrawal that matters is possible or not known to be rare: a taper is needed, however short."
        )
    dose = request.daily_dose_mg
    step = Step(
        number=1, from_=request.start_on, days=0, daily_mg=Decimal(0), cut_mg=dose, cut_percent=Decimal(100), terminal=False, doses=(),
    )  # fmt: skip
    told = "Tell the patient what rebound and withdrawal feel like and whom to call; the dose can be started again and tapered."
    return Plan("no-taper", (step,), request.start_on, (), (PlanCheck("rare-withdrawal", True, told),))


@dataclass(frozen=True, kw_only=True)
class AsNeeded:
    """Use on single days: `uses` days a week of `mg_per_use`. Every `every_days` one day a week less, down to `goal_uses`."""

    substance: str
    mg_per_use: Decimal
    uses: int
    goal_uses: int
    start_on: date
    every_days: int
    products: tuple[Product, ...]


@dataclass(frozen=True)
class WeeklyStep:
    """From `from_` on at most `uses` days a week; `dose` is one use."""

    number: int
    from_: date
    days: int
    uses: int
    dose: TimedDose


def fewer_days(knowledge: Knowledge, asked: AsNeeded) -> tuple[WeeklyStep, ...] | Refused:
    """Steps of one day a week less. Refused where the use is too frequent to count as "when needed", and where the dose cannot be made."""
    frequent = knowledge.rule("dependence-days-per-week").value
    if asked.uses >= frequent:
        why = f"Use on {frequent} or more days a week counts as regular: first a steady daily dose, then a taper of it."
        return Refused("use-is-regular", why)
    if asked.goal_uses >= asked.uses:
        return Refused("goal-not-lower", "The goal is not below the days of use now, so there is nothing to reduce.")
    shelf = Shelf(asked.products, asked.mg_per_use) if asked.products else None
    if shelf is None or not shelf.can_make(asked.mg_per_use):
        return Refused("dose-not-makeable", f"The products at hand cannot make {asked.mg_per_use.normalize():f} mg.")
    dose = spread(shelf, shelf.highest, ("when-needed",))[0]
    wait = timedelta(days=asked.every_days)
    return tuple(
        WeeklyStep(n, asked.start_on + (n - 1) * wait, asked.every_days if uses else 0, uses, dose)
        for n, uses in enumerate(range(asked.uses - 1, asked.goal_uses - 1, -1), 1)
    )


@dataclass(frozen=True, kw_only=True)
class AlcoholCourse:
    """A withdrawal course in mg of `substance`; `before_mg` is the benzodiazepine that was taken daily before it, in the same substance."""

    substance: str
    regimen: str
    dose_mg: Decimal
    start_on: date
    before_mg: Decimal
    products: tuple[Product, ...]
    supervised: bool
    liver_disease: bool | None = None
    age_years: Decimal | None = None


@dataclass(frozen=True)
class CourseStep:
    """`doses` a day of `dose_mg` beside the daily `before_mg`; `daily_mg` is both together."""

    number: int
    from_: date
    days: int
    doses: int
    dose_mg: Decimal
    daily_mg: Decimal
    units: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Triggers:
    """When a dose is given in a symptom-triggered course, and when watching ends: points of CIWA-Ar, hours."""

    from_points: int
    again_after_hours: int
    low_mg: Decimal
    high_mg: Decimal
    stop_below_points: int
    stop_after_hours: int


@dataclass(frozen=True)
class Course:
    """`steps` of a fixed course, or `triggers` of one that follows the symptoms. Afterwards `returns_to_mg` a day, never less."""

    steps: tuple[CourseStep, ...]
    triggers: Triggers | None
    ends_on: date
    returns_to_mg: Decimal
    checks: tuple[PlanCheck, ...]


def alcohol_course(knowledge: Knowledge, asked: AlcoholCourse) -> Course | Refused:
    """A course that ends in days, for supervised care. It never ends below the benzodiazepine dose that was there before."""
    refused = _course_refused(knowledge, asked)
    if refused is not None:
        return refused
    checks = tuple(_course_checks(knowledge, asked))

    def value(rule: str) -> int:
        return int(knowledge.rule(rule).value)

    if asked.regimen == TRIGGERED:
        triggers = Triggers(
            value("course-trigger-points"), value("course-hours-between"), knowledge.rule("course-dose-low-mg").value,
            knowledge.rule("course-dose-high-mg").value, value("course-stop-points"), value("course-stop-hours"),
        )  # fmt: skip
        return Course((), triggers, asked.start_on, asked.before_mg, checks)
    steps, day = [], asked.start_on
    shelf, doses = Shelf(asked.products, asked.dose_mg), value("course-fixed-doses-a-day")
    for number, (mg, days) in enumerate(
        ((asked.dose_mg, value("course-fixed-first-days")), (asked.dose_mg / 2, value("course-fixed-half-days"))), 1
    ):
        grains = shelf.grains(mg)
        assert grains is not None, "refused before where it cannot be made"
        steps.append(CourseStep(number, day, days, doses, mg, mg * doses + asked.before_mg, shelf.parts_of(grains).units))
        day += timedelta(days=days)
    return Course(tuple(steps), None, day, asked.before_mg, checks)


def _course_refused(knowledge: Knowledge, asked: AlcoholCourse) -> Refused | None:
    if asked.regimen not in (FIXED, TRIGGERED):
        return Refused("regimen-unknown", f"A course is {FIXED} or {TRIGGERED}.")
    if not asked.supervised:
        return Refused("course-unsupervised", "A withdrawal course needs somebody who watches it.")
    low, high = (knowledge.rule(r).value for r in ("course-dose-low-mg", "course-dose-high-mg"))
    if asked.substance != DIAZEPAM:
        return Refused("course-substance", "Only courses of diazepam are known here.")
    if asked.regimen == TRIGGERED and not low <= asked.dose_mg <= high:
        return Refused("course-dose", f"One dose is {low:f} to {high:f} mg.")
    if asked.dose_mg > high:
        return Refused("course-dose", f"One dose is {high:f} mg at most.")
    shelf = Shelf(asked.products, asked.dose_mg) if asked.products else None
    if shelf is None or not shelf.can_make(asked.dose_mg) or not shelf.can_make(asked.dose_mg / 2):
        return Refused("dose-not-makeable", "The products at hand cannot make the dose and half of it.")
    return None


def _course_checks(knowledge: Knowledge, asked: AlcoholCourse) -> Iterator[PlanCheck]:
    old = knowledge.rule("older-adult-years").value
    if asked.liver_disease or (asked.age_years is not None and asked.age_years >= old):
        yield PlanCheck(
            "course-oxazepam-or-lorazepam", False, "With liver disease or at this age lorazepam or oxazepam are preferred."
        )
    yield PlanCheck("thiamine", True, "Thiamine for everybody, before glucose.")
    if asked.before_mg > 0:
        said = f"Afterwards {asked.before_mg.normalize():f} mg a day as before: the course is no reason to lower it."
        yield PlanCheck("returns-to-earlier-dose", True, said)


@dataclass(frozen=True)
class Stabilise:
    """Before any taper of tablets that nobody prescribed: what must be seen first. There is no dose in it."""

    first: tuple[str, ...]


def unprescribed() -> Stabilise:
    """What was bought may hold anything and any amount, so no number on its label is ever turned into a dose."""
    return Stabilise(
        (
            "Ask what is taken, how often, since when, and with what else. What the package says is a guess about its contents.",
            "A clinician watches the first doses of a known product and sets the dose by what they see, not by a table.",
            "Keep that dose until it is steady. Then plan a taper from it as from any other.",
            "Offer naloxone: such tablets often hold opioids as well.",
        )
    )


def known_substance(knowledge: Knowledge, name: str) -> bool:
    return equivalence(knowledge, name) is not None
