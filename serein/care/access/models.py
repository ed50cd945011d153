"""What a person agreed to, in which words, until when; and who may sign controlled medicines, granted by whom."""

from django.db import models
from django.db.models import F, Q

from serein.foundation.rows import ClinicRow, PatientRow


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


class SigningGrant(ClinicRow):
    """The right to sign controlled medicines: asked for by one person, approved by another, and by neither for themselves (21 CFR 1311.125).

    Waiting while `approved_at` is null, in force until `ended_at`. The first registrant of a clinic is entered by the operator on the
    server's console (`entered_by` null) and approved by the compliance officer.
    """

    practitioner = models.ForeignKey("people.Practitioner", on_delete=models.PROTECT, related_name="+")
    # The same human as `practitioner`, written again because a CHECK sees one row only.
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    on_console = models.BooleanField(default=False)
    entered_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    entered_at = models.DateTimeField()
    approved_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(ended_at=None), name="one_signing_grant"),
            models.CheckConstraint(condition=Q(entered_by=None) | ~Q(entered_by=F("account")), name="nobody_enters_their_own"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("account")), name="nobody_approves_their_own"
            ),
            models.CheckConstraint(
                condition=Q(entered_by=None) | Q(approved_by=None) | ~Q(approved_by=F("entered_by")), name="two_people_grant"
            ),
            models.CheckConstraint(
                condition=Q(on_console=True, entered_by=None) | Q(on_console=False, entered_by__isnull=False),
                name="only_the_console_enters_alone",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None) | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="an_approval_has_a_person",
            ),
        ]
