from django.db import migrations, models

from serein.foundation.people.walls import on_a_page


class Migration(migrations.Migration):
    dependencies = [("tasks", "0003_wards"), ("people", "0010_pages_of_lists")]

    operations = [
        migrations.AddIndex("task", models.Index(condition=models.Q(("done_at", None)), fields=["clinic"], name="open_tasks")),
        on_a_page("tasks_task", "team"),
    ]
