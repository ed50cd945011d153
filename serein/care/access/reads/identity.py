"""Who saw who the patient is, and how the patient may be reached."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from serein.care.access.models import IdentityProof, ProviderProof, SafeContact, StaffIdentity, StaffProof, Vouched
from serein.foundation.people.ages import birthday, majority_of
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenJob, OpenList
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import clinic_card, clinic_day, name_of

NOT_ASKED = "The patient has not said how they may be reached. Ask before you leave a message or write."


@dataclass(frozen=True)
class IdentityLine:
    how: str
    document: str
    note: str
    seen_on: date
    by: str


@dataclass(frozen=True)
class ProviderLine:
    """What a provider vouched for. `differs` and `not_compared` name given, family, birth_date or name; names as the provider told them."""

    provider: str
    level: str
    proved_at: datetime
    given: str
    family: str
    birth_date: date | None
    differs: tuple[str, ...]
    not_compared: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether it speaks of the person in the record: nothing differs, and family name and birth date could be compared."""
        return not self.differs and not {"family", "birth_date"} & set(self.not_compared)


@dataclass(frozen=True)
class ContactChoice:
    """How the patient may be reached. `voicemail`: a message may be left."""

    email: bool
    call: bool
    phone: str
    hours: str
    voicemail: bool
    words: str
    given_at: datetime

    @property
    def lines(self) -> tuple[str, ...]:
        """What a caller must know, the forbidden first."""
        call = f"Call {self.phone}".strip() + (f", {self.hours}" if self.hours else "") if self.call else "Do not call"
        message = () if not self.call else ("A message may be left" if self.voicemail else "Leave no message",)
        return (
            call,
            *message,
            "Neutral e-mail is fine" if self.email else "Do not write e-mails",
            *([self.words] if self.words else []),
        )


@shown
def identity_proofs(chart: OpenChart) -> tuple[IdentityLine, ...]:
    """Everything that was seen, newest first; empty: nobody has."""
    rows = IdentityProof.objects.filter(patient=chart.patient_id).order_by("-at", "-id")
    return tuple(IdentityLine(r.how, r.document, r.note, r.seen_on, name_of(r.by_id)) for r in rows)


@shown
def provider_proofs(chart: OpenChart) -> tuple[ProviderLine, ...]:
    """What identity providers vouched for, newest first."""
    return tuple(map(_line, ProviderProof.objects.filter(patient=chart.patient_id).order_by("-at", "-id")))


@shown
def staff_proofs(key: OpenList | OpenJob, account_id: UUID) -> tuple[ProviderLine, ...]:
    """What identity providers vouched for about somebody who works here, newest first."""
    return tuple(map(_line, StaffProof.objects.filter(clinic=key.clinic_id, by=account_id).order_by("-at", "-id")))


@shown
def staff_identities(listing: OpenList, account_id: UUID) -> tuple[IdentityLine, ...]:
    """Every document of somebody who works here that compliance saw, newest first; empty: nobody has."""
    rows = StaffIdentity.objects.filter(clinic=listing.clinic_id, account=account_id).order_by("-at", "-id")
    return tuple(IdentityLine(r.how, r.document, r.note, r.seen_on, name_of(r.by_id)) for r in rows)


def _line(r: Vouched) -> ProviderLine:
    return ProviderLine(
        r.provider, r.level, r.proved_at, r.given, r.family, r.birth_date, tuple(r.differs), tuple(r.not_compared)
    )


@shown
def contact_choice(chart: OpenChart) -> ContactChoice | None:
    """The newest choice; None: nobody has asked yet."""
    r = SafeContact.objects.filter(patient=chart.patient_id).order_by("-given_at", "-id").first()
    return ContactChoice(r.email, r.call, r.phone, r.hours, r.voicemail, r.words, r.given_at) if r else None


@shown
def may_write_to(job: OpenJob, patient_id: UUID) -> bool:
    """Whether a letter may go to this patient's address: not when they said that it is not safe."""
    newest = SafeContact.objects.filter(clinic=job.clinic_id, patient=patient_id).order_by("-given_at", "-id")
    return newest.values_list("email", flat=True).first() is not False


# Below this age it is said when the age of majority is unknown. It decides nothing: it only keeps the line from everybody's chart.
SAID_BELOW_YEARS = 25


@dataclass(frozen=True)
class ComingOfAge:
    """`day`: from which the patient decides alone; None: unknown, because nobody wrote down the age for this place."""

    day: date | None
    source: str


@shown
def coming_of_age(chart: OpenChart) -> ComingOfAge | None:
    """For a patient who is a minor here, or may be one; None for everybody else, and where the birth date is unknown."""
    born = Patient.objects.values_list("birth_date", flat=True).filter(pk=chart.patient_id).first()
    if born is None:
        return None
    today, law = clinic_day(chart.clinic_id, chart.at), majority_of(clinic_card(chart.clinic_id).jurisdiction)
    if law is None:
        return ComingOfAge(None, "") if today < birthday(born, SAID_BELOW_YEARS) else None
    day = birthday(born, law.years)
    return ComingOfAge(day, law.source) if today < day else None
