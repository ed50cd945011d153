"""A calendar's code, a plan that exists already and a supervised course, in Chromium: at three widths, with and without JavaScript."""

import pytest
from django.db import transaction

from serein.care.tapering import actions as tapering
from serein.interfaces.web.shell import clock
from tests.care.devices import set_up_codes
from tests.care.tapers import running
from tests.journeys.browser import audit, shoot
from tests.people import AT, four_people, open_for
from tests.web import browse_as


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def people(live_clinic):
    with transaction.atomic():
        found = four_people()
        set_up_codes(found.clinician)
        return found


def seen(page, name):
    shoot(page, name)
    audit(page)


@pytest.mark.parametrize("js", [True, False])
def test_whoever_holds_a_paper_asks_without_signing_in(live_clinic, people, open_page, js):
    with transaction.atomic():
        card = running(people)
    page = open_page(width=390, js=js)
    page.goto(f"{live_clinic.url}/calendar")
    page.get_by_label("Code of the calendar").fill(card.calendar_code.lower())
    page.get_by_role("button", name="Check").click()
    assert page.get_by_role("heading", name="This is the newest dose calendar").is_visible()
    if not js:
        return
    seen(page, "calendar-newest")
    with transaction.atomic():
        tapering.hold_taper(open_for(people.clinician, people.patient), card.id, tapering.HoldText(why="Sleeps badly"))
    for name, path in (("empty", ""), ("old", f"/{card.calendar_code}"), ("unknown", "?code=ZZZZ-ZZZZ"), ("missing", "?code=")):
        page.goto(f"{live_clinic.url}/calendar{path}")
        (seen if name == "missing" else shoot)(page, f"calendar-{name}")


@pytest.mark.parametrize("js", [True, False])
def test_a_typed_plan_is_put_right_and_opened_in_the_planner(live_clinic, people, open_page, js):
    with transaction.atomic():
        running(people)
    page = browse_as(open_page(js=js), people.clinician, live_clinic.url)
    page.goto(f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/taper/plan/")
    page.get_by_role("link", name="Check a plan that exists already").click()
    page.get_by_label("The plan").fill("2026-12-01, 7\n2026-12-05, 3, 1 x 2 mg\nsoon, 2")
    page.get_by_role("button", name="Check every step").click()
    assert page.get_by_role("link", name="Line 3, day").is_visible()
    if js:
        shoot(page, "existing-mistake")
    page.get_by_label("The plan").fill("2026-12-01, 7\n2026-12-05, 3, 1 x 2 mg")
    page.get_by_role("button", name="Check every step").click()
    assert page.get_by_role("heading", name="This plan must not be followed as it stands").is_visible()
    if js:
        seen(page, "existing-stop")
    page.get_by_label("The plan").fill("2026-12-01, 7\n2026-12-15, 6.5, 1 x 5 mg + 0.5 x 2 mg\n2026-12-29, 6")
    page.get_by_role("button", name="Check every step").click()
    if js:
        shoot(page, "existing-good")
    page.get_by_role("button", name="Open these steps in the planner").click()
    assert page.get_by_text("These steps were typed.").is_visible()


@pytest.mark.parametrize("js", [True, False])
def test_a_supervised_course_from_its_beginning_to_its_end(live_clinic, people, open_page, js):
    page = browse_as(open_page(js=js), people.clinician, live_clinic.url)
    page.goto(f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/")
    page.get_by_role("link", name="Alcohol withdrawal under supervision").click()
    if js:
        seen(page, "supervised-none")
    page.get_by_role("button", name="Begin a supervised course").click()
    page.get_by_label("At home, or nobody watches").check()
    page.get_by_label("None of these").check()
    page.get_by_label("symptom-triggered: 10 to 20 mg").check()
    page.get_by_label("One dose, mg").fill("10")
    page.get_by_role("button", name="Begin the course").click()
    assert page.get_by_role("link", name="needs somebody who watches it").is_visible()
    if js:
        seen(page, "supervised-refused")
    page.get_by_label("A hospital ward").check()
    page.get_by_label("Who watches, and where?").fill("Ward 4, night team")
    page.get_by_role("button", name="Begin the course").click()
    page.get_by_role("button", name="Rate the patient").click()
    if js:
        seen(page, "supervised-rate")
    for name in (
        "Nausea",
        "Tremor",
        "Paroxysmal",
        "Anxiety",
        "Agitation",
        "Tactile",
        "Auditory",
        "Visual",
        "Headache",
        "Orientation",
    ):
        page.get_by_label(name).select_option("4" if name in ("Tremor", "Visual", "Anxiety") else "0")
    page.get_by_role("button", name="Write it down and see the dose").click()
    assert page.get_by_role("heading", name="12 points: the regimen gives 10 mg").is_visible()
    page.get_by_role("button", name="Write down what was given").click()
    if js:
        shoot(page, "supervised-given")
    page.get_by_label("Given, mg").fill("10")
    page.get_by_role("button", name="Write it down").click()
    if js:
        seen(page, "supervised-runs")
    page.get_by_role("link", name="End the course").click()
    if js:
        shoot(page, "supervised-end")
    page.get_by_label("How did it end").fill("Moved to hospital")
    page.get_by_role("button", name="End the course").click()
    assert page.get_by_text("Moved to hospital").is_visible()


@pytest.mark.parametrize("js", [True, False])
def test_a_start_that_is_no_steady_dose_is_asked_about_and_written_down(live_clinic, people, open_page, js):
    with transaction.atomic():
        running(people)
    page = browse_as(open_page(js=js), people.clinician, live_clinic.url)
    page.goto(f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/taper/")
    page.get_by_role("link", name="Not taken every day, or not prescribed?").click()
    page.get_by_role("link", name="Plan fewer days a week").click()
    page.get_by_label("One use, mg").fill("5")
    page.get_by_label("Days a week with a use").fill("3")
    page.get_by_role("button", name="See the steps").click()
    if js:
        seen(page, "starting-use")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_role("link", name="Write down what is told and seen").click()
    for label in ("What is taken", "How often", "Since when", "With what else", "What was seen"):
        page.get_by_label(label).fill("not known")
    page.get_by_label("Offered and taken").check()
    page.get_by_role("button", name="Write it down").click()
    assert page.get_by_role("link", name="Enter when the patient is seen again").is_visible()
    if js:
        seen(page, "starting-bought")
    page.get_by_label("The dose that was watched is steady now").check()
    page.get_by_role("button", name="Write it down").click()
    assert page.get_by_text("Steady:").is_visible()
    if js:
        seen(page, "starting")
