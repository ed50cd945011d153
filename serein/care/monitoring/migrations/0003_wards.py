from django.db import migrations, models

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_wards"),
        ("monitoring", "0002_measured_levels"),
    ]

    operations = [
        migrations.AddField(
            model_name="checkin",
            name="private",
            field=models.BooleanField(default=False, help_text="the patient keeps this from whoever helps them"),
        ),
        migrations.AddField(
            model_name="doseentry",
            name="private",
            field=models.BooleanField(default=False, help_text="the patient keeps this from whoever helps them"),
        ),
        rewall("monitoring_doseentry", Ward("diary", private="private")),
        rewall("monitoring_checkin", Ward("check-ins", private="private")),
        rewall("monitoring_contact", Ward("check-ins")),
        rewall("monitoring_reassessment", Ward("record")),
        rewall("monitoring_bridge", Ward("record")),
        rewall("monitoring_measuredlevel", Ward("record")),
        rewall("monitoring_picturechoice", Ward("record")),
    ]
