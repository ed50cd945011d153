"""What a person agreed to, in which words, until when."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import PatientRow


class Consent(PatientRow):
    what = models.CharField(max_length=40, help_text="code of what is consented to")
    text = models.TextField(help_text="the words that were on the screen")
    text_version = models.CharField(max_length=20)
    given_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "what"], condition=Q(withdrawn_at=None), name="one_consent_in_force")
        ]
