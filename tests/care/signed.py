"""A clinic with signed prescriptions, written row by row: for tests of what comes after the signature, whoever signed."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from serein.care.planning.models import Plan
from serein.care.prescribing import codes, payload
from serein.care.prescribing.actions.dispensing import dispense
from serein.care.prescribing.actions.signing import cancel_prescription
from serein.care.prescribing.models import Draft, Prescription
from serein.care.prescribing.signer import Seal, signer
from serein.foundation.people.keys import OpenChart, OpenSlip, code_digest, open_slip
from serein.foundation.people.models import Licence, Slip
from serein.foundation.people.persons import Person
from serein.foundation.rows import new_id
from tests.care.contents import plain_content
from tests.people import TestClinic, given, make_clinic, open_for

AT = datetime(2026, 11, 22, 22, 5, tzinfo=UTC)  # 14:05 in Los Angeles
TODAY = date(2026, 11, 22)
ZONE = "America/Los_Angeles"


@dataclass(frozen=True)
class SignedOne:
    """One signed prescription and what is needed to open it."""

    id: UUID
    code: str
    patient_id: UUID
    content: payload.Content


@dataclass
class SmallClinic:
    clinic: TestClinic
    clinician: Person
    pharmacist: Person
    patient: Person

    def licence(self, who: Person) -> Licence:
        return Licence.objects.get(practitioner=who.practitioner_id)

    def slip(self, one: SignedOne, *, by: Person | None, at: datetime = AT) -> OpenSlip:
        return given(open_slip(one.code, by=by, at=at))


def small_clinic(name: str = "Riverside Clinic") -> SmallClinic:
    clinic = make_clinic(AT, name=name)
    clinician = clinic.clinician()
    return SmallClinic(clinic, clinician, clinic.pharmacist(), clinic.patient(of=clinician))


def content_for(place: SmallClinic, draft: Draft) -> payload.Content:
    plain = plain_content()
    assert place.patient.patient_id is not None
    return replace(
        plain,
        draft_id=draft.id,
        patient=replace(plain.patient, id=place.patient.patient_id),
        prescriber=replace(plain.prescriber, id=place.clinician.account_id, name=place.clinician.name),
        clinic=replace(plain.clinic, id=place.clinic.id),
    )


def _plan(chart: OpenChart) -> Plan:
    """The one agreed plan of this patient."""
    assert chart.by is not None
    defaults = {
        "state": "agreed", "indication": "anxiety", "indication_words": "severe anxiety", "goal": "sleep", "substance": "diazepam",
        "product": "diazepam-tablet-5", "regimen": [{"at": "night", "units": "1"}], "starts_on": TODAY, "ends_on": TODAY + timedelta(days=28),
        "reassess_on": TODAY + timedelta(days=14), "written_by_id": chart.by.account_id, "written_at": chart.at,
    }  # fmt: skip
    return Plan.objects.get_or_create(clinic_id=chart.clinic_id, patient_id=chart.patient_id, version=1, defaults=defaults)[0]


@transaction.atomic
def sign_one(place: SmallClinic, *, at: datetime = AT, **changes: object) -> SignedOne:
    """A draft and a signed prescription with its slip. `changes` are made to the content before it is signed."""
    chart, by = open_for(place.clinician, place.patient, at), place.clinician.account_id
    who = {"clinic_id": chart.clinic_id, "patient_id": chart.patient_id}
    plan = _plan(chart)
    draft = Draft.objects.create(**who, plan=plan, prepared_by_id=by, state="signed", order={}, created_at=at, changed_at=at)
    built = payload.build(replace(content_for(place, draft), **changes))  # type: ignore[arg-type]
    code, row_id = codes.new_code(), new_id()
    signature = signer().sign(built.canonical, Seal(row_id, code_digest(code), at.replace(microsecond=0)))
    Prescription.objects.create(
        **who, id=row_id, draft=draft, prescriber_id=by, licence=place.licence(place.clinician), code=code, payload=built.canonical,
        payload_sha256=built.sha256, signature=signature.jws, key_id=signature.key_id, signed_at=at, valid_from=built.content.valid_from,
        valid_until=built.content.valid_until,
    )  # fmt: skip
    Slip.objects.create(**who, code_digest=code_digest(code), prescription_id=row_id)
    return SignedOne(row_id, code, chart.patient_id, built.content)


@transaction.atomic
def cancel_one(place: SmallClinic, one: SignedOne, *, at: datetime = AT) -> object:
    return cancel_prescription(open_for(place.clinician, place.patient, at), one.id, why="Wrong dose")


@transaction.atomic
def dispense_one(place: SmallClinic, one: SignedOne, **changes: object) -> object:
    """What the pharmacist's post does, in a transaction of its own as a request has."""
    slip = place.slip(one, by=changes.pop("by", place.pharmacist), at=changes.pop("at", AT))  # type: ignore[arg-type]
    how: dict[str, object] = {"identity_checked": True, "quantity": Decimal(one.content.quantity), **changes}
    return dispense(slip, **how)  # type: ignore[arg-type]
