import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import Ward, rewall, wall


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0008_sharing"),
        ("visits", "0002_wards"),
    ]

    operations = [
        migrations.CreateModel(
            name="PsychotherapyNote",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("words", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
            ],
            options={"abstract": False},
        ),
        wall("visits_psychotherapynote"),
        rewall("visits_psychotherapynote", Ward("psychotherapy-notes", author="author_id")),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON visits_psychotherapynote FROM serein_app;",
            "GRANT UPDATE, DELETE, TRUNCATE ON visits_psychotherapynote TO serein_app;",
        ),
    ]
