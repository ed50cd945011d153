"""Who is in a care team, by whom, and what a trainee in it may."""

import pytest

from serein.care.access import actions as access
from serein.care.access.reads import care_team, could_join
from serein.care.prescribing.actions.signing import sign_prescription
from serein.foundation.people.gate import CODE
from serein.foundation.people.keys import Refused, open_chart
from tests.interfaces.test_compliance_pages import post, text
from tests.people import AT, four_people, given, open_for
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_tests_hour")]


@pytest.fixture
def people():
    return four_people()


@pytest.fixture
def trainee(people):
    return people.clinic.staff("Tina Trainee", "trainee")


def opens(who, people) -> bool:
    return not isinstance(open_chart(who, people.patient.patient_id, purpose="care", at=AT), Refused)


def refused(answer) -> str:
    assert isinstance(answer, Refused)
    return answer.code


def test_the_lead_takes_people_in_and_lets_them_go(people, trainee):
    lead, sam = open_for(people.clinician, people.patient), people.stranger
    assert {m.name for m in could_join(lead)} == {"Sam Stranger", "Tina Trainee"}
    for who in (trainee, sam):
        assert not opens(who, people)
        given(access.add_to_team(open_for(people.clinician, people.patient), who.account_id))
        assert opens(who, people)
    lead = open_for(people.clinician, people.patient)
    assert next((m.name, m.lead) for m in care_team(lead)) == ("Ada Okafor", True)
    assert len(care_team(lead)) == 3
    assert refused(access.add_to_team(lead, sam.account_id)) == "in-the-team"
    given(access.remove_from_team(lead, sam.account_id))
    assert not opens(sam, people)
    assert refused(access.remove_from_team(open_for(people.clinician, people.patient), sam.account_id)) == "not-in-the-team"


def test_nobody_else_changes_it_and_the_lead_stays(people, trainee):
    given(access.add_to_team(open_for(people.clinician, people.patient), people.stranger.account_id))
    other = open_for(people.stranger, people.patient)
    assert refused(access.add_to_team(other, trainee.account_id)) == "not-the-lead"
    assert refused(access.remove_from_team(other, people.clinician.account_id)) == "not-the-lead"
    lead = open_for(people.clinician, people.patient)
    assert refused(access.remove_from_team(lead, people.clinician.account_id)) == "leads-the-team"
    for who in (people.pharmacist, people.clinic.officer, people.patient):
        assert refused(access.add_to_team(lead, who.account_id)) == "not-a-caring-role"
    given(access.add_to_team(lead, trainee.account_id))
    assert refused(access.add_to_team(open_for(trainee, people.patient), people.stranger.account_id)) == CODE


def test_a_trainee_prepares_and_is_told_that_a_clinician_must_sign(people, trainee):
    client, chart = client_of(trainee), f"/clinic/patients/{people.patient.patient_id}/"
    assert client.get("/").headers["Location"] == "/clinic/"
    empty = text(client.get("/clinic/"))
    assert (
        "Nobody has taken you into a care team yet" in empty and "Invite a patient" not in empty and "Right to sign" not in empty
    )
    lead = client_of(people.clinician)
    assert post(lead, chart + "team/", who=str(trainee.account_id)).status_code == 302
    assert "torres" in text(client.get("/clinic/?show=steady")).lower()
    says = text(client.get(chart))
    assert "a clinician must sign" in says and "Write a new plan" in says and "Hand over" not in says
    assert client.get(chart + "plan/").status_code == 200
    for page in ("handover/", "review/", "birth-date/"):
        assert client.get(chart + page).status_code == 403, page
    answer = sign_prescription(open_for(trainee, people.patient), None)
    assert refused(answer) == CODE
    team = text(client.get(chart + "team/"))
    assert "Tina Trainee" in team and "Add to the care team" not in team
    assert post(lead, f"{chart}team/{trainee.account_id}/leave/").status_code == 302
    assert client.get(chart).status_code == 403
