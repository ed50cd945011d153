"""What the patient said, and the third wall: what was sent is never changed, and nothing runs without an agreement."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import serein.foundation.rows
from serein.foundation.people.walls import wall

CONTENT = (
    "version", "plan_id", "substance", "request", "answer", "knowledge_version", "starts_on", "ends_on", "replaces_id", "why",
    "written_by_id", "clinic_id", "patient_id",
)  # fmt: skip
STEP = ("course_id", "number", "from_on", "days", "daily_mg", "doses", "terminal", "clinic_id", "patient_id")


def row(prefix: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{prefix}.{c}" for c in columns)


GUARD = f"""
CREATE FUNCTION tapering_sent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND ({row("NEW", CONTENT)}) IS DISTINCT FROM ({row("OLD", CONTENT)}) THEN
        RAISE EXCEPTION 'a taper that was sent is never changed: a new version replaces it';
    END IF;
    IF OLD.state IN ('replaced', 'withdrawn', 'finished') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'a closed taper stays closed';
    END IF;
    IF NEW.state = 'running' AND OLD.state NOT IN ('sent', 'running') THEN
        RAISE EXCEPTION 'a taper runs only after it was sent';
    END IF;
    IF OLD.agreed_at IS NOT NULL AND (NEW.agreed_at, NEW.agreed_by_id) IS DISTINCT FROM (OLD.agreed_at, OLD.agreed_by_id) THEN
        RAISE EXCEPTION 'an agreement stays as it was given';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sent_stays BEFORE UPDATE ON tapering_tapercourse FOR EACH ROW EXECUTE FUNCTION tapering_sent_stays();
CREATE FUNCTION tapering_step_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({row("NEW", STEP)}) IS DISTINCT FROM ({row("OLD", STEP)}) THEN
        RAISE EXCEPTION 'a step is never changed: a new version replaces it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step_stays BEFORE UPDATE ON tapering_taperstep FOR EACH ROW EXECUTE FUNCTION tapering_step_stays();
CREATE FUNCTION tapering_step_goes_with_its_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM tapering_tapercourse c WHERE c.id = OLD.course_id AND c.state <> 'draft') THEN
        RAISE EXCEPTION 'the steps of a taper that was sent stay';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER step_goes_with_its_draft BEFORE DELETE ON tapering_taperstep FOR EACH ROW
    EXECUTE FUNCTION tapering_step_goes_with_its_draft();
REVOKE DELETE, TRUNCATE ON tapering_tapercourse FROM serein_app;
REVOKE DELETE, TRUNCATE ON tapering_hold FROM serein_app;
REVOKE DELETE, TRUNCATE ON tapering_taperreply FROM serein_app;
"""  # noqa: S608 - the columns stand above
UNGUARD = """
DROP TRIGGER sent_stays ON tapering_tapercourse; DROP FUNCTION tapering_sent_stays();
DROP TRIGGER step_stays ON tapering_taperstep; DROP FUNCTION tapering_step_stays();
DROP TRIGGER step_goes_with_its_draft ON tapering_taperstep; DROP FUNCTION tapering_step_goes_with_its_draft();
"""
KEY = models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False)


def to(table: str) -> "models.ForeignKey[Any]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=table)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_factor_tries"),
        ("tapering", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="taperstep",
            name="ready_at",
            field=models.DateTimeField(
                help_text="when the patient, or a clinician who spoke with them, said that it may come", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="tapercourse",
            constraint=models.UniqueConstraint(condition=Q(state="draft"), fields=("patient",), name="one_taper_draft"),
        ),
        migrations.AddConstraint(
            model_name="tapercourse",
            constraint=models.UniqueConstraint(condition=Q(state="sent"), fields=("patient",), name="one_taper_waiting"),
        ),
        migrations.AddConstraint(
            model_name="tapercourse",
            constraint=models.CheckConstraint(
                condition=~Q(state__in=("running", "finished")) | Q(agreed_at__isnull=False), name="no_taper_without_agreement"
            ),
        ),
        migrations.CreateModel(
            name="TaperReply",
            fields=[
                ("id", KEY),
                (
                    "wish",
                    models.CharField(
                        choices=[
                            ("agree", "agree"),
                            ("wait", "wait"),
                            ("slower", "slower"),
                            ("pause", "pause"),
                            ("back", "back"),
                            ("ask", "ask"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("by", to(settings.AUTH_USER_MODEL)),
                ("clinic", to("people.clinic")),
                ("course", to("tapering.tapercourse")),
                ("patient", to("people.patient")),
            ],
            options={"abstract": False},
        ),
        wall("tapering_taperreply"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
