from django.db import migrations, models

from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_wards"),
        ("evaluation", "0002_birth_dates"),
    ]

    operations = [
        migrations.AddField(
            model_name="recordentry",
            name="segment",
            field=models.CharField(blank=True, help_text="a Sight of its own, such as substance-use; empty: none", max_length=40),
        ),
        rewall("evaluation_intake", Ward("record")),
        rewall("evaluation_intakeanswer", Ward("record")),
        rewall("evaluation_instrumentresult", Ward("record")),
        rewall("evaluation_safetyanswer", Ward("record")),
        rewall("evaluation_riskassessment", Ward("record")),
        rewall("evaluation_recordentry", Ward("record", segment="segment")),
        rewall("evaluation_birthdatefinding", Ward("record")),
    ]
