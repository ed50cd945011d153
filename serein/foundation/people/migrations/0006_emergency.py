"""Records opened for an emergency: closed early, found by name and birth date, and changed in nothing but their end and their review."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import BORN, one_more_way

ANSWERS = "ended_at, reviewed_by_id, reviewed_at, verdict"
# Nobody makes an emergency longer: the hour stands from the first row on.
KEEP = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON people_brokenglass FROM serein_app;
GRANT UPDATE ({ANSWERS}) ON people_brokenglass TO serein_app;
REVOKE UPDATE, DELETE, TRUNCATE ON people_emergencyfind FROM serein_app;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0005_wards")]

    operations = [
        migrations.AddField(
            model_name="brokenglass",
            name="ended_at",
            field=models.DateTimeField(help_text="closed before its end: from then on it opens nothing", null=True),
        ),
        migrations.CreateModel(
            name="EmergencyFind",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("asked", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
            ],
            options={"indexes": [models.Index(fields=["account", "-at"], name="people_emer_account_f1fe3e_idx")]},
        ),
        one_more_way("people_patient", "found", "find", "identity", f"birth_date = {BORN}"),
        migrations.RunSQL(KEEP, "GRANT UPDATE, DELETE, TRUNCATE ON people_brokenglass TO serein_app;"),
    ]
