"""The walk, first half: from an empty clinic to a dispensed prescription.

Four people who sign in for themselves, with and without JavaScript, on an ordinary day and on a leap day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page

from serein.care.access import actions as access
from serein.config.demonstration import totp
from serein.interfaces.courier.letters import Office
from serein.interfaces.courier.round import empty_outbox
from serein.interfaces.web.shell import clock
from tests.interfaces.courier.test_courier import Hands
from tests.journeys.browser import assert_fits, assert_quiet, axe, sign_in
from tests.journeys.patient.walking import all_items, heading, press
from tests.people import PASSWORD

MONDAY, LEAP_DAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC), datetime(2028, 2, 29, 17, 0, tzinfo=UTC)


@dataclass
class Days:
    """The clock of the clinic: it stands until the test moves it."""

    at: datetime

    def on(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


@dataclass
class Walker:
    """One person with a browser of their own and, for staff, a telephone with an authenticator app."""

    name: str
    email: str
    page: Page
    days: Days
    url: str
    js: bool
    secret: str = ""
    seen: list[str] = field(default_factory=list)

    def code(self) -> str:
        """The app's next code: a minute later, because each code counts once."""
        return totp(self.secret, self.days.on(minutes=1).timestamp())

    def look(self) -> None:
        """What is asked of every page on the way: nothing foreign, nothing broken, and (where a script may run) axe."""
        self.page.wait_for_load_state("load")
        self.seen.append(self.page.url)
        assert_quiet(self.page)
        if self.js:
            axe(self.page)
            assert_fits(self.page)

    def follow(self, name: str) -> None:
        """A link, whether it looks like one or like a button."""
        self.found(name).first.click()
        self.look()

    def press(self, name: str) -> None:
        self.found(name).and_(self.page.get_by_role("button", name=name, exact=True)).first.click()
        self.look()

    def found(self, name: str) -> Locator:
        """Fails with what stands on the page instead: a time-out alone would not say where the walk went astray."""
        found = self.page.get_by_role("link", name=name).or_(self.page.get_by_role("button", name=name))
        assert found.count(), (
            f"{self.name} at {self.page.url} finds no {name!r}:\n{self.page.locator('body').inner_text()[:1500]}"
        )
        return found

    def is_told(self, words: str) -> None:
        told = self.page.locator("main :is(h1, h2)").all_inner_texts()
        assert any(one.strip().startswith(words) for one in told), f"{self.name} at {self.page.url} reads {told}"

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)

    def fill_day(self, legend: str, on: datetime) -> None:
        group = self.page.get_by_role("group", name=legend)
        for label, value in (("Month", on.month), ("Day", on.day), ("Year", on.year)):
            group.get_by_label(label).fill(str(value))

    def sign_in(self) -> None:
        """As on another day: nothing of the last session is left."""
        self.page.context.clear_cookies()
        sign_in(self.page, self.url, self.email, PASSWORD, self.code() if self.secret else None)

    def accept(self, link: str) -> None:
        self.page.goto(link)
        self.look()
        self.page.locator("input[type=password]").first.fill(PASSWORD)
        self.page.locator("main form button[type=submit]").first.click()
        self.look()

    def set_up_app(self) -> None:
        """The second step that staff are led to: the key is typed into the app, and the app's code into the page."""
        if not self.page.locator("#authenticator_secret").count():
            self.page.locator("main a[href*='totp']").first.click()
        self.secret = self.page.locator("#authenticator_secret").inner_text().replace(" ", "")
        self.page.locator("#id_code").fill(self.code())
        self.press("Switch it on")


class Post:
    """Everybody's mailbox, emptied by the courier."""

    def __init__(self, url: str, days: Days) -> None:
        self.hands, self.office, self.days = Hands(), Office(url, "Serein <serein@localhost>"), days

    def link_for(self, email: str) -> str:
        empty_outbox(self.hands, self.office, lambda: self.days.at)
        mine = [m for _, m in self.hands.got if m["To"] == email]
        return re.findall(r"https?://\S+/invitation/\S+", mine[-1].get_content())[0]


@pytest.fixture
def days(start, settings, tmp_path, monkeypatch) -> Iterator[Days]:
    settings.STATE = tmp_path
    days = Days(start)
    monkeypatch.setattr(clock, "now", lambda: days.at)
    yield days


