"""The plan and the prescription on a phone: seen by axe, printed, and answered without JavaScript."""

import pytest
from django.db import transaction

from tests.care.plans import sent
from tests.care.signed import AT, sign_one, small_clinic
from tests.journeys.browser import audit, printed, sign_in
from tests.journeys.patient.test_intake_pages import shot
from tests.people import PASSWORD


def at():
    return AT


@pytest.fixture
def place(live_clinic, settings):
    settings.SEREIN_CLOCK = "tests.journeys.patient.test_plan_and_prescription_pages.at"
    with transaction.atomic():
        return small_clinic()


def test_a_plan_is_read_and_agreed_to_on_a_phone_without_javascript(place, live_clinic, open_page):
    with transaction.atomic():
        sent(place.clinician, place.patient, AT, supportive_note="Group on Tuesdays at 6 pm")
    page = open_page(width=390)
    sign_in(page, live_clinic.url, place.patient.email, PASSWORD)
    page.goto(f"{live_clinic.url}/me/plan/")
    shot(page, "plan-with-data")
    audit(page)
    plain = open_page(width=320, js=False)
    sign_in(plain, live_clinic.url, place.patient.email, PASSWORD)
    plain.goto(f"{live_clinic.url}/me/plan/")
    assert plain.get_by_text("half a tablet (2.5 mg) at night").is_visible()
    plain.get_by_label("I agree to this plan").check()
    plain.get_by_role("button", name="Send my answer").click()
    assert plain.get_by_text("Saved. You agreed to this plan.").is_visible()
    page.goto(f"{live_clinic.url}/me/")
    shot(page, "home-with-plan")
    audit(page)


def test_the_code_is_shown_large_with_a_picture_and_prints(place, live_clinic, open_page):
    one = sign_one(place)
    page = open_page(width=390)
    sign_in(page, live_clinic.url, place.patient.email, PASSWORD)
    page.goto(f"{live_clinic.url}/me/prescriptions/")
    shot(page, "prescriptions-with-data")
    audit(page)
    assert page.get_by_text("-".join(one.code[n : n + 4] for n in (0, 4, 8))).is_visible()
    assert len(printed(page)) > 1000
