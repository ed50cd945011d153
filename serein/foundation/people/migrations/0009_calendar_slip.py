"""Where the code on a dose calendar leads. A slip is ended, never changed and never taken away."""

import django.db.models.deletion
from django.db import migrations, models

import serein.foundation.rows

KEEP = """
REVOKE UPDATE, DELETE, TRUNCATE ON people_calendarslip FROM serein_app;
GRANT UPDATE (until) ON people_calendarslip TO serein_app;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0008_sharing")]

    operations = [
        migrations.CreateModel(
            name="CalendarSlip",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("code_digest", models.CharField(max_length=64, unique=True)),
                ("patient_id", models.UUIDField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("patient_id",), name="one_calendar_in_force"
                    )
                ],
            },
        ),
        migrations.RunSQL(KEEP, "GRANT UPDATE, DELETE, TRUNCATE ON people_calendarslip TO serein_app;"),
    ]
