"""What a policy compares with is cast once a statement: `(SELECT text)::uuid` was cast again for every row, and a time costs more to read than a row.

Policies made after this release have that form from `walls.py`; those that stand are rewritten, each from its own words.
"""

from django.db import migrations

REWRITE = r"""
DO $$
DECLARE
  one record;
  a_row CONSTANT text := '\(\( SELECT NULLIF\(current_setting\(''(serein\.\w+)''::text, true\), ''''::text\) AS "nullif"\)\)'
                         '::(uuid\[\]|uuid|date|timestamp with time zone)';
  once CONSTANT text := '( SELECT (NULLIF(current_setting(''\1''::text, true), ''''::text))::\2)';
BEGIN
  FOR one IN SELECT polname, polrelid::regclass AS held, pg_get_expr(polqual, polrelid) AS seen, pg_get_expr(polwithcheck, polrelid) AS written
             FROM pg_policy LOOP
    IF one.seen ~ a_row THEN
      EXECUTE format('ALTER POLICY %I ON %s USING (%s)', one.polname, one.held, regexp_replace(one.seen, a_row, once, 'g'));
    END IF;
    IF one.written ~ a_row THEN
      EXECUTE format('ALTER POLICY %I ON %s WITH CHECK (%s)', one.polname, one.held, regexp_replace(one.written, a_row, once, 'g'));
    END IF;
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    # After every table that stands behind the wall in this release.
    dependencies = [
        ("people", "0010_pages_of_lists"),
        ("tasks", "0004_on_a_page"),
        ("planning", "0005_on_a_page"),
        ("tapering", "0008_on_a_page"),
        ("evaluation", "0004_on_a_page"),
        ("access", "0008_proof_by_a_provider"),
        ("visits", "0003_psychotherapy_notes"),
        ("prescribing", "0002_wards"),
        ("monitoring", "0004_kept_from_helpers"),
        ("continuity", "0003_wards"),
        ("audit", "0001_initial"),
        ("outbox", "0004_counts"),
    ]

    operations = [migrations.RunSQL(REWRITE, migrations.RunSQL.noop)]
