from django.db import migrations

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_delivery"), ("people", "0005_wards")]

    operations = [
        rewall("outbox_letter", Ward("team", staff=True)),
    ]
