"""Calendars that were handed out before their codes could be asked about get their slips, in the order in which they replaced each other."""

from hashlib import sha256
from typing import Any

from django.db import migrations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def digest(course_id: object, holds: int) -> str:
    """The digest of a code as it was made when this migration was written."""
    number = int.from_bytes(sha256(f"{course_id} agreed {holds}".encode()).digest()[:5])
    return sha256("".join(ALPHABET[number >> 5 * n & 31] for n in range(8)).encode()).hexdigest()


def give_slips(apps: Any, schema_editor: Any) -> None:
    courses, holds = apps.get_model("tapering", "TaperCourse").objects, apps.get_model("tapering", "Hold").objects
    slips = apps.get_model("people", "CalendarSlip").objects
    last: Any = None
    for course in courses.exclude(agreed_at=None).order_by("patient_id", "version"):
        times = [course.agreed_at, *holds.filter(course=course).order_by("id").values_list("at", flat=True)]
        for number, since in enumerate(times):
            if last is not None and last.patient_id == course.patient_id and last.until is None:
                last.until = since
                last.save(update_fields=["until"])
            last = slips.create(
                clinic_id=course.clinic_id, patient_id=course.patient_id, code_digest=digest(course.id, number), since=since
            )
        if course.state == "withdrawn":
            last.until = course.closed_at
            last.save(update_fields=["until"])


class Migration(migrations.Migration):
    dependencies = [("tapering", "0004_wards"), ("people", "0009_calendar_slip")]

    operations = [migrations.RunPython(give_slips, migrations.RunPython.noop)]
