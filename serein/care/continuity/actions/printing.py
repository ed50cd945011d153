"""What leaves the house on paper or as a file leaves a row with the digest of exactly that file."""

from uuid import UUID

from serein.care.access.reads import passings_on
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused

from .. import reads
from .recording import done, refuse


@deed
def record_card_printing(chart: OpenChart, *, sha256: str) -> None:
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, "print_card", purpose=chart.purpose)
    record(entry.about(chart.patient_id, "patient", chart.patient_id), facts={"sha256": sha256})


CONSENT_OVER = (
    "consent-over",
    "It holds records that the patient let go to this recipient, and that consent is over or was taken back. No copy is made any more.",
)


@deed
def record_handover_file(chart: OpenChart, handover_id: UUID, *, form: str, sha256: str) -> Refused | None:
    """`form` is fhir or pdf. Refused when it holds what the patient lets go no more: then no copy leaves the house."""
    card = reads.handover(chart, handover_id)
    if card is not None and card.consent_id not in (None, *(c.id for c in passings_on(chart) if c.in_force)):
        return refuse(chart, "file_handover", CONSENT_OVER, handover_id)
    done(chart, "file_handover", handover_id, form=form, sha256=sha256)
    return None
