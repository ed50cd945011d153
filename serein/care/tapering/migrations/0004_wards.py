from django.db import migrations

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [("tapering", "0003_go_on"), ("people", "0005_wards")]

    operations = [
        rewall("tapering_tapercourse", Ward("plan")),
        rewall("tapering_taperstep", Ward("plan")),
        rewall("tapering_hold", Ward("plan")),
        rewall("tapering_taperreply", Ward("plan")),
        rewall("tapering_happening", Ward("plan")),
    ]
