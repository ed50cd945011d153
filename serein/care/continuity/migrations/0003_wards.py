from django.db import migrations

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [("continuity", "0002_handed_over"), ("people", "0005_wards")]

    operations = [
        rewall("continuity_handover", Ward("team")),
        rewall("continuity_received", Ward("team")),
    ]
