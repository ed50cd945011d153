"""To whom a patient is offered: what lets a colleague read a handover before they are in the care team."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows


class Migration(migrations.Migration):
    dependencies = [("people", "0002_factor_tries")]

    operations = [
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("patient_id", models.UUIDField()),
                ("handover_id", models.UUIDField(unique=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("patient_id",), name="one_offer_in_force"
                    )
                ],
            },
        ),
    ]
