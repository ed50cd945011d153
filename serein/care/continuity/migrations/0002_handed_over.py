"""Handing over and receiving: to whom, with which facts, how it was accepted; and what was handed over or received is never changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

TO_ACCOUNT = models.ForeignKey(
    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, null=True
)
STATES = [
    ("prepared", "Prepared"), ("sent", "Sent, not accepted yet"), ("accepted", "Accepted"), ("declined", "Declined"), ("withdrawn", "Withdrawn"),
]  # fmt: skip
HANDED = "clinic_id, patient_id, to_account_id, to_name, to_clinic, to_address, why, bundle, bundle_sha256, facts, facts_digest, by_id, at"
RECEIVED = "clinic_id, patient_id, from_clinic, document, document_sha256, facts, not_understood, accepted_by_id, accepted_at"


def row(prefix: str, columns: str) -> str:
    return ", ".join(f"{prefix}.{c.strip()}" for c in columns.split(","))


GUARD = f"""
CREATE FUNCTION continuity_handed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({row("NEW", HANDED)}) IS DISTINCT FROM ({row("OLD", HANDED)}) THEN
        RAISE EXCEPTION 'what was handed over is never changed: a new handover replaces it';
    END IF;
    IF OLD.state IN ('accepted', 'declined', 'withdrawn') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a closed handover stays as it was closed';
    END IF;
    IF NEW.state IN ('accepted', 'declined') AND OLD.state <> 'sent' THEN
        RAISE EXCEPTION 'only what was sent is accepted or declined';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handed_stays BEFORE UPDATE ON continuity_handover FOR EACH ROW EXECUTE FUNCTION continuity_handed_stays();
CREATE FUNCTION continuity_received_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({row("NEW", RECEIVED)}) IS DISTINCT FROM ({row("OLD", RECEIVED)}) THEN
        RAISE EXCEPTION 'what came from elsewhere stays as it came';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER received_stays BEFORE UPDATE ON continuity_received FOR EACH ROW EXECUTE FUNCTION continuity_received_stays();
REVOKE DELETE, TRUNCATE ON continuity_handover FROM serein_app;
REVOKE DELETE, TRUNCATE ON continuity_received FROM serein_app;
"""  # the columns stand above
UNGUARD = """
DROP TRIGGER handed_stays ON continuity_handover; DROP FUNCTION continuity_handed_stays();
DROP TRIGGER received_stays ON continuity_received; DROP FUNCTION continuity_received_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("continuity", "0001_initial"),
        ("people", "0003_offer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField("handover", "state", models.CharField(choices=STATES, max_length=10)),
        migrations.AddField("handover", "to_account", TO_ACCOUNT),
        migrations.AddField(
            "handover", "facts", models.BinaryField(default=b"", help_text="the facts that the document was made from")
        ),
        migrations.AddField(
            "handover",
            "facts_digest",
            models.CharField(default="", help_text="of what a stale handover would mislead about", max_length=64),
        ),
        migrations.AddField(
            "handover",
            "accepted_how",
            models.CharField(
                blank=True, help_text="signed-in, telephone, in-person, letter or e-mail", max_length=20, default=""
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "handover", "closed_why", models.CharField(blank=True, max_length=300, default=""), preserve_default=False
        ),
        migrations.AddField("received", "facts", models.BinaryField(default=b"")),
        migrations.AddField("received", "looked_at", models.DateTimeField(null=True)),
        migrations.AddField("received", "looked_by", TO_ACCOUNT.clone()),
        migrations.AddField(
            "received", "replaced_at", models.DateTimeField(help_text="a newer document of the same patient came", null=True)
        ),
        migrations.AddConstraint(
            "handover",
            models.UniqueConstraint(fields=["patient"], condition=Q(state__in=("prepared", "sent")), name="one_open_handover"),
        ),
        migrations.AddConstraint(
            "handover",
            models.CheckConstraint(
                condition=~Q(state="accepted") | (Q(accepted_at__isnull=False) & ~Q(accepted_by="")), name="accepted_by_somebody"
            ),
        ),
        migrations.AddConstraint(
            "received", models.UniqueConstraint(fields=["patient", "document_sha256"], name="one_document_once")
        ),
        migrations.AddConstraint(
            "received", models.UniqueConstraint(fields=["patient"], condition=Q(replaced_at=None), name="one_received_in_force")
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
