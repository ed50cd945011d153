from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_rota"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="scopes",
            field=models.JSONField(
                default=list, help_text="for a caregiver: names of permissions.SCOPES that the patient offers"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="share_until",
            field=models.DateTimeField(help_text="for a caregiver: when the sharing ends", null=True),
        ),
    ]
