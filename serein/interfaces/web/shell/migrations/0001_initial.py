from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("nonce", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("account", models.CharField(blank=True, max_length=36)),
                (
                    "digest",
                    models.CharField(
                        help_text="keyed digest of what was sent, to tell the same page sent again from a changed one",
                        max_length=64,
                    ),
                ),
                ("location", models.CharField(blank=True, help_text="where the first answer led", max_length=400)),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
