"""The pharmacist's desk in Chromium: with and without JavaScript, at three widths, for people with and without an account."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings as site
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.db import transaction

from serein.care.prescribing import codes
from serein.interfaces.web.shell import clock
from tests.care.signed import AT, TODAY, dispense_one, sign_one, small_clinic
from tests.journeys.browser import audit, printed


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def place(live_clinic):
    with transaction.atomic():
        return small_clinic()


def sign_in(page, live_clinic, who):
    """A session with both factors, as the sign-in pages leave it."""
    account = get_user_model().objects.get(pk=who.account_id)
    session = import_module(site.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = site.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "password", "at": 0}, {"method": "mfa", "at": 0, "type": "totp"}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.create()
    page.context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_clinic.url}])
    return page


@pytest.mark.parametrize("js", [True, False])
def test_from_code_to_dispensed_and_the_second_is_told(live_clinic, place, open_page, js):
    one = sign_one(place)
    page = sign_in(open_page(js=js), live_clinic, place.pharmacist)
    page.goto(f"{live_clinic.url}/pharmacy/")
    page.get_by_label("Code on the prescription").fill(codes.shown(one.code).lower())
    page.get_by_role("button", name="Check").click()
    assert page.get_by_role("heading", name="Genuine, not yet dispensed").is_visible()
    late = sign_in(open_page(width=390, js=js), live_clinic, place.pharmacist)
    late.goto(f"{live_clinic.url}/RX/{one.code}")
    page.get_by_role("button", name="Record as dispensed").click()
    assert page.get_by_role("link", name="Check the patient").count() == 1
    page.get_by_label("I checked the patient").check()
    page.get_by_role("button", name="Record as dispensed").click()
    assert page.get_by_role("heading", name="Recorded as dispensed 22-Nov-2026 14:05").is_visible()
    late.get_by_label("I checked the patient").check()
    late.get_by_role("button", name="Record as dispensed").click()
    assert late.get_by_role("heading", name="Do not dispense: already dispensed 22-Nov-2026 14:05").is_visible()
    assert late.get_by_text("dispensed by Grace Lee, Main Street Pharmacy").is_visible()
    assert late.get_by_role("button", name="Record as dispensed").count() == 0


def test_every_page_of_the_desk_passes_at_every_width(live_clinic, place, open_page):
    fresh, used, early = sign_one(place), sign_one(place), sign_one(place, valid_from=TODAY + timedelta(days=6))
    dispense_one(place, used)
    page = sign_in(open_page(), live_clinic, place.pharmacist)
    for path in ("/pharmacy/", f"/rx/{fresh.code}", f"/rx/{used.code}", f"/rx/{early.code}", f"/pharmacy/{used.code}/dispensed",
                 f"/pharmacy/{fresh.code}/decline", "/rx/000000000000"):  # fmt: skip
        audit(page, live_clinic.url + path)
    page.goto(f"{live_clinic.url}/rx/{fresh.code}")
    page.get_by_role("button", name="Record as dispensed").click()
    audit(page)


def test_the_verdict_for_a_bearer_passes_and_prints(live_clinic, place, open_page):
    one = sign_one(place)
    page = open_page()
    for path in (f"/rx/{one.code}", "/rx/000000000000"):
        audit(page, live_clinic.url + path)
    page.goto(f"{live_clinic.url}/rx/{one.code}")
    assert page.get_by_text("TORRES").count() == 0
    assert printed(page)
