"""The furniture every table shares: a time-ordered key, and the clinic and patient that the second wall reads."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import uuid_utils.compat
from django.db import connection, models


def new_id() -> uuid.UUID:
    """A UUID version 7: time-ordered, so that indexes grow at one end and rows sort as they were written."""
    return uuid.UUID(int=uuid_utils.compat.uuid7().int)


def answer(statement: str, asked: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What the database answers to a statement that is written out, because every page asks it: making it anew takes longer than its answer."""
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


class Row(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class ClinicRow(Row):
    """A row of one clinic that belongs to no patient (licences, grants, invitations)."""

    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class PatientRow(ClinicRow):
    """A row of one patient's record. Its migration must raise the wall: see `foundation.people.walls.wall`."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
