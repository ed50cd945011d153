"""The trail: one row for each look, deed and refusal, written in the transaction of the deed itself. Nobody can change or remove a row."""

from django.db import models

from serein.foundation.rows import Row


class TrailRow(Row):
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="when it happened, by the clock that the action was given")
    by = models.ForeignKey(
        "people.Account",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="null: a job, the operator, or a bearer",
    )
    deed = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10, choices=[(x, x) for x in ("done", "refused", "looked")])
    purpose = models.CharField(max_length=60, blank=True)
    # Plain ids: the trail outlives what it speaks of, and must not open it.
    patient_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    why = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict, help_text="codes, counts and digests; never an answer, a name or a dose")

    class Meta:
        indexes = [models.Index(fields=["clinic", "-at"]), models.Index(fields=["patient_id", "-at"])]
