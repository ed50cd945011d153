"""Before a step's prescription somebody decided that it comes: who, when, why; and what happened in the middle of a taper. Both stay as written."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import serein.foundation.rows
from serein.foundation.people.walls import wall

STAYS = """
CREATE FUNCTION tapering_go_on_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.go_on_at IS NOT NULL
       AND (NEW.go_on_at, NEW.go_on_by_id, NEW.go_on_why) IS DISTINCT FROM (OLD.go_on_at, OLD.go_on_by_id, OLD.go_on_why) THEN
        RAISE EXCEPTION 'a decision on a step stays as it was made: hold the dose instead';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER go_on_stays BEFORE UPDATE ON tapering_taperstep FOR EACH ROW EXECUTE FUNCTION tapering_go_on_stays();
"""
GOES = """
DROP TRIGGER go_on_stays ON tapering_taperstep;
DROP FUNCTION tapering_go_on_stays();
"""


def to(model: str) -> "models.ForeignKey[Any]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model)


class Migration(migrations.Migration):
    dependencies = [("tapering", "0002_agreed_and_asked"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            "taperstep",
            "go_on_at",
            models.DateTimeField(
                help_text="when a clinician decided that it comes; the agreement decides on the first", null=True
            ),
        ),
        migrations.AddField(
            "taperstep",
            "go_on_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField("taperstep", "go_on_why", models.CharField(blank=True, default="", max_length=300)),
        migrations.AddConstraint(
            "taperstep",
            models.CheckConstraint(
                condition=Q(go_on_at__isnull=True, go_on_by__isnull=True)
                | Q(go_on_at__isnull=False, go_on_by__isnull=False) & ~Q(go_on_why=""),
                name="no_go_on_without_whom_and_why",
            ),
        ),
        migrations.RunSQL(STAYS, GOES),
        migrations.CreateModel(
            name="Happening",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=20)),
                ("why", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("by", to(settings.AUTH_USER_MODEL)),
                ("clinic", to("people.clinic")),
                ("course", to("tapering.tapercourse")),
                ("patient", to("people.patient")),
            ],
            options={"abstract": False},
        ),
        wall("tapering_happening"),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON tapering_happening FROM serein_app",
            "GRANT UPDATE, DELETE, TRUNCATE ON tapering_happening TO serein_app",
        ),
    ]
