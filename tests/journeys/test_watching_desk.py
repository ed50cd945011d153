"""The clinician watches: diary, check-ins and the plot; records a contact; reviews before a renewal; bridges a missed review."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect

from serein.care.monitoring import actions
from serein.care.prescribing.actions.signing import Signed
from tests.care.prescribed import ready_desk
from tests.care.tapers import running
from tests.journeys.browser import audit, printed
from tests.people import AT, four_people, own_chart
from tests.web import browse_as

SCREENS = os.environ.get("SEREIN_SCREENS")
DUE = AT + timedelta(days=14)


def due() -> object:
    return DUE


@pytest.fixture(autouse=True)
def clock(settings, tmp_path) -> None:
    settings.STATE = tmp_path
    settings.SEREIN_CLOCK = "tests.journeys.test_watching_desk.due"


@pytest.fixture
def desk(live_clinic, clock):
    """Two weeks of treatment: some doses taken, one missed, some days silent; two check-ins, one with a red flag."""
    with transaction.atomic():
        found = ready_desk()
        assert isinstance(found.sign(), Signed)
    for day in (0, 1, 2, 5, 6, 7, 9):
        at = AT + timedelta(days=day)
        with transaction.atomic():
            chart = own_chart(found.people.patient, at)
            actions.log_dose(chart, actions.NewDose("morning", "missed" if day == 6 else "taken"))
    for day, score in ((2, "3"), (12, "9")):
        with transaction.atomic():
            actions.answer_check_in(own_chart(found.people.patient, AT + timedelta(days=day)), {"sleepy": {"choice": score}})
    return found


@pytest.fixture
def at_desk(desk, live_clinic, open_page):
    def opened(path="", **how):
        page = open_page(**how)
        browse_as(page, desk.people.clinician, live_clinic.url)
        page.goto(f"{live_clinic.url}/clinic/patients/{desk.people.patient.patient_id}/{path}")
        return page

    return opened


def look(page, name: str) -> None:
    if SCREENS:
        before = page.viewport_size
        for width in (390, 1366):
            page.set_viewport_size({"width": width, "height": 844})
            page.screenshot(path=str(Path(SCREENS) / f"{name}-{width}.png"), full_page=True)
        page.set_viewport_size(before)
    audit(page)


def test_the_plot_is_there_without_javascript_and_says_what_it_is(at_desk):
    page = at_desk("watch/", js=False)
    assert page.locator("svg.pk-svg").first.is_visible()
    caption = page.locator("figcaption").inner_text()
    assert (
        "An estimate, not a blood test" in caption
        and "not confirmed by a licensed clinician" in caption
        and "estimate, for 9 in 10 people" in caption
        and "is not known: it starts with nothing in the body" in caption
        and 'not "not taken"' in caption
    )
    assert page.get_by_text("not told (unknown)").first.is_visible()


def test_with_javascript_it_is_read_by_keyboard_and_printed_as_svg(at_desk):
    page = at_desk("watch/")
    page.wait_for_selector("figure[data-ready]")
    assert page.locator("svg.pk-svg").first.is_hidden()
    host = page.locator(".pk-live")
    host.focus()
    host.press("Home")
    expect(page.locator("[data-out]")).to_contain_text("Nov 23")
    host.press("Shift+ArrowRight")
    expect(page.locator("[data-out]")).to_contain_text("Nov 30")
    look(page, "watch")
    page.emulate_media(media="print")
    assert page.locator("svg.pk-svg").first.is_visible() and page.locator(".pk-live").is_hidden()
    page.emulate_media(media="screen")
    assert printed(page)


def test_the_chart_names_what_was_told_and_a_contact_takes_the_flag_off_the_list(at_desk):
    page = at_desk()
    look(page, "chart-watching")
    page.get_by_role("link", name="Record a contact").first.click()
    look(page, "contact")
    page.get_by_label("By telephone").check()
    page.get_by_label("What was said and done?").fill("Slept badly, safe; will not drive.")
    page.get_by_role("button", name="Record the contact").click()
    assert page.get_by_text("Recorded.").is_visible()
    assert not page.get_by_role("link", name="Record a contact").count()


def test_a_renewal_is_refused_and_the_review_unlocks_it(at_desk):
    page = at_desk()
    page.get_by_role("button", name="Write a prescription").click()
    assert page.get_by_text("Review the treatment first").is_visible()
    page.goto(page.url.partition("/plans/")[0] + "/review/")
    look(page, "review")
    page.get_by_label("Continue as it is").check()
    page.get_by_label("Benefit, harm, and what the patient wishes").fill("Sleeps; wants to go on.")
    for label, value in (("Month", "1"), ("Day", "6"), ("Year", "2027")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Record the review").click()
    assert page.get_by_text("may be renewed up to 06-Jan-2027").is_visible()
    page.get_by_role("button", name="Write a prescription").click()
    assert "drafts" in page.url


def test_the_bridge_page_holds_for_everybody(at_desk):
    look(at_desk("bridge/"), "bridge")


def test_a_bridge_without_javascript_at_320_pixels(at_desk):
    page = at_desk("bridge/", js=False, width=320)
    page.get_by_role("button", name="Record the bridge").click()
    assert page.get_by_text("Enter the number of days").first.is_visible()
    page.get_by_label("For how many days").fill("7")
    page.get_by_label("No appointment could be had in time").check()
    page.get_by_role("button", name="Record the bridge").click()
    assert page.get_by_text("A bridge up to 13-Dec-2026 is recorded").is_visible()


@pytest.fixture
def tapering(live_clinic, clock):
    """Three days into the first step of a taper that nobody has confirmed."""
    with transaction.atomic():
        people = four_people()
        running(people, starts_on=DUE.date() - timedelta(days=3))
    return people


def test_an_unconfirmed_change_is_drawn_with_both_doses_and_stands_in_banner_panel_and_table(tapering, live_clinic, open_page):
    page = open_page()
    browse_as(page, tapering.clinician, live_clinic.url)
    page.goto(f"{live_clinic.url}/clinic/patients/{tapering.patient.patient_id}/watch/")
    page.wait_for_selector("figure[data-ready]")
    banner = page.locator(".banner").inner_text()
    assert "7.5 mg or 7 mg a day, unconfirmed" in banner and "step 1 of" in banner and "next change" in banner
    page.get_by_text("Show as a table").click()
    assert page.get_by_text("Unconfirmed: earlier or told dose, mg a day").is_visible()
    assert page.get_by_role("cell", name="7.5 mg or 7 mg unconfirmed").first.is_visible()
    page.locator(".pk-live").focus()
    page.locator(".pk-live").press("Escape")
    expect(page.locator("[data-out]")).to_contain_text("dose 7.5 mg or 7 mg, unconfirmed")
    look(page, "watch-unconfirmed")
    page.goto(f"{live_clinic.url}/clinic/")
    assert "7.5 mg or 7 mg a day, unconfirmed" in page.locator("main").inner_text()
    look(page, "panel-taper")


def test_the_band_is_about_one_substance_at_a_time_and_drawn_without_javascript(at_desk):
    page = at_desk("watch/?band=nordiazepam", js=False)
    assert page.get_by_text("nordiazepam: estimate, for 9 in 10 people", exact=True).is_visible()
    assert page.get_by_role("navigation", name="Band").get_by_role("link").all_inner_texts() == ["diazepam"]
