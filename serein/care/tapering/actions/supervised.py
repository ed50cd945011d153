"""Alcohol withdrawal under supervision: begin a course, rate what is seen, say what was given, end it. Nothing here prescribes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from serein.care.access.reads import patient_card
from serein.care.planning.text import Mistaken
from serein.clinical import knowledge
from serein.clinical.instruments import NotAnAnswer
from serein.clinical.quantities import decimal, plain
from serein.clinical.taper.supervised import Gives, Running, gives, rated, regimens
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from .. import reads
from ..models import SupervisedCourse, SupervisedDose, SupervisedScore
from ..reads.supervised import looked_at
from ..supervised import CourseText, mistakes, number, years_on
from .recording import LONGEST_WHY, NOT_CLINICIAN, clinic_today, clinician, note, one_at_a_time, refuse_about, why_wrong

LOOK_TASK = "supervised-course"
NOT_RUNNING = ("no-supervised-course", "No supervised course runs, or another one does now.")


@dataclass(frozen=True)
class Begun:
    course_id: UUID


@dataclass(frozen=True)
class Scored:
    score_id: UUID
    gives: Gives


@dataclass(frozen=True)
class Given:
    score_id: UUID


@dataclass(frozen=True)
class CourseEnded:
    course_id: UUID


@dataclass(frozen=True)
class Ratings:
    """The observer's ten ratings, by item, and what else was seen."""

    answers: Mapping[str, int | None]
    drowsy: bool
    seizure: bool


@deed
@transaction.atomic
def begin_supervised_course(chart: OpenChart, text: CourseText) -> Begun | Mistaken | Refused:
    """Begin a course in a setting where somebody watches. Without one it is refused; so is a second course beside one that runs."""
    deed, by = "begin_supervised_course", clinician(chart)
    if by is None:
        return refuse_about(chart, deed, NOT_CLINICIAN)
    one_at_a_time(chart)
    if reads.supervised_course(chart) is not None:
        return refuse_about(chart, deed, ("course-runs", "A supervised course runs already. End it first."))
    age = years_on(patient_card(chart).birth_date, clinic_today(chart))
    wrong = mistakes(text, age_years=age, jurisdiction=clinic_card(chart.clinic_id).jurisdiction)
    if wrong is not None:
        return wrong
    known = knowledge.load()
    regimen = next(r for r in regimens(known) if r.id == text.regimen)
    row = SupervisedCourse(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, regimen=regimen.id, kind=regimen.kind, substance=regimen.substance,
        dose_mg=decimal(text.dose_mg), setting=text.setting, who_watches=text.who_watches.strip(), reasons=list(text.reasons),
        despite=text.despite.strip(), before_mg=number(text.before_mg) if text.before_mg else None, knowledge_version=known.version, by_id=by,
        at=chart.at,
    )  # fmt: skip
    row.save(force_insert=True)
    task = NewTask(
        LOOK_TASK, "today", "Supervised course: look whether it ends", "A course that ends in days was begun and is not ended",
        "Supervised course", "end_supervised_course", chart.at + timedelta(hours=int(known.rule("course-stop-hours").value)), by, row.id,
    )  # fmt: skip
    open_task(chart, task)
    note(chart, deed, ("supervised_course", row.id))
    return Begun(row.id)


@deed
@transaction.atomic
def score_supervised_course(chart: OpenChart, course_id: UUID, seen: Ratings) -> Scored | Mistaken | Refused:
    """Write down what was seen, and answer what the regimen gives at it. The row is there before the answer is shown."""
    deed, by = "score_supervised_course", clinician(chart)
    if by is None:
        return refuse_about(chart, deed, NOT_CLINICIAN)
    one_at_a_time(chart)
    course = _running(chart, course_id)
    if course is None:
        return refuse_about(chart, deed, NOT_RUNNING, course_id)
    try:
        found = rated(knowledge.load(), seen.answers)
    except NotAnAnswer:
        return Mistaken((("answers", "A rating is none of the instrument’s."),))
    if found.total is None or found.band is None:
        return Mistaken(tuple((item, "Rate this.") for item in found.missing))
    row = SupervisedScore(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, course_id=course_id, answers=dict(seen.answers), points=found.total,
        band=found.band, drowsy=seen.drowsy, seizure=seen.seizure, gives_mg=Decimal(0), by_id=by, at=chart.at,
    )  # fmt: skip
    earlier = list(SupervisedScore.objects.filter(course=course_id).order_by("at", "id"))
    doses = {d.score_id: d for d in SupervisedDose.objects.filter(score__in=earlier)}
    looks = [looked_at(s, doses.get(s.id)) for s in (*earlier, row)]
    says = gives(knowledge.load(), Running(course.kind, course.dose_mg, course.at), looks)
    row.gives_mg = says.dose_mg
    row.save(force_insert=True)
    note(chart, deed, ("supervised_course", course_id))
    return Scored(row.id, says)


@deed
@transaction.atomic
def give_supervised_dose(chart: OpenChart, score_id: UUID, *, mg: str, why: str = "") -> Given | Mistaken | Refused:
    """Say what was given at one look, once. What is not what the regimen gave needs its reason; it is written down all the same."""
    deed, by, given = "give_supervised_dose", clinician(chart), number(mg.strip())
    if by is None:
        return refuse_about(chart, deed, NOT_CLINICIAN)
    one_at_a_time(chart)
    score = SupervisedScore.objects.filter(pk=score_id, patient=chart.patient_id).first()
    if score is None or _running(chart, score.course_id) is None:
        return refuse_about(chart, deed, NOT_RUNNING)
    if SupervisedDose.objects.filter(score=score_id).exists():
        return refuse_about(
            chart, deed, ("given-already", "What was given at this look is written down already."), score.course_id
        )
    if given is None:
        return Mistaken((("mg", "Enter the milligrams that were given; 0 if none."),))
    said = (
        f"The regimen gives {plain(score.gives_mg)} mg at this look. Say why it was {plain(given)} mg."
        if given != score.gives_mg
        else ""
    )
    wrong = why_wrong("why", why, longest=LONGEST_WHY, needed=False)
    if wrong is not None or (said and not why.strip()):
        return wrong or Mistaken((("why", said),))
    SupervisedDose(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, score_id=score_id, mg=given, why=why.strip() if said else "",
        by_id=by, at=chart.at,
    ).save(force_insert=True)  # fmt: skip
    note(chart, deed, ("supervised_course", score.course_id))
    return Given(score_id)


@deed
@transaction.atomic
def end_supervised_course(chart: OpenChart, course_id: UUID, *, why: str) -> CourseEnded | Mistaken | Refused:
    """End the course with its reason. A benzodiazepine that was there before goes on as before: nothing here lowers it."""
    deed, by = "end_supervised_course", clinician(chart)
    if by is None:
        return refuse_about(chart, deed, NOT_CLINICIAN)
    wrong = why_wrong("why", why, longest=LONGEST_WHY)
    if wrong is not None:
        return wrong
    mine = SupervisedCourse.objects.filter(pk=course_id, patient=chart.patient_id, ended_at=None)
    if not mine.update(ended_at=chart.at, ended_by=by, ended_why=why.strip()):
        return refuse_about(chart, deed, NOT_RUNNING, course_id)
    close_tasks(chart, kind=LOOK_TASK, why="the course was ended", subject_id=course_id)
    note(chart, deed, ("supervised_course", course_id))
    return CourseEnded(course_id)


def _running(chart: OpenChart, course_id: UUID) -> reads.SupervisedCard | None:
    course = reads.supervised_course(chart)
    return course if course is not None and course.id == course_id else None
