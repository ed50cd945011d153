"""Attempts to prove two factors for one act; written once, never rewritten by the app."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="FactorTry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
                ("proved", models.BooleanField()),
                ("counter", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-at"], name="people_fact_account_82d665_idx")],
                "constraints": [models.UniqueConstraint(fields=("account", "counter"), name="one_time_code_once")],
            },
        ),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON people_factortry FROM serein_app;",
            migrations.RunSQL.noop,
        ),
    ]
