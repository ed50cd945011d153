"""Pages of the walls in a browser (own notes, the system, passing on): axe at three widths, keyboard, nothing behind our back."""

from datetime import date

import pytest
from django.db import transaction

from serein.care.access.actions import NewPassingOn, allow_passing_on
from serein.care.visits.actions import keep_psychotherapy_note
from serein.foundation.people.keys import open_chart
from tests.journeys.browser import OpenPage, audit
from tests.people import AT, FourPeople, four_people, given, own_chart
from tests.web import browse_as


@pytest.fixture
def people(live_clinic, settings) -> FourPeople:
    settings.SEREIN_CLOCK = "tests.people.clock"
    with transaction.atomic():
        people = four_people()
        patient_id = people.patient.patient_id
        assert patient_id is not None
        given(allow_passing_on(own_chart(people.patient), NewPassingOn("Dr Rosa Klein", "Hill Clinic", date(2026, 12, 23))))
        key = given(open_chart(people.clinician, patient_id, purpose="psychotherapy notes", at=AT))
        given(keep_psychotherapy_note(key, "She spoke of her sister for the first time.\nWe stay with that."))
    return people


def test_the_pages_pass_axe_and_the_keyboard(people: FourPeople, live_clinic, open_page: OpenPage):
    page = browse_as(open_page(), people.clinician, live_clinic.url)
    audit(page, f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/my-notes/")
    audit(page, f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/identity/")
    with transaction.atomic():
        administrator = people.clinic.staff("Root Admin", "administrator")
    page = browse_as(open_page(), administrator, live_clinic.url)
    audit(page, f"{live_clinic.url}/system/")
    page = browse_as(open_page(), people.patient, live_clinic.url)
    for address in ("agreements/passing-on/", "reach/"):
        audit(page, f"{live_clinic.url}/me/{address}")
