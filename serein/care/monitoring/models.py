"""What the patient takes and how they are, and the dated review without which a plan is not renewed."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import PatientRow


class DoseStatus(models.TextChoices):
    TAKEN = "taken", "Taken"
    MISSED = "missed", "Missed"
    UNSURE = "unsure", "Not sure"


class DoseEntry(PatientRow):
    """One line of the diary. What was undone stays, marked; a day without a line says nothing about what was taken."""

    plan = models.ForeignKey("planning.Plan", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=DoseStatus.choices)
    slot = models.CharField(max_length=20, help_text="time of day in the plan, such as night; as_needed for a use without one")
    dose_day = models.DateField(help_text="the day in the patient's zone that the dose belongs to")
    taken_at = models.DateTimeField(null=True, help_text="when it was taken, as the patient says; null when missed or not sure")
    parts = models.JSONField(help_text="[{product, units}] as planned, units as decimal strings")
    mg = models.DecimalField(max_digits=9, decimal_places=4)
    reason = models.CharField(max_length=300, blank=True, help_text="why, for an as-needed use")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    private = models.BooleanField(default=False, help_text="the patient keeps this from whoever helps them")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "dose_day", "slot"],
                condition=Q(undone_at=None) & ~Q(slot="as_needed"),
                name="one_entry_per_planned_dose",
            ),
            models.CheckConstraint(condition=Q(mg__gte=0), name="no_negative_dose"),
        ]


class CheckIn(PatientRow):
    """At most five answers, and the red flags that they raised. Each answer is stored before any advice is shown; a corrected answer that had
    raised a flag makes a new row, and both stay."""

    form_version = models.CharField(max_length=20)
    day = models.DateField(help_text="the day in the patient's zone")
    answers = models.JSONField()
    flags = models.JSONField(default=list, help_text="codes of the red flags, as the form names them")
    level = models.CharField(max_length=20, blank=True, help_text="emergency, same-day or empty")
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField()
    finished_at = models.DateTimeField(
        null=True, help_text="sent by the patient, or closed because a corrected one took its place"
    )
    private = models.BooleanField(default=False, help_text="the patient keeps this from whoever helps them")
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient"], condition=Q(finished_at=None), name="one_open_check_in")]


class Contact(PatientRow):
    """What a clinician did about something that the patient told. It closes the task, unless the patient was not reached."""

    about = models.CharField(max_length=60, help_text="kind of the task")
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="+", null=True)
    how = models.CharField(max_length=20)
    words = models.TextField()
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Reassessment(PatientRow):
    """A clinician's dated review of one plan. It unlocks renewal up to the next date and no further."""

    plan = models.ForeignKey("planning.Plan", on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=[(d, d) for d in ("continue", "change", "taper", "stop")])
    seen = models.JSONField(help_text="what was on the page when it was decided: codes, counts and dates")
    words = models.TextField(help_text="benefit, harm and what the patient wishes")
    on = models.DateField()
    next_on = models.DateField()
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(next_on__gt=models.F("on")), name="next_review_lies_ahead")]


class Bridge(PatientRow):
    """A short supply in spite of a missed review, with its reason: never an abrupt stop."""

    plan = models.ForeignKey("planning.Plan", on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=40)
    words = models.TextField(blank=True)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(days__gte=1), name="bridge_has_days")]


class MeasuredLevel(PatientRow):
    """A level that a laboratory found, as it was printed. What was entered in error stays, marked, with its reason; what the clinic's own check
    doubts counts only from the moment a clinician says that it is right."""

    substance = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=11, decimal_places=4)
    unit = models.CharField(max_length=10)
    drawn_at = models.DateTimeField(help_text="when the blood was taken")
    last_dose_at = models.DateTimeField(
        null=True, help_text="when the last dose before it was taken, as told; null when not told"
    )
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    right_at = models.DateTimeField(null=True, help_text="when a clinician said that it is right in spite of a doubt")
    right_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    right_why = models.CharField(max_length=300, blank=True)
    error_at = models.DateTimeField(null=True, help_text="when it was marked as entered in error")
    error_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    error_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(value__gt=0), name="a_level_is_above_zero"),
            models.CheckConstraint(
                condition=Q(last_dose_at=None) | Q(last_dose_at__lte=models.F("drawn_at")), name="last_dose_before_the_blood"
            ),
        ]


class PictureChoice(PatientRow):
    """Whether the patient sees a picture of the estimated level. The newest row counts; without one there is none."""

    shows = models.CharField(max_length=10, choices=[(s, s) for s in ("nothing", "picture", "numbers")])
    why = models.CharField(max_length=300)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
