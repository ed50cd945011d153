"""Something happened in the middle of a taper: it is recorded, and the rest is proposed anew as a draft that says what changed.

Nothing that happens brings a lower dose nearer, and nothing replaces the running version but a new one that the patient agreed to.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from serein.care.planning.text import Mistaken
from serein.clinical import taper
from serein.clinical.quantities import NotAQuantity, decimal, plain
from serein.clinical.taper.living import Changed, Happened, Kind, after
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from .. import reads
from ..models import Happening, TaperState
from ..text import MOST_DAYS_AHEAD, MOST_EVERY, limits
from ..words import LOST_DECIDED, WHAT_HAPPENED
from .holding import change_words
from .proposing import HELD, SWITCH_HELD, NewCourse, store
from .recording import LONGEST_WHY, LOST_TASK, NOT_CLINICIAN, clinic_today, clinician, done, one_at_a_time, refuse, why_wrong
from .replying import answered
from .steps import mark_confirmed

FIELDS = {
    "faster-than-agreed": "cut_percent", "pace-missing": "cut_percent", "product-unknown": "product", "dose-not-makeable": "product",
    "dose-not-of-plan": "takes_mg", "why-missing": "why",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class HappenedText:
    """What happened, as it was written. `kind` is a key of WHAT_HAPPENED; no change comes before `until_on`; `takes_mg` is the dose
    taken now where it is another than planned; the pace is only for going slower, `product` only where one is out of stock."""

    kind: str
    why: str
    until_on: date | None = None
    takes_mg: str = ""
    cut_percent: str = ""
    every_days: int | None = None
    product: str = ""


@dataclass(frozen=True)
class Replaced:
    """A draft of the next version. `says` is what changed; `decide` what a person must decide before it comes."""

    course_id: UUID
    version: int
    says: tuple[str, ...]
    decide: str


@dataclass(frozen=True)
class Noted:
    """Recorded; the running version stays as it is."""

    course_id: UUID
    says: tuple[str, ...]


@dataclass(frozen=True)
class DecidedOnLost:
    course_id: UUID


@deed
@transaction.atomic
def decide_on_lost_tablets(chart: OpenChart, course_id: UUID, *, why: str) -> DecidedOnLost | Mistaken | Refused:
    """A clinician says what was decided about lost tablets: replaced or not, for how many days, and what was agreed about keeping them. A
    prescription alone would not say why; a replacement is drafted for the step, on the taper page."""
    deed, by = "decide_on_lost_tablets", clinician(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN, course_id)
    wrong = why_wrong("why", why, longest=LONGEST_WHY)
    if wrong is not None:
        return wrong
    one_at_a_time(chart)
    if not close_tasks(chart, kind=LOST_TASK, why="a clinician decided on the lost tablets", subject_id=course_id):
        return refuse(chart, deed, ("nothing-lost", "Nobody has to decide on lost tablets."), course_id)
    who = {"clinic_id": chart.clinic_id, "patient_id": chart.patient_id}
    Happening(**who, course_id=course_id, kind=LOST_DECIDED, why=why.strip(), by_id=by, at=chart.at).save(force_insert=True)
    done(chart, deed, course_id)
    return DecidedOnLost(course_id)


@deed
@transaction.atomic
def replan_taper(chart: OpenChart, course_id: UUID, text: HappenedText) -> Replaced | Noted | Mistaken | Refused:
    """Record what happened and draft the next version. The running one stands until the patient agrees to the draft."""
    deed, by, today = "replan_taper", clinician(chart), clinic_today(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN, course_id)
    one_at_a_time(chart)
    card, now = reads.taper(chart, course_id), reads.dose_in_force(chart, today)
    if card is None or now is None or card.state != TaperState.RUNNING:
        return refuse(chart, deed, ("not-running", "This taper does not run."), course_id)
    if card.hold is not None or card.switch is not None:
        return refuse(chart, deed, HELD if card.hold is not None else SWITCH_HELD, course_id)
    happened = _happened(card, now, text, today)
    if isinstance(happened, Mistaken):
        return happened
    found = after(card.request, limits(card.plan.policy, card.own), card.plan, happened)
    if isinstance(found, taper.Refused):
        return Mistaken(((FIELDS.get(found.code, "kind"), found.why),))
    _settle(chart, card, now, happened.takes_mg, by)
    who = {"clinic_id": chart.clinic_id, "patient_id": chart.patient_id}
    Happening(**who, course_id=course_id, kind=happened.kind, why=text.why.strip(), by_id=by, at=chart.at).save(force_insert=True)
    answered(chart, course_id, "a clinician dealt with it")
    if happened.kind is Kind.LOST_TABLETS:
        return _lost(chart, card, found, by)
    return _drafted(chart, card, happened, found, by)


def _happened(card: reads.TaperCard, now: reads.DoseInForce, text: HappenedText, today: date) -> Happened | Mistaken:
    wrong = why_wrong("why", text.why, longest=LONGEST_WHY)
    if wrong is not None:
        return wrong
    if text.kind not in {k.value for k in WHAT_HAPPENED}:
        return Mistaken((("kind", "Choose what happened."),))
    if text.until_on is not None and not today <= text.until_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        return Mistaken((("until_on", "Choose a day from today on, within a year, or leave it empty."),))
    kind, takes = Kind(text.kind), _takes(now, text)
    if isinstance(takes, Mistaken):
        return takes
    pace = _pace(text) if kind is Kind.SLOWER else None
    if isinstance(pace, Mistaken):
        return pace
    return Happened(
        kind=kind, on=today, until=text.until_on, takes_mg=takes, pace=pace, product=text.product, why=text.why.strip()
    )


def _takes(now: reads.DoseInForce, text: HappenedText) -> Decimal | Mistaken | None:
    """None where the plan's dose is taken. While a change is unconfirmed nobody guesses."""
    change = now.unconfirmed_change
    if not text.takes_mg:
        if change is None:
            return None
        both = f"{plain(change.from_mg)} mg or {plain(change.to_mg)} mg"
        return Mistaken((("takes_mg", f"The last change is not confirmed. Say which dose the patient takes: {both}."),))
    try:
        return decimal(text.takes_mg)
    except NotAQuantity:
        return Mistaken((("takes_mg", "Choose a dose that this plan has had so far."),))


