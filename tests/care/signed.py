"""A small clinic with signed prescriptions, written row by row: for tests of what comes after the signature."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from serein.care.planning.models import Plan
from serein.care.prescribing import codes, payload, words
from serein.care.prescribing.models import Draft, Prescription
from serein.care.prescribing.signer import Seal, signer
from serein.foundation.people.keys import OpenChart, OpenSlip, code_digest, open_new_chart, open_slip
from serein.foundation.people.models import Account, CareTeam, Clinic, Licence, Patient, Practitioner, Role, RoleGrant, Slip
from serein.foundation.people.persons import Person, person
from serein.foundation.rows import new_id

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
    clinic: Clinic
    clinician: Person
    pharmacist: Person
    officer: Account
    licences: dict[UUID, Licence]

    def slip(self, one: SignedOne, *, by: Person | None, at: datetime = AT) -> OpenSlip:
        key = open_slip(one.code, by=by, at=at)
        assert isinstance(key, OpenSlip), key
        return key


def staff(clinic: Clinic, officer: Account, role: str, name: str) -> tuple[Person, Licence]:
    account = Account.objects.create(clinic=clinic, email=f"{new_id()}@example.test", name=name, password="!", created_at=AT)
    RoleGrant.objects.create(clinic=clinic, account=account, role=role, granted_at=AT - timedelta(days=9))
    practitioner = Practitioner.objects.create(
        clinic=clinic, account=account, workplace="Main St Pharmacy", phone="(555) 010-0142"
    )
    licence = Licence.objects.create(
        clinic=clinic, practitioner=practitioner, kind="pharmacist" if role == Role.PHARMACIST else "prescriber", number="LIC-1",
        jurisdiction=clinic.jurisdiction, expires_on=date(2027, 6, 30), evidence="seen", recorded_by=officer, recorded_at=AT,
        verified_by=officer, verified_on=date(2026, 1, 5),
    )  # fmt: skip
    found = person(account.id, at=AT)
    assert found is not None
    return found, licence


def small_clinic(name: str = "Riverside Clinic") -> SmallClinic:
    clinic = Clinic.objects.create(
        name=name, jurisdiction="US-CA", time_zone=ZONE, address="1 Clinic Road, Sacramento, CA 95814", phone="(555) 010-0100",
        emergency_number="911", crisis_line="988",
    )  # fmt: skip
    officer = Account.objects.create(clinic=clinic, email=f"{new_id()}@example.test", name="Officer", password="!", created_at=AT)
    clinician, one = staff(clinic, officer, Role.CLINICIAN, "Dr Ada Okafor")
    pharmacist, other = staff(clinic, officer, Role.PHARMACIST, "J. Ruiz")
    return SmallClinic(clinic, clinician, pharmacist, officer, {clinician.account_id: one, pharmacist.account_id: other})


def content_for(place: SmallClinic, chart: OpenChart, draft: Draft, **changes: object) -> payload.Content:
    directions = words.regular_directions(
        [words.TimedDose("morning", Decimal("0.5")), words.TimedDose("night", Decimal("1"))],
        words.Unit("tablet", Decimal("5")),
        days=28,
    )
    content = payload.Content(
        draft_id=draft.id, draft_version=draft.version, issued_on=TODAY,
        patient=payload.PatientLines(chart.patient_id, "Maria", "Torres", date(1972, 3, 12), "12 Elm Street, Sacramento, CA 95814"),
        medicine=payload.MedicineLines("diazepam", "5 mg", "tablet", "diazepam-tablet-5mg"),
        quantity=Decimal("42"), unit="tablet", directions=directions, refills=0,
        prescriber=payload.PrescriberLines(
            place.clinician.account_id, "Dr Ada Okafor", place.clinic.address, "(555) 010-0142", "AO1234563", "1234567893", "LIC-1"
        ),
        clinic=payload.ClinicLines(
            place.clinic.id, place.clinic.name, place.clinic.address, place.clinic.phone, place.clinic.jurisdiction, ZONE
        ),
        valid_from=TODAY, valid_until=TODAY + timedelta(days=30),
    )  # fmt: skip
    return replace(content, **changes)  # type: ignore[arg-type]


def sign_one(place: SmallClinic, *, at: datetime = AT, **changes: object) -> SignedOne:
    """A patient, a plan, a draft and a signed prescription with its slip, in one transaction."""
    with transaction.atomic():
        chart = open_new_chart(place.clinician, purpose="invite patient", at=at)
        assert isinstance(chart, OpenChart)
        who = {"clinic_id": chart.clinic_id, "patient_id": chart.patient_id}
        Patient.objects.create(
            id=chart.patient_id, clinic_id=chart.clinic_id, given="Maria", family="Torres", birth_date=date(1972, 3, 12), time_zone=ZONE,
            created_at=at,
        )  # fmt: skip
        CareTeam.objects.create(**who, account_id=place.clinician.account_id, since=at)
        plan = Plan.objects.create(
            **who, version=1, state="agreed", indication="severe-anxiety", indication_words="severe anxiety", goal="sleep",
            substance="diazepam", product="diazepam-tablet-5mg", regimen=[], starts_on=TODAY, ends_on=TODAY + timedelta(days=28),
            reassess_on=TODAY + timedelta(days=14), written_by_id=place.clinician.account_id, written_at=at,
        )  # fmt: skip
        draft = Draft.objects.create(
            **who, plan=plan, prepared_by_id=place.clinician.account_id, state="signed", order={}, created_at=at, changed_at=at
        )
        built = payload.build(content_for(place, chart, draft, **changes))
        code, row_id = codes.new_code(), new_id()
        signature = signer().sign(built.canonical, Seal(row_id, code_digest(code), at.replace(microsecond=0)))
        Prescription.objects.create(
            **who, id=row_id, draft=draft, prescriber_id=place.clinician.account_id, licence=place.licences[place.clinician.account_id],
            code=code, payload=built.canonical, payload_sha256=built.sha256, signature=signature.jws, key_id=signature.key_id,
            signed_at=at, valid_from=built.content.valid_from, valid_until=built.content.valid_until,
        )  # fmt: skip
        Slip.objects.create(**who, code_digest=code_digest(code), prescription_id=row_id)
    return SignedOne(row_id, code, chart.patient_id, built.content)
