"""The walk, first half: from an empty clinic to a dispensed prescription, by four people who sign in for themselves."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction
from playwright.sync_api import Locator, Page

from serein.care.access import actions as access
from serein.config.demonstration import totp
from serein.interfaces.cli.first_registrant import grant
from serein.interfaces.courier.letters import Office
from serein.interfaces.courier.round import empty_outbox
from tests.interfaces.courier.test_courier import Hands
from tests.journeys.browser import assert_fits, assert_quiet, axe, sign_in
from tests.journeys.patient.walking import all_items, heading, press
from tests.people import PASSWORD

RIVERSIDE = {
    "Practice or pharmacy": "Riverside Clinic",
    "Address": "1 River Road, Fresno, CA 93650",
    "Telephone": "559-555-0101",
}


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
    officer.page.get_by_label("Licence number").fill(f"A-{who.email}")
    officer.page.get_by_label("Where it is valid").fill("US-CA")
    officer.fill_day("Last day", officer.days.at + timedelta(days=300))
    for schedule in officer.page.get_by_role("checkbox").all():
        schedule.check()
    officer.press("Record the licence")
    officer.found("Verify")
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


@dataclass
class Walk:
    """The empty clinic and its four people; the patient comes with a telephone."""

    url: str
    days: Days
    open_page: Callable[..., Page]
    js: bool

    def __post_init__(self) -> None:
        self.post = Post(self.url, self.days)
        self.officer = self.somebody("Olive Officer", "olive@example.test")
        self.ada, self.grace = self.somebody("Ada Okafor", "ada@example.test"), self.somebody("Grace Lee", "grace@example.test")
        self.maria = self.somebody("Maria Torres", "maria@example.test", width=390)
        # Whoever answers for the patient.
        self.doctor = self.ada

    def somebody(self, name: str, email: str, width: int = 1366) -> Walker:
        return Walker(name, email, self.open_page(width=width, js=self.js), self.days, self.url, self.js)


def access_given(walk: Walk) -> None:
    """1. Nobody signs or dispenses before a licence is verified."""
    _, token = founded(walk.days)
    walk.officer.accept(f"{walk.url}/invitation/{token}/")
    walk.officer.set_up_app()
    staff_come(walk.officer, walk.ada, "Clinician", walk.post)
    staff_come(walk.officer, walk.grace, "Pharmacist", walk.post)
    licensed(walk.officer, walk.ada, {"NPI": "1234567893", "DEA number": "AO1234563", **RIVERSIDE})
    may_sign(walk)
    shop = {
        "Practice or pharmacy": "Main Street Pharmacy",
        "Address": "2 Main Street, Fresno, CA 93650",
        "Telephone": "559-555-0202",
    }
    licensed(walk.officer, walk.grace, shop)


def may_sign(walk: Walk) -> None:
    """On the console: the operator and the officer give the clinic its first right to sign."""
    typed = iter((PASSWORD, walk.officer.code()))
    assert grant(walk.ada.email, lambda _: walk.officer.email, lambda _: next(typed), lambda: walk.days.at) == 0


def evaluated(walk: Walk) -> None:
    """2. The patient comes by the invitation, agrees, and answers."""
    walk.ada.page.goto(walk.url + "/clinic/")
    walk.ada.follow("Invite a patient")
    for label, value in (("Given name", "Maria"), ("Family name", "Torres"), ("E-mail address", walk.maria.email)):
        walk.ada.page.get_by_label(label).fill(value)
    walk.ada.page.get_by_label("Home address").fill("3 Orchard Lane, Fresno, CA 93650")
    walk.ada.fill_day("Date of birth", datetime(1985, 3, 27, tzinfo=UTC))
    walk.ada.page.get_by_label("Female", exact=True).check()
    walk.ada.page.locator("main form button[type=submit]").first.click()
    walk.ada.look()
    walk.maria.accept(walk.post.link_for(walk.maria.email))
    walk.days.on(hours=1)
    walk.maria.page.goto(walk.url + "/me/")
    walk.maria.follow("Read it now")
    walk.maria.page.locator("main form input[type=checkbox]").first.check()
    walk.maria.page.locator("main form button[type=submit]").first.click()
    walk.maria.page.goto(walk.url + "/me/")
    intake(walk.maria)


def planned(walk: Walk) -> None:
    """3. Nothing starts without the recorded agreement."""
    walk.days.on(hours=2)
    walk.ada.page.goto(walk.url + "/clinic/")
    walk.ada.follow("TORRES, Maria")
    walk.ada.follow("Write a new plan")
    walk.ada.page.get_by_label("Anxiety").first.check()
    walk.ada.page.get_by_label("What you want to reach together").fill("Sleep through and go back to work")
    walk.ada.page.get_by_label("diazePAM 5 mg tablet").check()
    walk.ada.page.get_by_label("Morning").fill("0.5")
    walk.ada.page.get_by_label("Night", exact=False).first.fill("0.5")
    for legend, ahead in (("First day", 0), ("Look again on", 14), ("Planned end", 28)):
        walk.ada.fill_day(legend, walk.days.at + timedelta(days=ahead))
    walk.ada.page.get_by_label("Talking therapy (CBT)").check()
    walk.ada.press("Save and read it")
    walk.ada.press("Send to the patient")
    walk.maria.page.goto(walk.url + "/me/plan/")
    walk.maria.look()
    assert "half a tablet" in walk.maria.page.locator("main").inner_text()
    walk.maria.page.get_by_label("I agree to this plan").check()
    walk.maria.press("Send my answer")


def prescribed(walk: Walk) -> None:
    """4. What is shown is what is signed, with password and a fresh code."""
    walk.days.on(hours=1)
    walk.ada.page.goto(walk.url + "/clinic/")
    walk.ada.follow("TORRES, Maria")
    walk.ada.page.get_by_role("link", name=re.compile("^Prescribe|Write a prescription")).first.click()
    walk.ada.press("Write a prescription under plan 1")
    walk.ada.press("Check it against the record")
    sign(walk)


def sign(walk: Walk) -> None:
    known = walk.doctor.page.get_by_label("Already known, and watched or treated")
    if known.count():
        for one in known.all():
            one.check()
        walk.doctor.page.get_by_role("button", name=re.compile("^Record the reason")).click()
    else:
        walk.doctor.follow("Go on to signing")
    walk.doctor.page.get_by_label("Your password").fill(PASSWORD)
    walk.doctor.page.get_by_label("Code from your authenticator app").fill(walk.doctor.code())
    walk.doctor.press("Sign prescription")
    walk.doctor.is_told("Signed")


def dispensed(walk: Walk) -> None:
    """5. Once: the second attempt is told who, where and when."""
    walk.maria.page.goto(walk.url + "/me/prescriptions/")
    walk.maria.look()
    code = re.search(r"\b[0-9A-Z]{4}[- ][0-9A-Z]{4}[- ][0-9A-Z]{4}\b", walk.maria.page.locator("main").inner_text())
    assert code is not None, walk.maria.page.locator("main").inner_text()
    walk.days.on(hours=1)
    walk.grace.sign_in()
    walk.grace.page.goto(walk.url + "/pharmacy/")
    walk.grace.page.get_by_label("Code on the prescription").fill(code.group().lower())
    walk.grace.press("Check")
    walk.grace.is_told("Genuine, not yet dispensed")
    walk.grace.page.get_by_label("I checked the patient").check()
    walk.grace.press("Record as dispensed")
    walk.grace.is_told("Recorded as dispensed")
    walk.grace.page.goto(f"{walk.url}/rx/{code.group().replace('-', '').replace(' ', '')}")
    walk.grace.is_told("Do not dispense: already dispensed")
    assert "Grace Lee" in walk.grace.page.locator("main").inner_text()


def looked_at(walk: Walk) -> None:
    """Every look, deed and refusal: compliance reads the trail, the patient who looked."""
    walk.officer.page.goto(walk.url + "/compliance/trail/")
    walk.officer.look()
    for who in ("Ada Okafor", "Grace Lee"):
        assert who in walk.officer.page.locator("main").inner_text()
    walk.maria.page.goto(walk.url + "/me/who-looked/")
    walk.maria.look()
    assert "Ada Okafor" in walk.maria.page.locator("main").inner_text()
