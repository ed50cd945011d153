"""Tapers in Chromium: from the planner over the patient's agreement to a confirmed change, with and without JavaScript, at three widths."""

from datetime import timedelta

import pytest
from django.db import transaction

from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import running_taper, tapers
from serein.interfaces.web.shell import clock
from tests.care.devices import set_up_codes
from tests.care.plans import agreed
from tests.care.tapers import FIRST, noon, running, sent
from tests.journeys.browser import audit, printed, shoot
from tests.people import AT, four_people, open_for, own_chart
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


def as_(open_page, who, clinic, **how):
    return browse_as(open_page(**how), who, clinic.url)


@pytest.mark.parametrize("js", [True, False])
def test_from_the_planner_to_a_confirmed_change(live_clinic, people, open_page, monkeypatch, js):
    with transaction.atomic():
        agreed(people.clinician, people.patient)
    staff = as_(open_page, people.clinician, live_clinic, js=js)
    here = f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/"
    staff.goto(here)
    staff.get_by_role("link", name="Plan a taper").click()
    staff.get_by_role("link", name="Plan a taper").click()
    staff.get_by_label("Lower each step by, %").fill("30")
    staff.get_by_role("button", name="Recalculate").click()
    assert staff.get_by_text("The pace is faster than asam-2025 allows").is_visible()
    staff.get_by_role("link", name="Use instead").click()
    assert staff.get_by_label("Lower each step by, %").input_value() == "25"
    staff.get_by_label("Lower each step by, %").fill("10")
    staff.get_by_role("button", name="Recalculate").click()
    with transaction.atomic():
        assert tapers(open_for(people.clinician, people.patient)) == (), "a look stores nothing"
    staff.get_by_role("link", name="Compare with a slower pace").click()
    assert staff.get_by_role("heading", name="A slower pace: half the cut").is_visible()
    staff.get_by_role("button", name="Keep as draft").click()
    staff.get_by_role("button", name="Send to Maria to agree").click()
    assert staff.get_by_role("heading", name="Taper, version 1: waiting for Maria").is_visible()
    own = as_(open_page, people.patient, live_clinic, width=390, js=js)
    own.goto(f"{live_clinic.url}/me/")
    own.get_by_role("link", name="My dose changes").click()
    assert own.get_by_text("Nothing changes until you agree").is_visible()
    own.get_by_label("I agree to these changes").check()
    own.get_by_role("button", name="Send my answer").click()
    assert own.get_by_text("Saved. You agreed to these changes.").is_visible()
    with transaction.atomic():
        card = running_taper(own_chart(people.patient))
    monkeypatch.setattr(clock, "now", lambda: noon(card.steps[0].from_on))
    own.reload()
    own.get_by_role("button", name="Yes, I take").click()
    assert own.get_by_text("Saved. Thank you for telling us.").is_visible()
    own.get_by_label("I want to pause and keep my dose").check()
    own.get_by_role("button", name="Send", exact=True).click()
    assert own.get_by_text("on your care team’s list for today").is_visible()
    staff.goto(f"{live_clinic.url}/clinic/")
    staff.get_by_role("link", name="Answer TORRES, Maria").click()
    assert staff.get_by_text("Maria wants to pause").is_visible()
    staff.get_by_role("link", name="Hold the dose").first.click()
    staff.get_by_label("Why is the dose held?").fill("Sleeps badly")
    staff.get_by_role("button", name="Hold the dose").click()
    staff.get_by_role("link", name="Plan the rest").click()
    staff.get_by_role("button", name="Plan it").click()
    assert staff.get_by_text("The rest is planned as a draft").is_visible()
    own.goto(f"{live_clinic.url}/me/dose-changes/")
    assert own.get_by_role("heading", name="Your dose stays as it is").is_visible()


def test_every_page_of_a_taper_passes_at_every_width(live_clinic, people, open_page, monkeypatch):
    with transaction.atomic():
        card = running(people)
        lost = tapering.HappenedText(kind="lost-tablets", why="Left on the bus")
        tapering.replan_taper(open_for(people.clinician, people.patient), card.id, lost)
    staff, own = as_(open_page, people.clinician, live_clinic), as_(open_page, people.patient, live_clinic)
    here = f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/taper"
    for name, url in {
        "planner": f"{here}/plan/?{QUERY}&compare=1",
        "planner-edit": f"{here}/plan/?{QUERY}&edit=2",
        "planner-typed": f"{here}/plan/?{QUERY}&step=1&step_mg=3&step_on={FIRST + timedelta(days=14)}",
        "hold": f"{here}/{card.id}/hold/",
        "happened": f"{here}/{card.id}/happened/",
        "lost": f"{here}/{card.id}/lost/",
        "go-on": f"{here}/steps/{card.steps[0].id}/go-on/",
        "running": f"{here}/",
    }.items():
        staff.goto(url)
        shoot(staff, f"taper-{name}")
        audit(staff)
    staff.goto(f"{here}/plan/")
    assert printed(staff)
    with transaction.atomic():
        tapering.ask_about_taper(own_chart(people.patient), card.id, "slower", "It is hard")
    monkeypatch.setattr(clock, "now", lambda: noon(card.steps[1].from_on))
    staff.goto(f"{here}/")
    shoot(staff, "taper-unconfirmed")
    audit(staff)
    for name, path in {"taper-patient": "", "taper-check": f"steps/{card.steps[2].id}/check/"}.items():
        own.goto(f"{live_clinic.url}/me/dose-changes/{path}")
        shoot(own, name)
        audit(own)
    with transaction.atomic():
        at = noon(card.steps[1].from_on)
        tapering.confirm_step(own_chart(people.patient, at), card.steps[1].id)
        tapering.hold_taper(open_for(people.clinician, people.patient, at), card.id, tapering.HoldText(why="Sleeps badly"))
    for page, url in ((staff, f"{here}/{card.id}/resume/"), (staff, f"{here}/"), (own, f"{live_clinic.url}/me/dose-changes/")):
        page.goto(url)
        audit(page)


def test_what_the_patient_is_asked_to_agree_to_passes_at_every_width(live_clinic, people, open_page):
    with transaction.atomic():
        sent(people)
    own = as_(open_page, people.patient, live_clinic)
    own.goto(f"{live_clinic.url}/me/dose-changes/?month=2027-01")
    shoot(own, "taper-agree")
    audit(own)
    assert own.get_by_text("January 2027").first.is_visible()


PRODUCTS = "products=diazepam-tablet-2&products=diazepam-solution-1"
QUERY = f"daily_mg=7.5&cut_percent=5&every_days=14&goal_mg=0&starts_on={FIRST + timedelta(days=14)}&{PRODUCTS}&times=night"
