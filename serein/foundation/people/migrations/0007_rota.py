"""Whoever is on the rota finds the clinic's patients; hours are ended, never changed."""

from django.db import migrations

from serein.foundation.people.walls import ON_ROTA, one_more_way

KEEP = """
REVOKE UPDATE, DELETE, TRUNCATE ON people_rota FROM serein_app;
GRANT UPDATE (ended_at) ON people_rota TO serein_app;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0006_emergency")]

    operations = [
        one_more_way("people_patient", "on_rota", "rota", "identity", ON_ROTA),
        migrations.RunSQL(KEEP, "GRANT UPDATE, DELETE, TRUNCATE ON people_rota TO serein_app;"),
    ]
