import datetime

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import Ward, rewall


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_licence_schedules"),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(
                choices=[
                    ("patient", "Patient"),
                    ("clinician", "Clinician"),
                    ("pharmacist", "Pharmacist"),
                    ("compliance", "Compliance officer"),
                    ("caregiver", "Caregiver"),
                    ("trainee", "Trainee"),
                    ("administrator", "Administrator"),
                    ("integration", "Integration client"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="rolegrant",
            name="role",
            field=models.CharField(
                choices=[
                    ("patient", "Patient"),
                    ("clinician", "Clinician"),
                    ("pharmacist", "Pharmacist"),
                    ("compliance", "Compliance officer"),
                    ("caregiver", "Caregiver"),
                    ("trainee", "Trainee"),
                    ("administrator", "Administrator"),
                    ("integration", "Integration client"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="BrokenGlass",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("patient_id", models.UUIDField(db_index=True)),
                ("reason", models.CharField(max_length=40)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("verdict", models.CharField(blank=True, max_length=20)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__gt", models.F("since")),
                            (
                                "until__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("since"), "+", models.Value(datetime.timedelta(seconds=3600))
                                ),
                            ),
                        ),
                        name="glass_closes_within_the_hour",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reviewed_by", None), models.Q(("reviewed_by", models.F("account")), _negated=True), _connector="OR"
                        ),
                        name="nobody_reviews_their_own_glass",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Caregiving",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("patient_id", models.UUIDField(db_index=True)),
                ("scopes", models.JSONField(help_text="names of permissions.SCOPES")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "given_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("account", models.F("given_by")), _negated=True), name="nobody_cares_for_themselves"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rota",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("rights", models.JSONField(help_text="names of permissions.ON_ROTA")),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "made_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "until"], name="people_rota_account_5f68f0_idx")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("until__gt", models.F("since"))), name="a_rota_has_hours")
                ],
            },
        ),
        rewall("people_patient", Ward("identity", patient_column="id")),
    ]
