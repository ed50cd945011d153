"""A reduction as it was agreed: its steps, its holds, and which change the patient was told of and confirmed."""

from django.db import models
from django.db.models import Q

from serein.foundation.rows import PatientRow


class TaperState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SENT = "sent", "Waiting for the patient"
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"
    REPLACED = "replaced", "Replaced"
    WITHDRAWN = "withdrawn", "Withdrawn"


class TaperCourse(PatientRow):
    """One version. What was sent is never changed: a hold or a new pace makes a new version that replaces it."""

    plan = models.ForeignKey("planning.Plan", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=TaperState.choices)
    substance = models.CharField(max_length=40)
    request = models.JSONField(help_text="the request in the form of `serein taper`")
    answer = models.JSONField(help_text="the plan in the form of `serein taper`")
    knowledge_version = models.CharField(max_length=20)
    starts_on = models.DateField()
    ends_on = models.DateField()
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    why = models.CharField(max_length=300, blank=True, help_text="why this version replaces the earlier one")
    written_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "version"], name="one_taper_per_version"),
            models.UniqueConstraint(fields=["patient"], condition=Q(state="running"), name="one_running_taper"),
            models.UniqueConstraint(fields=["patient"], condition=Q(state="draft"), name="one_taper_draft"),
            models.UniqueConstraint(fields=["patient"], condition=Q(state="sent"), name="one_taper_waiting"),
            models.CheckConstraint(
                condition=~Q(state__in=("running", "finished")) | Q(agreed_at__isnull=False), name="no_taper_without_agreement"
            ),
        ]


class TaperStep(PatientRow):
    course = models.ForeignKey(TaperCourse, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    daily_mg = models.DecimalField(max_digits=9, decimal_places=4)
    doses = models.JSONField()
    terminal = models.BooleanField()
    told_at = models.DateTimeField(null=True, help_text="when the patient was told of this step")
    ready_at = models.DateTimeField(
        null=True, help_text="when the patient, or a clinician who spoke with them, said that it may come"
    )
    go_on_at = models.DateTimeField(
        null=True, help_text="when a clinician decided that it comes; the agreement decides on the first"
    )
    go_on_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    go_on_why = models.CharField(max_length=300, blank=True, default="")
    confirmed_at = models.DateTimeField(null=True, help_text="when the patient confirmed that they changed to it")
    confirmed_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="one_step_per_number"),
            models.CheckConstraint(
                condition=Q(go_on_at__isnull=True, go_on_by__isnull=True)
                | Q(go_on_at__isnull=False, go_on_by__isnull=False) & ~Q(go_on_why=""),
                name="no_go_on_without_whom_and_why",
            ),
        ]


class Hold(PatientRow):
    """The dose stays as it is until a day, or until somebody decides."""

    course = models.ForeignKey(TaperCourse, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    asked_by_patient = models.BooleanField(default=False)
    why = models.CharField(max_length=300)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Happening(PatientRow):
    """Something happened in the middle of a taper, in a clinician's words. What follows from it is a draft of the next version, or nothing."""

    course = models.ForeignKey(TaperCourse, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    why = models.CharField(max_length=300)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class TaperReply(PatientRow):
    """What the patient said to one version: agree, or a wish. A wish is answered by a person."""

    course = models.ForeignKey(TaperCourse, on_delete=models.PROTECT, related_name="+")
    wish = models.CharField(max_length=10, choices=[(w, w) for w in ("agree", "wait", "slower", "pause", "back", "ask")])
    words = models.TextField(blank=True)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)


class SupervisedCourse(PatientRow):
    """Alcohol withdrawal treated under supervision, as a clinician began it. It is a substance-use record and carries that segment; its content
    stays as it was written, and it is ended once."""

    segment = models.CharField(max_length=40, default="substance-use", help_text="a Sight of its own")
    regimen = models.CharField(max_length=60, help_text="id of the published regimen in the knowledge")
    kind = models.CharField(max_length=20)
    substance = models.CharField(max_length=40)
    dose_mg = models.DecimalField(max_digits=9, decimal_places=4)
    setting = models.CharField(max_length=20)
    who_watches = models.CharField(max_length=300)
    reasons = models.JSONField(help_text="people of a preference that are true here")
    despite = models.CharField(max_length=300, blank=True, help_text="why another substance than the preferred one")
    before_mg = models.DecimalField(
        max_digits=9, decimal_places=4, null=True, help_text="the benzodiazepine taken daily before, as told"
    )
    knowledge_version = models.CharField(max_length=20)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(ended_at=None), name="one_open_supervised_course"),
            models.CheckConstraint(condition=Q(dose_mg__gt=0), name="a_supervised_dose_is_above_zero"),
        ]


class SupervisedScore(PatientRow):
    """One look at the patient: ten ratings, what was seen beside them, and what the regimen gave. Written before the answer is shown."""

    segment = models.CharField(max_length=40, default="substance-use", help_text="a Sight of its own")
    course = models.ForeignKey(SupervisedCourse, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    points = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=40)
    drowsy = models.BooleanField()
    seizure = models.BooleanField()
    gives_mg = models.DecimalField(max_digits=9, decimal_places=4, help_text="what the regimen gave at this score")
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class SupervisedDose(PatientRow):
    """What was given at one look; nothing is an answer too."""

    segment = models.CharField(max_length=40, default="substance-use", help_text="a Sight of its own")
    score = models.OneToOneField(SupervisedScore, on_delete=models.PROTECT, related_name="+")
    mg = models.DecimalField(max_digits=9, decimal_places=4)
    why = models.CharField(max_length=300, blank=True, help_text="why it is not what the regimen gave")
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(mg__gte=0), name="no_negative_supervised_dose")]


class StartNote(PatientRow):
    """What was told and seen where a taper cannot begin at a steady dose yet: use when needed, or tablets that nobody prescribed. It holds words
    and days, and a dose only where one was prescribed; a newer note takes its place and the older stays."""

    segment = models.CharField(max_length=40, blank=True, help_text="a Sight of its own, such as substance-use; empty: none")
    kind = models.CharField(max_length=20, choices=[(k, k) for k in ("as-needed", "unprescribed")])
    told = models.JSONField(help_text="what was asked, by the name of the question, with the answer in words")
    steps = models.JSONField(
        default=list, help_text="steps of fewer days a week, in the form of `serein taper`; empty where there are none"
    )
    steady = models.BooleanField(
        default=False, help_text="the dose that a clinician watched is steady: a taper can be planned from it"
    )
    again_on = models.DateField(null=True)
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(steady=True) | Q(again_on__isnull=False), name="come_again_until_it_is_steady"),
        ]
