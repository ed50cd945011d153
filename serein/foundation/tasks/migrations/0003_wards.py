from django.db import migrations

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_desk_task"), ("people", "0005_wards")]

    operations = [
        rewall("tasks_task", Ward("team")),
    ]
