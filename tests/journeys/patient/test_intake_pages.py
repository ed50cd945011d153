"""The patient's pages in a real browser: without JavaScript, on a narrow phone, and looked at by axe at three widths."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page

from tests.journeys.browser import WATCHES, assert_quiet, audit, sign_in
from tests.journeys.patient.walking import all_items, choose, heading, press
from tests.people import AT, PASSWORD, FourPeople, four_people

SCREENS = os.environ.get("SEREIN_SCREENS")


@pytest.fixture
def people(live_clinic) -> FourPeople:
    with transaction.atomic():
        return four_people()


@pytest.fixture
def clock(settings) -> None:
    settings.SEREIN_CLOCK = "tests.journeys.patient.test_intake_pages.at"


def at():
    return AT


def shot(page: Page, name: str) -> None:
    """For people who want to look: SEREIN_SCREENS=folder keeps each page at phone and desktop width."""
    if not SCREENS:
        return
    before = page.viewport_size
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 844})
        page.screenshot(path=str(Path(SCREENS) / f"{name}-{width}.png"), full_page=True)
    page.set_viewport_size(before)


def look(page: Page, name: str) -> None:
    shot(page, name)
    audit(page)


def through_the_intake(page: Page, visit) -> None:
    """Every page of the usual path, and the two lists."""
    page.get_by_role("button", name="Start", exact=True).click()
    visit("birth-date")
    press(page, "Save and go on")
    visit("sex")
    choose(page, "Female")
    visit("contact")
    press(page, "Save and go on")
    choose(page, "English")
    visit("reasons")
    page.get_by_label("Strong fear or worry").check()
    press(page, "Save and go on")
    page.get_by_label("When did it start?").fill("In May")
    press(page, "Save and go on")
    choose(page, "Yes")
    visit("medicines-empty")
    page.get_by_label("Name of the medicine").fill("Omeprazole")
    page.get_by_label("How much, and how often?").fill("one 20 mg capsule a day")
    page.get_by_label("From a shop, no prescription needed").check()
    press(page, "Add to my list")
    page.get_by_label("Name of the medicine").fill("Xanax")
    page.get_by_label("Someone shared theirs with me").check()
    press(page, "Add to my list")
    visit("medicines")
    press(page, "That is all")
    choose(page, "No, I have none")
    choose(page, "No")
    choose(page, "No")
    visit("alcohol")
    choose(page, "Never")
    for _ in ("opioids", "sleep apnea", "breathing", "liver", "kidney", "myasthenia", "glaucoma", "falls"):
        choose(page, "No")
    visit("other-health")
    page.get_by_label("None of these").check()
    press(page, "Save and go on")
    choose(page, "No")
    choose(page, "Yes, but longer ago")
    page.get_by_label("Lorazepam (Ativan)").check()
    press(page, "Save and go on")
    visit("benzo-long")
    page.get_by_label("Months", exact=True).check()
    page.get_by_label("How many?").fill("8")
    press(page, "Save and go on")
    choose(page, "Every day")
    page.get_by_label("I could not sleep").check()
    press(page, "Save and go on")
    visit("gad-7")
    all_items(page)
    press(page, "Save and go on")
    visit("phq-9")
    all_items(page)
    page.locator("fieldset").nth(8).get_by_label("Not at all").check()
    press(page, "Save and go on")
    visit("check")
    press(page, "Send my answers")
    visit("home-after")
    assert page.get_by_text("Sent. Your care team can now read your answers.").is_visible()


def test_the_intake_from_the_first_to_the_last_page(clock, people, live_clinic, open_page):
    page = open_page(width=390)
    sign_in(page, live_clinic.url, people.patient.email, PASSWORD)
    look(page, "home")
    through_the_intake(page, lambda name: look(page, name))
    page.goto(f"{live_clinic.url}/me/answers/")
    look(page, "answers")
    assert page.get_by_text("Xanax. Someone shared theirs with me").is_visible()
    assert page.get_by_text("March 27, 1985").is_visible()
    assert page.get_by_text("8 months").is_visible()


def test_the_same_without_javascript_on_a_phone_of_320_pixels(clock, people, live_clinic, open_page):
    page = open_page(width=320, js=False)
    sign_in(page, live_clinic.url, people.patient.email, PASSWORD)
    through_the_intake(page, lambda _: None)
    assert_quiet(page)


@pytest.fixture
def dark(clock, people, live_clinic, open_page) -> Iterator[Page]:
    """A patient whose next page is the PHQ-9."""
    from serein.care.evaluation import actions, answering, reads
    from tests.care.evaluation.filling import GAD, PHQ, USUAL, answer
    from tests.people import given, own_chart

    with transaction.atomic():
        chart = own_chart(people.patient)
        given(actions.start_intake(chart))
        while (q := answering.first_open(reads.open_intake(chart).answers)).key != "phq-9":
            answer(chart, q, USUAL, {"gad-7": GAD, "phq-9": PHQ})
    page = open_page(width=390)
    sign_in(page, live_clinic.url, people.patient.email, PASSWORD)
    page.goto(f"{live_clinic.url}/me/questions/")
    yield page


def answer_dark(page: Page) -> None:
    all_items(page)
    press(page, "Save and go on")


def test_thoughts_of_death_lead_to_three_questions_and_to_the_support_page(dark):
    answer_dark(dark)
    assert heading(dark) == "Might you act on it?"
    look(dark, "safety-intent")
    for calm in ("No", "No", "Yes"):
        dark.get_by_label(calm, exact=True).check()
        press(dark, "Continue")
    assert heading(dark) == "Thank you for telling us"
    assert dark.locator("main a[href='tel:988']").first.is_visible()
    look(dark, "support")
    dark.get_by_role("button", name="Go on").click()
    assert heading(dark) == "Check your answers"


def test_not_sure_leads_to_the_emergency_page_which_promises_nothing(dark):
    answer_dark(dark)
    dark.get_by_label("I am not sure", exact=True).check()
    press(dark, "Continue")
    assert heading(dark) == "Call 911 now"
    look(dark, "emergency")
    said = dark.locator("main").inner_text().lower()
    assert "will call you" not in said
    assert dark.locator("main a[href='tel:911']").is_visible()
    dark.goto(dark.url.split("/me/")[0] + "/me/")
    look(dark, "home-emergency")
    assert heading(dark) == "Get help now"


def test_a_mistake_is_asked_again(dark):
    answer_dark(dark)
    dark.get_by_label("Yes", exact=True).check()
    press(dark, "Continue")
    press(dark, "That was a mistake, change my answer")
    assert heading(dark) == "Might you act on it?"


def test_whoever_leaves_the_questions_finds_them_again(dark):
    answer_dark(dark)
    dark.goto(dark.url.split("/me/")[0] + "/me/questions/gad-7/")
    assert heading(dark) == "Might you act on it?"


def test_neither_the_back_button_nor_a_stale_page_overwrites_an_alarm(dark):
    answer_dark(dark)
    stale = dark.context.new_page()
    stale.goto(dark.url)
    dark.get_by_label("Yes", exact=True).check()
    press(dark, "Continue")
    stale.get_by_label("No", exact=True).check()
    press(stale, "Continue")
    assert heading(stale) == "Call 911 now"
    dark.go_back()
    dark.goto(dark.url.split("/me/")[0] + "/me/")
    assert heading(dark) == "Get help now"


def test_left_out_items_are_shown_and_may_be_left_out(dark):
    all_items(dark)
    dark.reload()
    for group in dark.locator("fieldset").all()[:8]:
        group.get_by_label("Not at all").check()
    press(dark, "Save and go on")
    look(dark, "phq-left-out")
    assert dark.get_by_role("link", name="Choose one answer, or leave it out below.").is_visible()
    assert dark.locator("input:checked").count() == 8, "nothing that was chosen is lost"
    press(dark, "Leave it out")
    assert heading(dark) == "Check your answers"


def test_an_empty_page_says_what_is_missing_and_links_to_it(clock, people, live_clinic, open_page):
    page = open_page(width=390)
    sign_in(page, live_clinic.url, people.patient.email, PASSWORD)
    page.get_by_role("button", name="Start", exact=True).click()
    page.goto(f"{live_clinic.url}/me/questions/contact/")
    page.get_by_label("Your phone number").fill("")
    page.get_by_label("Your home address").fill("x" * 400)
    press(page, "Save and go on")
    look(page, "contact-error")
    assert page.title().startswith("Error:")
    assert page.get_by_label("Your home address").input_value() == "x" * 400
    assert WATCHES[page].failed == []


def test_the_other_pages_of_the_patient(clock, people, live_clinic, open_page):
    page = open_page(width=390)
    sign_in(page, live_clinic.url, people.patient.email, PASSWORD)
    for path in ("agreements/", "agreements/care/", "agreements/notices/", "plan/", "prescriptions/", "who-looked/"):
        page.goto(f"{live_clinic.url}/me/{path}")
        look(page, path.strip("/").replace("/", "-"))
