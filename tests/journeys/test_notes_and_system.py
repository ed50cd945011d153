"""The author's own notes and the administrator's page in a browser: axe at three widths, keyboard, nothing behind our back."""

import pytest
from django.db import transaction

from serein.care.visits.actions import keep_psychotherapy_note
from serein.foundation.people.keys import open_chart
from tests.journeys.browser import OpenPage, audit
from tests.people import AT, FourPeople, four_people, given
from tests.web import browse_as


@pytest.fixture
def people(live_clinic, settings) -> FourPeople:
    settings.SEREIN_CLOCK = "tests.people.clock"
    with transaction.atomic():
        people = four_people()
        patient_id = people.patient.patient_id
        assert patient_id is not None
        key = given(open_chart(people.clinician, patient_id, purpose="psychotherapy notes", at=AT))
        given(keep_psychotherapy_note(key, "She spoke of her sister for the first time.\nWe stay with that."))
    return people


def test_the_pages_pass_axe_and_the_keyboard(people: FourPeople, live_clinic, open_page: OpenPage):
    page = browse_as(open_page(), people.clinician, live_clinic.url)
    audit(page, f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/my-notes/")
    with transaction.atomic():
        administrator = people.clinic.staff("Root Admin", "administrator")
    page = browse_as(open_page(), administrator, live_clinic.url)
    audit(page, f"{live_clinic.url}/system/")
