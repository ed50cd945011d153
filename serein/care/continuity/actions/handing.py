"""Prepare a handover, send it, take it back. None of these changes who answers for the patient: only an acceptance does."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from serein.care.access.reads import passings_on
from serein.care.planning.text import Mistaken
from serein.foundation.outbox.post import post
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.models import Account, Offer
from serein.foundation.people.persons import clinic_card, person
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from .. import reads
from ..facts import HandoverFacts, written
from ..models import Handover, HandoverState
from .recording import (
    DECLINED_TASK,
    LONGEST_ADDRESS,
    LONGEST_NAME,
    NOT_CLINICIAN,
    WAITING_TASK,
    clinician,
    done,
    end_offer,
    one_at_a_time,
    refuse,
    words_wrong,
)

# Somebody who waits for a word longer than this should ask for it.
ASK_AGAIN = timedelta(days=3)
NOT_RESPONSIBLE = ("not-responsible", "Only the clinician who answers for this patient can hand the patient over.")


@dataclass(frozen=True, kw_only=True)
class NewHandover:
    """To a colleague here (`to_account_id`), or to somebody elsewhere by name, clinic and where it is sent. With `consent_id` it is the
    recipient whom the patient named in that consent, and the records that it speaks of go along."""

    why: str
    to_account_id: UUID | None = None
    to_name: str = ""
    to_clinic: str = ""
    to_address: str = ""
    consent_id: UUID | None = None


@dataclass(frozen=True)
class Prepared:
    handover_id: UUID


@dataclass(frozen=True)
class HandedOn:
    """Sent, to a colleague here or elsewhere. The sender stays responsible."""

    handover_id: UUID


@dataclass(frozen=True)
class TakenBack:
    handover_id: UUID


@deed
@transaction.atomic
def prepare_handover(
    chart: OpenChart, new: NewHandover, document: Callable[[HandoverFacts], bytes]
) -> Prepared | Mistaken | Refused:
    """Freeze what is known now for one receiver. `document` makes the file from the facts; both are stored as they are and never changed.

    Nothing is sent yet. Refused: another handover of this patient is open, or somebody else answers for the patient.
    """
    deed, by = "prepare_handover", clinician(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN)
    one_at_a_time(chart)
    lead = reads.responsible(chart)
    if lead is not None and lead.account_id != by:
        return refuse(chart, deed, NOT_RESPONSIBLE)
    if reads.open_handover(chart) is not None:
        return refuse(chart, deed, ("handover-open", "A handover of this patient is open. Take it back first."))
    receiver = _receiver(chart, new)
    if isinstance(receiver, Mistaken):
        return receiver
    facts = reads.handover_facts(chart, consent_id=new.consent_id)
    made = document(facts)
    key = new_id()
    Handover(
        id=key, clinic_id=chart.clinic_id, patient_id=chart.patient_id, state=HandoverState.PREPARED, why=new.why.strip(), bundle=made,
        bundle_sha256=hashlib.sha256(made).hexdigest(), facts=written(facts), facts_digest=facts.digest, by_id=by, at=chart.at, **receiver,
    ).save(force_insert=True)  # fmt: skip
    done(
        chart,
        deed,
        key,
        sha256=hashlib.sha256(made).hexdigest(),
        elsewhere=new.to_account_id is None,
        consent=bool(facts.passed_on),
    )
    return Prepared(key)


def _receiver(chart: OpenChart, new: NewHandover) -> dict[str, object] | Mistaken:
    wrong = words_wrong("why", new.why, "Say why the patient is handed over.")
    if wrong is not None:
        return wrong
    if new.to_account_id is not None:
        found = next((c for c in reads.colleagues(chart) if c.account_id == new.to_account_id), None)
        if found is None:
            return Mistaken((("to", "Choose a colleague from the list."),))
        here = clinic_card(chart.clinic_id).name
        return {"to_account_id": found.account_id, "to_name": found.name, "to_clinic": here, "to_address": ""}
    if new.consent_id is not None:
        named = next((c for c in passings_on(chart) if c.id == new.consent_id and c.in_force), None)
        if named is None:
            return Mistaken((("to", "The patient's consent is over or was taken back. Choose again."),))
        new = replace(new, to_name=named.recipient, to_clinic=named.recipient_clinic)
    for field, missing, longest in (
        ("to_name", "Enter who takes the patient over.", LONGEST_NAME), ("to_clinic", "Enter their clinic.", LONGEST_NAME),
        ("to_address", "Enter where it is sent: telephone, secure e-mail or address.", LONGEST_ADDRESS),
    ):  # fmt: skip
        wrong = words_wrong(field, getattr(new, field), missing, longest)
        if wrong is not None:
            return wrong
    return {"to_account_id": None} | {f: getattr(new, f).strip() for f in ("to_name", "to_clinic", "to_address")}


@deed
@transaction.atomic
def send_handover(chart: OpenChart, handover_id: UUID) -> HandedOn | Refused:
    """Hand it over: a colleague here may read it from now on; for somebody elsewhere the file or paper goes out by the sender's hand.

    Refused when the record changed since it was prepared: what leaves the house is what is true today.
    """
    deed, by = "send_handover", clinician(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN, handover_id)
    one_at_a_time(chart)
    card = reads.handover(chart, handover_id)
    if card is None or card.state != HandoverState.PREPARED:
        return refuse(chart, deed, ("not-prepared", "This handover is not waiting to be sent."), handover_id)
    stale = reads.changed_since(chart, card)
    if stale:
        why = f"The record changed since it was prepared ({', '.join(stale)}). Take it back and prepare it again."
        return refuse(chart, deed, ("handover-stale", why), handover_id)
    receiver = person(card.to_account_id, at=chart.at) if card.to_account_id else None
    if card.to_account_id is not None and (receiver is None or not receiver.has("clinician")):
        return refuse(chart, deed, ("receiver-left", "This colleague no longer works here."), handover_id)
    Handover.objects.filter(pk=handover_id, state=HandoverState.PREPARED).update(state=HandoverState.SENT, sent_at=chart.at)
    if receiver is not None:
        Offer(
            clinic_id=chart.clinic_id, patient_id=chart.patient_id, handover_id=handover_id, account_id=receiver.account_id, by_id=by,
            since=chart.at,
        ).save(force_insert=True)  # fmt: skip
        post(chart, kind="handover-waiting", to=receiver.email, body={})
    task = NewTask(
        WAITING_TASK, "week", "Ask whether the handover is accepted", "You stay responsible until the receiver accepts", "Handover",
        "accept_handover", chart.at + ASK_AGAIN, by, handover_id,
    )  # fmt: skip
    open_task(chart, task)
    close_tasks(chart, kind=DECLINED_TASK, why="handed over anew")
    done(chart, deed, handover_id, elsewhere=card.elsewhere)
    return HandedOn(handover_id)


@deed
@transaction.atomic
def withdraw_handover(chart: OpenChart, handover_id: UUID, *, why: str) -> TakenBack | Mistaken | Refused:
    """Take it back before anybody accepted. What was already read or printed elsewhere cannot be unread: the page says so."""
    deed = "withdraw_handover"
    if clinician(chart) is None:
        return refuse(chart, deed, NOT_CLINICIAN, handover_id)
    wrong = words_wrong("why", why, "Say why it is taken back.")
    if wrong is not None:
        return wrong
    one_at_a_time(chart)
    rows = Handover.objects.filter(
        pk=handover_id, patient=chart.patient_id, state__in=(HandoverState.PREPARED, HandoverState.SENT)
    )
    receiver = rows.values_list("to_account__email", "sent_at").first()
    if not rows.update(state=HandoverState.WITHDRAWN, closed_at=chart.at, closed_why=why.strip()):
        return refuse(chart, deed, ("not-open", "This handover was answered or taken back already."), handover_id)
    end_offer(chart, handover_id)
    close_tasks(chart, kind=WAITING_TASK, why="the handover was taken back", subject_id=handover_id)
    if receiver is not None and receiver[0] and receiver[1]:
        post(chart, kind="handover-withdrawn", to=receiver[0], body={})
    done(chart, deed, handover_id)
    return TakenBack(handover_id)


def email_of(account_id: UUID) -> str:
    found: str = Account.objects.values_list("email", flat=True).get(pk=account_id)
    return found
