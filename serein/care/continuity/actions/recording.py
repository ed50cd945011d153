"""What every deed of a handover shares: who may, the row on the trail, the refusal that stays."""

from typing import Any
from uuid import UUID

from serein.care.planning.text import Mistaken, printable
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.models import Offer, Patient

WAITING_TASK, DECLINED_TASK, LOOK_TASK = "handover-waiting", "handover-declined", "look-at-received"
LONGEST_WHY, LONGEST_NAME, LONGEST_ADDRESS = 300, 200, 254
NOT_CLINICIAN = ("not-your-role", "Only a clinician of the care team may do this.")
NOT_WAITING = ("not-waiting", "This handover does not wait for an answer any more.")
NOT_RECEIVER = ("not-the-receiver", "Only the colleague to whom it was sent can answer this handover.")


def clinician(chart: OpenChart) -> UUID | None:
    """The account of the clinician who holds this key for care, or None: a key to read a handover writes nothing but its answer."""
    return treating(chart)


def done(chart: OpenChart, deed: str, subject_id: UUID, **facts: Any) -> None:
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, deed, purpose=chart.purpose)
    record(entry.about(chart.patient_id, "handover", subject_id), facts=facts)


def refuse(chart: OpenChart, deed: str, why: tuple[str, str], handover_id: UUID | None = None) -> Refused:
    return refuse_on_record(chart, deed, Refused(*why), subject=("handover", handover_id) if handover_id else None)


def one_at_a_time(chart: OpenChart) -> None:
    """Deeds about who answers for one patient happen one after the other."""
    Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)


def end_offer(chart: OpenChart, handover_id: UUID) -> None:
    Offer.objects.filter(handover_id=handover_id, until=None).update(until=chart.at)


def words_wrong(field: str, words: str, missing: str, longest: int = LONGEST_WHY) -> Mistaken | None:
    if not words.strip():
        return Mistaken(((field, missing),))
    if len(words) > longest or not printable(words):
        return Mistaken(((field, f"Use {longest} ordinary characters or fewer."),))
    return None