def founded(days: Days) -> tuple[str, str]:
    """What the operator does on the console of an empty clinic: its name, and the link of its first compliance officer."""
    numbers = ("559-555-0100", "911", "988 Suicide and Crisis Lifeline")
    new = access.NewClinic("Riverside Clinic", "US-CA", "America/Los_Angeles", *numbers, "1 River Road, Fresno, CA 93650")
    with transaction.atomic():
        done = access.found_clinic(new, access.FirstOfficer("Olive Officer", "olive@example.test"), days.at)
    return "olive@example.test", done.officer.token


def staff_come(officer: Walker, who: Walker, role: str, post: Post) -> None:
    """Invited, here, with a second factor, and with a licence recorded and verified by the officer."""
    officer.page.goto(officer.url + "/compliance/")
    officer.follow("Invite somebody to work here")
    officer.fill("Full name", who.name)
    officer.page.get_by_label("E-mail address").fill(who.email)
    officer.page.get_by_label(role, exact=True).check()
    officer.press("Send the invitation")
    who.accept(post.link_for(who.email))
    who.set_up_app()


def licensed(officer: Walker, who: Walker, details: dict[str, str]) -> None:
    officer.page.goto(officer.url + "/compliance/")
    officer.follow(who.name)
    officer.follow("Change numbers and workplace")
    for label, value in details.items():
        officer.page.get_by_label(label).fill(value)
    officer.press("Save")
    officer.follow("Record a licence")
    officer.page.get_by_label("Licence number").fill("A-12345")
    officer.page.get_by_label("Where it is valid").fill("US-CA")
    officer.fill_day("Last day", officer.days.at + timedelta(days=300))
    officer.press("Record the licence")
    officer.page.get_by_role("link", name=re.compile("^Verify")).first.click()
    officer.page.get_by_label("What you saw, and where").fill("The board's register, looked up today")
    officer.press("It is as recorded: verify")


PLAINEST = (
    "Female",
    "English",
    "Strong fear or worry",
    "No, I take none",
    "No, never",
    "No, I have none",
    "Never",
    "None of these",
    "No",
)


def intake(patient: Walker) -> None:
    """Page by page, by what stands there: the plainest answer to each, until everything is sent."""
    page = patient.page
    patient.press("Start")
    for _ in range(40):
        patient.look()
        if page.get_by_role("button", name="Send my answers", exact=True).count():
            break
        before = heading(page)
        if page.get_by_label("Several days", exact=True).count():
            all_items(page)
            page.get_by_label("Not at all", exact=True).last.check()
        else:
            plain_answer(page)
        patient.found("Save and go on")
        press(page, "Save and go on")
        assert heading(page) != before, f"{before} does not go on: {page.locator('main').inner_text()[:600]}"
    press(page, "Send my answers")
    assert page.get_by_text("Sent. Your care team can now read your answers.").is_visible()
    patient.look()


def plain_answer(page: Page) -> None:
    for label in PLAINEST:
        option = page.get_by_label(label, exact=True)
        if option.count():
            option.first.check()
            return
    for one in page.locator("main textarea:visible").all():
        if not one.input_value():
            one.fill("It began in spring.")
    telephone = page.get_by_label("Your phone number")
    if telephone.count():
        telephone.fill("559-555-0303")


