import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import serein.foundation.rows


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0008_proof_by_a_provider"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffIdentity",
            fields=[
                (
                    "id",
                    models.UUIDField(default=serein.foundation.rows.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("how", models.CharField(max_length=20)),
                ("document", models.CharField(max_length=40)),
                (
                    "note",
                    models.CharField(blank=True, help_text="what was compared; no number of the document", max_length=300),
                ),
                ("seen_on", models.DateField()),
                ("at", models.DateTimeField()),
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
                "constraints": [models.CheckConstraint(condition=~Q(by=F("account")), name="nobody_vouches_for_themselves")],
            },
        ),
        migrations.RunSQL("REVOKE UPDATE, DELETE, TRUNCATE ON access_staffidentity FROM serein_app;", migrations.RunSQL.noop),
    ]
