"""The four known people (a clinician, a pharmacist, a patient, a stranger) and the clinic around them, made by the real actions.

    clinic = make_clinic(AT)                       # with its compliance officer
    ada = clinic.clinician()                       # licensed and verified; the first one holds the right to sign: may sign
    grace = clinic.pharmacist()                    # licensed and verified: may dispense
    maria = clinic.patient(of=ada)                 # registered from an invitation; ada leads the care team
    stranger = clinic.clinician("Sam Stranger")    # of the same clinic, in nobody's care team
    chart = own_chart(maria, AT); chart = open_for(ada, maria, AT)

Every function needs a transaction, as requests have one: use `@pytest.mark.django_db`, or `transaction.atomic()` with the fixture `committed`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID

from allauth.mfa.models import Authenticator

from serein.care.access import actions as access
from serein.care.access.granted import has_registrant
from serein.care.access.numbers import is_dea, is_npi
from serein.care.access.reads import signing_grants
from serein.foundation.people.factors import prove
from serein.foundation.people.keys import OpenChart, OpenList, Refused, open_chart, open_list, open_new_chart
from serein.foundation.people.licences import PHARMACIST, PRESCRIBER
from serein.foundation.people.persons import Person, person
from tests.care.devices import code_at, set_up_codes
from tests.planted import planted

AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # Monday 9 in the morning in Los Angeles
PASSWORD = "correct horse battery staple"
T = TypeVar("T")
_numbers = count(1)


def given(answer: T | Refused) -> T:
    """The answer that the test counts on; a refusal here is a broken test, and says why."""
    assert not isinstance(answer, Refused), f"{answer.code}: {answer.why}"
    return answer


def made(account_id: UUID, at: datetime) -> Person:
    who = person(account_id, at=at)
    assert who is not None
    return who


@dataclass(frozen=True)
class TestClinic:
    """A clinic with its compliance officer. `at` is the instant at which its people are made."""

    __test__ = False
    id: UUID
    officer: Person
    at: datetime
    jurisdiction: str = "US-CA"

    def people(self, at: datetime | None = None) -> OpenList:
        """The compliance officer's key to people and licences."""
        return given(open_list(self.officer, purpose="people and licences", at=at or self.at))

    def staff(self, name: str, role: str, at: datetime | None = None) -> Person:
        """Invited by the officer and signed up, without a licence."""
        at = at or self.at
        email = f"{name.split()[0].lower()}{next(_numbers)}@example.test"
        invited = given(access.invite_staff(self.people(at), access.NewStaff(name, email, role)))
        return made(given(access.accept_invitation(invited.token, PASSWORD, at)).account_id, at)

    def license(
        self, who: Person, kind: str, *, expires_on: date | None = None, jurisdiction: str = "", verified: bool = True
    ) -> UUID:
        """A licence recorded, and verified unless the test says otherwise. Ends a year later unless the test says when."""
        assert who.practitioner_id is not None
        day = expires_on or (self.at + timedelta(days=365)).date()
        schedules = ("II", "III", "IV", "V") if kind == PRESCRIBER else ()
        new = access.NewLicence(kind, f"L-{next(_numbers)}", jurisdiction or self.jurisdiction, day, "seen on paper", schedules)
        recorded = given(access.record_licence(self.people(), who.practitioner_id, new))
        if verified:
            given(access.verify_licence(self.people(), recorded.licence_id, "board register, looked up today"))
        return recorded.licence_id

    def clinician(self, name: str = "Ada Okafor", *, licensed: bool = True) -> Person:
        who = self.staff(name, "clinician")
        assert who.practitioner_id is not None
        npi, dea = ("1234567893", "AO1234563") if name == "Ada Okafor" else own_numbers()
        details = access.PractitionerDetails(npi, dea, "555-0101", "Riverside Clinic", "1 River Road, Fresno, CA 93650")
        given(access.keep_practitioner(self.people(), who.practitioner_id, details))
        if licensed:
            self.license(who, PRESCRIBER)
            self.grant_first(who)
        return who

    def grant_first(self, who: Person) -> None:
        """The right to sign, on the console, if nobody here holds it yet. The officer's app is there for this deed only."""
        if has_registrant(self.id, self.at):
            return
        before = not Authenticator.objects.filter(user_id=self.officer.account_id).exists()
        set_up_codes(self.officer)
        code = code_at(self.officer, self.at)
        given(access.grant_first_registrant(
            who.email, self.officer.email, lambda officer, digest: prove(officer, PASSWORD, code, self.at, digest=digest), self.at
        ))  # fmt: skip
        if before:
            Authenticator.objects.filter(user_id=self.officer.account_id).delete()

    def grant(self, who: Person, by: Person, at: datetime | None = None) -> UUID:
        """The right to sign, asked for by the officer and approved by a colleague who holds it and has an app."""
        at = at or self.at
        entered = given(access.enter_signing_grant(self.people(at), who.account_id))
        return approved(by, entered.grant_id, at)

    def pharmacist(self, name: str = "Grace Lee", *, licensed: bool = True) -> Person:
        who = self.staff(name, "pharmacist")
        assert who.practitioner_id is not None
        details = access.PractitionerDetails(
            phone="555-0202", workplace="Main Street Pharmacy", address="2 Main Street, Fresno, CA 93650"
        )
        given(access.keep_practitioner(self.people(), who.practitioner_id, details))
        if licensed:
            self.license(who, PHARMACIST)
        return who

    def invited_patient(self, of: Person, new: access.NewPatient | None = None) -> access.Invited:
        """A record opened by this clinician; the patient has not come yet."""
        key = given(open_new_chart(of, purpose="invite patient", at=self.at))
        return given(access.invite_patient(key, new or maria()))

    def patient(self, of: Person, new: access.NewPatient | None = None, *, consented: bool = True) -> Person:
        """A patient of this clinician, who came by the invitation and (unless said otherwise) consented."""
        invited = self.invited_patient(of, new)
        who = made(given(access.accept_invitation(invited.token, PASSWORD, self.at)).account_id, self.at)
        if consented:
            given(access.give_consent(own_chart(who, self.at), "care"))
        return who


