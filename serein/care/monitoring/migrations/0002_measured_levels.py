from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import wall

MARKS = ("right_at", "right_by_id", "right_why", "error_at", "error_by_id", "error_why")
# Third wall: a level is never rewritten or deleted; it is vouched for once and marked as entered in error once. A choice is never changed.
KEEP = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON monitoring_measuredlevel, monitoring_picturechoice FROM serein_app;
GRANT UPDATE ({", ".join(MARKS)}) ON monitoring_measuredlevel TO serein_app;
CREATE FUNCTION monitoring_marked_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.error_at IS NOT NULL THEN
        RAISE EXCEPTION 'a level that was entered in error stays so: enter the right one';
    END IF;
    IF OLD.right_at IS NOT NULL AND (OLD.right_at, OLD.right_by_id, OLD.right_why) IS DISTINCT FROM (NEW.right_at, NEW.right_by_id, NEW.right_why) THEN
        RAISE EXCEPTION 'who said that a level is right, and why, is never rewritten';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER marked_once BEFORE UPDATE ON monitoring_measuredlevel FOR EACH ROW EXECUTE FUNCTION monitoring_marked_once();
"""
ID = models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False)


def to(model: str, *, null: bool = False) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, null=null)


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MeasuredLevel",
            fields=[
                ("id", ID.clone()),
                ("substance", models.CharField(max_length=20)),
                ("value", models.DecimalField(decimal_places=4, max_digits=11)),
                ("unit", models.CharField(max_length=10)),
                ("drawn_at", models.DateTimeField(help_text="when the blood was taken")),
                (
                    "last_dose_at",
                    models.DateTimeField(
                        help_text="when the last dose before it was taken, as told; null when not told", null=True
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "right_at",
                    models.DateTimeField(help_text="when a clinician said that it is right in spite of a doubt", null=True),
                ),
                ("right_why", models.CharField(blank=True, max_length=300)),
                ("error_at", models.DateTimeField(help_text="when it was marked as entered in error", null=True)),
                ("error_why", models.CharField(blank=True, max_length=300)),
                ("clinic", to("people.clinic")),
                ("patient", to("people.patient")),
                ("by", to(settings.AUTH_USER_MODEL)),
                ("right_by", to(settings.AUTH_USER_MODEL, null=True)),
                ("error_by", to(settings.AUTH_USER_MODEL, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("value__gt", 0)), name="a_level_is_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(("last_dose_at", None), ("last_dose_at__lte", models.F("drawn_at")), _connector="OR"),
                        name="last_dose_before_the_blood",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PictureChoice",
            fields=[
                ("id", ID.clone()),
                (
                    "shows",
                    models.CharField(
                        choices=[("nothing", "nothing"), ("picture", "picture"), ("numbers", "numbers")], max_length=10
                    ),
                ),
                ("why", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("clinic", to("people.clinic")),
                ("patient", to("people.patient")),
                ("by", to(settings.AUTH_USER_MODEL)),
            ],
        ),
        wall("monitoring_measuredlevel"),
        wall("monitoring_picturechoice"),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
