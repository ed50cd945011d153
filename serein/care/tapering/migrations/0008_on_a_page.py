from django.db import migrations

from serein.foundation.people.walls import on_a_page


class Migration(migrations.Migration):
    dependencies = [("tapering", "0007_start_note"), ("people", "0010_pages_of_lists")]

    operations = [
        on_a_page("tapering_tapercourse", "plan"),
        on_a_page("tapering_taperstep", "plan"),
        on_a_page("tapering_hold", "plan"),
    ]
