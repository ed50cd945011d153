"""The right to sign controlled medicines, given by two people. The database itself refuses one person in two places, and an edited request."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows

# What was asked for and by whom never changes; only the answers may be written.
ANSWERS = "approved_by_id, approved_at, ended_by_id, ended_at, ended_why"
GUARD = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON access_signinggrant FROM serein_app;
GRANT UPDATE ({ANSWERS}) ON access_signinggrant TO serein_app;
"""


def account(*, null: bool = False) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, null=null
    )


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("people", "0004_licence_schedules")]

    operations = [
        migrations.CreateModel(
            name="SigningGrant",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("on_console", models.BooleanField(default=False)),
                ("entered_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, max_length=300)),
                ("account", account()),
                ("approved_by", account(null=True)),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                ("ended_by", account(null=True)),
                ("entered_by", account(null=True)),
                (
                    "practitioner",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.practitioner"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("account",), name="one_signing_grant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(entered_by=None) | ~models.Q(entered_by=models.F("account")),
                        name="nobody_enters_their_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("account")),
                        name="nobody_approves_their_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(entered_by=None)
                        | models.Q(approved_by=None)
                        | ~models.Q(approved_by=models.F("entered_by")),
                        name="two_people_grant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(on_console=True, entered_by=None)
                        | models.Q(on_console=False, entered_by__isnull=False),
                        name="only_the_console_enters_alone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(approved_by=None, approved_at=None)
                        | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                        name="an_approval_has_a_person",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
