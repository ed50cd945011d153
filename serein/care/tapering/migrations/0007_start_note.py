"""Starting points that are no steady dose: notes, which are added and never changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import Ward, rewall, wall

KEEP = "REVOKE UPDATE, DELETE, TRUNCATE ON tapering_startnote FROM serein_app;"


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_calendar_slip"),
        ("tapering", "0006_supervised"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StartNote",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "segment",
                    models.CharField(
                        blank=True, help_text="a Sight of its own, such as substance-use; empty: none", max_length=40
                    ),
                ),
                ("kind", models.CharField(choices=[("as-needed", "as-needed"), ("unprescribed", "unprescribed")], max_length=20)),
                ("told", models.JSONField(help_text="what was asked, by the name of the question, with the answer in words")),
                (
                    "steps",
                    models.JSONField(
                        default=list,
                        help_text="steps of fewer days a week, in the form of `serein taper`; empty where there are none",
                    ),
                ),
                (
                    "steady",
                    models.BooleanField(
                        default=False, help_text="the dose that a clinician watched is steady: a taper can be planned from it"
                    ),
                ),
                ("again_on", models.DateField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("steady", True), ("again_on__isnull", False), _connector="OR"),
                        name="come_again_until_it_is_steady",
                    )
                ],
            },
        ),
        wall("tapering_startnote"),
        rewall("tapering_startnote", Ward("record", segment="segment")),
        migrations.RunSQL(KEEP, "GRANT UPDATE, DELETE, TRUNCATE ON tapering_startnote TO serein_app;"),
    ]
