"""The dose in force: what the patient takes as far as anybody was told, and from where a new taper would start."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from serein.care.planning.reads import PlanCard, plan_draft, plan_in_force, plan_waiting, plans
from serein.care.prescribing.reads.prescriptions import Supplied, supplies
from serein.clinical.quantities import plain
from serein.clinical.taper import Cut
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import clinic_day

from ..models import TaperState
from .courses import IN_FORCE, StepCard, StepDose, TaperCard, _regimen_doses, day_words, tapers
from .switches import OtherDose, total

# A switch that is written and not agreed to yet: until it runs nothing of the plan's diazepam is taken.
PROPOSED = (TaperState.DRAFT, TaperState.SENT)


@dataclass(frozen=True)
class UnconfirmedChange:
    """A change whose day has come and which nobody has confirmed. `supplied`: whether every product of it was dispensed for that day;
    `first_on`: the day of the first of several changes that wait."""

    step_id: UUID
    on: date
    from_mg: Decimal
    to_mg: Decimal
    supplied: bool
    first_on: date

    @property
    def before(self) -> str:
        return plain(self.from_mg)

    @property
    def after(self) -> str:
        return plain(self.to_mg)


@dataclass(frozen=True)
class DoseInForce:
    """The last dose that the patient was told of and has supply for, with how it is made up. While `unconfirmed_change` stands, both of its
    doses are shown and neither is called taken. In a switch `mg` and `parts` are diazepam and `still` is what is taken of the other medicine."""

    mg: Decimal
    parts: tuple[StepDose, ...]
    since: date
    unconfirmed_change: UnconfirmedChange | None
    held: bool = False
    still: tuple[OtherDose, ...] = ()

    @property
    def day(self) -> tuple[str, ...]:
        """The whole day in words; where two medicines are taken each dose with its own."""
        return day_words(self.parts, self.still, both=bool(self.still))

    @property
    def words(self) -> str:
        if not self.still:
            return f"{plain(self.mg)} mg"
        other = f"{plain(total(self.still))} mg of {self.still[0].substance}"
        return f"{plain(self.mg)} mg of diazepam and {other}" if self.mg else other


@dataclass(frozen=True)
class Start:
    """From where a new taper starts: the dose in force, since when, and the cuts before it. `unconfirmed` blocks a start until it is settled."""

    plan: PlanCard
    mg: Decimal
    most_mg: Decimal
    since: date | None
    cuts: tuple[Cut, ...]
    times: tuple[str, ...]
    products: frozenset[str]
    unconfirmed: UnconfirmedChange | None


def _plan_of_chart(chart: OpenChart) -> PlanCard | None:
    return next((p for p in plans(chart) if p.state in ("agreed", "finished")), None)


@shown
def dose_in_force(chart: OpenChart, on: date) -> DoseInForce | None:
    """The dose in force on a day of the patient: of the running taper, of one that ended in this plan, else the plan's. None without a plan."""
    course = next((t for t in tapers(chart) if t.state in IN_FORCE), None)
    plan = _plan_of_chart(chart)
    if course is None or (course.state == TaperState.FINISHED and plan is not None and plan.id != course.plan_id):
        switch = switch_to_come(chart)
        if switch is not None:
            return DoseInForce(switch.request.daily_dose_mg, (), switch.starts_on, None, still=switch.still_before)
        return DoseInForce(Decimal(plan.daily_mg), _regimen_doses(plan), plan.text.starts_on, None) if plan else None
    return _in_force(course, supplies(chart), on)


def _in_force(course: TaperCard, held: tuple[Supplied, ...], on: date) -> DoseInForce:
    reached = course.reached(on)
    confirmed = next((s for s in reversed(reached) if s.confirmed_at is not None), None)
    later = [s for s in reached if confirmed is None or s.number > confirmed.number]
    told = next((s for s in reversed(later) if s.told_at is not None and _supplied(s, held, on)), None)
    newest = later[-1] if later else None
    at = told or confirmed
    mg = at.daily_mg if at else course.request.daily_dose_mg
    change = None
    if newest is not None:
        before = confirmed.daily_mg if confirmed else course.request.daily_dose_mg
        shown = told or newest
        change = UnconfirmedChange(shown.id, shown.from_on, before, shown.daily_mg, told is not None, later[0].from_on)
    since = at.from_on if at else course.request.stable_since or course.starts_on
    still = at.still if at else course.still_before
    return DoseInForce(mg, at.doses if at else course.before_doses, min(since, on), change, course.hold is not None, still)


@shown
def switch_to_come(chart: OpenChart) -> TaperCard | None:
    """A switch that is drafted or lies with the patient while no taper runs."""
    found = tapers(chart)
    if any(t.state == TaperState.RUNNING for t in found):
        return None
    return next((t for t in found if t.state in PROPOSED and t.switch is not None), None)


def _supplied(step: StepCard, held: tuple[Supplied, ...], on: date) -> bool:
    """Every product of the step is in a supply that was handed out and was written for that day. A step to nothing needs none."""
    here = {s.product for s in held if s.dispensed_on is not None and s.dispensed_on <= on and s.starts_on <= on <= s.last_day}
    return step.products <= here


@shown
def plan_for_switch(chart: OpenChart) -> PlanCard | None:
    """The newest plan that may still come into force: the draft may be kept while it waits for the patient, and is sent once it is agreed to."""
    return plan_draft(chart) or plan_waiting(chart) or plan_in_force(chart)


@shown
def dose_ceiling(chart: OpenChart, on: date) -> Decimal | None:
    """The most mg a day that an order starting on that day may give while a taper stands; None without one.

    What the calendar says for that day, or the last confirmed dose while a change waits to be confirmed: somebody who did not change yet must
    not be left without.
    """
    course = next((t for t in tapers(chart) if t.state in IN_FORCE), None)
    plan = _plan_of_chart(chart)
    if course is None or (course.state == TaperState.FINISHED and (plan is None or plan.id != course.plan_id)):
        return None
    reached = course.reached(on)
    planned = reached[-1].daily_mg if reached else course.request.daily_dose_mg
    now = course.reached(min(on, clinic_day(chart.clinic_id, chart.at)))
    if not now or now[-1].confirmed_at is not None:
        return planned
    confirmed = next((s.daily_mg for s in reversed(now) if s.confirmed_at is not None), course.request.daily_dose_mg)
    return max(planned, confirmed)


@shown
def starting_point(chart: OpenChart, on: date) -> Start | None:
    """None where no agreed plan is in force: without one nothing is reduced by plan either."""
    plan, now = plan_in_force(chart), dose_in_force(chart, on)
    if plan is None or now is None:
        return None
    course = next((t for t in tapers(chart) if t.state == TaperState.RUNNING), None)
    cuts: tuple[Cut, ...] = ()
    if course is not None and course.switch is None:
        cuts = (*course.request.recent_cuts, *(Cut(s.from_on, s.before_mg) for s in course.reached(on)))
    times = tuple(d.at for d in now.parts) or ("night",)
    products = frozenset(p for d in now.parts for p, _ in d.parts)
    since = now.since if course is not None else None
    return Start(plan, now.mg, Decimal(plan.daily_mg), since, cuts, times, products, now.unconfirmed_change)
