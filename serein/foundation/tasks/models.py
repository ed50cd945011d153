"""What somebody must still do: each task has an owner, a due time, and the deed that finishes it."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import ClinicRow, PatientRow


class Tier(models.TextChoices):
    NOW = "now", "Now"
    TODAY = "today", "Today"
    WEEK = "week", "This week"


class Task(PatientRow):
    kind = models.CharField(max_length=60, help_text="stable code of what is to be done")
    tier = models.CharField(max_length=10, choices=Tier.choices)
    owner = models.ForeignKey(
        "people.Account",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="null: whoever of the care team is there",
    )
    title = models.CharField(max_length=200)
    why = models.CharField(max_length=300)
    source = models.CharField(max_length=200, help_text="where the reason comes from, for people")
    subject_id = models.UUIDField(null=True)
    finished_by = models.CharField(max_length=60, help_text="the deed that closes it")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    done_why = models.CharField(max_length=300, blank=True)

    class Meta:
        # One open task for one reason: the same fact never makes two lines.
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind", "subject_id"], condition=Q(done_at=None), name="one_open_task", nulls_distinct=False
            )
        ]
        # What is open is asked for with every list, and years of what is done lie beside it.
        indexes = [models.Index(fields=["clinic"], condition=Q(done_at=None), name="open_tasks")]


class DeskTask(ClinicRow):
    """What compliance must still do. It speaks of people who work here and names no patient."""

    kind = models.CharField(max_length=60, help_text="stable code of what is to be done")
    tier = models.CharField(max_length=10, choices=Tier.choices)
    owner = models.ForeignKey(
        "people.Account", on_delete=models.PROTECT, related_name="+", null=True, help_text="null: any officer"
    )
    title = models.CharField(max_length=200)
    why = models.CharField(max_length=300)
    source = models.CharField(max_length=200, help_text="where the reason comes from, for people")
    subject_id = models.UUIDField(help_text="the licence or the account that it is about")
    finished_by = models.CharField(max_length=60, help_text="the deed that closes it")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    done_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "kind", "subject_id"], condition=Q(done_at=None), name="one_open_desk_task")
        ]
