"""The furniture every table shares: a time-ordered key, and the clinic and patient that the second wall reads."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import uuid_utils.compat
from django.db import DEFAULT_DB_ALIAS, connections, models


def new_id() -> uuid.UUID:
    """A UUID version 7: time-ordered, so that indexes grow at one end and rows sort as they were written."""
    return uuid.UUID(int=uuid_utils.compat.uuid7().int)


def answer(statement: str, asked: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What the database answers to a statement that is written out, because every page asks it: making it anew takes longer than its answer."""
    found: list[tuple[Any, ...]] = asked_of_the_database(statement, asked).fetchall()
    return found


def asked_of_the_database(statement: str, asked: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Psycopg's cursor after the statement. Django's own stands between only where somebody looks on (tests that count, logs): what it does for
    each statement took as long as binding it."""
    held = connections[DEFAULT_DB_ALIAS]
    if held.execute_wrappers or held.queries_logged or held.needs_rollback:
        cursor = held.cursor()
        cursor.execute(statement, asked)
        return cursor
    held.close_if_health_check_failed()
    held.ensure_connection()
    with held.wrap_database_errors:
        return held.connection.execute(statement, asked)


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
