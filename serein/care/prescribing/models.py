"""Draft, checked, signed, dispensed. What is signed never changes: the database lets the app change a prescription's state and nothing else."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import PatientRow


class DraftState(models.TextChoices):
    OPEN = "open", "Open"
    SIGNED = "signed", "Signed"
    DISCARDED = "discarded", "Discarded"


class Draft(PatientRow):
    plan = models.ForeignKey("planning.Plan", on_delete=models.PROTECT, related_name="+")
    prepared_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.OPEN)
    version = models.PositiveIntegerField(default=1, help_text="raised by every change; what is signed names the version it saw")
    order = models.JSONField(help_text="plain values from which clinical.case.Order is built")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()


class Check(PatientRow):
    """What `assess` said about one version of a draft on one day, with the knowledge it used: enough to replay it."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="+")
    draft_version = models.PositiveIntegerField()
    at = models.DateTimeField()
    knowledge_version = models.CharField(max_length=20)
    assessment = models.JSONField()


class Override(PatientRow):
    """A clinician's recorded reason for going on in spite of a warning. It stands while the warning's inputs stay the same, and no longer
    than the next reassessment."""

    code = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField(max_length=40)
    words = models.TextField(blank=True)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateField(help_text="the reassessment date in force when it was given")

    class Meta:
        indexes = [models.Index(fields=["patient", "fingerprint"])]


class PrescriptionState(models.TextChoices):
    SIGNED = "signed", "Signed"
    DISPENSED = "dispensed", "Dispensed"
    CANCELLED = "cancelled", "Cancelled"


class Prescription(PatientRow):
    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, related_name="+")
    prescriber = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    licence = models.ForeignKey("people.Licence", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=PrescriptionState.choices, default=PrescriptionState.SIGNED)
    code = models.CharField(max_length=20, unique=True, help_text="what the patient shows at the pharmacy")
    payload = models.BinaryField(help_text="the canonical bytes that were signed: exactly what was on the screen")
    payload_sha256 = models.CharField(max_length=64)
    signature = models.TextField(help_text="detached compact JWS over the payload")
    key_id = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_until = models.DateField()


class Dispensing(PatientRow):
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="+")
    fill = models.PositiveSmallIntegerField(default=1)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    pharmacy = models.CharField(max_length=200)
    licence = models.ForeignKey("people.Licence", on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=9, decimal_places=3)
    at = models.DateTimeField()
    on = models.DateField(help_text="the day at the pharmacy's clinic, stored when written")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prescription", "fill"], name="each_fill_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="something_was_dispensed"),
        ]


class NotDispensed(PatientRow):
    """A pharmacist's recorded reason for not dispensing; the prescription stays as it is."""

    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=40)
    words = models.TextField(blank=True)


class Cancellation(PatientRow):
    prescription = models.OneToOneField(Prescription, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(max_length=300)
