"""Care that goes on elsewhere: what was handed over, to whom, and whether they took it."""

from django.db import models

from serein.foundation.rows import PatientRow


class HandoverState(models.TextChoices):
    PREPARED = "prepared", "Prepared"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Handover(PatientRow):
    """The sender stays responsible until the receiver accepts."""

    state = models.CharField(max_length=10, choices=HandoverState.choices)
    to_name = models.CharField(max_length=200)
    to_clinic = models.CharField(max_length=200)
    to_address = models.CharField(max_length=254, help_text="where it was sent")
    why = models.CharField(max_length=300)
    bundle = models.BinaryField(help_text="the FHIR document, exactly as handed over")
    bundle_sha256 = models.CharField(max_length=64)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=200, blank=True, help_text="who accepted, as they named themselves")
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)


class Received(PatientRow):
    """A handover that came from elsewhere: the document as received, and what was not understood."""

    from_clinic = models.CharField(max_length=200)
    document = models.BinaryField()
    document_sha256 = models.CharField(max_length=64)
    not_understood = models.JSONField(default=list)
    accepted_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
