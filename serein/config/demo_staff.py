"""The demonstration's clinic and staff, and the words that its patients are brought in with."""

from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from serein.care.access import actions as access
from serein.foundation.people.factors import Proof, prove
from serein.foundation.people.keys import OpenChart, OpenList, Refused, open_chart, open_list, open_new_chart
from serein.foundation.people.licences import PHARMACIST, PRESCRIBER
from serein.foundation.people.persons import Person, person

from .demonstration import SignIn, totp
from .second_factors import give_authenticator_app

T = TypeVar("T")
FOUNDED_AGO = timedelta(days=45)
CLINIC = access.NewClinic(
    name="Riverside Clinic",
    jurisdiction="US-CA",
    time_zone="America/Los_Angeles",
    phone="(559) 555-0100",
    emergency_number="911",
    crisis_line="988 Suicide & Crisis Lifeline (call or text 988)",
    address="1 River Road, Fresno, CA 93650",
    demonstration=True,
)
# The check digits of these numbers are right, the numbers belong to nobody's practice here.
DETAILS = {
    "clinician": access.PractitionerDetails("1234567893", "AL1234563", CLINIC.phone, CLINIC.name, CLINIC.address),
    "pharmacist": access.PractitionerDetails(
        "1245319599", "", "(559) 555-0140", "Orchard Street Pharmacy", "48 Orchard Street, Fresno, CA 93650"
    ),
}


class DemonstrationError(Exception):
    """An action refused what the demonstration counts on: a defect of the demonstration, not of the clinic."""


def given(answer: T | Refused) -> T:
    if isinstance(answer, Refused):
        raise DemonstrationError(f"{answer.code}: {answer.why}")
    return answer


def bring_in_staff(known: dict[str, SignIn], at: datetime) -> dict[str, Person]:
    """The officer comes by the console's invitation, the others by the officer's."""
    founded_at = at - FOUNDED_AGO
    first = known["compliance"]
    founded = access.found_clinic(CLINIC, access.FirstOfficer(first.name, first.email), founded_at)
    officer = come_in(founded.officer.token, first, founded_at)
    staff = {"compliance": officer}
    for role, kind, number in (("clinician", PRESCRIBER, "A 104417"), ("pharmacist", PHARMACIST, "RPH 58213")):
        one = known[role]
        moment = founded_at + timedelta(hours=1)
        invited = given(access.invite_staff(_people(officer, moment), access.NewStaff(one.name, one.email, role)))
        staff[role] = come_in(invited.token, one, moment + timedelta(hours=2))
        # One licence runs on; the other ends soon, so that the list of what stops next has something to say.
        expires_on = (at + timedelta(days=500 if role == "clinician" else 24)).date()
        _license(officer, staff[role], (kind, number, expires_on), moment + timedelta(days=1))
    _give_right_to_sign(first, staff["clinician"], founded_at + timedelta(days=1, hours=2))
    return staff


def _give_right_to_sign(officer: SignIn, clinician: Person, at: datetime) -> None:
    """As `serein grant-first-registrant` does it: the operator enters, the officer proves both factors."""
    code = totp(officer.totp_secret, at.timestamp())

    def factors(account_id: UUID, digest: str) -> Proof | Refused:
        return prove(account_id, officer.password, code, at, digest=digest)

    given(access.grant_first_registrant(clinician.email, officer.email, factors, at))


def _license(officer: Person, who: Person, licence: tuple[str, str, date], at: datetime) -> None:
    kind, number, expires_on = licence
    if who.practitioner_id is None:
        raise DemonstrationError(f"{who.name} is no practitioner")
    role = "clinician" if kind == PRESCRIBER else "pharmacist"
    given(access.keep_practitioner(_people(officer, at), who.practitioner_id, DETAILS[role]))
    schedules = ("II", "III", "IV", "V") if kind == PRESCRIBER else ()
    new = access.NewLicence(kind, number, CLINIC.jurisdiction, expires_on, "Copy of the licence, handed in on paper.", schedules)
    recorded = given(access.record_licence(_people(officer, at), who.practitioner_id, new))
    register = (
        f"Register of the state board, looked up {at:%d-%b-%Y}: current, no public discipline. Invented for the demonstration."
    )
    given(access.verify_licence(_people(officer, at), recorded.licence_id, register))


def _people(officer: Person, at: datetime) -> OpenList:
    return given(open_list(officer, purpose="people and licences", at=at))


def come_in(token: str, known: SignIn, at: datetime) -> Person:
    """Accept an invitation as one of those whose password and second factor `serein up` tells."""
    who = known_person(given(access.accept_invitation(token, known.password, at)).account_id, at)
    if known.totp_secret:
        give_authenticator_app(who.account_id, known.totp_secret, at=at)
    return who


def known_person(account_id: UUID, at: datetime) -> Person:
    who = person(account_id, at=at)
    if who is None:
        raise DemonstrationError("an account that was just made is not there")
    return who


def invite(by: Person, new: access.NewPatient, at: datetime) -> access.Invited:
    return given(access.invite_patient(given(open_new_chart(by, purpose="invite patient", at=at)), new))


def own_record(who: Person, at: datetime) -> OpenChart:
    if who.patient_id is None:
        raise DemonstrationError(f"{who.name} is no patient")
    return given(open_chart(who, who.patient_id, purpose="own record", at=at))
