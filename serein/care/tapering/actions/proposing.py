"""Propose a taper, send it, take it back. A proposal changes nothing; what was sent is never changed."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from serein.care.planning.text import Mistaken
from serein.clinical import knowledge
from serein.clinical.quantities import NotAQuantity, decimal, plain
from serein.clinical.taper import OwnLimits, Plan, Request, withdrawal_risk
from serein.clinical.taper.written import own_as_json, plan_as_json, request_as_json
from serein.foundation.outbox.post import post
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card, letterbox
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import close_tasks

from .. import reads
from ..models import TaperCourse, TaperState, TaperStep
from ..text import SUBSTANCE, NoPlan, Previewed, TaperText, preview
from .recording import LONGEST_WHY, NOT_CLINICIAN, WISH_TASK, clinic_today, clinician, done, one_at_a_time, refuse, why_wrong

NO_PLAN = ("no-agreed-plan", "A taper needs a plan that the patient agreed to and that is in force.")
UNCONFIRMED = ("change-unconfirmed", "The last change is not confirmed. First record which dose the patient takes.")
SWITCHING = ("switch-runs", "A switch to diazepam runs. A reduction is planned when its last step is confirmed.")
SWITCH_HELD = ("switch-runs", "A switch to diazepam runs: hold it, then plan the rest of the switch.")
HELD = ("held", "The dose is held. Plan the rest from the hold.")


@dataclass(frozen=True)
class Proposed:
    course_id: UUID
    version: int


@dataclass(frozen=True)
class Sent:
    course_id: UUID


@dataclass(frozen=True)
class Withdrawn:
    course_id: UUID


@dataclass(frozen=True)
class NewCourse:
    """What a new version is made of."""

    plan_id: UUID
    request: Request
    plan: Plan
    replaces: UUID | None = None
    why: str = ""
    own: OwnLimits | None = None
    switch: dict[str, object] | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def settled(text: TaperText, start: reads.Start) -> TaperText:
    """The text with what the record knows better than the page: since when the dose is taken, and the cuts before it."""
    stable = start.since if start.since is not None and decimal(text.daily_mg) == start.mg else text.stable_since
    return replace(text, cuts=start.cuts, stable_since=stable)


def start_mistakes(text: TaperText, start: reads.Start) -> Mistaken | None:
    """A taper starts at the dose in force, or at a higher one that the plan allows: it never begins with a cut that no step shows."""
    try:
        mg = decimal(text.daily_mg)
    except NotAQuantity:
        return None  # the planner says what is wrong with it
    if mg < start.mg:
        return Mistaken((("daily_mg", f"The record says {plain(start.mg)} mg a day now. A lower start would be a hidden cut."),))
    if mg > start.most_mg:
        return Mistaken((("daily_mg", f"The patient agreed to {plain(start.most_mg)} mg a day at most."),))
    return None


@deed
def previewed(chart: OpenChart, start: reads.Start, text: TaperText) -> Previewed | NoPlan | Mistaken:
    """What `propose_taper` would store, without storing it."""
    wrong = start_mistakes(text, start)
    if wrong is not None:
        return wrong
    with suppress(NotAQuantity):  # the planner says what is wrong with the number
        text = settled(text, start)
    return preview(text, on=clinic_today(chart), jurisdiction=clinic_card(chart.clinic_id).jurisdiction)


@deed
@transaction.atomic
def propose_taper(chart: OpenChart, plan_id: UUID, text: TaperText) -> Proposed | NoPlan | Mistaken | Refused:
    """Keep a proposal as draft: the open draft is rewritten, otherwise a new version begins. Nothing changes for the patient."""
    deed, by = "propose_taper", clinician(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN)
    one_at_a_time(chart)
    start = reads.starting_point(chart, clinic_today(chart))
    running = reads.running_taper(chart)
    if start is None or start.plan.id != plan_id:
        return refuse(chart, deed, NO_PLAN)
    if running is not None and running.switch is not None and not running.switched_all:
        return refuse(chart, deed, SWITCHING)
    if start.unconfirmed is not None or (running is not None and running.hold is not None):
        return refuse(chart, deed, UNCONFIRMED if start.unconfirmed is not None else HELD)
    found = previewed(chart, start, text)
    if not isinstance(found, Previewed):
        return found
    return store(chart, by, NewCourse(plan_id, found.request, found.plan, running.id if running else None, own=text.own), deed)


def store(chart: OpenChart, by: UUID, new: NewCourse, deed: str) -> Proposed:
    """Write the draft with its steps. Called with the patient's row locked."""
    known = knowledge.load()
    mine = TaperCourse.objects.filter(patient=chart.patient_id)
    draft = mine.filter(state=TaperState.DRAFT).first()
    risk = () if new.switch else (withdrawal_risk(known, new.request),)
    switch = {"switch": new.switch} if new.switch else {}
    fields = {
        "plan_id": new.plan_id, "substance": SUBSTANCE,
        "request": request_as_json(new.request, new.plan.policy) | own_as_json(new.own) | switch,
        "answer": plan_as_json(new.plan, risk), "knowledge_version": known.version,
        "starts_on": new.plan.steps[0].from_, "ends_on": new.plan.ends_on, "replaces_id": new.replaces, "why": new.why[:LONGEST_WHY],
        "written_by_id": by, "written_at": chart.at,
    }  # fmt: skip
    who = {"clinic_id": chart.clinic_id, "patient_id": chart.patient_id}
    if draft is None:
        version = (mine.aggregate(last=Max("version"))["last"] or 0) + 1
        draft = TaperCourse(id=new_id(), version=version, state=TaperState.DRAFT, **who, **fields)
        draft.save(force_insert=True)
    else:
        TaperStep.objects.filter(course=draft.id).delete()
        mine.filter(pk=draft.id, state=TaperState.DRAFT).update(**fields)
    written = plan_as_json(new.plan)["steps"]
    for step, stored in zip(new.plan.steps, written, strict=True):
        TaperStep(
            id=new_id(), course_id=draft.id, number=step.number, from_on=step.from_, days=step.days, daily_mg=step.daily_mg,
            doses=stored["doses"], terminal=step.terminal, **who,
        ).save(force_insert=True)  # fmt: skip
    done(chart, deed, draft.id, version=draft.version, steps=len(written), replaces=str(new.replaces or ""), **new.facts)
    return Proposed(draft.id, draft.version)


