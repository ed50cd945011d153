"""What a person agreed to, in which words, until when; and who may sign controlled medicines, granted by whom."""

from django.db import models
from django.db.models import F, Q

from serein.foundation.rows import ClinicRow, PatientRow, Row


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


class EmergencyWords(PatientRow):
    """Why a record was opened for an emergency, in words: they may speak of the patient, so they stand in the record."""

    glass = models.OneToOneField("people.BrokenGlass", on_delete=models.PROTECT, related_name="+")
    words = models.TextField()


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


class RegistryFile(Row):
    """A file of a public register, by its digest: read once, to its end, however often it was begun. `lines` is how far it was kept."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    on = models.DateField(help_text="the last day that the file speaks for")
    begun_at = models.DateTimeField()
    lines = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)


class RegistryEntry(Row):
    """One provider as the newest file has them: numbers, names and licences, no address and no telephone number. Public, so no clinic's."""

    npi = models.CharField(max_length=10, unique=True)
    entity_type = models.CharField(max_length=1, blank=True)
    family = models.CharField(max_length=200, blank=True)
    given = models.CharField(max_length=200, blank=True)
    middle = models.CharField(max_length=200, blank=True)
    organization = models.CharField(max_length=300, blank=True)
    credential = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    licences = models.JSONField(help_text="[taxonomy, number, state, primary], as the register has them")
    deactivated_on = models.DateField(null=True)
    reactivated_on = models.DateField(null=True)
    on = models.DateField(help_text="the day that the file speaks for, which said this")
    file = models.ForeignKey(RegistryFile, on_delete=models.PROTECT, related_name="+")


class RegistryRefusal(Row):
    """A row of a file that could not be kept, and why: nothing is dropped silently."""

    file = models.ForeignKey(RegistryFile, on_delete=models.PROTECT, related_name="+")
    line = models.PositiveBigIntegerField()
    why = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="one_refusal_a_line")]


class LicenceLook(ClinicRow):
    """One look at a primary source for one licence: what it said, when, by whom. Evidence; it verifies nothing by itself."""

    licence = models.ForeignKey("people.Licence", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40, help_text="nppes, or manual")
    verdict = models.CharField(max_length=20, help_text="match, differs, not-found, deactivated, or seen")
    differs = models.JSONField(default=list, help_text="in what the source says something else, in words")
    where = models.CharField(max_length=300, help_text="which register or file")
    document = models.CharField(max_length=200, blank=True, help_text="reference of what was kept")
    on = models.DateField(help_text="the day for which the source speaks")
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class PassingOn(PatientRow):
    """The patient's written word that substance-use records may go to one named recipient, for one purpose, until a day, until taken back."""

    recipient = models.CharField(max_length=200)
    recipient_clinic = models.CharField(max_length=200)
    purpose = models.CharField(max_length=20, help_text="what for: treatment")
    segment = models.CharField(max_length=40, help_text="what: a Sight of its own, such as substance-use")
    text = models.TextField(help_text="the words that were on the screen")
    text_version = models.CharField(max_length=20)
    given_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("given_at")), name="passing_on_has_an_end")]


class IdentityProof(PatientRow):
    """Somebody of the care team saw who the patient is: how, by which document, on which day. Evidence, never the patient's own word."""

    how = models.CharField(max_length=20)
    document = models.CharField(max_length=40)
    note = models.CharField(max_length=300, blank=True, help_text="what was compared; no number of the document")
    seen_on = models.DateField()
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class StaffIdentity(ClinicRow):
    """Compliance saw who somebody is who works here: how, by which document, on which day. Evidence, never that person's own word."""

    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=20)
    document = models.CharField(max_length=40)
    note = models.CharField(max_length=300, blank=True, help_text="what was compared; no number of the document")
    seen_on = models.DateField()
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(by=F("account")), name="nobody_vouches_for_themselves")]


class SafeContact(PatientRow):
    """How the patient may be reached, in their own words; the newest counts. No row: nobody has asked yet."""

    email = models.BooleanField(help_text="neutral letters by e-mail")
    call = models.BooleanField()
    phone = models.CharField(max_length=40, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    voicemail = models.BooleanField(default=False)
    words = models.CharField(max_length=300, blank=True, help_text="what else the caller must know")
    given_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()


class Vouched(models.Model):
    """What a provider vouched for, and how it compares with what is written here. Names as told, so that a difference can be looked at."""

    provider = models.CharField(max_length=60, help_text="the provider, as people read it")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255, help_text="the provider's own name for the person")
    acr = models.CharField(max_length=200)
    level = models.CharField(max_length=200, help_text="what that acr meant, in the operator's words at that time")
    given = models.CharField(max_length=120, blank=True)
    family = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField(null=True)
    differs = models.JSONField(default=list, help_text="what differs from the record: given, family, birth_date, name")
    not_compared = models.JSONField(default=list, help_text="what the provider or the record does not tell")
    proved_at = models.DateTimeField(help_text="when the person showed themselves to the provider")
    by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+", help_text="whose account began it")
    at = models.DateTimeField()

    class Meta:
        abstract = True


class ProviderProof(Vouched, PatientRow):
    """A provider vouched for a patient. Evidence beside a document seen, never the patient's own word."""


class StaffProof(Vouched, ClinicRow):
    """A provider vouched for somebody who works here: evidence beside their licence. `by` is that person."""


class ProvenSubject(ClinicRow):
    """Which account one subject of one provider has proved here: a digest and nothing else, so that it names nobody."""

    digest = models.CharField(max_length=64, help_text="keyed digest of issuer and subject")
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "digest"], name="one_person_a_subject")]
