"""The emergency card on a phone: seen by axe at three widths, printed, and read without JavaScript."""

import pytest
from django.db import transaction

from tests.care.evaluation.filling import fill_and_send
from tests.care.plans import agreed
from tests.care.signed import AT, TODAY, dispense_one, sign_one, small_clinic
from tests.journeys.browser import assert_fits, assert_quiet, audit, printed, sign_in
from tests.journeys.patient.test_intake_pages import shot
from tests.people import PASSWORD, own_chart


def at():
    return AT


@pytest.fixture
def place(live_clinic, settings):
    settings.SEREIN_CLOCK = "tests.journeys.patient.test_card_page.at"
    with transaction.atomic():
        place = small_clinic()
        agreed(place.clinician, place.patient, AT, starts_on=TODAY)
        fill_and_send(own_chart(place.patient, AT), takes_medicines={"choice": "yes"}, has_allergies={"choice": "yes"})
    dispense_one(place, sign_one(place))
    return place


def test_the_card_is_found_from_home_and_reads_without_javascript(place, live_clinic, open_page):
    page = open_page(width=390)
    sign_in(page, live_clinic.url, place.patient.email, PASSWORD)
    page.get_by_role("link", name="My emergency card").click()
    shot(page, "card")
    audit(page)
    assert len(printed(page)) > 1000
    plain = open_page(width=320, js=False)
    sign_in(plain, live_clinic.url, place.patient.email, PASSWORD)
    plain.goto(f"{live_clinic.url}/me/card/")
    assert plain.get_by_role("heading", name="Do not stop diazepam, or a medicine like it, all at once.").is_visible()
    assert plain.locator("main a[href='tel:911']").is_visible()
    assert_fits(plain)
    assert_quiet(plain)
    file = plain.request.get(f"{live_clinic.url}/me/card/card.pdf")
    assert file.ok and file.body().startswith(b"%PDF")
