"""Who is who: clinics, accounts, roles, practitioners and their licences, patients and the teams that care for them."""

from datetime import timedelta
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from serein.foundation.rows import ClinicRow, Row, answer, new_id


class Role(models.TextChoices):
    PATIENT = "patient", "Patient"
    CLINICIAN = "clinician", "Clinician"
    PHARMACIST = "pharmacist", "Pharmacist"
    COMPLIANCE = "compliance", "Compliance officer"
    CAREGIVER = "caregiver", "Caregiver"
    TRAINEE = "trainee", "Trainee"
    ADMINISTRATOR = "administrator", "Administrator"
    INTEGRATION = "integration", "Integration client"


class Clinic(Row):
    name = models.CharField(max_length=200)
    jurisdiction = models.CharField(max_length=12, help_text="ISO 3166-2 code, such as US-CA")
    time_zone = models.CharField(max_length=64)
    address = models.CharField(max_length=300)
    phone = models.CharField(max_length=40)
    emergency_number = models.CharField(max_length=20)
    crisis_line = models.CharField(max_length=120)
    demonstration = models.BooleanField(default=False)


# What every request asks next about whoever is signed in; `persons.standing` reads it.
STANDING = """
ARRAY(SELECT role FROM people_rolegrant WHERE account_id = a.id AND revoked_at IS NULL ORDER BY id),
ARRAY(SELECT granted_at FROM people_rolegrant WHERE account_id = a.id AND revoked_at IS NULL ORDER BY id),
(SELECT p.id FROM people_practitioner p WHERE p.account_id = a.id ORDER BY p.id LIMIT 1),
c.id, c.name, c.jurisdiction, c.time_zone, c.address, c.phone, c.emergency_number, c.crisis_line, c.demonstration
FROM people_account a JOIN people_clinic c ON c.id = a.clinic_id WHERE a.id = %s
"""


class Accounts(BaseUserManager["Account"]):
    def get(self, *args: Any, **asked: Any) -> "Account":
        """One account. By its key alone, as every request asks, the statement is written out, and tells where the account stands."""
        if args or asked.keys() != {"pk"} or not isinstance(asked["pk"], UUID):
            return super().get(*args, **asked)
        found = answer(_with_standing(), [asked["pk"]])
        if not found:
            raise Account.DoesNotExist
        names = _columns()
        account = Account.from_db(self.db, names, found[0][: len(names)])
        account.stood = found[0][len(names) :]
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email__iexact=username)


@cache
def _columns() -> list[str]:
    return [field.attname for field in Account._meta.concrete_fields]


@cache
def _with_standing() -> str:
    return f"SELECT {', '.join(f'a.{name}' for name in _columns())}, {STANDING}"


class Account(AbstractBaseUser):
    """A person who can sign in. Carries no policy: the sign-in page reads it before anybody is known."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=200)
    # Not a foreign key: the patient's row stands behind the wall, and sign-in must know whose record is the person's own before a key exists.
    patient_id = models.UUIDField(null=True, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    # Roles with the instants of their grants, practitioner and clinic, as they were when the account was read by its key; else nothing.
    stood: tuple[Any, ...] = ()

    objects = Accounts()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def get_full_name(self) -> str:
        return self.name


class RoleGrant(ClinicRow):
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices)
    granted_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", null=True, help_text="null: the operator, on the console"
    )
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "role"], condition=Q(revoked_at=None), name="one_grant_in_force")
        ]


class Practitioner(ClinicRow):
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    npi = models.CharField(max_length=10, blank=True)
    dea = models.CharField(max_length=9, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    workplace = models.CharField(
        max_length=200, blank=True, help_text="the pharmacy or practice named on what this person signs or dispenses"
    )
    address = models.CharField(max_length=300, blank=True)


class Licence(ClinicRow):
    """A licence as recorded. It lets somebody sign or dispense only while verified, not suspended, not ended, and not expired on that day."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    jurisdiction = models.CharField(max_length=12)
    expires_on = models.DateField()
    evidence = models.TextField(help_text="what was seen, where")
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    verified_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", null=True)
    verified_on = models.DateField(null=True)
    schedules = models.CharField(
        max_length=60,
        blank=True,
        help_text="schedules of controlled medicines that it covers, as the law of its place names them: II III IV V",
    )
    recheck_on = models.DateField(null=True, help_text="the day by which somebody looks at the register again")
    suspended_at = models.DateTimeField(null=True)
    suspended_why = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)


