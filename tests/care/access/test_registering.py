"""Invitations: one link, one account, once."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password

from serein.care.access import actions as access
from serein.care.access.reads import open_invitations, patient_card, patient_cards, staff
from serein.foundation.audit.reads import trail
from serein.foundation.outbox.models import Letter
from serein.foundation.people.invitations import NOT_USABLE, token_digest, waiting_invitation
from serein.foundation.people.keys import Refused, open_chart, open_list, open_new_chart
from serein.foundation.people.models import Account, CareTeam, Invitation
from tests.people import AT, PASSWORD, four_people, given, made, make_clinic, maria, my_patients, open_for

pytestmark = pytest.mark.django_db


def test_the_first_officer_comes_by_the_link_from_the_console():
    clinic = make_clinic()
    assert clinic.officer.roles == {"compliance"}
    assert [m.name for m in staff(clinic.people())] == ["Olive Officer"]


def test_a_clinic_without_a_real_zone_or_place_cannot_be_founded():
    good = ("Riverside", "US-CA", "America/Los_Angeles", "555", "911", "988")
    access.NewClinic(*good)
    for place, wrong in ((0, " "), (1, "California"), (2, "America/Nowhere"), (3, ""), (4, ""), (5, "")):
        with pytest.raises((ValueError, KeyError)):
            access.NewClinic(*[wrong if i == place else x for i, x in enumerate(good)])


def test_staff_come_by_a_letter_and_get_the_role_they_were_invited_to():
    clinic = make_clinic()
    invited = given(access.invite_staff(clinic.people(), access.NewStaff("Ada Okafor", "Ada@Example.test ", "clinician")))
    letter = Letter.objects.get()
    assert (letter.to, letter.body, letter.patient_id) == ("ada@example.test", {"token": invited.token}, None)
    assert Invitation.objects.get(pk=invited.invitation_id).token_digest == token_digest(invited.token) != invited.token
    ada = made(given(access.accept_invitation(invited.token, PASSWORD, AT)).account_id, AT)
    assert ada.roles == {"clinician"} and ada.practitioner_id is not None
    account = Account.objects.get(pk=ada.account_id)
    assert account.email == "ada@example.test" and check_password(PASSWORD, account.password)


def test_a_patient_joins_the_care_team_of_whoever_invited_them():
    clinic = make_clinic()
    ada = clinic.clinician()
    patient = clinic.patient(of=ada)
    assert patient.roles == {"patient"} and patient.practitioner_id is None
    assert patient_card(open_for(ada, patient)).name == "Maria Torres"
    assert [c.family for c in patient_cards(my_patients(ada))] == ["Torres"]
    assert CareTeam.objects.get(patient_id=patient.patient_id).lead


@pytest.mark.parametrize("password", ["", "short", "password1234", "aaaaaaaaaaa", "ada okafor ada", "123456789012"])
def test_a_weak_password_is_refused_and_leaves_the_link_usable(password: str):
    clinic = make_clinic()
    invited = given(access.invite_staff(clinic.people(), access.NewStaff("Ada Okafor", "ada@example.test", "clinician")))
    refused = access.accept_invitation(invited.token, password, AT)
    assert isinstance(refused, Refused) and refused.code == "password-weak" and refused.why
    given(access.accept_invitation(invited.token, PASSWORD, AT))


def test_a_link_works_once():
    clinic = make_clinic()
    invited = given(access.invite_staff(clinic.people(), access.NewStaff("Ada Okafor", "ada@example.test", "clinician")))
    given(access.accept_invitation(invited.token, PASSWORD, AT))
    assert access.accept_invitation(invited.token, PASSWORD, AT) == NOT_USABLE
    assert Account.objects.filter(email="ada@example.test").count() == 1


def test_a_link_ends_to_the_second_and_when_a_newer_one_is_sent():
    clinic = make_clinic()
    new = access.NewStaff("Ada Okafor", "ada@example.test", "clinician")
    first, second = (given(access.invite_staff(clinic.people(AT + timedelta(minutes=m)), new)) for m in (0, 1))
    later = AT + timedelta(minutes=2)
    assert access.accept_invitation(first.token, PASSWORD, later) == NOT_USABLE
    assert [i.id for i in open_invitations(clinic.people(later))] == [second.invitation_id]
    assert access.accept_invitation(second.token, PASSWORD, second.expires_at) == NOT_USABLE
    given(access.accept_invitation(second.token, PASSWORD, second.expires_at - timedelta(microseconds=1)))


def test_whoever_tries_tokens_learns_nothing():
    clinic = make_clinic()
    used = given(access.invite_staff(clinic.people(), access.NewStaff("Ada", "ada@example.test", "clinician")))
    given(access.accept_invitation(used.token, PASSWORD, AT))
    over = given(access.invite_staff(clinic.people(), access.NewStaff("Bo", "bo@example.test", "clinician")))
    late = over.expires_at
    for token in ("", "x" * 10_000, "\x00", "\ud800", used.token, over.token):
        assert waiting_invitation(token, at=late) == access.accept_invitation(token, PASSWORD, late) == NOT_USABLE


def test_an_address_that_signs_in_already_is_not_invited_again():
    clinic = make_clinic()
    ada = clinic.clinician()
    refused = access.invite_staff(clinic.people(), access.NewStaff("Other", ada.email.upper(), "clinician"))
    assert isinstance(refused, Refused) and refused.code == "already-here"
    key = given(open_new_chart(ada, purpose="invite patient", at=AT))
    assert access.invite_patient(key, maria(email=ada.email)) == refused


def test_an_address_known_in_another_clinic_is_invited_and_refused_without_a_reason():
    ada = make_clinic().clinician()
    elsewhere = make_clinic(name="Hillside")
    invited = given(access.invite_staff(elsewhere.people(), access.NewStaff("Ada", ada.email, "clinician")))
    assert access.accept_invitation(invited.token, PASSWORD, AT) == NOT_USABLE
    assert Account.objects.get(email=ada.email).clinic_id == ada.clinic_id
    assert Invitation.objects.get(pk=invited.invitation_id).used_at is None


def test_only_people_and_licences_invites_staff_and_only_clinicians_open_records():
    people = four_people()
    refused = access.invite_staff(my_patients(people.clinician), access.NewStaff("X", "x@example.test", "compliance"))
    assert isinstance(refused, Refused) and refused.code == "not-permitted"
    for who in (people.pharmacist, people.patient, people.clinic.officer):
        assert isinstance(open_new_chart(who, purpose="invite patient", at=AT), Refused)
    assert isinstance(access.invite_patient(open_for(people.clinician, people.patient), maria()), Refused)


def test_an_unknown_role_and_a_malformed_address_are_refused():
    clinic = make_clinic()
    codes = []
    for email, role in (
        ("a@example.test", "patient"),
        ("a@example.test", "owner"),
        ("not an address", "clinician"),
        ("", "clinician"),
    ):
        answer = access.invite_staff(clinic.people(), access.NewStaff("A", email, role))
        codes.append(answer.code if isinstance(answer, Refused) else "invited")
    assert codes == ["not-a-staff-role", "not-a-staff-role", "email-malformed", "email-malformed"]


def test_a_known_patient_can_be_invited_until_they_sign_in():
    clinic = make_clinic()
    ada = clinic.clinician()
    first = clinic.invited_patient(ada)
    assert first.patient_id is not None
    again = given(access.invite_known_patient(open_for(ada, first.patient_id), "new@example.test"))
    assert access.accept_invitation(first.token, PASSWORD, AT) == NOT_USABLE
    who = made(given(access.accept_invitation(again.token, PASSWORD, AT)).account_id, AT)
    assert who.patient_id == first.patient_id
    refused = access.invite_known_patient(open_for(ada, who), "third@example.test")
    assert isinstance(refused, Refused) and refused.code == "already-registered"


def test_somebody_who_leaves_is_out_at_once():
    people = four_people()
    given(access.end_access(people.clinic.people(), people.clinician.account_id, "left the practice"))
    from serein.foundation.people.persons import person

    assert person(people.clinician.account_id, at=AT) is None
    assert people.patient.patient_id is not None
    later = AT + timedelta(seconds=1)
    assert isinstance(open_chart(people.clinician, people.patient.patient_id, purpose="care", at=later), Refused)
    [licence] = [x for m in staff(people.clinic.people()) if m.account_id == people.clinician.account_id for x in m.licences]
    assert licence.state == "ended" and licence.ended_why == "left the practice"


def test_nobody_ends_their_own_access_or_that_of_a_patient():
    people = four_people()
    for who in (people.clinic.officer, people.patient):
        assert isinstance(access.end_access(people.clinic.people(), who.account_id, "why not"), Refused)


def test_each_deed_and_each_refusal_is_a_row():
    people = four_people()
    access.invite_staff(people.clinic.people(), access.NewStaff("X", "nonsense", "clinician"))
    lines = trail(given(open_list(people.clinic.officer, purpose="trail", at=AT)), limit=500)
    deeds = {(line.deed, line.outcome) for line in lines}
    assert {
        ("found_clinic", "done"), ("invite_staff", "done"), ("invite_staff", "refused"), ("accept_invitation", "done"),
        ("keep_practitioner", "done"), ("record_licence", "done"), ("verify_licence", "done"), ("register_patient", "done"),
        ("invite_patient", "done"), ("give_consent", "done"), ("open", "looked"),
    } <= deeds  # fmt: skip
    assert "Maria" not in str(lines[0].facts) and all("example.test" not in str(line.facts) + line.why for line in lines)
