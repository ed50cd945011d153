from django.db import migrations, models

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_wards"),
        ("visits", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="encounter",
            name="segment",
            field=models.CharField(blank=True, help_text="a Sight of its own, such as substance-use; empty: none", max_length=40),
        ),
        rewall("visits_encounter", Ward("record", segment="segment")),
    ]
