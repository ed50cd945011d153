"""The patient's consent: given in the words that were on the screen, withdrawn at any time."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from serein.care.access.consent_texts import CONSENTS
from serein.care.access.models import Consent
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record
from serein.foundation.people.models import Patient

NOT_YOURS = Refused("not-your-consent", "Only the patient can give or withdraw this consent.")
UNKNOWN = Refused("consent-unknown", "There is no such consent.")


@dataclass(frozen=True)
class Given:
    consent_id: UUID
    version: str


@dataclass(frozen=True)
class Withdrawn:
    what: str
    count: int


@deed
def give_consent(chart: OpenChart, what: str) -> Given | Refused:
    """Record consent to the text in force. Saying yes twice to the same words changes nothing; newer words replace older ones."""
    text = CONSENTS.get(what)
    with transaction.atomic():
        if chart.by is None or chart.purpose != "own record":
            return refuse_on_record(chart, "give_consent", NOT_YOURS)
        if text is None:
            return refuse_on_record(chart, "give_consent", UNKNOWN)
        Patient.objects.select_for_update().get(pk=chart.patient_id)  # two taps at once wait for each other here
        in_force = Consent.objects.filter(patient=chart.patient_id, what=what, withdrawn_at=None).first()
        if in_force is not None and in_force.text_version == text.version:
            return Given(in_force.id, text.version)
        Consent.objects.filter(patient=chart.patient_id, what=what, withdrawn_at=None).update(withdrawn_at=chart.at)
        consent = Consent(
            clinic_id=chart.clinic_id, patient_id=chart.patient_id, what=what, text=text.text, text_version=text.version,
            given_by_id=chart.by.account_id, given_at=chart.at,
        )  # fmt: skip
        consent.save(force_insert=True)
        _note(chart, "give_consent", consent.id, {"what": what, "version": text.version})
        return Given(consent.id, text.version)


@deed
def withdraw_consent(chart: OpenChart, what: str) -> Withdrawn | Refused:
    """Withdraw from now on; what was done before stays lawful and recorded."""
    with transaction.atomic():
        if chart.by is None or chart.purpose != "own record":
            return refuse_on_record(chart, "withdraw_consent", NOT_YOURS)
        if what not in CONSENTS:
            return refuse_on_record(chart, "withdraw_consent", UNKNOWN)
        ids = list(Consent.objects.filter(patient=chart.patient_id, what=what, withdrawn_at=None).values_list("id", flat=True))
        count = Consent.objects.filter(pk__in=ids, withdrawn_at=None).update(withdrawn_at=chart.at)
        for one in ids:
            _note(chart, "withdraw_consent", one, {"what": what})
        return Withdrawn(what, count)


def _note(chart: OpenChart, deed: str, consent_id: UUID, facts: dict[str, str]) -> None:
    by = chart.by.account_id if chart.by else None
    record(Entry(chart.clinic_id, chart.at, by, deed).about(chart.patient_id, "consent", consent_id), facts=facts)
