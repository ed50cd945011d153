"""The patient lets substance-use records go to one named recipient, and takes it back. Nobody else can say this for them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from serein.care.access.consent_texts import PASSING_ON, PASSING_ON_VERSION, PASSING_ON_YES
from serein.care.access.models import PassingOn
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record
from serein.foundation.people.models import Patient
from serein.foundation.people.permissions import Sight

from .sharing import LONGEST, Unclear

LONGEST_RECIPIENT = 200
TREATMENT = "treatment"
NOT_YOURS = Refused("not-your-consent", "Only the patient can give or withdraw this consent.")


@dataclass(frozen=True)
class NewPassingOn:
    """`until` is the last day, at the patient's home, on which the records may go."""

    recipient: str
    recipient_clinic: str
    until: date


@dataclass(frozen=True)
class PassingOnAllowed:
    id: UUID


@dataclass(frozen=True)
class PassingOnTakenBack:
    id: UUID
    again: bool = False


@deed
@transaction.atomic
def allow_passing_on(chart: OpenChart, new: NewPassingOn) -> PassingOnAllowed | Unclear | Refused:
    """Record the patient's word: to whom, for their treatment, until which day, in the words that were on the screen."""
    if chart.by is None or chart.by.patient_id != chart.patient_id:
        return refuse_on_record(chart, "allow_passing_on", NOT_YOURS)
    patient = Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)
    recipient, clinic = _plain(new.recipient), _plain(new.recipient_clinic)
    wrong = _unclear(recipient, clinic, new.until, chart.at.astimezone(ZoneInfo(patient.time_zone)).date())
    if wrong:
        return Unclear(tuple(wrong))
    row = PassingOn(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, recipient=recipient, recipient_clinic=clinic, purpose=TREATMENT,
        segment=str(Sight.SUBSTANCE_USE), text="\n\n".join((*PASSING_ON, PASSING_ON_YES)), text_version=PASSING_ON_VERSION,
        given_by_id=chart.by.account_id, given_at=chart.at, until=_end(patient, new.until),
    )  # fmt: skip
    row.save(force_insert=True)
    _note(chart, "allow_passing_on", row.id)
    return PassingOnAllowed(row.id)


@deed
@transaction.atomic
def take_back_passing_on(chart: OpenChart, passing_id: UUID) -> PassingOnTakenBack | Refused:
    """From now on nothing more goes. What was sent before was allowed, and stays with who has it."""
    if chart.by is None or chart.by.patient_id != chart.patient_id:
        return refuse_on_record(chart, "take_back_passing_on", NOT_YOURS)
    mine = PassingOn.objects.filter(pk=passing_id, patient=chart.patient_id)
    if mine.filter(withdrawn_at=None).update(withdrawn_at=chart.at) == 1:
        _note(chart, "take_back_passing_on", passing_id)
        return PassingOnTakenBack(passing_id)
    if mine.exists():
        return PassingOnTakenBack(passing_id, again=True)
    return refuse_on_record(chart, "take_back_passing_on", Refused("consent-unknown", "There is no such consent."))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _unclear(recipient: str, clinic: str, until: date, today: date) -> list[tuple[str, str]]:
    wrong = []
    for field, value, words in (
        ("recipient", recipient, "Enter the name of the person who may have it."), ("recipient_clinic", clinic, "Enter their clinic."),
    ):  # fmt: skip
        if not value or len(value) > LONGEST_RECIPIENT or not value.isprintable():
            wrong.append((field, words))
    if not today <= until <= today + LONGEST:
        wrong.append(("until", "Choose a last day from today on, at most one year away."))
    return wrong


def _end(patient: Patient, last: date) -> datetime:
    """The last day counts whole, at the patient's home."""
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(patient.time_zone))


def _note(chart: OpenChart, deed: str, passing_id: UUID) -> None:
    by = chart.by.account_id if chart.by else None
    record(Entry(chart.clinic_id, chart.at, by, deed).about(chart.patient_id, "passing_on", passing_id))
