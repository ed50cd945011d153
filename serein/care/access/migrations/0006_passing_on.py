"""Consent to passing substance-use records on: to whom, what for, until when."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import Ward, rewall, wall

# Once given it is only ever taken back.
ONLY_TAKEN_BACK = """
REVOKE UPDATE, DELETE, TRUNCATE ON access_passingon FROM serein_app;
GRANT UPDATE (withdrawn_at) ON access_passingon TO serein_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_emergency_words"),
        ("people", "0008_sharing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PassingOn",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("recipient", models.CharField(max_length=200)),
                ("recipient_clinic", models.CharField(max_length=200)),
                ("purpose", models.CharField(help_text="what for: treatment", max_length=20)),
                ("segment", models.CharField(help_text="what: a Sight of its own, such as substance-use", max_length=40)),
                ("text", models.TextField(help_text="the words that were on the screen")),
                ("text_version", models.CharField(max_length=20)),
                ("given_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "given_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("until__gt", models.F("given_at"))), name="passing_on_has_an_end")
                ]
            },
        ),
        wall("access_passingon"),
        rewall("access_passingon", Ward("consent")),
        migrations.RunSQL(ONLY_TAKEN_BACK, migrations.RunSQL.noop),
    ]
