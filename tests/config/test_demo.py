"""The demonstration clinic: brought in by the real actions, once, fast, and everybody in it signs in as told."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password

from serein.care.access.reads import licences, patient_cards
from serein.care.prescribing.models import Prescription
from serein.config import demo, demonstration
from serein.foundation.people.keys import open_chart, open_list, open_slip
from serein.foundation.people.licences import LicenceInForce, may_practise
from serein.foundation.people.models import Account, Clinic
from serein.foundation.people.persons import Person, person
from serein.foundation.tasks.reads import worklist
from tests.people import AT, given

pytestmark = pytest.mark.django_db


def people(at: datetime) -> dict[str, Person]:
    found = {}
    for one in demonstration.sign_ins():
        who = person(Account.objects.get(email=one.email).pk, at=at)
        assert who is not None and who.roles == {one.role} and who.name == one.name
        found[one.role] = who
    return found


def test_everybody_signs_in_with_what_serein_up_tells():
    assert demo.load(AT) is True
    for one in demonstration.sign_ins():
        account = Account.objects.get(email=one.email)
        assert check_password(one.password, account.password)
        app = Authenticator.objects.filter(user=account, type="totp").first()
        assert bool(app) == bool(one.totp_secret)
        if app is not None:
            assert app.wrap().validate_code(demonstration.totp(one.totp_secret, time.time()))


def test_loading_twice_changes_nothing():
    demo.load(AT)
    before = Account.objects.count()
    assert demo.load(AT + timedelta(days=1)) is False
    assert (Account.objects.count(), Clinic.objects.count()) == (before, 1)


@pytest.mark.parametrize("at", [AT, datetime(2027, 3, 14, 10, tzinfo=UTC), datetime(2028, 3, 1, 8, 2, tzinfo=UTC)])
def test_it_can_be_brought_in_on_any_day(at: datetime):
    demo.load(at)
    who = people(at)
    for role, kind in (("clinician", "prescriber"), ("pharmacist", "pharmacist")):
        assert isinstance(may_practise(who[role], kind=kind, at=at), LicenceInForce)
    lines = licences(given(open_list(who["compliance"], purpose="people and licences", at=at)))
    assert [(x.kind, x.state) for x in lines] == [("pharmacist", "in force"), ("prescriber", "in force")]
    assert at.astimezone(ZoneInfo("America/Los_Angeles")).date() < lines[0].expires_on


def test_its_patients_stand_at_different_places_of_the_walk():
    demo.load(AT)
    mine = given(open_list(people(AT)["clinician"], purpose="my patients", at=AT))
    assert [c.family for c in patient_cards(mine)] == ["Brandt", "Haddad", "Marsh", "Reyes"]
    first = worklist(mine).page[0].task
    assert first.tier == "now" and first.kind == "assess-risk"


def test_one_prescription_waits_at_the_pharmacy():
    demo.load(AT)
    clinician = people(AT)["clinician"]
    mine = given(open_list(clinician, purpose="my patients", at=AT))
    walter = next(c for c in patient_cards(mine) if c.family == "Brandt")
    given(open_chart(clinician, walter.id, purpose="care", at=AT))
    one = Prescription.objects.get()
    assert (one.state, one.patient_id, one.prescriber_id) == ("signed", walter.id, clinician.account_id)
    assert given(open_slip(one.code, by=people(AT)["pharmacist"], at=AT)).prescription_id == one.id
