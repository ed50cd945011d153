"""A switch in Chromium without JavaScript: from what is taken now over the patient's agreement to the prescription of its first step."""

import os
from pathlib import Path

import pytest
from django.db import transaction

from serein.care.tapering.reads import running_taper
from serein.interfaces.web.shell import clock
from tests.care.devices import set_up_codes
from tests.care.plans import agreed
from tests.care.switches import PLAN, takes
from tests.care.tapers import noon
from tests.journeys.browser import audit
from tests.people import AT, four_people, own_chart
from tests.web import browse_as

SHOTS = os.environ.get("SEREIN_SHOTS", "")


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def people(live_clinic):
    with transaction.atomic():
        found = four_people()
        set_up_codes(found.clinician)
        takes(found)
        agreed(found.clinician, found.patient, **PLAN)
    return found


def look_at(page, name):
    """Every rule at every width (which asks for JavaScript), and a picture at two of them when somebody wants to look."""
    if SHOTS:
        for width, mark in ((1366, "d"), (390, "m")):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(SHOTS) / f"switch-{name}-{mark}.png", full_page=True)
        page.set_viewport_size({"width": 1366, "height": 900})
    audit(page)


def test_from_what_is_taken_now_to_the_first_step(live_clinic, people, open_page, monkeypatch):
    staff = browse_as(open_page(js=False), people.clinician, live_clinic.url)
    with_js, own_js = (browse_as(open_page(), who, live_clinic.url) for who in (people.clinician, people.patient))

    def seen(page, name, js):
        js.goto(page.url)
        look_at(js, name)

    here = f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/"
    with_js.goto(f"{here}taper/stop/?days_per_week=7&months_of_use=18&stops_on=2026-12-01")
    look_at(with_js, "stop")
    staff.goto(f"{here}taper/")
    staff.get_by_role("link", name="Switch another benzodiazepine to diazepam").click()
    assert (
        staff.get_by_label("Night, mg").input_value() == "1" and staff.get_by_label("mg of it beside 10 mg").input_value() == ""
    )
    staff.get_by_label("mg of it beside 10 mg").fill("2")
    staff.get_by_label("Why this value?").fill("She gets sleepy easily")
    staff.get_by_role("button", name="Look at the switch").click()
    seen(staff, "refused", with_js)
    staff.get_by_role("link", name="Use instead: 1 mg beside 10 mg of diazepam").click()
    seen(staff, "look", with_js)
    staff.get_by_role("button", name="Keep as draft").click()
    seen(staff, "draft", with_js)
    staff.get_by_role("button", name="Send to Maria to agree").click()
    own = browse_as(open_page(width=390, js=False), people.patient, live_clinic.url)
    own.goto(f"{live_clinic.url}/me/dose-changes/")
    seen(own, "patient", own_js)
    own.get_by_label("I agree to these changes").check()
    own.get_by_role("button", name="Send my answer").click()
    assert own.get_by_text("Saved. You agreed to these changes.").is_visible()
    with transaction.atomic():
        card = running_taper(own_chart(people.patient))
    staff.goto(f"{here}taper/")
    seen(staff, "running", with_js)
    staff.get_by_role("button", name="Draft for step 1").click()
    assert staff.get_by_text("1 tablet").first.is_visible(), "the diazepam of the first step, to check and to sign"
    monkeypatch.setattr(clock, "now", lambda: noon(card.steps[0].from_on))
    own.goto(f"{live_clinic.url}/me/dose-changes/")
    own.get_by_role("button", name="Yes, I take 10 mg of diazepam now").click()
    assert own.get_by_text("10 mg of diazepam and 1 mg of alprazolam a day").is_visible()
