"""The worker's round: what will lapse becomes an owned task before it does, and goes off the list when its cause is gone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from django.db import transaction

from serein.clinical import knowledge
from serein.clinical.watching import KINDS, LICENCE, REVIEW, Item, items
from serein.foundation.people.keys import OpenChart, open_chart_in_job, open_job
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task
from serein.foundation.tasks.reads import ORDER, OpenTask, tasks_of_patient

from ..reads.reviews import bridge_running, plan_to_review
from ..reads.watched import patients_under_treatment, watched

PURPOSE = "due tasks"
FINISHED_BY = {
    "supply-ending": "sign_prescription",
    REVIEW: "reassess",
    LICENCE: "verify_licence",
    "diary-silent": "record_contact",
}


@dataclass(frozen=True)
class DueRound:
    """How many patients were looked at, how many tasks were opened and closed."""

    patients: int
    opened: int
    closed: int


def due_tasks(clinic_id: UUID, at: datetime) -> DueRound:
    """Look at every patient under treatment of one clinic. Doing it twice is doing it once. Each patient in a transaction of their own."""
    with transaction.atomic():
        job = open_job(clinic_id, purpose=PURPOSE, at=at)
        everybody = patients_under_treatment(job)
    opened = closed = 0
    for patient_id in everybody:
        with transaction.atomic():
            more, fewer = _patient(open_chart_in_job(job, patient_id))
            opened, closed = opened + more, closed + fewer
    return DueRound(len(everybody), opened, closed)


def _patient(chart: OpenChart) -> tuple[int, int]:
    seen, plan = watched(chart), plan_to_review(chart)
    if seen is None or plan is None:
        return 0, 0
    found = {i.kind: i for i in items(seen, knowledge.load())}
    standing = {t.kind: t for t in tasks_of_patient(chart) if t.kind in KINDS}
    opened = closed = 0
    for kind, task in standing.items():
        item = found.get(kind)
        keeps = kind == REVIEW and bridge_running(chart, plan.id) is not None  # opened with the bridge; only the review closes it
        if item is None and not keeps:
            closed += close_tasks(chart, kind=kind, why="its cause is gone")
        elif item is not None and ORDER[item.tier] < ORDER[task.tier]:
            closed += close_tasks(chart, kind=kind, why="nearer now")
    for item in found.values():
        if not _stands(standing.get(item.kind), item):
            open_task(chart, _task(item, plan.written_by_id, plan.id))
            opened += 1
    return opened, closed


def _stands(task: OpenTask | None, item: Item) -> bool:
    return task is not None and ORDER[task.tier] <= ORDER[item.tier]


def _task(item: Item, owner: UUID, plan_id: UUID) -> NewTask:
    due_at = datetime.combine(item.due, time(12), UTC)
    return NewTask(item.kind, item.tier, item.title, item.why, "Due round", FINISHED_BY[item.kind], due_at, owner, plan_id)
