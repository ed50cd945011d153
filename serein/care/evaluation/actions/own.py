"""Who may answer for a patient: the patient alone. Nobody else's hand writes what counts as the patient's own words."""

from uuid import UUID

from serein.care.access.reads import consents
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record


def not_the_patient(chart: OpenChart, deed: str) -> Refused | None:
    """A recorded refusal unless the key is the patient's own."""
    if chart.by is not None and chart.by.patient_id == chart.patient_id:
        return None
    return refuse_on_record(chart, deed, Refused("not-the-patient", "Only the patient can answer these questions."))


def put_on_trail(chart: OpenChart, deed: str, subject: tuple[str, UUID], **facts: str | int) -> None:
    """One line for a deed. `facts` are codes and counts only: never an answer or a score."""
    by = chart.by.account_id if chart.by else None
    record(Entry(chart.clinic_id, chart.at, by, deed, purpose=chart.purpose).about(chart.patient_id, *subject), facts=facts)


def without_consent(chart: OpenChart, deed: str) -> Refused | None:
    """A recorded refusal unless the patient has agreed to be treated here, and has not taken it back."""
    if any(c.what == "care" and c.in_force for c in consents(chart)):
        return None
    return refuse_on_record(chart, deed, Refused("consent-missing", "First we need you to agree to your care here."))
