"""Measured levels and “what if” in a browser: without scripts at 320 px, and with the interactive plot."""

import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from serein.care.monitoring import actions
from tests.care.prescribed import ready_desk
from tests.journeys.browser import assert_fits, audit
from tests.people import AT, given, own_chart
from tests.web import browse_as

SCREENS = os.environ.get("SEREIN_SCREENS")
DUE = AT + timedelta(days=9)


def due() -> object:
    return DUE


@pytest.fixture
def clock(settings, tmp_path) -> None:
    settings.STATE = tmp_path
    settings.SEREIN_CLOCK = "tests.journeys.test_level_desk.due"


@pytest.fixture
def desk(live_clinic, clock):
    """Nine days of treatment; one good level, one with a slip of the unit; a picture for the patient."""
    with transaction.atomic():
        found = ready_desk()
    for n in range(9):
        with transaction.atomic():
            at = AT + timedelta(days=n)
            given(
                actions.log_dose(own_chart(found.people.patient, at), actions.NewDose("morning", "missed" if n == 6 else "taken"))
            )
    with transaction.atomic():
        drawn = DUE - timedelta(hours=20)
        for value, unit in (("130", "ng/mL"), ("20", "mg/L")):
            given(
                actions.record_level(
                    found.chart(DUE), actions.NewLevel("diazepam", value=Decimal(value), unit=unit, drawn_at=drawn)
                )
            )
        given(actions.choose_picture(found.chart(DUE), "picture", why="Asked for it."))
    return found


def seen(page, name: str) -> None:
    if SCREENS:
        for width in (390, 1366):
            page.set_viewport_size({"width": width, "height": 844})
            page.screenshot(path=str(Path(SCREENS) / f"{name}-{width}.png"), full_page=True)


def opened(desk, live_clinic, open_page, who, path, **how):
    page = open_page(**how)
    browse_as(page, who, live_clinic.url)
    page.goto(live_clinic.url + path)
    return page


def test_a_level_is_entered_and_what_if_is_asked_without_scripts_at_320_pixels(desk, live_clinic, open_page):
    watch = f"/clinic/patients/{desk.people.patient.patient_id}/watch/"
    page = opened(desk, live_clinic, open_page, desk.people.clinician, watch, js=False, width=320)
    assert page.locator("svg.pk-svg:visible circle").count() == 2
    assert page.get_by_text("Fitted to 1 measured level:").first.is_visible()
    page.get_by_label("Another dose from tomorrow, mg a day").fill("15")
    page.get_by_role("button", name="Show what it would do").click()
    assert page.get_by_text("Nine tenths of the change are there").is_visible()
    seen(page, "watch-svg")
    page.get_by_role("button", name="Enter a measured level").click()
    page.get_by_role("button", name="Record the level").click()
    assert page.get_by_text("Choose the unit that the laboratory printed").first.is_visible()
    assert_fits(page)
    seen(page, "level-form")


def test_the_interactive_plot_shows_levels_and_the_second_curve(desk, live_clinic, open_page):
    watch = f"/clinic/patients/{desk.people.patient.patient_id}/watch/?dose=15"
    page = opened(desk, live_clinic, open_page, desk.people.clinician, watch)
    page.wait_for_selector("figure[data-ready]")
    page.locator(".pk-live").focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('[data-out]').textContent.includes('fitted to 1 measured level')")
    seen(page, "watch-levels")
    audit(page)  # with scripts: what it asks, it asks by a script


def test_the_patients_picture_has_no_number(desk, live_clinic, open_page):
    page = opened(desk, live_clinic, open_page, desk.people.patient, "/me/level/", js=False, width=390)
    assert page.locator("svg.pk-svg").is_visible() and not page.get_by_text("ng/mL").count()
    assert_fits(page)
    seen(page, "patient-level")
