"""What is to be sent, written in the transaction of the deed that causes it and delivered later by the courier."""

from django.db import models

from serein.foundation.rows import PatientRow


class Letter(PatientRow):
    kind = models.CharField(max_length=60)
    to = models.CharField(max_length=254)
    body = models.JSONField(help_text="neutral words and ids only: no drug, dose or answer leaves the record in a notification")
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
