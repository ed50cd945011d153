"""The shell in Chromium: what axe, a keyboard, a printer and a slow connection make of it, with JavaScript and without."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction

from tests.care.devices import code_at, set_up_codes
from tests.journeys.browser import assert_fits, assert_quiet, audit, axe, printed, sign_in, weigh
from tests.people import PASSWORD, four_people

pytestmark = pytest.mark.usefixtures("guide_urls")
BUDGET_BYTES = 150_000


@pytest.fixture
def people(live_clinic):
    with transaction.atomic():
        made = four_people()
        set_up_codes(made.clinician)
    return made


@pytest.fixture
def at(live_clinic):
    return live_clinic.url


def code(who):
    from serein.interfaces.web.shell import clock

    return code_at(who, clock.now())


def test_every_part_passes_every_question_at_every_width(people, at, page):
    audit(page, at + "/guide/")


def test_the_judge_finds_what_is_wrong(page):
    """The control of all that is judged here: one picture without words for it, one field without a label, words too pale to read."""
    page.set_content(
        "<html lang=en><title>x</title><main><h1>x</h1><img src=x><input><p style='color:#ddd'>pale</p></main></html>"
    )
    with pytest.raises(AssertionError) as found:
        axe(page)
    assert all(rule in str(found.value) for rule in ("image-alt", "label", "color-contrast"))


def test_the_error_state_of_a_form_passes_and_leads_to_the_fields(people, at, page):
    page.goto(at + "/guide/")
    page.get_by_role("button", name="Continue").click()
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    for width in (320, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        axe(page)
        assert_fits(page)
    page.get_by_role("link", name="Enter date of birth").click()
    assert page.evaluate("document.activeElement.id") == "id_born_0"
    assert_quiet(page)


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/nowhere/", "/raced/", "/interruption/"])
def test_pages_of_the_shell_pass(people, at, page, path):
    audit(page, at + path)


def test_pages_of_the_own_account_pass(people, at, page):
    sign_in(page, at, people.clinician.email, PASSWORD, code(people.clinician))
    for path in (
        "/account/",
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/logout/",
        "/sign/",
        "/note/",
    ):
        page.goto(at + path)
        axe(page)
        assert_fits(page)
    assert_quiet(page)


@pytest.mark.parametrize("js", [True, False])
def test_staff_set_an_app_up_and_sign_in_with_it(people, at, open_page, js):
    page = open_page(js=js, width=390)
    sign_in(page, at, people.pharmacist.email, PASSWORD)
    assert page.url == at + "/second-step/"
    page.get_by_role("link", name="Set up an authenticator app").click()
    secret = page.locator("#authenticator_secret").inner_text()
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    from serein.interfaces.web.shell import clock

    if js:
        axe(page)
    page.get_by_label("The 6 digits that the app shows").fill(
        format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30))
    )
    page.get_by_role("button", name="Switch it on").click()
    assert page.get_by_role("heading", name="Your recovery codes").is_visible()
    one = page.locator(".codes li").first.inner_text()
    if js:
        axe(page)
    other = open_page(js=js)
    sign_in(other, at, people.pharmacist.email, PASSWORD, one)
    assert re.search(r"/pharmacy/|/nowhere", other.url), other.url


@pytest.mark.parametrize("js", [True, False])
def test_words_typed_while_the_session_ended_arrive_after_signing_in_again(people, at, open_page, guide_urls, js):
    page = open_page(js=js)
    sign_in(page, at, people.patient.email, PASSWORD)
    page.goto(at + "/note/")
    page.get_by_label("What happened?").fill("I fell.\n\n  Twice, and hit my head.")
    Session.objects.all().delete()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("E-mail address").fill(people.patient.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert page.get_by_role("heading", name="You were signed out before this was saved").is_visible()
    assert "Twice, and hit my head." in page.locator("dl.kept").inner_text()
    if js:
        axe(page)
    page.get_by_role("button", name="Send it now").click()
    page.wait_for_url(at + "/note/done/")
    assert [d["text"].replace("\r\n", "\n") for d in guide_urls] == ["I fell.\n\n  Twice, and hit my head."]


def test_a_double_click_does_the_deed_once(people, at, page, guide_urls):
    sign_in(page, at, people.patient.email, PASSWORD)
    page.goto(at + "/note/")
    page.get_by_label("What happened?").fill("once")
    page.get_by_role("button", name="Continue").dblclick()
    page.wait_for_url(at + "/note/done/")
    assert len(guide_urls) == 1


def test_going_back_and_sending_again_does_nothing_twice(people, at, open_page, guide_urls):
    page = open_page(js=False)
    sign_in(page, at, people.patient.email, PASSWORD)
    page.goto(at + "/note/")
    token = page.locator("input[name=once]").get_attribute("value")
    page.get_by_label("What happened?").fill("once")
    page.get_by_role("button", name="Continue").click()
    csrf = next(c["value"] for c in page.context.cookies() if c["name"] == "csrf")
    answer = page.request.post(
        at + "/note/",
        form={"once": token, "text": "once", "csrfmiddlewaretoken": csrf},
        headers={"Referer": at + "/note/", "Origin": at},
    )
    assert "You had already sent this" in answer.text()
    assert len(guide_urls) == 1


def test_it_prints_without_controls(people, at, page):
    page.goto(at + "/guide/")
    assert printed(page)[:5] == b"%PDF-"


def test_the_first_load_is_light(people, at, browser):
    for path in ("/accounts/login/", "/guide/"):
        weight = weigh(browser, at + path)
        assert 20_000 < weight <= BUDGET_BYTES, f"{path}: {weight} bytes"


def test_text_may_be_spaced_wider_and_colours_forced(people, at, open_page):
    page = open_page(width=390, forced_colors="active")
    page.goto(at + "/guide/")
    page.evaluate(
        "const s = new CSSStyleSheet(); s.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        " word-spacing: .16em !important } p { margin-bottom: 2em !important }'); document.adoptedStyleSheets = [s]"
    )
    assert_fits(page)
    assert page.locator(".tier svg path").first.evaluate("e => getComputedStyle(e).fill") != "none"


def test_a_part_is_swapped_under_the_strict_policy_and_takes_the_focus_and_leaves_nothing_in_storage(people, at, page):
    page.goto(at + "/guide/")
    page.get_by_role("button", name="Ask for a part").click()
    page.get_by_role("heading", name="Not yet", exact=True).wait_for()
    assert page.url == at + "/guide/"
    assert page.evaluate("document.activeElement.innerText") == "Not yet"
    page.goto(at + "/accounts/login/")
    assert "TORRES" not in page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert_quiet(page)
