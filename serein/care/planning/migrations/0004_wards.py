from django.db import migrations

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [("planning", "0003_later_end"), ("people", "0005_wards")]

    operations = [
        rewall("planning_plan", Ward("plan")),
        rewall("planning_planreply", Ward("plan")),
        rewall("planning_planextension", Ward("plan")),
    ]
