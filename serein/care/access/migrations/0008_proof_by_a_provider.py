"""What an identity provider vouched for: only ever added to. Which account a subject proved is a digest before the wall."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import Ward, rewall, wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0007_identity_and_contact"),
        ("people", "0009_calendar_slip"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderProof",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("provider", models.CharField(help_text="the provider, as people read it", max_length=60)),
                ("issuer", models.CharField(max_length=300)),
                ("subject", models.CharField(help_text="the provider's own name for the person", max_length=255)),
                ("acr", models.CharField(max_length=200)),
                (
                    "level",
                    models.CharField(help_text="what that acr meant, in the operator's words at that time", max_length=200),
                ),
                ("given", models.CharField(blank=True, max_length=120)),
                ("family", models.CharField(blank=True, max_length=120)),
                ("birth_date", models.DateField(null=True)),
                (
                    "differs",
                    models.JSONField(default=list, help_text="what differs from the record: given, family, birth_date, name"),
                ),
                ("not_compared", models.JSONField(default=list, help_text="what the provider or the record does not tell")),
                ("proved_at", models.DateTimeField(help_text="when the person showed themselves to the provider")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        help_text="whose account began it",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StaffProof",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("provider", models.CharField(help_text="the provider, as people read it", max_length=60)),
                ("issuer", models.CharField(max_length=300)),
                ("subject", models.CharField(help_text="the provider's own name for the person", max_length=255)),
                ("acr", models.CharField(max_length=200)),
                (
                    "level",
                    models.CharField(help_text="what that acr meant, in the operator's words at that time", max_length=200),
                ),
                ("given", models.CharField(blank=True, max_length=120)),
                ("family", models.CharField(blank=True, max_length=120)),
                ("birth_date", models.DateField(null=True)),
                (
                    "differs",
                    models.JSONField(default=list, help_text="what differs from the record: given, family, birth_date, name"),
                ),
                ("not_compared", models.JSONField(default=list, help_text="what the provider or the record does not tell")),
                ("proved_at", models.DateTimeField(help_text="when the person showed themselves to the provider")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        help_text="whose account began it",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProvenSubject",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("digest", models.CharField(help_text="keyed digest of issuer and subject", max_length=64)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("clinic", "digest"), name="one_person_a_subject")],
            },
        ),
        wall("access_providerproof"),
        rewall("access_providerproof", Ward("record")),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON access_providerproof, access_staffproof, access_provensubject FROM serein_app;",
            migrations.RunSQL.noop,
        ),
    ]
