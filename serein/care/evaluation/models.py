"""What the patient told, what instruments measured, what other records hold, and what a clinician made of a warning."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import PatientRow


class Intake(PatientRow):
    """One intake, answered question by question over any number of sittings, closed once by submitting."""

    form_version = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient"], condition=Q(submitted_at=None), name="one_open_intake")]


class IntakeAnswer(PatientRow):
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="+")
    question = models.CharField(max_length=60)
    value = models.JSONField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "question"], name="one_answer_per_question")]


class InstrumentResult(PatientRow):
    """One finished questionnaire, with the answers it was scored from. `total` is null when too much is missing to score it by the book."""

    instrument = models.CharField(max_length=40)
    answers = models.JSONField(help_text="item key to number, or null where it was skipped")
    total = models.PositiveSmallIntegerField(null=True)
    band = models.CharField(max_length=40, blank=True)
    knowledge_version = models.CharField(max_length=20)
    answered_at = models.DateTimeField()


class SafetyAnswer(PatientRow):
    """What was asked at once after thoughts of being better off dead, and where it led. Stored before the next page is shown."""

    result = models.ForeignKey(InstrumentResult, on_delete=models.PROTECT, related_name="+")
    intent = models.CharField(max_length=10, blank=True, help_text="yes, no, unsure; empty: not answered")
    plan = models.CharField(max_length=10, blank=True)
    safe_now = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=20, blank=True, help_text="emergency or support; empty until answered")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)


class RiskAssessment(PatientRow):
    """A clinician's recorded assessment after a warning; it is what takes the patient off Now."""

    answer = models.ForeignKey(SafetyAnswer, on_delete=models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    how = models.CharField(max_length=40, help_text="how the patient was reached: in person, video, telephone, not reached")
    judgement = models.CharField(max_length=40)
    done = models.TextField(help_text="what was agreed and done")


class BirthDateFinding(PatientRow):
    """Which of two dates of birth is right, and how a clinician knows. Rows are only added: both dates stay."""

    right = models.DateField()
    wrong = models.DateField()
    why = models.CharField(max_length=300)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


# Where entries come from that were recorded here.
OURS = ("serein", "intake")


class RecordEntry(PatientRow):
    """One condition, medicine, allergy or observation, as a value of `clinical.case`, with where it is known from."""

    kind = models.CharField(max_length=20, choices=[(k, k) for k in ("condition", "medicine", "allergy", "observation")])
    status = models.CharField(max_length=30)
    words = models.CharField(max_length=400)
    since = models.DateField(null=True)
    value = models.JSONField(help_text="msgspec.to_builtins of the clinical.case value")
    provenance = models.CharField(max_length=20, help_text="imported, patient or clinician")
    segment = models.CharField(max_length=40, blank=True, help_text="a Sight of its own, such as substance-use; empty: none")
    source_system = models.CharField(max_length=200)
    source_id = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True, help_text="no longer true, or replaced by a newer entry")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind", "source_system", "source_id"], condition=Q(ended_at=None), name="one_entry_per_source"
            )
        ]
