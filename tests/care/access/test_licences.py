"""Until a licence is verified and in force nobody signs or dispenses; it ends with the last minute of its last day at the clinic."""

from datetime import UTC, date, datetime, timedelta

import pytest

from serein.care.access import actions as access
from serein.care.access.reads import licences, staff
from serein.foundation.audit.reads import trail
from serein.foundation.people.keys import Refused, open_list
from serein.foundation.people.licences import PHARMACIST, PRESCRIBER, LicenceInForce, NoLicence, licence_in_force, may_practise
from serein.foundation.people.models import Practitioner, RoleGrant
from serein.foundation.people.persons import Person
from tests.people import AT, TestClinic, four_people, given, made, make_clinic, my_patients

pytestmark = pytest.mark.django_db
LAST = date(2026, 11, 30)


def why_not(who: Person, at: datetime, kind: str = PRESCRIBER) -> str:
    answer = may_practise(who, kind=kind, at=at)
    return answer.code if isinstance(answer, NoLicence) else "in force"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_nobody_signs_before_a_licence_is_recorded_and_verified():
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    assert why_not(ada, AT) == "no-licence"
    licence = clinic.license(ada, PRESCRIBER, verified=False)
    assert why_not(ada, AT) == "licence-not-verified"
    given(access.verify_licence(clinic.people(), licence, "seen"))
    assert why_not(ada, AT) == "in force"


def test_a_patient_and_a_compliance_officer_are_no_practitioners():
    people = four_people()
    assert why_not(people.patient, AT) == why_not(people.clinic.officer, AT) == "not-a-practitioner"


@pytest.mark.parametrize(
    ("time_zone", "last_minute"),
    [
        ("America/Los_Angeles", utc(2026, 12, 1, 7, 59, 59)),
        ("UTC", utc(2026, 11, 30, 23, 59, 59)),
        ("Asia/Tokyo", utc(2026, 11, 30, 14, 59, 59)),
        ("Pacific/Kiritimati", utc(2026, 11, 30, 9, 59, 59)),
    ],
)
def test_a_licence_ends_with_the_last_minute_of_its_last_day_at_the_clinic(time_zone: str, last_minute: datetime):
    clinic = make_clinic(time_zone=time_zone)
    ada = clinic.clinician(licensed=False)
    clinic.license(ada, PRESCRIBER, expires_on=LAST)
    assert why_not(ada, last_minute) == "in force"
    assert why_not(ada, last_minute + timedelta(seconds=1)) == "licence-lapsed"


def test_the_last_day_ends_late_on_the_night_the_clocks_go_back():
    clinic = make_clinic(datetime(2026, 10, 1, 17, 0, tzinfo=UTC))
    ada = clinic.clinician(licensed=False)
    clinic.license(ada, PRESCRIBER, expires_on=date(2026, 11, 1))
    assert why_not(ada, utc(2026, 11, 2, 7, 59, 59)) == "in force"  # 25 hours long
    assert why_not(ada, utc(2026, 11, 2, 8, 0)) == "licence-lapsed"


def test_a_licence_of_another_place_or_kind_does_not_count():
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    clinic.license(ada, PRESCRIBER, jurisdiction="US-NV")
    assert why_not(ada, AT) == "licence-elsewhere"
    assert why_not(ada, AT, PHARMACIST) == "no-licence"
    clinic.license(ada, PRESCRIBER)
    assert why_not(ada, AT) == "in force"


def test_an_ended_licence_stops_at_once_and_another_one_takes_its_place():
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    first = clinic.license(ada, PRESCRIBER)
    given(access.end_licence(clinic.people(), first, "suspended by the board"))
    assert why_not(ada, AT) == "licence-ended"
    clinic.license(ada, PRESCRIBER)
    assert why_not(ada, AT) == "in force"
    assert isinstance(access.end_licence(clinic.people(), first, "again"), Refused)


def test_a_lapsed_licence_beside_a_renewed_one_and_the_reverse():
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    clinic.license(ada, PRESCRIBER, expires_on=LAST)
    renewed = clinic.license(ada, PRESCRIBER, expires_on=date(2027, 11, 30), verified=False)
    after = utc(2026, 12, 2, 12)
    assert why_not(ada, after) == "licence-lapsed"  # a renewal that nobody verified does not carry on
    given(access.verify_licence(clinic.people(after), renewed, "seen"))
    assert why_not(ada, after) == "in force"


def test_a_verification_does_not_reach_back():
    clinic = make_clinic()
    ada = clinic.clinician()
    answer = licence_in_force(ada.practitioner_id, kind=PRESCRIBER, jurisdiction="US-CA", on=date(2026, 11, 22))
    assert isinstance(answer, NoLicence) and answer.code == "licence-not-verified"
    today = licence_in_force(ada.practitioner_id, kind=PRESCRIBER, jurisdiction="US-CA", on=date(2026, 11, 23))
    assert isinstance(today, LicenceInForce)


def officer_who_also_prescribes(clinic: TestClinic) -> Person:
    """One human in both roles: a small practice."""
    both = clinic.staff("Bea Both", "compliance")
    Practitioner(clinic_id=clinic.id, account_id=both.account_id).save()
    RoleGrant(clinic_id=clinic.id, account_id=both.account_id, role="clinician", granted_at=AT).save()
    return made(both.account_id, AT)


