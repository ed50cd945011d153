"""What a licence covers, when it is looked at again, and suspension beside ending. Licences on record cover nothing until somebody says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_offer")]

    operations = [
        migrations.AddField(
            model_name="licence",
            name="schedules",
            field=models.CharField(
                blank=True,
                default="",
                help_text="schedules of controlled medicines that it covers, as the law of its place names them: II III IV V",
                max_length=60,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="licence",
            name="recheck_on",
            field=models.DateField(help_text="the day by which somebody looks at the register again", null=True),
        ),
        migrations.AddField(model_name="licence", name="suspended_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="licence",
            name="suspended_why",
            field=models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
    ]
