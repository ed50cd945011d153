"""When patient and clinician met, and what was noted."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import PatientRow


class Encounter(PatientRow):
    kind = models.CharField(max_length=120)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    clinician = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    segment = models.CharField(max_length=40, blank=True, help_text="a Sight of its own, such as substance-use; empty: none")
    source_system = models.CharField(max_length=200, blank=True)
    source_id = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "source_system", "source_id"], condition=~Q(source_id=""), name="one_encounter_per_source"
            )
        ]


class PsychotherapyNote(PatientRow):
    """A clinician's own note about a session, apart from the record. Only its author meets it, and it goes nowhere."""

    author = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    written_at = models.DateTimeField()
