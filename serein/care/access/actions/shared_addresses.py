"""One e-mail address or telephone that two people use: what is meant for one may be read by the other. Only the clinician is told."""

import re
from datetime import timedelta
from uuid import UUID

from django.db.models import F, Func, Q, Value

from serein.foundation.people.keys import OpenChart, house_looks
from serein.foundation.people.models import Patient
from serein.foundation.tasks.actions import NewTask, open_tasks

SHARED_TASK = "shared-address"
# Shorter digit strings are extensions and placeholders, not somebody's telephone.
SHORTEST_NUMBER = 7


def tell_of_shared(chart: OpenChart, email: str, phone: str, *, with_self: bool = False) -> None:
    """Open a task for this patient and for each other patient of the clinic whose record bears the address or the number. With `with_self`
    the address is somebody else's, so finding it on this patient's own record counts."""
    with house_looks(chart, purpose="shared address") as job:
        others = _bearing(chart, email, phone)
        found = others - {chart.patient_id}
        if found or (with_self and others):
            open_tasks(job, _task(chart), others | {chart.patient_id})


def _bearing(chart: OpenChart, email: str, phone: str) -> set[UUID]:
    digits = re.sub(r"\D", "", phone)
    asked = Q()
    if email:
        asked |= Q(email__iexact=email)
    if len(digits) >= SHORTEST_NUMBER:
        asked |= Q(digits=digits)
    if not asked:
        return set()
    only_digits = Func(F("phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace")
    rows = Patient.objects.filter(clinic=chart.clinic_id).annotate(digits=only_digits).filter(asked)
    return set(rows.values_list("id", flat=True))


def _task(chart: OpenChart) -> NewTask:
    return NewTask(
        kind=SHARED_TASK, tier="week", title="An e-mail address or telephone is used by two people",
        why="Ask this patient alone whose it is, and where they can be reached safely. Neither person was told.",
        source="Addresses of this clinic", finished_by="record_contact", due_at=chart.at + timedelta(days=7),
    )  # fmt: skip
