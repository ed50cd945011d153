"""The receiver's word: accept, or decline. Only an acceptance moves the responsibility, in one step, and it is never nobody's."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from serein.care.planning.actions import OPEN as OPEN_PLANS
from serein.care.planning.actions import withdraw_plan
from serein.care.planning.reads import plans
from serein.care.planning.text import Mistaken
from serein.care.tapering.actions import leave_tapers
from serein.foundation.outbox.post import post
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.models import CareTeam, Role
from serein.foundation.people.persons import name_of
from serein.foundation.tasks.actions import NewTask, close_every_task, close_tasks, open_task, pass_tasks

from .. import reads
from ..models import Handover, HandoverState
from ..reads import HOW, HandoverCard
from .handing import email_of
from .recording import (
    DECLINED_TASK,
    LONGEST_NAME,
    LONGEST_WHY,
    NOT_CLINICIAN,
    NOT_RECEIVER,
    NOT_WAITING,
    WAITING_TASK,
    clinician,
    done,
    end_offer,
    one_at_a_time,
    refuse,
    words_wrong,
)

STALE = ("handover-stale", "The record changed since you opened this page. Read what is new first.")


@dataclass(frozen=True)
class TakenOver:
    handover_id: UUID


@dataclass(frozen=True)
class Declined:
    handover_id: UUID


@dataclass(frozen=True, kw_only=True)
class NewAcceptance:
    """What the sender records when another clinic accepted: who said so, how. `told_changes`: they were told what changed since it was sent."""

    by: str
    how: str
    told_changes: bool = False


def _mine(chart: OpenChart, handover_id: UUID) -> HandoverCard | tuple[str, str]:
    """The handover that was sent to the holder of this key and still waits, or why there is none. Called with the patient's row locked."""
    card = reads.handover(chart, handover_id)
    if chart.by is None or not chart.by.has(Role.CLINICIAN) or card is None or card.to_account_id != chart.by.account_id:
        return NOT_RECEIVER
    return card if card.state == HandoverState.SENT else NOT_WAITING


@deed
@transaction.atomic
def accept_handover(chart: OpenChart, handover_id: UUID, *, seen: str) -> TakenOver | Refused:
    """From now on the receiver answers for the patient: they lead the care team, the sender leaves it, open tasks go along.

    `seen` is the digest of the facts that their page showed: nobody takes over what they have not read.
    """
    deed = "accept_handover"
    one_at_a_time(chart)
    card = _mine(chart, handover_id)
    if isinstance(card, tuple):
        return refuse(chart, deed, card, handover_id)
    if seen != reads.handover_facts(chart).digest:
        return refuse(chart, deed, STALE, handover_id)
    assert chart.by is not None, "a receiver has an account"
    by = chart.by.account_id
    sent = Handover.objects.filter(pk=handover_id, state=HandoverState.SENT)
    fields = {"accepted_by": name_of(by), "accepted_how": "signed-in", "accepted_at": chart.at, "closed_at": chart.at}
    won = sent.update(state=HandoverState.ACCEPTED, **fields)
    assert won == 1, "the patient's row is locked: nobody else can have answered"
    _change_hands(chart, card.by_id, by)
    end_offer(chart, handover_id)
    close_tasks(chart, kind=WAITING_TASK, why="the receiver accepted", subject_id=handover_id)
    moved = pass_tasks(chart, from_id=card.by_id, to_id=by)
    post(chart, kind="handover-accepted", to=email_of(card.by_id), body={})
    done(chart, deed, handover_id, tasks=moved, changed=bool(reads.changed_since(chart, card)))
    return TakenOver(handover_id)


def _change_hands(chart: OpenChart, sender: UUID, receiver: UUID) -> None:
    """The receiver leads first, then the others stop: there is no instant without somebody."""
    team = CareTeam.objects.filter(clinic=chart.clinic_id, patient_id=chart.patient_id, until=None)
    if not team.filter(account=receiver).update(lead=True):
        CareTeam(
            clinic_id=chart.clinic_id, patient_id=chart.patient_id, account_id=receiver, since=chart.at, lead=True
        ).save(force_insert=True)  # fmt: skip
    team.exclude(account=receiver).update(lead=False)
    team.filter(account=sender).update(until=chart.at)


