"""Which calendar on paper counts: one code for each patient, replaced by every agreement and every hold."""

from serein.foundation.people.keys import OpenChart, code_digest
from serein.foundation.people.models import CalendarSlip


def new_calendar(chart: OpenChart, code: str) -> None:
    """From now on papers with this code count and those with any earlier one do not. Called with the patient's row locked."""
    no_calendar(chart)
    CalendarSlip(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, code_digest=code_digest(code), since=chart.at,
    ).save(force_insert=True)  # fmt: skip


def no_calendar(chart: OpenChart) -> None:
    """No paper counts any more: another clinic answers for the patient."""
    CalendarSlip.objects.filter(clinic=chart.clinic_id, patient_id=chart.patient_id, until=None).update(until=chart.at)
