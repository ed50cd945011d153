from django.db import migrations

from serein.foundation.people.walls import on_a_page


class Migration(migrations.Migration):
    dependencies = [("planning", "0004_wards"), ("people", "0010_pages_of_lists")]

    operations = [
        on_a_page("planning_plan", "plan"),
        on_a_page("planning_planextension", "plan"),
    ]
