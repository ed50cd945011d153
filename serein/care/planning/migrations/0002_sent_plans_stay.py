"""Why a plan was closed, and the third wall around what was sent: the database itself refuses to rewrite a plan that left the desk."""

from django.db import migrations, models

CONTENT = (
    "version", "indication", "indication_words", "goal", "substance", "product", "regimen", "starts_on", "ends_on", "reassess_on",
    "supportive_care", "supportive_note", "written_by_id", "clinic_id", "patient_id",
)  # fmt: skip
GUARD = f"""
CREATE FUNCTION planning_sent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND ({", ".join("NEW." + c for c in CONTENT)}) IS DISTINCT FROM ({", ".join("OLD." + c for c in CONTENT)}) THEN
        RAISE EXCEPTION 'a plan that was sent is never changed: write a newer version';
    END IF;
    IF OLD.state IN ('replaced', 'withdrawn') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'a closed plan stays closed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sent_stays BEFORE UPDATE ON planning_plan FOR EACH ROW EXECUTE FUNCTION planning_sent_stays();
REVOKE DELETE, TRUNCATE ON planning_plan FROM serein_app;
REVOKE UPDATE, DELETE, TRUNCATE ON planning_planreply FROM serein_app;
"""
UNGUARD = "DROP TRIGGER sent_stays ON planning_plan; DROP FUNCTION planning_sent_stays();"


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="closed_why",
            field=models.CharField(blank=True, max_length=300, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
