"""The pages and the console by which two people give the right to sign, and those by which a licence is suspended and looked up again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from serein.care.access import actions as access
from serein.care.access.reads import licences, signing_grants
from serein.foundation.people.keys import Refused
from serein.foundation.people.licences import NoLicence, may_practise
from serein.interfaces.cli.first_registrant import grant
from tests.care.devices import code_at, set_up_codes
from tests.interfaces.test_compliance_pages import member, post, text
from tests.people import AT, PASSWORD, four_people, given, make_clinic
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_tests_hour")]


def state_of(clinic, who) -> str:
    return next((g.state for g in signing_grants(clinic.people()) if g.account_id == who.account_id), "none")


def test_compliance_asks_and_a_colleague_who_may_sign_approves_with_both_factors():
    people = four_people()
    clinic, ada, sam = people.clinic, people.clinician, people.stranger
    officer, mine, other = client_of(clinic.officer), client_of(ada), client_of(sam)
    assert "Does not hold it" in text(officer.get(f"/compliance/people/{sam.account_id}/"))
    assert post(officer, f"/compliance/people/{sam.account_id}/sign/").status_code == 302
    request = next(g for g in signing_grants(clinic.people()) if g.account_id == sam.account_id)
    page = f"/clinic/rights/{request.id}/"
    assert page in mine.get("/clinic/rights/").content.decode() and page not in other.get("/clinic/rights/").content.decode()
    set_up_codes(ada)
    set_up_codes(sam)
    typed = {"password": PASSWORD, "shown": request.digest}
    refused = post(other, page, **typed, second_factor=code_at(sam, AT))
    assert refused.status_code == 422 and "Nobody grants themselves" in text(refused)
    wrong = post(mine, page, **typed | {"password": "wrong"}, second_factor=code_at(ada, AT))
    assert wrong.status_code == 422 and state_of(clinic, sam) == "waiting"
    changed = post(mine, page, **typed | {"shown": "0" * 64}, second_factor=code_at(ada, AT))
    assert changed.status_code == 409 and state_of(clinic, sam) == "waiting"
    assert post(mine, page, **typed, second_factor=code_at(ada, AT)).status_code == 302
    assert state_of(clinic, sam) == "in force" and "You hold it" in text(other.get("/clinic/rights/"))
    assert post(officer, f"/compliance/rights/{request.id}/end/", why="left the practice").status_code == 302
    assert state_of(clinic, sam) == "ended"


def test_a_registrant_asks_for_a_colleague_and_a_third_person_approves():
    people = four_people()
    clinic, ada, sam = people.clinic, people.clinician, people.stranger
    eve, mine = clinic.clinician("Eve Newcomer"), client_of(ada)
    assert "You are the only one here who holds the right" in text(mine.get("/clinic/rights/ask/"))
    clinic.grant(sam, by=ada)
    page = mine.get("/clinic/rights/ask/")
    assert (
        "a third person" in text(page) and "Eve Newcomer" in text(page) and "Sam Stranger" not in text(page).split("For whom?")[1]
    )
    assert post(mine, "/clinic/rights/ask/", who=str(ada.account_id)).status_code == 422
    assert client_of(eve).get("/clinic/rights/ask/")["Location"] == "/clinic/rights/"
    assert post(mine, "/clinic/rights/ask/", who=str(eve.account_id)).status_code == 302
    request = next(g for g in signing_grants(clinic.people()) if g.account_id == eve.account_id)
    assert (request.state, request.entered_by) == ("waiting", ada.name)
    assert "You asked for it; a third person approves" in text(mine.get("/clinic/rights/"))
    assert f"/clinic/rights/{request.id}/" in client_of(sam).get("/clinic/rights/").content.decode()
    assert "Eve Newcomer" not in text(mine.get("/clinic/rights/ask/"))


def test_who_lacks_something_is_named_with_what_is_missing_and_cannot_be_chosen():
    people = four_people()
    new = people.clinic.clinician("Nora Newcomer", licensed=False)
    page = client_of(people.clinician).get("/clinic/rights/ask/")
    assert "no prescriber licence in force here" in text(page) and str(new.account_id) not in page.content.decode()
    assert post(client_of(people.clinician), "/clinic/rights/ask/", who=str(new.account_id)).status_code == 422


def test_the_pages_of_the_right_are_for_their_roles_only():
    people = four_people()
    held = next(g for g in signing_grants(people.clinic.people()) if g.account_id == people.clinician.account_id)
    for path, allowed in (
        ("/clinic/rights/", people.clinician), ("/clinic/rights/ask/", people.clinician), (f"/clinic/rights/{held.id}/end/", people.clinician),
        (f"/compliance/people/{people.clinician.account_id}/sign/", people.clinic.officer),
        (f"/compliance/rights/{held.id}/end/", people.clinic.officer),
    ):  # fmt: skip
        for who in (people.clinician, people.pharmacist, people.patient, people.clinic.officer):
            assert client_of(who).get(path).status_code == (200 if who == allowed else 403), (path, who.name)
    elsewhere = client_of(make_clinic().clinician())
    assert elsewhere.get(f"/clinic/rights/{held.id}/").status_code == 404


def test_a_clinician_without_the_right_is_told_who_gives_it():
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    says = text(client_of(ada).get("/clinic/rights/"))
    assert "Nobody here holds the right to sign" in says and "A clinic of one person cannot sign" in says
    clinic.license(ada, "prescriber")
    assert "console" in text(client_of(clinic.officer).get(f"/compliance/people/{ada.account_id}/sign/"))


def test_the_console_grants_the_first_one_or_says_why_not(capsys):
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    set_up_codes(clinic.officer)

    def console(password: str = PASSWORD) -> int:
        typed = iter((password, code_at(clinic.officer, AT)))
        return grant(ada.email, lambda _: clinic.officer.email, lambda _: next(typed), lambda: AT)

    assert console() == 1 and "no-licence" in capsys.readouterr().err
    clinic.license(ada, "prescriber")
    assert console("wrong") == 1 and "factors-wrong" in capsys.readouterr().err
    assert console() == 0 and "may sign controlled medicines" in capsys.readouterr().out
    assert state_of(clinic, ada) == "in force"


def test_a_licence_is_suspended_and_the_suspension_lifted_by_somebody_who_saw_why():
    people = four_people()
    ada, officer = people.clinician, client_of(people.clinic.officer)
    licence = f"/compliance/licences/{member(people.clinic, ada).licences[0].id}/"
    assert post(officer, licence + "suspend/", why="").status_code == 422
    assert post(officer, licence + "suspend/", why="board order").status_code == 302
    answer = may_practise(ada, kind="prescriber", at=AT)
    assert isinstance(answer, NoLicence) and answer.code == "licence-suspended" and "board order" in answer.why
    assert "Signing in US-CA is off now" in text(officer.get("/compliance/"))
    assert post(officer, licence + "suspend/", why="again").status_code == 409
    assert post(officer, licence + "lift/", evidence="order withdrawn, seen in the register").status_code == 302
    assert not isinstance(may_practise(ada, kind="prescriber", at=AT), NoLicence)
    assert post(officer, licence + "lift/", evidence="again").status_code == 409


def test_a_look_at_the_register_that_is_overdue_is_said_until_it_is_done():
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    licence = clinic.license(ada, "prescriber", verified=False)
    given(access.verify_licence(clinic.people(), licence, "register", date(2026, 12, 1)))
    assert not licences(clinic.people())[0].recheck_overdue
    later = datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert next(x for x in licences(clinic.people(later)) if x.id == licence).recheck_overdue
    assert isinstance(access.recheck_licence(clinic.people(later), licence, "register", date(2026, 12, 3)), Refused)
    given(access.recheck_licence(clinic.people(later), licence, "register: current", date(2027, 6, 1)))
    line = next(x for x in licences(clinic.people(later + timedelta(days=1))) if x.id == licence)
    assert not line.recheck_overdue and line.recheck_on == date(2027, 6, 1) and "register: current" in line.evidence


def test_one_tap_closes_the_account_and_compliance_sees_whose_patients_are_left():
    people = four_people()
    ada, officer = client_of(people.clinician), client_of(people.clinic.officer)
    closed = post(ada, "/clinic/rights/lost/")
    assert closed.status_code == 200 and "Your account is closed" in text(closed)
    assert ada.get("/clinic/").status_code == 302
    overview = text(officer.get("/compliance/"))
    assert "second factor lost" in overview and "without a clinician" in overview
    person = f"/compliance/people/{people.clinician.account_id}/"
    assert "This account is closed" in text(officer.get(person))
    patients = text(officer.get(person + "patients/"))
    assert "No other clinician" in patients and "Maria" not in patients and "Torres" not in patients
    assert post(officer, person + "reopen/", why="came in with her passport").status_code == 302
    assert "This account is closed" not in text(officer.get(person))


def test_compliance_closes_an_account_for_somebody_who_telephones():
    people = four_people()
    officer = client_of(people.clinic.officer)
    assert post(officer, f"/compliance/people/{people.clinician.account_id}/lost/").status_code == 302
    assert client_of(people.clinic.officer).get(f"/compliance/people/{people.clinic.officer.account_id}/lost/").status_code == 404
    assert state_of(people.clinic, people.clinician) == "ended"


def test_a_look_at_a_register_and_what_was_seen_by_hand_stand_on_one_page():
    people = four_people()
    officer = client_of(people.clinic.officer)
    licence = f"/compliance/licences/{member(people.clinic, people.clinician).licences[0].id}/"
    assert post(officer, licence + "looks/").status_code == 302
    assert "No register was brought in here" in text(officer.get(licence + "looks/"))
    assert post(officer, licence + "seen/", evidence="Current").status_code == 422
    assert (
        post(officer, licence + "seen/", evidence="Current", where="Board of California", document="scan 17").status_code == 302
    )
    page = text(officer.get(licence + "looks/"))
    assert "Seen by hand" in page and "Board of California" in page and "scan 17" in page
