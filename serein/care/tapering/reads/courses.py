"""Tapers as values: versions, steps, holds, and what the patient said to them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from serein.care.planning.reads import PlanCard, plans
from serein.care.planning.text import TIMES, product_named, units_mg
from serein.clinical.quantities import plain
from serein.clinical.taper import OwnLimits, Plan, PlanCheck, Request
from serein.clinical.taper.written import own_from, plan_from, request_from
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenList
from serein.foundation.people.persons import name_of
from serein.foundation.remembering import remembered
from serein.foundation.rows import answer

from ..models import Happening, Hold, TaperCourse, TaperReply, TaperState, TaperStep
from ..words import calendar_code, dose_words, happened_words, named
from .switches import OtherDose, SwitchCard, SwitchedStep, switch_card

IN_FORCE = (TaperState.RUNNING, TaperState.FINISHED)


@dataclass(frozen=True)
class StepDose:
    """One time of the day: `parts` are (product id, units), which add up to `mg`."""

    at: str
    mg: Decimal
    parts: tuple[tuple[str, Decimal], ...]

    @property
    def words(self) -> str:
        return dose_words(self.at, self.mg, self.parts)


def day_words(doses: tuple[StepDose, ...], still: tuple[OtherDose, ...], *, both: bool) -> tuple[str, ...]:
    """The doses of one day in words, from the morning on. `both`: two medicines are taken, so diazepam is named too."""
    told = [(d.at, named(d.words, "diazepam") if both else d.words) for d in doses] + [(d.at, d.words) for d in still]
    return (
        tuple(words for _, words in sorted(told, key=lambda one: list(TIMES).index(one[0])))
        if both
        else tuple(w for _, w in told)
    )


@dataclass(frozen=True)
class StepCard:
    """One step. `before_mg` is the daily dose that it lowers; `days` is 0 for the last day of a taper to nothing. In a switch both are mg of
    diazepam, `switched` is the time of day whose dose becomes diazepam, and `still` is what is taken beside it of the other medicine."""

    id: UUID
    number: int
    from_on: date
    days: int
    before_mg: Decimal
    daily_mg: Decimal
    terminal: bool
    doses: tuple[StepDose, ...]
    told_at: datetime | None
    ready_at: datetime | None
    go_on_at: datetime | None
    go_on_by: str
    go_on_why: str
    confirmed_at: datetime | None
    confirmed_by: str
    switched: str = ""
    still: tuple[OtherDose, ...] = ()

    @property
    def last_day(self) -> date:
        return self.from_on + timedelta(days=max(0, self.days - 1))

    @property
    def cut_percent(self) -> str:
        """Of the dose before; '' in a switch, where nothing is cut."""
        if self.switched:
            return ""
        return plain(((self.before_mg - self.daily_mg) * 100 / self.before_mg).quantize(Decimal(1)))

    @property
    def mg(self) -> str:
        return plain(self.daily_mg)

    @property
    def before(self) -> str:
        return plain(self.before_mg)

    @property
    def day(self) -> tuple[str, ...]:
        """The whole day in words, from the morning on; in a switch each dose with its medicine."""
        return day_words(self.doses, self.still, both=bool(self.switched))

    @property
    def decided(self) -> bool:
        """Whether its prescription may be written: the agreement decides on the first step, a clinician on every later one."""
        return self.number == 1 or self.go_on_at is not None

    @property
    def products(self) -> frozenset[str]:
        return frozenset(p for d in self.doses for p, _ in d.parts)


@dataclass(frozen=True)
class HoldCard:
    from_on: date
    until_on: date | None
    asked_by_patient: bool
    why: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Wish:
    """What the patient said: agree, wait, slower, pause, back or ask."""

    wish: str
    words: str
    at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class TaperCard:
    """One version, with everything that a screen needs. `before_doses` is how the dose before the first step is taken, where known."""

    id: UUID
    plan_id: UUID
    version: int
    state: str
    request: Request
    plan: Plan
    checks: tuple[PlanCheck, ...]
    steps: tuple[StepCard, ...]
    before_doses: tuple[StepDose, ...]
    starts_on: date
    ends_on: date
    replaces: UUID | None
    why: str
    knowledge_version: str
    written_by: str
    written_by_id: UUID
    written_at: datetime
    sent_at: datetime | None
    agreed_at: datetime | None
    closed_at: datetime | None
    holds: tuple[HoldCard, ...]
    wishes: tuple[Wish, ...]
    own: OwnLimits | None
    switch: SwitchCard | None = None

    @property
    def still_before(self) -> tuple[OtherDose, ...]:
        """What is taken of the other medicine before the first step of a switch."""
        return self.switch.before if self.switch else ()

    @property
    def day_before(self) -> tuple[str, ...]:
        """The whole day before the first step in words."""
        return day_words(self.before_doses, self.still_before, both=self.switch is not None)

    @property
    def switched_all(self) -> bool:
        """A switch whose last step is confirmed: nothing but diazepam is taken, and a reduction may be planned from it."""
        return self.switch is not None and self.steps[-1].confirmed_at is not None

    @property
    def state_words(self) -> str:
        return TaperState(self.state).label

    @property
    def calendar_code(self) -> str:
        """What a printed calendar is known by."""
        return calendar_code(self.id, agreed=self.state not in (TaperState.DRAFT, TaperState.SENT), holds=len(self.holds))

    @property
    def daily_mg(self) -> str:
        return plain(self.request.daily_dose_mg)

    @property
    def hold(self) -> HoldCard | None:
        """The hold that stands: only a new version ends it."""
        return self.holds[-1] if self.holds else None

    @property
    def open_wishes(self) -> tuple[Wish, ...]:
        return tuple(w for w in self.wishes if w.wish != "agree" and w.answered_at is None)

    def reached(self, on: date) -> tuple[StepCard, ...]:
        """Steps whose day has come and which no hold keeps back."""
        return tuple(s for s in self.steps if s.from_on <= on and (self.hold is None or s.from_on <= self.hold.from_on))

    def coming(self, on: date) -> StepCard | None:
        """The next change; none while the dose is held."""
        return None if self.hold else next((s for s in self.steps if s.from_on > on), None)


@dataclass(frozen=True)
class HappeningCard:
    """Something that happened in the middle of a taper, with the reason that a clinician wrote. `version` is the one that ran then."""

    version: int
    kind: str
    why: str
    by: str
    at: datetime

    @property
    def words(self) -> str:
        return happened_words(self.kind)


@dataclass(frozen=True)
class TaperLine:
    """What a list of patients says about a running taper: where it stands, the daily dose of that step, and the dose before it (`or_mg`) while
    nobody has confirmed the change."""

    patient_id: UUID
    step: int
    steps: int
    held: bool
    mg: str
    or_mg: str
    next_on: date | None
    next_mg: str
    from_substance: str = ""

    @property
    def dose_words(self) -> str:
        if self.from_substance:
            now = f"{self.or_mg} mg or {self.mg} mg" if self.or_mg else f"{self.mg} mg"
            return f"{now} of diazepam a day, switching from {self.from_substance}"
        return f"{self.or_mg} mg or {self.mg} mg a day, unconfirmed" if self.or_mg else f"{self.mg} mg a day"

    @property
    def step_words(self) -> str:
        kind = "switch" if self.from_substance else "taper"
        where = f"step {self.step} of {self.steps}" if self.step else f"{kind} of {self.steps} steps not begun"
        if self.held:
            return f"{where}, held"
        return f"{where}, next change {self.next_on:%d-%b-%Y} to {self.next_mg} mg" if self.next_on else f"{where}, the last"


def _doses(stored: list[dict[str, Any]]) -> tuple[StepDose, ...]:
    return tuple(
        StepDose(d["at"], Decimal(d["mg"]), tuple((p["product"], Decimal(p["units"])) for p in d["parts"])) for d in stored
    )


def _steps(course: TaperCourse, rows: list[TaperStep]) -> tuple[StepCard, ...]:
    found, before, switch = [], Decimal(course.request["daily_dose_mg"]), switch_card(course.request)
    for row, way in zip(rows, switch.steps if switch else (SwitchedStep("", ()),) * len(rows), strict=True):
        mg = Decimal(plain(row.daily_mg))
        found.append(
            StepCard(
                row.id, row.number, row.from_on, row.days, before, mg, row.terminal, _doses(row.doses), row.told_at, row.ready_at,
                row.go_on_at, name_of(row.go_on_by_id) if row.go_on_by_id else "", row.go_on_why,
                row.confirmed_at, name_of(row.confirmed_by_id) if row.confirmed_by_id else "", way.at, way.still,
            )
        )  # fmt: skip
        before = mg
    return tuple(found)


@shown
@remembered
def tapers(chart: OpenChart) -> tuple[TaperCard, ...]:
    """Every version, newest first."""
    courses = list(TaperCourse.objects.filter(patient=chart.patient_id).order_by("version"))
    if not courses:
        return ()
    steps = list(TaperStep.objects.filter(patient=chart.patient_id).order_by("number"))
    holds = list(Hold.objects.filter(patient=chart.patient_id).order_by("id"))
    replies = list(TaperReply.objects.filter(patient=chart.patient_id).order_by("id"))
    agreed = plans(chart)
    found: list[TaperCard] = []
    for course in courses:
        mine = _steps(course, [s for s in steps if s.course_id == course.id])
        before = _before(course, found, agreed)
        held = tuple(
            HoldCard(h.from_on, h.until_on, h.asked_by_patient, h.why, name_of(h.by_id), h.at)
            for h in holds
            if h.course_id == course.id
        )
        wishes = tuple(Wish(r.wish, r.words, r.at, r.answered_at) for r in replies if r.course_id == course.id)
        found.append(_card(course, mine, before, held, wishes))
    return tuple(reversed(found))


def _card(
    c: TaperCourse,
    steps: tuple[StepCard, ...],
    before: tuple[StepDose, ...],
    holds: tuple[HoldCard, ...],
    wishes: tuple[Wish, ...],
) -> TaperCard:
    request = request_from(c.request)
    plan = plan_from(c.answer, request)
    return TaperCard(
        c.id, c.plan_id, c.version, c.state, request, plan, plan.checks, steps, before, c.starts_on, c.ends_on, c.replaces_id, c.why,
        c.knowledge_version, name_of(c.written_by_id), c.written_by_id, c.written_at, c.sent_at, c.agreed_at, c.closed_at, holds, wishes,
        own_from(c.request), switch_card(c.request),
    )  # fmt: skip


def _before(course: TaperCourse, earlier: list[TaperCard], agreed: tuple[PlanCard, ...]) -> tuple[StepDose, ...]:
    """How the dose before the first step is taken: as an earlier version had it, else as the plan says."""
    mg = Decimal(course.request["daily_dose_mg"])
    for card in reversed(earlier):
        same = next((s for s in reversed(card.steps) if s.daily_mg == mg and card.agreed_at is not None), None)
        if same is not None:
            return same.doses
    plan = next((p for p in agreed if p.id == course.plan_id), None)
    return _regimen_doses(plan) if plan is not None and Decimal(plan.daily_mg) == mg else ()


def _regimen_doses(plan: PlanCard) -> tuple[StepDose, ...]:
    """The plan's doses in the form of a step's; those taken when needed have no time of the day and are not among them."""
    product = product_named(plan.text.product, plan.substance)
    assert product is not None
    regular = [(d.at, Decimal(d.units)) for d in plan.text.doses if d.at != "as_needed"]
    return tuple(StepDose(at, units_mg(product, units), ((product.id, units),)) for at, units in regular)


@shown
def happenings(chart: OpenChart) -> tuple[HappeningCard, ...]:
    """Everything that happened, newest first."""
    rows = Happening.objects.filter(patient=chart.patient_id).select_related("course").order_by("-at", "-id")
    return tuple(HappeningCard(h.course.version, h.kind, h.why, name_of(h.by_id), h.at) for h in rows)


@shown
def taper(chart: OpenChart, course_id: UUID) -> TaperCard | None:
    return next((t for t in tapers(chart) if t.id == course_id), None)


@shown
def running_taper(chart: OpenChart) -> TaperCard | None:
    return next((t for t in tapers(chart) if t.state == TaperState.RUNNING), None)


@shown
def waiting_taper(chart: OpenChart) -> TaperCard | None:
    """The version that lies with the patient."""
    return next((t for t in tapers(chart) if t.state == TaperState.SENT), None)


@shown
def taper_draft(chart: OpenChart) -> TaperCard | None:
    return next((t for t in tapers(chart) if t.state == TaperState.DRAFT), None)


@shown
def step_of(chart: OpenChart, step_id: UUID) -> tuple[TaperCard, StepCard] | None:
    return next(((t, s) for t in tapers(chart) for s in t.steps if s.id == step_id), None)


RUNNING = "SELECT id FROM tapering_tapercourse WHERE state = 'running' AND patient_id = ANY(%s)"


@shown
def running_tapers(listing: OpenList, on: date) -> tuple[TaperLine, ...]:
    """One line for each patient in the list whose taper runs. Four questions to the database, however long the list; one where none runs."""
    ids = [row[0] for row in answer(RUNNING, [list(listing.patients)])]
    if not ids:
        return ()
    held = set(Hold.objects.filter(course__in=ids).values_list("course_id", flat=True))
    steps: dict[UUID, list[TaperStep]] = {}
    for step in TaperStep.objects.filter(course__in=ids).defer("doses").order_by("number"):
        steps.setdefault(step.course_id, []).append(step)
    return tuple(_taper_line(c, steps.get(c.id, []), c.id in held, on) for c in TaperCourse.objects.filter(pk__in=ids))


def _taper_line(course: TaperCourse, steps: list[TaperStep], held: bool, on: date) -> TaperLine:
    """Of several changes that wait to be confirmed the newest stands beside the last confirmed dose."""
    reached = [s for s in steps if s.from_on <= on]
    confirmed = next((s for s in reversed(reached) if s.confirmed_at is not None), None)
    before = confirmed.daily_mg if confirmed else Decimal(course.request["daily_dose_mg"])
    mg = reached[-1].daily_mg if reached else before
    coming = next((s for s in steps if s.from_on > on), None) if not held else None
    waits = bool(reached) and reached[-1].confirmed_at is None
    return TaperLine(
        course.patient_id, len(reached), len(steps), held, plain(mg), plain(before) if waits else "", coming.from_on if coming else None,
        plain(coming.daily_mg) if coming else "", course.request.get("switch", {}).get("substance", ""),
    )  # fmt: skip


@shown
def taper_line(chart: OpenChart, on: date) -> TaperLine | None:
    """The same line about one patient."""
    course = TaperCourse.objects.filter(patient=chart.patient_id, state=TaperState.RUNNING).first()
    if course is None:
        return None
    steps = list(TaperStep.objects.filter(course=course.id).order_by("number"))
    return _taper_line(course, steps, Hold.objects.filter(course=course.id).exists(), on)
