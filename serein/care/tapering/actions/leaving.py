"""The patient's care goes on elsewhere: nothing here waits for them any more, and what was agreed stays readable."""

from django.db import transaction

from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused

from ..models import TaperCourse, TaperState
from .papers import no_calendar
from .recording import NOT_CLINICIAN, clinician, done, one_at_a_time, refuse

OPEN = (TaperState.DRAFT, TaperState.SENT, TaperState.RUNNING)


@deed
@transaction.atomic
def leave_tapers(chart: OpenChart) -> int | Refused:
    """Close every open version because another clinic answers for the patient now. It ends the record here, never the dose: whoever took over
    goes on with it. Returns how many were closed."""
    deed = "leave_taper"
    if clinician(chart) is None:
        return refuse(chart, deed, NOT_CLINICIAN)
    one_at_a_time(chart)
    mine = TaperCourse.objects.filter(patient=chart.patient_id, state__in=OPEN)
    ids = list(mine.values_list("id", flat=True))
    no_calendar(chart)
    mine.update(state=TaperState.WITHDRAWN, closed_at=chart.at)
    for one in ids:
        done(chart, deed, one)
    return len(ids)
