"""What is to be sent, written in the transaction of the deed that causes it and delivered later by the courier."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import ClinicRow


class Letter(ClinicRow):
    """One message to one person. A letter to staff speaks of no patient: then only compliance and the courier see it."""

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=60)
    to = models.CharField(max_length=254)
    body = models.JSONField(help_text="neutral words and ids only: no drug, dose or answer leaves the record in a notification")
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    not_before = models.DateTimeField(null=True, help_text="claimed, or waiting for another attempt, until then")
    withheld = models.CharField(max_length=40, blank=True, help_text="code: why it is not to be sent")

    class Meta:
        indexes = [models.Index(fields=["clinic"], condition=Q(sent_at=None), name="outbox_waiting")]