def test_nobody_verifies_their_own_licence():
    clinic = make_clinic()
    bea = officer_who_also_prescribes(clinic)
    licence = clinic.license(bea, PRESCRIBER, verified=False)
    own = given(open_list(bea, purpose="people and licences", at=AT))
    refused = access.verify_licence(own, licence, "I know it is mine")
    assert isinstance(refused, Refused) and refused.code == "own-licence"
    assert why_not(bea, AT) == "licence-not-verified"
    given(access.verify_licence(clinic.people(), licence, "register"))
    assert why_not(bea, AT) == "in force"


def refusal(answer: object) -> str:
    return answer.code if isinstance(answer, Refused) else f"not refused: {answer}"


def test_a_licence_that_does_not_fit_is_not_recorded():
    people = four_people()
    clinic, key = people.clinic, people.clinic.people()
    ada, grace = people.clinician.practitioner_id, people.pharmacist.practitioner_id
    assert ada and grace
    good = access.NewLicence(PRESCRIBER, "A-1", "US-CA", LAST, "seen")
    assert refusal(access.record_licence(key, grace, good)) == "kind-does-not-fit"
    assert refusal(access.record_licence(key, ada, access.NewLicence("wizard", "A-1", "US-CA", LAST, ""))) == "kind-does-not-fit"
    assert (
        refusal(access.record_licence(key, ada, access.NewLicence(PRESCRIBER, "A-1", "California", LAST, "")))
        == "jurisdiction-malformed"
    )
    gone = access.NewLicence(PRESCRIBER, "A-1", "US-CA", date(2026, 11, 22), "")
    assert refusal(access.record_licence(key, ada, gone)) == "licence-already-lapsed"
    assert refusal(access.record_licence(key, people.clinician.account_id, good)) == "not-here"
    given(access.record_licence(key, ada, good))
    other = clinic.clinician("Otto Other", licensed=False).practitioner_id
    assert other and refusal(access.record_licence(clinic.people(), other, good)) == "licence-on-record"


def test_verifying_needs_words_and_happens_once():
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    licence = clinic.license(ada, PRESCRIBER, verified=False, expires_on=LAST)
    assert refusal(access.verify_licence(clinic.people(), licence, "  ")) == "evidence-missing"
    assert refusal(access.verify_licence(clinic.people(utc(2026, 12, 2, 12)), licence, "late")) == "licence-already-lapsed"
    given(access.verify_licence(clinic.people(), licence, "board register"))
    assert refusal(access.verify_licence(clinic.people(), licence, "again")) == "licence-not-waiting"
    [line] = licences(clinic.people())
    assert line.evidence == "seen on paper\nboard register" and line.verified_by == "Olive Officer"


def test_another_clinic_and_another_key_reach_no_licence():
    people = four_people()
    [line] = [x for x in licences(people.clinic.people()) if x.kind == PRESCRIBER and x.holder == "Ada Okafor"]
    elsewhere = make_clinic(name="Hillside")
    assert licences(elsewhere.people()) == []
    assert refusal(access.end_licence(elsewhere.people(), line.id, "mischief")) == "not-here"
    assert refusal(access.verify_licence(elsewhere.people(), line.id, "mischief")) == "not-here"
    assert refusal(access.end_licence(my_patients(people.clinician), line.id, "mischief")) == "not-permitted"
    assert isinstance(open_list(people.clinician, purpose="people and licences", at=AT), Refused)


def test_numbers_with_a_wrong_check_digit_are_refused_and_the_refusal_is_a_row():
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    assert ada.practitioner_id
    for details, code in (
        (access.PractitionerDetails(npi="1234567890"), "npi-wrong"),
        (access.PractitionerDetails(npi="12345678931"), "npi-wrong"),
        (access.PractitionerDetails(dea="AO1234560"), "dea-wrong"),
        (access.PractitionerDetails(dea="A11234563"), "dea-wrong"),
    ):
        assert refusal(access.keep_practitioner(clinic.people(), ada.practitioner_id, details)) == code
    given(access.keep_practitioner(clinic.people(), ada.practitioner_id, access.PractitionerDetails("1234 567 893", "ao1234563")))
    [member] = [m for m in staff(clinic.people()) if m.account_id == ada.account_id]
    assert (member.npi, member.dea) == ("1234567893", "AO1234563")
    lines = trail(given(open_list(clinic.officer, purpose="trail", at=AT)), limit=500)
    assert [line.why for line in lines if line.outcome == "refused"] == ["dea-wrong", "dea-wrong", "npi-wrong", "npi-wrong"]


def test_the_list_says_which_licence_ends_next():
    clinic = make_clinic()
    ada, bo = clinic.clinician(licensed=False), clinic.clinician("Bo Bell", licensed=False)
    clinic.license(ada, PRESCRIBER, expires_on=date(2027, 5, 1))
    clinic.license(bo, PRESCRIBER, expires_on=LAST, verified=False)
    given(
        access.end_licence(
            clinic.people(), clinic.license(bo, PRESCRIBER, jurisdiction="US-NV", expires_on=date(2026, 11, 25)), "moved"
        )
    )
    lines = licences(clinic.people())
    assert [(x.holder, x.state, x.days_left) for x in lines] == [
        ("Bo Bell", "waiting", 7),
        ("Ada Okafor", "in force", 159),
        ("Bo Bell", "ended", 2),
    ]
