"""Who the patient is, as somebody saw it; and how the patient may be reached, as they chose it. Both are only ever added to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import serein.foundation.rows
from serein.foundation.people.walls import Ward, rewall, wall


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0006_passing_on"),
        ("people", "0008_sharing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IdentityProof",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("how", models.CharField(max_length=20)),
                ("document", models.CharField(max_length=40)),
                ("note", models.CharField(blank=True, help_text="what was compared; no number of the document", max_length=300)),
                ("seen_on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="SafeContact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("email", models.BooleanField(help_text="neutral letters by e-mail")),
                ("call", models.BooleanField()),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("hours", models.CharField(blank=True, max_length=120)),
                ("voicemail", models.BooleanField(default=False)),
                ("words", models.CharField(blank=True, help_text="what else the caller must know", max_length=300)),
                ("given_at", models.DateTimeField()),
                (
                    "given_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.clinic")),
                (
                    "patient",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
                ),
            ],
            options={"abstract": False},
        ),
        wall("access_identityproof"),
        rewall("access_identityproof", Ward("record")),
        wall("access_safecontact"),
        rewall("access_safecontact", Ward("consent")),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON access_identityproof, access_safecontact FROM serein_app;", migrations.RunSQL.noop
        ),
    ]
