"""Which of two dates of birth is right, as a clinician found out; both stay."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import wall

KEEP = "REVOKE UPDATE, DELETE, TRUNCATE ON evaluation_birthdatefinding FROM serein_app;"


def to(table: str) -> "models.ForeignKey[Any]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=table)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_factor_tries"),
        ("evaluation", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BirthDateFinding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("right", models.DateField()),
                ("wrong", models.DateField()),
                ("why", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("by", to(settings.AUTH_USER_MODEL)),
                ("clinic", to("people.clinic")),
                ("patient", to("people.patient")),
            ],
            options={"abstract": False},
        ),
        wall("evaluation_birthdatefinding"),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
