from django.db import migrations, models

# Which clinics have something to send, for a courier that holds no key yet. It runs as the owner, so it sees past the wall, and it tells
# clinic ids only: nobody's letter, patient or number of letters.
WAITING = """
CREATE FUNCTION outbox_clinics_with_letters(instant timestamptz) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT clinic_id FROM public.outbox_letter
    WHERE sent_at IS NULL AND withheld = '' AND attempts < 12 AND (not_before IS NULL OR not_before <= instant) $$;
REVOKE ALL ON FUNCTION outbox_clinics_with_letters(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_clinics_with_letters(timestamptz) TO serein_app;
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="not_before",
            field=models.DateTimeField(help_text="claimed, or waiting for another attempt, until then", null=True),
        ),
        migrations.AddField(
            model_name="letter",
            name="withheld",
            field=models.CharField(blank=True, help_text="code: why it is not to be sent", max_length=40),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(condition=models.Q(sent_at=None), fields=["clinic"], name="outbox_waiting"),
        ),
        migrations.RunSQL(WAITING, "DROP FUNCTION outbox_clinics_with_letters(timestamptz);"),
    ]
