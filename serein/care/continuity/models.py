"""Care that goes on elsewhere: what was handed over, to whom, and whether they took it."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import PatientRow


class HandoverState(models.TextChoices):
    PREPARED = "prepared", "Prepared"
    SENT = "sent", "Sent, not accepted yet"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Handover(PatientRow):
    """The sender stays responsible until the receiver accepts. `to_account` is a colleague of this clinic; null: somebody elsewhere."""

    state = models.CharField(max_length=10, choices=HandoverState.choices)
    to_account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    to_name = models.CharField(max_length=200)
    to_clinic = models.CharField(max_length=200)
    to_address = models.CharField(max_length=254, help_text="where it was sent")
    why = models.CharField(max_length=300)
    bundle = models.BinaryField(help_text="the FHIR document, exactly as handed over")
    bundle_sha256 = models.CharField(max_length=64)
    facts = models.BinaryField(default=b"", help_text="the facts that the document was made from")
    facts_digest = models.CharField(max_length=64, default="", help_text="of what a stale handover would mislead about")
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=200, blank=True, help_text="who accepted, as they named themselves")
    accepted_how = models.CharField(max_length=20, blank=True, help_text="signed-in, telephone, in-person, letter or e-mail")
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=300, blank=True)

    class Meta:
        # Two open handovers of one patient would be two people who may each believe that the other one has them.
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(state__in=("prepared", "sent")), name="one_open_handover"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | (Q(accepted_at__isnull=False) & ~Q(accepted_by="")), name="accepted_by_somebody"
            ),
        ]


class Received(PatientRow):
    """A handover that came from elsewhere: the document as received, and what was not understood. Nothing of it is confirmed here before
    somebody looked at it; even then it is what another clinic said."""

    from_clinic = models.CharField(max_length=200)
    document = models.BinaryField()
    document_sha256 = models.CharField(max_length=64)
    facts = models.BinaryField(default=b"")
    not_understood = models.JSONField(default=list)
    accepted_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    replaced_at = models.DateTimeField(null=True, help_text="a newer document of the same patient came")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "document_sha256"], name="one_document_once"),
            models.UniqueConstraint(fields=["patient"], condition=Q(replaced_at=None), name="one_received_in_force"),
        ]
