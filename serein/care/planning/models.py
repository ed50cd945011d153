"""What clinician and patient agreed to do, and until when. A plan that was sent is never changed: a newer version replaces it."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import PatientRow


class PlanState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SENT = "sent", "Waiting for the patient"
    AGREED = "agreed", "Agreed"
    QUESTIONED = "questioned", "The patient asks"
    REPLACED = "replaced", "Replaced"
    WITHDRAWN = "withdrawn", "Withdrawn"
    FINISHED = "finished", "Finished"


class Plan(PatientRow):
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=PlanState.choices)
    indication = models.CharField(max_length=60, help_text="id of the indication in the knowledge")
    indication_words = models.CharField(max_length=300)
    goal = models.TextField()
    substance = models.CharField(max_length=40)
    product = models.CharField(max_length=60, help_text="id of the product in the knowledge")
    regimen = models.JSONField(
        help_text="[{at, units}] with units as a decimal string, and as_needed/max_per_day where it is as needed"
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    reassess_on = models.DateField()
    supportive_care = models.JSONField(default=list, help_text="codes of what is offered beside the medicine")
    supportive_note = models.TextField(blank=True)
    written_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "version"], name="one_plan_per_version"),
            models.UniqueConstraint(fields=["patient"], condition=Q(state="agreed"), name="one_agreed_plan"),
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="plan_ends_after_it_starts"),
        ]


class PlanReply(PatientRow):
    """The patient's recorded answer to one version: agree, or ask."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=[("agree", "agree"), ("ask", "ask")])
    words = models.TextField(blank=True)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan"], condition=Q(answer="agree"), name="agreed_once")]


class PlanExtension(PatientRow):
    """A later planned end of an agreed plan, to which the patient agreed together with a taper. The plan itself stays as it was sent."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    ends_on = models.DateField()
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
