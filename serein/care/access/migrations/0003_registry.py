"""Public registers of providers, as files brought them, and each look at one for a licence."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_signing_grant"),
        ("people", "0004_licence_schedules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistryFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=255)),
                ("on", models.DateField(help_text="the last day that the file speaks for")),
                ("begun_at", models.DateTimeField()),
                ("lines", models.PositiveBigIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LicenceLook",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("source", models.CharField(help_text="nppes, or manual", max_length=40)),
                ("verdict", models.CharField(help_text="match, differs, not-found, deactivated, or seen", max_length=20)),
                ("differs", models.JSONField(default=list, help_text="in what the source says something else, in words")),
                ("where", models.CharField(help_text="which register or file", max_length=300)),
                ("document", models.CharField(blank=True, help_text="reference of what was kept", max_length=200)),
                ("on", models.DateField(help_text="the day for which the source speaks")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "licence",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.licence"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RegistryEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("npi", models.CharField(max_length=10, unique=True)),
                ("entity_type", models.CharField(blank=True, max_length=1)),
                ("family", models.CharField(blank=True, max_length=200)),
                ("given", models.CharField(blank=True, max_length=200)),
                ("middle", models.CharField(blank=True, max_length=200)),
                ("organization", models.CharField(blank=True, max_length=300)),
                ("credential", models.CharField(blank=True, max_length=100)),
                ("state", models.CharField(blank=True, max_length=100)),
                ("licences", models.JSONField(help_text="[taxonomy, number, state, primary], as the register has them")),
                ("deactivated_on", models.DateField(null=True)),
                ("reactivated_on", models.DateField(null=True)),
                ("on", models.DateField(help_text="the day that the file speaks for, which said this")),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.registryfile"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RegistryRefusal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("line", models.PositiveBigIntegerField()),
                ("why", models.CharField(max_length=200)),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.registryfile"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("file", "line"), name="one_refusal_a_line")],
            },
        ),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON access_licencelook, access_registryrefusal FROM serein_app;",
            migrations.RunSQL.noop,
        ),
    ]
