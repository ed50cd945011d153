"""The compliance desk and the page behind an invitation, in a browser: axe at three widths, keyboard, and without JavaScript."""

from datetime import date

import pytest
from django.db import transaction

from serein.care.access import actions as access
from serein.care.access.reads import staff
from tests.journeys.browser import OpenPage, assert_fits, audit, axe
from tests.people import PASSWORD, TestClinic, four_people, given
from tests.web import browse_as


@pytest.fixture
def clinic(live_clinic, settings) -> TestClinic:
    """With a licence that ends this week and one that nobody has verified."""
    settings.SEREIN_CLOCK = "tests.people.clock"
    with transaction.atomic():
        clinic = four_people().clinic
        clinic.license(clinic.clinician("Bo Bell", licensed=False), "prescriber", expires_on=date(2026, 11, 27))
        clinic.license(clinic.pharmacist("Pat Past", licensed=False), "pharmacist", verified=False)
        given(access.invite_staff(clinic.people(), access.NewStaff("Ines New", "ines@example.test", "pharmacist")))
    return clinic


def addresses(clinic: TestClinic) -> list[str]:
    with transaction.atomic():
        pat = next(m for m in staff(clinic.people()) if m.name == "Pat Past")
    person, licence = f"/compliance/people/{pat.account_id}", f"/compliance/licences/{pat.licences[0].id}"
    return [
        "/compliance/", "/compliance/invite/", f"{person}/", f"{person}/details/", f"{person}/end/", f"{person}/licence/", f"{licence}/verify/",
        f"{licence}/end/", "/compliance/trail/", "/compliance/knowledge/",
    ]  # fmt: skip


def test_every_page_of_the_desk_passes_axe_and_the_keyboard(clinic: TestClinic, live_clinic, open_page: OpenPage):
    page = browse_as(open_page(), clinic.officer, live_clinic.url)
    for address in addresses(clinic):
        audit(page, live_clinic.url + address)
    page.goto(live_clinic.url + "/compliance/trail/?record=x")
    axe(page)
    assert_fits(page)


def test_an_invitation_passes_axe_also_with_an_error_and_when_it_cannot_be_used(
    clinic: TestClinic, live_clinic, open_page: OpenPage
):
    with transaction.atomic():
        token = given(access.invite_staff(clinic.people(), access.NewStaff("Noa New", "noa@example.test", "clinician"))).token
    page = open_page()
    audit(page, f"{live_clinic.url}/invitation/{token}/")
    page.get_by_label("Choose a password").fill("short")
    page.get_by_role("button", name="Accept and sign in").click()
    audit(page)
    audit(page, f"{live_clinic.url}/invitation/{'x' * 43}/")


def test_inviting_accepting_and_licensing_without_javascript(clinic: TestClinic, live_clinic, open_page: OpenPage, settings):
    with transaction.atomic():
        from serein.foundation.people.models import Clinic

        Clinic.objects.filter(pk=clinic.id).update(demonstration=True)
    url = live_clinic.url
    officer = browse_as(open_page(js=False, width=390), clinic.officer, url)
    link = invite(officer, url)
    noa = open_page(js=False, width=390)
    noa.goto(link)
    assert "as a clinician" in noa.locator("main").inner_text() and link.rsplit("/", 2)[1] not in noa.url
    noa.get_by_label("Choose a password").fill(PASSWORD)
    noa.get_by_role("button", name="Accept and sign in").click()
    assert noa.locator("h1").inner_text() == "Set up your second step"
    license_noa(officer, url)
    assert "Verified 23-Nov-2026 by Olive Officer" in officer.locator("main").inner_text()


def invite(officer, url: str) -> str:
    officer.goto(url + "/compliance/")
    officer.get_by_role("link", name="Invite somebody").click()
    officer.get_by_label("Full name").fill("Noa New")
    officer.get_by_label("E-mail address").fill("noa@example.test")
    officer.get_by_label("Clinician").check()
    officer.get_by_role("button", name="Send the invitation").click()
    return str(officer.locator("main a[href*='/invitation/']").inner_text())


def license_noa(officer, url: str) -> None:
    officer.goto(url + "/compliance/")
    officer.get_by_role("link", name="Noa New").first.click()
    officer.get_by_role("link", name="Record a licence").click()
    officer.get_by_label("Licence number").fill("A 77")
    for label, value in (("Month", "11"), ("Day", "30"), ("Year", "2027")):
        officer.get_by_label(label, exact=True).fill(value)
    officer.get_by_label("What you have seen").fill("copy of the licence")
    officer.get_by_role("button", name="Record the licence").click()
    assert "off until somebody verifies it" in officer.locator("main").inner_text()
    officer.get_by_role("link", name="Verify").click()
    officer.get_by_label("What you saw, and where").fill("register of the board")
    officer.get_by_role("button", name="verify").click()