def approved(by: Person, grant_id: UUID, at: datetime) -> UUID:
    """A registrant approves with a one-time code of that instant; each code counts once."""
    set_up_codes(by)
    listing = given(open_list(by, purpose="right to sign", at=at))
    shown = next(g.digest for g in signing_grants(listing) if g.id == grant_id)
    code = code_at(by, at)
    given(access.approve_signing_grant(
        listing, grant_id, shown, lambda digest: prove(by.account_id, PASSWORD, code, at, digest=digest)
    ))  # fmt: skip
    return grant_id


def own_numbers() -> tuple[str, str]:
    """An NPI and a DEA number with right check digits that nobody else in this run has."""
    number = next(_numbers) % 1_000_000
    npi = next(n for n in (f"1{number:08}{check}" for check in range(10)) if is_npi(n))
    dea = next(n for n in (f"BX{number:06}{check}" for check in range(10)) if is_dea(n))
    return npi, dea


def maria(**changes: object) -> access.NewPatient:
    """Maria Torres, 41, unless the test needs her otherwise."""
    fields: dict[str, object] = {
        "given": "Maria", "family": "Torres", "birth_date": date(1985, 3, 27), "email": f"maria{next(_numbers)}@example.test", "sex": "female",
        "phone": "555-0303", "address": "3 Orchard Lane, Fresno, CA 93650",
    }  # fmt: skip
    return access.NewPatient(**{**fields, **changes})  # type: ignore[arg-type]


def make_clinic(at: datetime = AT, **changes: object) -> TestClinic:
    """Riverside Clinic in California, unless the test names other fields of `NewClinic`."""
    fields: dict[str, object] = {
        "name": "Riverside Clinic", "jurisdiction": "US-CA", "time_zone": "America/Los_Angeles", "phone": "555-0100", "emergency_number": "911",
        "crisis_line": "988 Suicide and Crisis Lifeline", "address": "1 River Road, Fresno, CA 93650",
    }  # fmt: skip
    new = access.NewClinic(**{**fields, **changes})  # type: ignore[arg-type]
    founded = access.found_clinic(new, access.FirstOfficer("Olive Officer", f"olive{next(_numbers)}@example.test"), at)
    officer = made(given(access.accept_invitation(founded.officer.token, PASSWORD, at)).account_id, at)
    return TestClinic(founded.clinic_id, officer, at, new.jurisdiction)


def open_for(who: Person, patient: Person | UUID, at: datetime = AT) -> OpenChart:
    """The care team's key to this patient's record."""
    patient_id = patient.patient_id if isinstance(patient, Person) else patient
    assert patient_id is not None
    return given(open_chart(who, patient_id, purpose="care", at=at))


def own_chart(patient: Person, at: datetime = AT) -> OpenChart:
    """The patient's key to their own record."""
    assert patient.patient_id is not None
    return given(open_chart(patient, patient.patient_id, purpose="own record", at=at))


def my_patients(who: Person, at: datetime = AT) -> OpenList:
    return given(open_list(who, purpose="my patients", at=at))


@dataclass(frozen=True)
class FourPeople:
    """What most tests need: `people = four_people()`."""

    clinic: TestClinic
    clinician: Person
    pharmacist: Person
    patient: Person
    stranger: Person
    at: datetime = field(default=AT)


def four_people(at: datetime = AT, make: Callable[[datetime], TestClinic] = make_clinic) -> FourPeople:
    """A clinic with a licensed clinician and her patient, a licensed pharmacist, and a colleague who treats somebody else."""

    def made() -> FourPeople:
        clinic = make(at)
        clinician = clinic.clinician()
        return FourPeople(
            clinic, clinician, clinic.pharmacist(), clinic.patient(of=clinician), clinic.clinician("Sam Stranger"), at
        )

    # Almost every test begins so: the usual people of the usual instant are put back instead of made again.
    return planted(("four people", at), lambda four: four.clinic.id, made) if make is make_clinic else made()


def clock() -> datetime:
    """`settings.SEREIN_CLOCK = "tests.people.clock"`: the web lives at AT too."""
    return AT
