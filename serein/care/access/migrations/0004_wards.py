from django.db import migrations

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [("access", "0003_registry"), ("people", "0005_wards")]

    operations = [
        rewall("access_consent", Ward("consent")),
    ]
