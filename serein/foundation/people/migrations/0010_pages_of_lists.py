"""A list of thousands costs what its page costs: whose patients they are is read from an index, and a page has a key of its own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from serein.foundation.people.walls import on_a_page


class Migration(migrations.Migration):
    dependencies = [("people", "0009_calendar_slip")]

    operations = [
        migrations.AddIndex(
            "careteam",
            models.Index(fields=["account", "patient_id"], include=["clinic", "since", "until"], name="whose_patients"),
        ),
        # The index on the account alone would be taken instead, and says nothing about whose.
        migrations.AlterField(
            "careteam",
            "account",
            models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        on_a_page("people_patient", "identity", "id"),
    ]