@pytest.mark.parametrize(("start", "js"), [(MONDAY, True), (MONDAY, False), (LEAP_DAY, False)])
def test_a_patient_is_evaluated_prescribed_for_and_dispensed_to(live_clinic, days, open_page, js):
    def walker(name: str, email: str, width: int = 1366) -> Walker:
        return Walker(name, email, open_page(width=width, js=js), days, live_clinic.url, js)

    post = Post(live_clinic.url, days)
    email, token = founded(days)
    officer = walker("Olive Officer", email)
    officer.accept(f"{live_clinic.url}/invitation/{token}/")
    officer.set_up_app()

    # 1. Access. Nobody signs or dispenses before a licence is verified.
    ada, grace = walker("Ada Okafor", "ada@example.test"), walker("Grace Lee", "grace@example.test")
    staff_come(officer, ada, "Clinician", post)
    staff_come(officer, grace, "Pharmacist", post)
    clinic = {
        "Practice or pharmacy": "Riverside Clinic",
        "Address": "1 River Road, Fresno, CA 93650",
        "Telephone": "559-555-0101",
    }
    licensed(officer, ada, {"NPI": "1234567893", "DEA number": "AO1234563", **clinic})
    shop = {
        "Practice or pharmacy": "Main Street Pharmacy",
        "Address": "2 Main Street, Fresno, CA 93650",
        "Telephone": "559-555-0202",
    }
    licensed(officer, grace, shop)

    # 2. Evaluation. The patient comes by the invitation, agrees, and answers.
    maria = walker("Maria Torres", "maria@example.test", width=390)
    ada.page.goto(live_clinic.url + "/clinic/")
    ada.follow("Invite a patient")
    for label, value in (("Given name", "Maria"), ("Family name", "Torres"), ("E-mail address", maria.email)):
        ada.page.get_by_label(label).fill(value)
    ada.page.get_by_label("Home address").fill("3 Orchard Lane, Fresno, CA 93650")
    ada.fill_day("Date of birth", datetime(1985, 3, 27, tzinfo=UTC))
    ada.page.get_by_label("Female", exact=True).check()
    ada.page.locator("main form button[type=submit]").first.click()
    ada.look()
    maria.accept(post.link_for(maria.email))
    days.on(hours=1)
    maria.page.goto(live_clinic.url + "/me/")
    maria.follow("Read it now")
    maria.page.locator("main form input[type=checkbox]").first.check()
    maria.page.locator("main form button[type=submit]").first.click()
    maria.page.goto(live_clinic.url + "/me/")
    intake(maria)

    # 3. Planning. Nothing starts without the recorded agreement.
    days.on(hours=2)
    ada.page.goto(live_clinic.url + "/clinic/")
    ada.follow("TORRES, Maria")
    ada.follow("Write a new plan")
    ada.page.get_by_label("Anxiety").first.check()
    ada.page.get_by_label("What you want to reach together").fill("Sleep through and go back to work")
    ada.page.get_by_label("diazePAM 5 mg tablet").check()
    ada.page.get_by_label("Morning").fill("0.5")
    ada.page.get_by_label("Night", exact=False).first.fill("0.5")
    for legend, ahead in (("First day", 0), ("Look again on", 14), ("Planned end", 28)):
        ada.fill_day(legend, days.at + timedelta(days=ahead))
    ada.page.get_by_label("Talking therapy (CBT)").check()
    ada.press("Save and read it")
    ada.press("Send to the patient")
    maria.page.goto(live_clinic.url + "/me/plan/")
    maria.look()
    assert "half a tablet" in maria.page.locator("main").inner_text()
    maria.page.get_by_label("I agree to this plan").check()
    maria.press("Send my answer")

    # 4. Prescribing. What is shown is what is signed, with password and a fresh code.
    days.on(hours=1)
    ada.page.goto(live_clinic.url + "/clinic/")
    ada.follow("TORRES, Maria")
    ada.page.get_by_role("link", name=re.compile("^Prescribe|Write a prescription")).first.click()
    ada.press("Write a prescription under plan 1")
    ada.press("Check it against the record")
    known = ada.page.get_by_label("Already known, and watched or treated")
    if known.count():
        for one in known.all():
            one.check()
        ada.press("Record the reason")
    else:
        ada.follow("Go on to signing")
    ada.page.get_by_label("Your password").fill(PASSWORD)
    ada.page.get_by_label("Code from your authenticator app").fill(ada.code())
    ada.press("Sign prescription")
    ada.is_told("Signed")

    # 5. Dispensing. Once: the second attempt is told who, where and when.
    maria.page.goto(live_clinic.url + "/me/prescriptions/")
    maria.look()
    code = re.search(r"\b[0-9A-Z]{4}[- ][0-9A-Z]{4}[- ][0-9A-Z]{4}\b", maria.page.locator("main").inner_text())
    assert code is not None, maria.page.locator("main").inner_text()
    days.on(hours=1)
    grace.sign_in()
    grace.page.goto(live_clinic.url + "/pharmacy/")
    grace.page.get_by_label("Code on the prescription").fill(code.group().lower())
    grace.press("Check")
    grace.is_told("Genuine, not yet dispensed")
    grace.page.get_by_label("I checked the patient").check()
    grace.press("Record as dispensed")
    grace.is_told("Recorded as dispensed")
    grace.page.goto(f"{live_clinic.url}/rx/{code.group().replace('-', '').replace(' ', '')}")
    grace.is_told("Do not dispense: already dispensed")
    assert "Grace Lee" in grace.page.locator("main").inner_text()

    # Every look, deed and refusal: compliance reads the trail, the patient who looked.
    officer.page.goto(live_clinic.url + "/compliance/trail/")
    officer.look()
    for who in ("Ada Okafor", "Grace Lee"):
        assert who in officer.page.locator("main").inner_text()
    maria.page.goto(live_clinic.url + "/me/who-looked/")
    maria.look()
    assert "Ada Okafor" in maria.page.locator("main").inner_text()
