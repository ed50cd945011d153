"""A copy on paper leaves a row: which prescription, in which form, and the digest of the file that was handed out."""

from uuid import UUID

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart

from ..models import Prescription


@deed
def record_printing(chart: OpenChart, prescription_id: UUID, *, form: str, sha256: str) -> bool:
    """Put on the trail that a copy was made. False when the prescription is not in this chart: then no copy may be given."""
    if not Prescription.objects.filter(pk=prescription_id, patient=chart.patient_id).exists():
        return False
    entry = Entry(
        chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, "print_prescription", purpose=chart.purpose
    )
    record(entry.about(chart.patient_id, "prescription", prescription_id), facts={"form": form, "sha256": sha256})
    return True
