"""Who may have all of my record: said, seen and taken back by the patient; the clinician hands over to whom they named."""

from datetime import timedelta

from serein.care.access.reads import passings_on
from tests.care.plans import TODAY, agreed
from tests.people import own_chart
from tests.web import client_of

PAGE = "agreements/passing-on/"
FIELDS = {
    "recipient": "Dr Rosa Klein",
    "recipient_clinic": "Hill Clinic",
    "until": (TODAY + timedelta(days=30)).isoformat(),
    "yes": "on",
}


def test_the_patient_names_somebody_and_takes_it_back(desk):
    assert "Nobody. It stays here." in desk.get(PAGE) and "passing-on" in desk.get("agreements/")
    assert desk.post(PAGE, FIELDS).status_code == 302
    assert "Dr Rosa Klein" in desk.get(PAGE)
    (line,) = passings_on(own_chart(desk.people.patient))
    assert desk.post(f"{PAGE}take-back/", {"which": str(line.id)}, page=PAGE).status_code == 302
    assert "You took it back." in desk.get(PAGE)
    assert desk.post(f"{PAGE}take-back/", {"which": "x"}, page=PAGE).status_code == 404


def test_without_the_tick_a_name_or_an_end_nothing_is_kept(desk):
    for missing in FIELDS:
        answer = desk.post(PAGE, {k: v for k, v in FIELDS.items() if k != missing})
        assert answer.status_code == 422, missing
    assert passings_on(own_chart(desk.people.patient)) == ()


def test_the_clinician_can_choose_whom_the_patient_named(desk):
    agreed(desk.people.clinician, desk.people.patient)
    desk.post(PAGE, FIELDS)
    page = client_of(desk.people.clinician).get(f"/clinic/patients/{desk.people.patient.patient_id}/handover/").content.decode()
    assert "Dr Rosa Klein, Hill Clinic: with substance-use records, as the patient agreed" in page