@deed
@transaction.atomic
def decline_handover(chart: OpenChart, handover_id: UUID, *, why: str) -> Declined | Mistaken | Refused:
    """The receiver does not take the patient over, and says why. The sender gets a task: they are still the one."""
    deed = "decline_handover"
    one_at_a_time(chart)
    card = _mine(chart, handover_id)
    if isinstance(card, tuple):
        return refuse(chart, deed, card, handover_id)
    wrong = words_wrong("why", why, "Say why you do not take the patient over.")
    if wrong is not None:
        return wrong
    sent = Handover.objects.filter(pk=handover_id, state=HandoverState.SENT)
    sent.update(state=HandoverState.DECLINED, closed_at=chart.at, closed_why=why.strip())
    end_offer(chart, handover_id)
    close_tasks(chart, kind=WAITING_TASK, why="the receiver declined", subject_id=handover_id)
    task = NewTask(
        DECLINED_TASK, "today", "The handover was declined: you are still responsible", "The receiver does not take the patient over",
        "Answer to the handover", "send_handover", chart.at + timedelta(days=1), card.by_id, handover_id,
    )  # fmt: skip
    open_task(chart, task)
    post(chart, kind="handover-declined", to=email_of(card.by_id), body={})
    done(chart, deed, handover_id)
    return Declined(handover_id)


@deed
@transaction.atomic
def record_acceptance(chart: OpenChart, handover_id: UUID, new: NewAcceptance) -> TakenOver | Mistaken | Refused:
    """Another clinic accepted: the sender records who said so and how. Until then the sender stays responsible, however long it takes.

    With it the work here ends: the plan and the taper are closed, every task too, and nobody of the care team opens the record any more. It is
    kept, and compliance answers questions about it.

    Refused when the record changed since it was sent, unless they were told: what they hold would be old.
    """
    deed = "record_acceptance"
    if clinician(chart) is None:
        return refuse(chart, deed, NOT_CLINICIAN, handover_id)
    one_at_a_time(chart)
    card = reads.handover(chart, handover_id)
    if card is None or card.state != HandoverState.SENT or not card.elsewhere:
        return refuse(chart, deed, NOT_WAITING, handover_id)
    wrong = words_wrong("by", new.by, "Enter who accepted, by name.", LONGEST_NAME)
    if wrong is not None or new.how not in HOW or new.how == "signed-in":
        return wrong or Mistaken((("how", "Choose how it was confirmed."),))
    stale = reads.changed_since(chart, card)
    if stale and not new.told_changes:
        changed = ", ".join(stale)
        return Mistaken(
            (("told_changes", f"The record changed since it was sent ({changed}). Tell them first, then tick this."),)
        )
    sent = Handover.objects.filter(pk=handover_id, state=HandoverState.SENT)
    fields = {"accepted_by": new.by.strip(), "accepted_how": new.how, "accepted_at": chart.at, "closed_at": chart.at}
    sent.update(state=HandoverState.ACCEPTED, **fields)
    closed = _leave(chart, card)
    done(chart, deed, handover_id, how=new.how, changed=bool(stale), **closed)
    return TakenOver(handover_id)


def _leave(chart: OpenChart, card: HandoverCard) -> dict[str, int]:
    """Two clinics must not both remind, prescribe and look: what was to be done here is theirs, and who left has no reason to read on.

    Tablets that were signed for stay good: the patient must not stand without any while the other clinic begins.
    """
    why = f"Care goes on at {card.to_clinic}"[:LONGEST_WHY]
    tapers = leave_tapers(chart)
    for plan in plans(chart):
        if plan.state in OPEN_PLANS:
            withdraw_plan(chart, plan.id, why=why)
    tasks = close_every_task(chart, why=why)
    team = CareTeam.objects.filter(clinic=chart.clinic_id, patient_id=chart.patient_id, until=None)
    return {"tapers": tapers if isinstance(tapers, int) else 0, "tasks": tasks, "left": team.update(until=chart.at)}