def _pace(text: HappenedText) -> taper.Pace | Mistaken:
    try:
        percent = decimal(text.cut_percent)
    except NotAQuantity:
        return Mistaken((("cut_percent", "Say how slow: the cut in percent and the days between steps."),))
    if not 0 < percent <= 100 or text.every_days is None or not 1 <= text.every_days <= MOST_EVERY:
        return Mistaken((("cut_percent", f"Enter a percentage above 0 and 1 to {MOST_EVERY} days."),))
    return taper.Pace(percent, text.every_days)


def _settle(chart: OpenChart, card: reads.TaperCard, now: reads.DoseInForce, takes: Decimal | None, by: UUID) -> None:
    """Whoever says that the new dose is taken has confirmed the change."""
    change = now.unconfirmed_change
    if change is not None and takes == change.to_mg:
        mark_confirmed(chart, card, next(s for s in card.steps if s.id == change.step_id), by)


def _lost(chart: OpenChart, card: reads.TaperCard, found: Changed, by: UUID) -> Noted:
    words = ("Decide on the lost tablets", "Tablets were lost; the plan stays as it is")
    due = chart.at + timedelta(days=1)
    open_task(chart, NewTask(LOST_TASK, "today", *words, "Taper page", "decide_on_lost_tablets", due, by, card.id))
    done(chart, "replan_taper", card.id, kind=Kind.LOST_TABLETS.value)
    return Noted(card.id, found.says)


def _drafted(chart: OpenChart, card: reads.TaperCard, happened: Happened, found: Changed, by: UUID) -> Replaced:
    changes = [change_words(c) for c in found.replanned.changes]
    if happened.kind is Kind.OUT_OF_STOCK:
        changes.insert(0, found.says[0].rstrip("."))
    why = f"{WHAT_HAPPENED[happened.kind]}: {'; '.join(changes) or 'no day and no dose changes'}"
    new = NewCourse(card.plan_id, found.replanned.request, found.replanned.plan, card.id, why, card.own)
    made = store(chart, by, new, "replan_taper")
    return Replaced(made.course_id, made.version, tuple(changes), found.decide)
