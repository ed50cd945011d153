"""Why a record was opened for an emergency, in words: in the record itself, and shown to whoever reviews it."""

import django.db.models.deletion
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import Ward, one_more_way, rewall, wall


class Migration(migrations.Migration):
    dependencies = [("access", "0004_wards"), ("people", "0006_emergency")]

    operations = [
        migrations.CreateModel(
            name="EmergencyWords",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("words", models.TextField()),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "glass",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.brokenglass"),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
            ],
            options={"abstract": False},
        ),
        wall("access_emergencywords"),
        rewall("access_emergencywords", Ward("team")),
        one_more_way("access_emergencywords", "reviewed", "review", "staff"),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON access_emergencywords FROM serein_app;",
            migrations.RunSQL.noop,
        ),
    ]
