"""What leaves the house on paper or as a file leaves a row with the digest of exactly that file."""

from uuid import UUID

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart

from .recording import done


@deed
def record_card_printing(chart: OpenChart, *, sha256: str) -> None:
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, "print_card", purpose=chart.purpose)
    record(entry.about(chart.patient_id, "patient", chart.patient_id), facts={"sha256": sha256})


@deed
def record_handover_file(chart: OpenChart, handover_id: UUID, *, form: str, sha256: str) -> None:
    """`form` is fhir or pdf."""
    done(chart, "file_handover", handover_id, form=form, sha256=sha256)
