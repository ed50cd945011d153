"""How many letters wait, for whoever runs the system: a function that sees past the wall and tells numbers and one instant, nothing else."""

from django.db import migrations

COUNTS = """
CREATE FUNCTION outbox_counts() RETURNS TABLE (waiting bigint, oldest timestamptz, given_up bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FILTER (WHERE attempts < 12), min(written_at) FILTER (WHERE attempts < 12), count(*) FILTER (WHERE attempts >= 12)
    FROM public.outbox_letter
    WHERE sent_at IS NULL AND withheld = '' AND clinic_id = nullif(current_setting('serein.clinic', true), '')::uuid
    AND strpos(nullif(current_setting('serein.sees', true), ''), ',system,') > 0 $$;
REVOKE ALL ON FUNCTION outbox_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_counts() TO serein_app;
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_wards")]

    operations = [migrations.RunSQL(COUNTS, "DROP FUNCTION outbox_counts();")]
