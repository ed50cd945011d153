"""A card on paper leaves a row with the digest of the file that was handed out."""

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenChart


def record_card_printing(chart: OpenChart, *, sha256: str) -> None:
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, "print_card", purpose=chart.purpose)
    record(entry.about(chart.patient_id, "patient", chart.patient_id), facts={"sha256": sha256})
