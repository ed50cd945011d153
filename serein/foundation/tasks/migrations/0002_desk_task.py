"""Tasks of the compliance desk: about people who work here, never about a patient."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial"), ("people", "0004_licence_schedules")]

    operations = [
        migrations.CreateModel(
            name="DeskTask",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(help_text="stable code of what is to be done", max_length=60)),
                (
                    "tier",
                    models.CharField(choices=[("now", "Now"), ("today", "Today"), ("week", "This week")], max_length=10),
                ),
                ("title", models.CharField(max_length=200)),
                ("why", models.CharField(max_length=300)),
                ("source", models.CharField(help_text="where the reason comes from, for people", max_length=200)),
                ("subject_id", models.UUIDField(help_text="the licence or the account that it is about")),
                ("finished_by", models.CharField(help_text="the deed that closes it", max_length=60)),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("done_why", models.CharField(blank=True, max_length=300)),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        help_text="null: any officer",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None)), fields=("clinic", "kind", "subject_id"), name="one_open_desk_task"
                    )
                ],
            },
        ),
    ]
