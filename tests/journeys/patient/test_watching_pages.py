"""The diary, the month and the check-in in a real browser: one press logs a dose, a red flag opens its page at once, and every page holds on a
phone, for the keyboard, for axe, and without JavaScript."""

import pytest
from django.db import transaction

from serein.care.monitoring import reads
from serein.care.planning.text import PlannedDose
from tests.care.plans import agreed
from tests.journeys.browser import sign_in
from tests.journeys.patient.test_intake_pages import look
from tests.journeys.patient.walking import choose, heading, press
from tests.people import AT, PASSWORD, four_people, own_chart

DOSES = (PlannedDose("morning", "1.5"), PlannedDose("night", "0.5"), PlannedDose("as_needed", "0.5", "2", "14"))


@pytest.fixture
def people(live_clinic):
    with transaction.atomic():
        found = four_people()
        agreed(found.clinician, found.patient, product="diazepam-tablet-10", doses=DOSES)
        return found


@pytest.fixture(autouse=True)
def clock(settings) -> None:
    settings.SEREIN_CLOCK = "tests.people.clock"


@pytest.fixture
def page(people, live_clinic, open_page):
    page = open_page(width=390)
    sign_in(page, live_clinic.url, people.patient.email, PASSWORD)
    return page


def today(people):
    with transaction.atomic():
        return reads.today(own_chart(people.patient, AT)).day


def test_the_next_dose_is_taken_with_one_press_and_taken_back_with_another(people, page):
    look(page, "diary-home")
    assert page.get_by_text("1 and a half tablets of 10 mg").is_visible() and page.get_by_text("15 mg", exact=True).is_visible()
    press(page, "I took it")
    look(page, "diary-taken")
    assert today(people).line("morning").status == "taken"
    assert page.get_by_text("You took it at 9:00 am").is_visible()
    page.get_by_role("button", name="Undo this morning").click()
    assert today(people).line("morning") is None


def test_not_sure_leads_to_do_not_take_another(people, page):
    page.get_by_role("link", name="I did not take it, or I am not sure").click()
    look(page, "dose")
    press(page, "Save")
    assert page.get_by_text("Choose one answer.").first.is_visible()
    page.get_by_label("I am not sure").check()
    press(page, "Save")
    look(page, "dose-unsure")
    assert heading(page) == "Do not take another one" and today(people).line("morning").status == "unsure"


def test_a_use_when_needed_is_told_with_its_reason_and_counted(people, page):
    page.get_by_role("button", name="I took one", exact=True).click()
    look(page, "use")
    page.get_by_label("Why did you take it?").fill("Fear on the bus")
    press(page, "I took it")
    assert page.get_by_text("1 of at most 2").is_visible() and page.get_by_text("1 of at most 14").is_visible()
    look(page, "use-told")


def test_the_month_shows_the_dose_of_each_day_on_treatment_with_halves_in_words(live_clinic, page):
    page.goto(f"{live_clinic.url}/me/doses/")
    look(page, "month")
    assert page.get_by_text("20 mg", exact=True).count() == 8  # 23-Nov to 30-Nov
    assert page.get_by_text("half a 10 mg tablet at night").count() == 8
    page.get_by_role("link", name="Month after").click()
    assert page.get_by_text("20 mg", exact=True).count() == 21 and not page.get_by_text("½").count()


def test_the_check_in_is_five_questions_one_a_page(page):
    page.get_by_role("button", name="Check in", exact=True).click()
    look(page, "check-in-1")
    choose(page, "2")
    look(page, "check-in-2")
    choose(page, "I feel fine")
    choose(page, "No")
    look(page, "check-in-4")
    choose(page, "No, none of these")
    look(page, "check-in-5")
    choose(page, "No")
    look(page, "check-in-check")
    press(page, "Send my check-in")
    assert page.get_by_text("Sent. Your care team can now read your check-in.").is_visible()
    page.get_by_role("link", name="How I have been").click()
    look(page, "feelings")
    assert page.get_by_text("I feel fine").is_visible()


def test_a_red_flag_opens_its_page_at_once_and_a_mistake_keeps_both(people, page):
    page.get_by_role("button", name="Check in", exact=True).click()
    choose(page, "2")
    choose(page, "A fit (seizure)")
    look(page, "check-in-emergency")
    assert heading(page) == "Call 911 now" and page.get_by_text("We do not know when someone will read it").is_visible()
    assert not page.get_by_text("will call you").count()
    page.get_by_role("link", name="That was a mistake, change my answer").click()
    page.get_by_label("A fit (seizure)").uncheck()
    choose(page, "I feel fine")
    with transaction.atomic():
        lines = reads.check_ins(own_chart(people.patient, AT))
    assert [one.level for one in lines] == ["", "emergency"] and lines[1].taken_back


@pytest.mark.parametrize(("answer", "title"), [("I fell", "Call us today"), ("I was not steady on my feet", "Call us today")])
def test_a_same_day_sign_says_call_us_today(page, answer, title):
    page.get_by_role("button", name="Check in", exact=True).click()
    choose(page, "2")
    choose(page, "I feel fine")
    choose(page, answer)
    look(page, "check-in-today")
    assert heading(page) == title
    page.get_by_role("link", name="Go on with the check-in").click()
    assert heading(page) == "Is any of this true?"


def test_thoughts_of_self_harm_lead_to_the_crisis_line(page, live_clinic):
    page.goto(f"{live_clinic.url}/me/check-in/harm/")
    choose(page, "Yes, but I will not act on it")
    look(page, "check-in-harm")
    assert heading(page) == "Thank you for telling us" and page.get_by_text("988").first.is_visible()
    page.goto(f"{live_clinic.url}/me/check-in/harm/")
    choose(page, "I am not sure")
    look(page, "check-in-harm-unsure")
    assert heading(page) == "Call 911 now"


def test_everything_without_javascript_on_a_phone_of_320_pixels(people, live_clinic, open_page):
    page = open_page(width=320, js=False)
    sign_in(page, live_clinic.url, people.patient.email, PASSWORD)
    press(page, "I took it")
    page.get_by_role("button", name="Check in", exact=True).click()
    choose(page, "9")
    assert heading(page) == "Call us today"
    page.get_by_role("link", name="Go on with the check-in").click()
    choose(page, "I feel fine")
    choose(page, "No")
    choose(page, "I drank alcohol")
    assert heading(page) == "Call 911 now"
    page.goto(f"{live_clinic.url}/me/doses/")
    assert page.get_by_text("Taken", exact=True).count() == 0 and page.get_by_text("Part of it told").is_visible()