@deed
@transaction.atomic
def send_taper(chart: OpenChart, course_id: UUID) -> Sent | Refused:
    """Send the draft to the patient. A version that still lay there is replaced; one that runs goes on until the new one is agreed to."""
    deed = "send_taper"
    if clinician(chart) is None:
        return refuse(chart, deed, NOT_CLINICIAN, course_id)
    one_at_a_time(chart)
    card, start = reads.taper(chart, course_id), reads.starting_point(chart, clinic_today(chart))
    if card is None or card.state != TaperState.DRAFT:
        return refuse(chart, deed, ("not-a-draft", "This taper is no longer a draft."), course_id)
    if start is None or start.plan.id != card.plan_id:
        return refuse(chart, deed, NO_PLAN, course_id)
    if card.starts_on < clinic_today(chart):
        return refuse(chart, deed, ("dates-passed", "The first change has passed. Propose it again with a later day."), course_id)
    mine = TaperCourse.objects.filter(patient=chart.patient_id)
    older = list(mine.filter(state=TaperState.SENT).values_list("id", flat=True))
    mine.filter(pk__in=older, state=TaperState.SENT).update(state=TaperState.REPLACED, closed_at=chart.at)
    for one in older:
        close_tasks(chart, kind=WISH_TASK, why="a newer version replaced it", subject_id=one)
    if not mine.filter(pk=course_id, state=TaperState.DRAFT).update(state=TaperState.SENT, sent_at=chart.at):
        return refuse(chart, deed, ("not-a-draft", "This taper is no longer a draft."), course_id)
    post(chart, kind="taper-waiting", to=letterbox(chart.patient_id), body={})
    done(chart, deed, course_id, version=card.version)
    return Sent(course_id)


@deed
@transaction.atomic
def withdraw_taper(chart: OpenChart, course_id: UUID, *, why: str) -> Withdrawn | Mistaken | Refused:
    """Take back a draft or a version that the patient has not agreed to. A running taper is never simply ended: hold it."""
    deed = "withdraw_taper"
    if clinician(chart) is None:
        return refuse(chart, deed, NOT_CLINICIAN, course_id)
    wrong = why_wrong("why", why, longest=LONGEST_WHY)
    if wrong is not None:
        return wrong
    rows = TaperCourse.objects.filter(pk=course_id, patient=chart.patient_id, state__in=(TaperState.DRAFT, TaperState.SENT))
    if not rows.update(state=TaperState.WITHDRAWN, closed_at=chart.at):
        return refuse(chart, deed, ("not-open", "This taper runs or is closed. Hold it instead."), course_id)
    close_tasks(chart, kind=WISH_TASK, why="the taper was taken back", subject_id=course_id)
    done(chart, deed, course_id)
    return Withdrawn(course_id)
