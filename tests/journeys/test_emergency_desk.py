"""Break-glass, care team and rota in a browser: axe at three widths, keyboard, and the red strip over every page of the chart."""

import pytest
from django.db import transaction

from serein.care.access import actions as access
from serein.foundation.people.keys import open_find
from serein.foundation.people.models import BrokenGlass
from tests.care.access.test_emergencies import BORN, factors
from tests.journeys.browser import OpenPage, audit
from tests.people import AT, FourPeople, four_people, given
from tests.web import browse_as


@pytest.fixture
def people(live_clinic, settings) -> FourPeople:
    settings.SEREIN_CLOCK = "tests.people.clock"
    with transaction.atomic():
        people = four_people()
        asked = access.Emergency(people.patient.patient_id, "danger", "Found unconscious on the bus")
        listing = given(open_find(people.stranger, family="Torres", birth_date=BORN, at=AT))
        given(access.break_glass(listing, asked, factors(people.stranger, AT)))
    return people


def test_the_pages_pass_axe_and_the_keyboard(people: FourPeople, live_clinic, open_page: OpenPage):
    url, chart = live_clinic.url, f"/clinic/patients/{people.patient.patient_id}/"
    page = browse_as(open_page(), people.stranger, url)
    audit(page, url + chart)
    assert page.get_by_text("60 minutes left").is_visible()
    page.goto(url + "/clinic/emergency/")
    page.get_by_label("Family name").fill("Torres")
    for label, value in (("Month", "3"), ("Day", "27"), ("Year", "1985")):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Find the patient").click()
    audit(page)
    page = browse_as(open_page(), people.clinic.officer, url)
    with transaction.atomic():
        glass = BrokenGlass.objects.get(account=people.stranger.account_id)
    for address in ("/compliance/emergencies/", f"/compliance/emergencies/{glass.id}/", "/compliance/rota/"):
        audit(page, url + address)
    page = browse_as(open_page(), people.clinician, url)
    audit(page, f"{url}{chart}team/")
