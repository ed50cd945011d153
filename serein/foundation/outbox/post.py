"""The only way into the outbox: called by actions, inside their transaction."""

from typing import Any
from uuid import UUID

from serein.foundation.people.keys import OpenChart, OpenJob, OpenList, OpenSlip

from .models import Letter


def post(
    key: OpenChart | OpenSlip | OpenList | OpenJob, *, kind: str, to: str, body: dict[str, Any], patient_id: UUID | None = None
) -> UUID:
    """Write one letter. With a list's key it is to staff and about no patient; with a job's key `patient_id` says about whom, if anybody."""
    patient = key.patient_id if isinstance(key, OpenChart | OpenSlip) else patient_id if isinstance(key, OpenJob) else None
    letter = Letter(clinic_id=key.clinic_id, patient_id=patient, kind=kind, to=to, body=body, written_at=key.at)
    letter.save(force_insert=True)
    return letter.id
