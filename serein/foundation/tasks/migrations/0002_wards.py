from django.db import migrations

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial"), ("people", "0004_wards")]

    operations = [
        rewall("tasks_task", Ward("team")),
    ]
