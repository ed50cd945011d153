"""The only way into the outbox: called by actions, inside their transaction."""

from typing import Any
from uuid import UUID

from serein.foundation.people.keys import OpenChart, OpenJob, OpenSlip

from .models import Letter


def post(
    key: OpenChart | OpenSlip | OpenJob, *, kind: str, to: str, body: dict[str, Any], patient_id: UUID | None = None
) -> UUID:
    """Write one letter. `patient_id` is needed only with a job's key. Raises ValueError when nobody is named."""
    patient = patient_id if isinstance(key, OpenJob) else key.patient_id
    if patient is None:
        raise ValueError("a letter needs its patient")
    letter = Letter(clinic_id=key.clinic_id, patient_id=patient, kind=kind, to=to, body=body, written_at=key.at)
    letter.save(force_insert=True)
    return letter.id
