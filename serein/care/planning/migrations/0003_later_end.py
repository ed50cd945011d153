"""A later end to which the patient agreed, and plans that came to their end."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import wall

GUARD = """
CREATE FUNCTION planning_finished_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a finished plan stays finished';
END $$;
CREATE TRIGGER finished_stays BEFORE UPDATE ON planning_plan FOR EACH ROW
    WHEN (OLD.state = 'finished' AND NEW.state <> 'finished') EXECUTE FUNCTION planning_finished_stays();
REVOKE UPDATE, DELETE, TRUNCATE ON planning_planextension FROM serein_app;
"""
UNGUARD = "DROP TRIGGER finished_stays ON planning_plan; DROP FUNCTION planning_finished_stays();"
KEY = models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False)


def to(table: str) -> "models.ForeignKey[Any]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=table)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_factor_tries"),
        ("planning", "0002_sent_plans_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="plan",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("sent", "Waiting for the patient"),
                    ("agreed", "Agreed"),
                    ("questioned", "The patient asks"),
                    ("replaced", "Replaced"),
                    ("withdrawn", "Withdrawn"),
                    ("finished", "Finished"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="PlanExtension",
            fields=[
                ("id", KEY),
                ("ends_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("by", to(settings.AUTH_USER_MODEL)),
                ("clinic", to("people.clinic")),
                ("patient", to("people.patient")),
                ("plan", to("planning.plan")),
            ],
            options={"abstract": False},
        ),
        wall("planning_planextension"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
