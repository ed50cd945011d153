"""T17, T28 and the strip that counts down, in Chromium: with a virtual authenticator, with the back button, with a keyboard."""

import re

import pytest
from django.db import transaction

from serein.care.access import actions as access
from serein.interfaces.web.shell import clock
from tests.care.devices import code_at, set_up_codes
from tests.journeys.browser import assert_fits, assert_quiet, axe, sign_in
from tests.people import PASSWORD, four_people, given, maria

pytestmark = pytest.mark.usefixtures("guide_urls")
KEY = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
       "automaticPresenceSimulation": True}  # fmt: skip


@pytest.fixture
def people(live_clinic):
    with transaction.atomic():
        made = four_people()
        set_up_codes(made.clinician)
    return made


def with_key(page):
    """The browser's own virtual authenticator, and its number."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    return cdp, cdp.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]


def add_key(page):
    page.get_by_label("Let it open the door without my password").check()
    page.get_by_role("button", name="Add it").click()


def wants_the_key_again(page, at, monkeypatch):
    """Six minutes later a change of factors asks again; the key itself is used within its own time."""
    really = clock.machine_seconds
    monkeypatch.setattr(clock, "machine_seconds", lambda: really() + 360)
    page.goto(at + "/accounts/2fa/recovery-codes/generate/")
    assert page.get_by_role("heading", name="Confirm that it is you").is_visible()
    axe(page)
    if not page.get_by_role("button", name="Use a passkey or security key").count():
        page.locator("main a[href*='webauthn']").first.click()
    monkeypatch.setattr(clock, "machine_seconds", really)
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.get_by_role("heading", name="Make new recovery codes").wait_for()


def comes_in_with_key(page):
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile("/clinic/"))


def lost_with_its_codes(people, page, at):
    """The clinic ends what was there, and lets in again whom it knows, with a password and a new key."""
    who = people.stranger.account_id
    with transaction.atomic():
        given(access.report_lost(people.clinic.people(), who))
    page.goto(at + "/clinic/")
    assert "/accounts/login/" in page.url
    # The refusal is a page of its own: whoever went on before it came would break off the attempt.
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in with a passkey").click()
    page.goto(at + "/clinic/")
    assert "/accounts/login/" in page.url
    with transaction.atomic():
        given(access.reopen_account(people.clinic.people(), who, "came to the desk with her passport"))
    sign_in(page, at, people.stranger.email, PASSWORD)
    assert page.url == at + "/second-step/"
    page.get_by_role("link", name="use a passkey or security key").click()
    add_key(page)
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    page.get_by_role("button", name="Sign out").click()
    comes_in_with_key(page)


def test_a_passkey_is_registered_signs_in_steps_up_is_lost_and_recovered_by_code_and_by_the_clinic(
    people, live_clinic, open_page, monkeypatch
):
    page, at, email = open_page(), live_clinic.url, people.stranger.email
    cdp, device = with_key(page)
    sign_in(page, at, email, PASSWORD)
    page.get_by_role("link", name="use a passkey or security key").click()
    add_key(page)
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("button", name="Sign out").click()
    comes_in_with_key(page)
    page.goto(at + "/account/")
    assert page.get_by_text("Sam Stranger").first.is_visible()
    wants_the_key_again(page, at, monkeypatch)

    # Lost: the device is gone, the password alone opens nothing, a recovery code does.
    cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
    other = open_page()
    with_key(other)
    sign_in(other, at, email, PASSWORD)
    other.goto(at + "/clinic/")
    assert other.url.startswith(at + "/accounts/2fa/authenticate/")
    other.get_by_label("Code").fill(recovery)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url(re.compile("/clinic/"))

    # Replaced: the lost key is removed, which ends the session that was opened with it; a new one is added.
    other.goto(at + "/accounts/2fa/webauthn/")
    other.get_by_role("link", name="Remove").first.click()
    other.locator("main form button[type=submit]").first.click()
    page.goto(at + "/account/")
    assert "/accounts/login/" in page.url
    other.goto(at + "/accounts/2fa/webauthn/add/")
    add_key(other)
    other.get_by_role("heading", name="Your recovery codes").wait_for()
    other.get_by_role("button", name="Sign out").click()
    comes_in_with_key(other)

    lost_with_its_codes(people, other, at)
    assert_quiet(other)


def test_the_back_button_shows_nothing_after_signing_out(people, live_clinic, open_page):
    page, at = open_page(), live_clinic.url
    sign_in(page, at, people.clinician.email, PASSWORD, code_at(people.clinician, clock.now()))
    page.goto(f"{at}/clinic/patients/{people.patient.patient_id}/")
    assert "TORRES" in page.content().upper()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/accounts/login/"))
    page.go_back()
    page.wait_for_load_state("load")
    assert "TORRES" not in page.content().upper() and "/accounts/login/" in page.url
    assert page.evaluate("caches.keys().then(k => k.length)") == 0
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(r => r.length)") == 0


def test_the_strip_counts_down_takes_no_focus_and_one_key_goes_on(people, live_clinic, open_page):
    for width in (390, 1366):
        page = open_page(width=width)
        page.clock.install()
        sign_in(page, live_clinic.url, people.patient.email, PASSWORD)
        page.goto(live_clinic.url + "/note/")
        strip = page.locator("[data-session-ends]")
        assert not strip.is_visible()
        page.get_by_label("What happened?").fill("I was")
        page.clock.run_for(28 * 60 * 1000 + 5000)
        strip.wait_for(state="visible")
        # The minute of the last page counts from its beginning, so up to one of the two may be gone.
        assert re.search(r"[01]:\d\d", strip.inner_text()) and "less than 2 minutes" in strip.inner_text()
        assert page.evaluate("document.activeElement.name") == "text"
        axe(page)
        assert_fits(page)
        stay = page.get_by_role("button", name="Stay signed in")
        stay.focus()
        page.keyboard.press("Enter")
        strip.wait_for(state="hidden")
        assert page.get_by_label("What happened?").input_value() == "I was"
        page.clock.run_for(31 * 60 * 1000)
        assert "You have been signed out" in strip.inner_text()
        assert_quiet(page)


def test_a_payload_that_is_stored_runs_in_no_page(people, live_clinic, open_page):
    payload = "<img src=x onerror=window.hit=1><script>window.hit=1</script>"
    with transaction.atomic():
        people.clinic.invited_patient(people.clinician, maria(given=payload, family='"><svg onload=window.hit=1>'))
    page = open_page()
    page.add_init_script("window.alert = () => { window.hit = 1; }")
    sign_in(page, live_clinic.url, people.clinician.email, PASSWORD, code_at(people.clinician, clock.now()))
    page.goto(live_clinic.url + "/clinic/")
    assert "ONERROR" in page.locator("main").inner_text().upper()
    assert page.evaluate("window.hit") is None
    # The control: where the same text is trusted, the policy still refuses to run it, and says so.
    page.evaluate("t => { document.querySelector('main').innerHTML = t; }", "<img src=x onerror='window.hit = 1'>")
    page.wait_for_timeout(200)
    assert page.evaluate("window.hit") is None