class Patient(ClinicRow):
    """Who the patient is. Stands behind the wall, its own id being the patient."""

    given = models.CharField(max_length=120)
    family = models.CharField(max_length=120)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=10, blank=True, help_text="administrative gender of FHIR: male, female, other, unknown")
    pronouns = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300, blank=True)
    time_zone = models.CharField(max_length=64)
    language = models.CharField(max_length=20, default="en")
    source = models.CharField(max_length=200, blank=True, help_text="system and identifier of an imported record")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "source"], condition=~Q(source=""), name="one_patient_per_source")
        ]


class CareTeam(ClinicRow):
    """Who cares for whom, from when, until when. No policy: the policies of other tables read it."""

    patient_id = models.UUIDField(db_index=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    lead = models.BooleanField(default=False, help_text="the clinician who answers for this patient")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient_id", "account"], condition=Q(until=None), name="one_membership_in_force")
        ]
        # Every policy and every list asks who is in whose care: answered from the index alone, in the order of the patients.
        indexes = [models.Index(fields=["account", "patient_id"], include=["clinic", "since", "until"], name="whose_patients")]


class Invitation(ClinicRow):
    """A single-use way in. Only the token's digest is kept."""

    token_digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    patient_id = models.UUIDField(null=True)
    invited_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", null=True)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    scopes = models.JSONField(default=list, help_text="for a caregiver: names of permissions.SCOPES that the patient offers")
    share_until = models.DateTimeField(null=True, help_text="for a caregiver: when the sharing ends")


class Slip(ClinicRow):
    """Where the code on a prescription leads. No policy and no content: it names one prescription and whose it is."""

    code_digest = models.CharField(max_length=64, unique=True)
    patient_id = models.UUIDField()
    prescription_id = models.UUIDField(unique=True)


class CalendarSlip(ClinicRow):
    """Where the code on a dose calendar leads: since when it counts, and until when. No policy and no content: neither a dose nor a day of one.
    Of one patient's codes at most one counts."""

    code_digest = models.CharField(max_length=64, unique=True)
    patient_id = models.UUIDField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient_id"], condition=Q(until=None), name="one_calendar_in_force")]


class Offer(ClinicRow):
    """A patient offered to a colleague: while it is in force, they may read the handover and decide. No policy and no content, like a slip:
    it names one handover, whose it is, and for whom."""

    patient_id = models.UUIDField()
    handover_id = models.UUIDField(unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient_id"], condition=Q(until=None), name="one_offer_in_force")]


class Caregiving(ClinicRow):
    """What a patient shares with somebody who helps, until when. No policy and no content, like an offer: keys are made from it.

    Revoking sets `until`; nobody is told.
    """

    patient_id = models.UUIDField(db_index=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    scopes = models.JSONField(help_text="names of permissions.SCOPES")
    since = models.DateTimeField()
    until = models.DateTimeField()
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(account=models.F("given_by")), name="nobody_cares_for_themselves")]


class Rota(ClinicRow):
    """Hours in which a clinician is care team for every patient of the clinic, with the rights named here."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    rights = models.JSONField(help_text="names of permissions.ON_ROTA")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="a_rota_has_hours")]
        indexes = [models.Index(fields=["account", "until"])]


class BrokenGlass(ClinicRow):
    """One record opened for an emergency by somebody who is not in its care team. No policy: keys are made from it, compliance reviews it.

    `reason` is a code; the words stand behind the wall, in the record itself.
    """

    patient_id = models.UUIDField(db_index=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField()
    reviewed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", null=True)
    reviewed_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True, help_text="closed before its end: from then on it opens nothing")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=models.F("since")) & Q(until__lte=models.F("since") + timedelta(minutes=60)),
                name="glass_closes_within_the_hour",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=models.F("account")), name="nobody_reviews_their_own_glass"
            ),
        ]


class EmergencyFind(ClinicRow):
    """One look for a patient in an emergency. `asked` is a keyed digest of name and birth date: it counts different people, and names nobody."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asked = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "-at"])]


class FactorTry(ClinicRow):
    """One attempt to prove two factors for one act. `counter` is the time step of a one-time code that was accepted: it can never be again."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    proved = models.BooleanField()
    counter = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "counter"], name="one_time_code_once")]
        indexes = [models.Index(fields=["account", "-at"])]
