from django.db import migrations

from serein.foundation.people.walls import on_a_page


class Migration(migrations.Migration):
    dependencies = [("tasks", "0003_wards"), ("people", "0010_pages_of_lists")]

    operations = [
        on_a_page("tasks_task", "team"),
    ]
