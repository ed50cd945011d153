"""The walk, second half: from the dispensed tablet over check-ins, a review and a taper to the next clinician and the last dose."""

import re
from datetime import timedelta
from urllib.parse import urljoin

from playwright.sync_api import Page

from .first_half import RIVERSIDE, Walk, Walker, dispensed, licensed, sign, staff_come

STEP_DAYS = 14


def chart(walk: Walk) -> None:
    """The clinician opens the patient, on whatever day it is; a long absence ends a session."""
    walk.doctor.page.goto(walk.url + "/clinic/")
    walk.doctor.page.get_by_label("Find a patient by name or birth date").fill("Torres")
    walk.doctor.press("Find")
    walk.doctor.follow("TORRES, Maria")


def home(walk: Walk) -> None:
    walk.maria.page.goto(walk.url + "/me/")
    walk.maria.look()


def answer(who: Walker, label: str) -> None:
    who.page.get_by_label(label, exact=True).check()
    who.press("Save and go on")


def watched(walk: Walk) -> None:
    """6. The patient says what she took and how she is; a red flag opens its page and stands on the clinician's list at once."""
    home(walk)
    walk.maria.press("I took it")
    walk.maria.page.get_by_role("button", name=re.compile("^Undo")).first.click()
    walk.maria.press("I took it")
    walk.days.on(days=3)
    home(walk)
    walk.maria.follow("Check in")
    walk.maria.page.get_by_label("2", exact=True).check()
    walk.maria.press("Save and go on")
    answer(walk.maria, "I feel fine")
    answer(walk.maria, "I fell")
    walk.maria.is_told("Call us today")
    walk.maria.follow("Go on with the check-in")
    answer(walk.maria, "No, none of these")
    answer(walk.maria, "No")
    walk.maria.press("Send my check-in")

    walk.doctor.page.goto(walk.url + "/clinic/")
    walk.doctor.look()
    assert "TORRES, Maria" in walk.doctor.page.locator("tr.r-today, tr.r-now").first.inner_text()
    chart(walk)
    walk.doctor.follow("Record a contact")
    walk.doctor.page.get_by_label("By telephone").check()
    walk.doctor.page.get_by_label("What was said and done?").fill("Tripped on a carpet, no injury; was awake and steady.")
    walk.doctor.press("Record the contact")
    chart(walk)
    walk.doctor.page.goto(re.sub(r"(patients/[0-9a-f-]{36}/).*", r"\1watch/", walk.doctor.page.url))
    walk.doctor.look()
    assert (
        walk.doctor.page.locator("svg.pk-svg").count()
        and "An estimate, not a blood test" in walk.doctor.page.locator("main").inner_text()
    )


def reassessed(walk: Walk) -> None:
    """7. Past the review nothing is renewed; the review asks what to do, and taper is the answer."""
    walk.days.on(days=11)
    chart(walk)
    walk.doctor.press("Write a prescription")
    walk.doctor.page.get_by_text("Review the treatment first").first.wait_for()
    walk.doctor.page.goto(re.sub(r"(patients/[0-9a-f-]{36}/).*", r"\1review/", walk.doctor.page.url))
    walk.doctor.look()
    walk.doctor.page.get_by_label("Taper", exact=False).first.check()
    walk.doctor.page.get_by_label("Benefit, harm, and what the patient wishes").fill("Sleeps again; wants to come off slowly.")
    walk.doctor.fill_day("Next review", walk.days.at + timedelta(days=13))
    walk.doctor.press("Record the review")


def tapered(walk: Walk) -> None:
    """8. Nothing changes before the patient agrees; the first step is prescribed, dispensed and confirmed."""
    chart(walk)
    walk.doctor.follow("Plan a taper")
    if not walk.doctor.page.get_by_label("Lower each step by, %").count():
        walk.doctor.follow("Plan a taper")
    walk.doctor.page.get_by_label("diazePAM 2 mg tablet").check()
    walk.doctor.fill_day("First change on", walk.days.at + timedelta(days=5))
    walk.doctor.press("Recalculate")
    walk.doctor.press("Keep as draft")
    walk.doctor.press("Send to Maria to agree")
    home(walk)
    walk.maria.follow("My dose changes")
    walk.maria.page.get_by_label("I agree to these changes").check()
    walk.maria.press("Send my answer")
    assert pdf(walk.maria.page, "Download the calendar")
    walk.days.on(days=3)
    prescribe_step(walk)
    walk.days.on(days=2)
    confirm(walk)


def pdf(page: Page, name: str) -> bool:
    """Whether the link leads to a PDF for this person."""
    href = page.get_by_role("link", name=name).first.get_attribute("href")
    answer = page.request.get(urljoin(page.url, href))
    return answer.ok and answer.body().startswith(b"%PDF")


def prescribe_step(walk: Walk) -> None:
    """From the step to the signature and the pharmacy: one prescription for each strength that it is made from."""
    taper(walk)
    walk.doctor.page.get_by_role("button", name=re.compile("^Draft for step")).first.click()
    while True:
        walk.doctor.look()
        sign(walk)
        dispensed(walk)
        chart(walk)
        left = walk.doctor.page.get_by_role("link", name=re.compile("^Open draft"))
        if not left.count():
            break
        left.first.click()
        walk.doctor.press("Check it against the record")


def taper(walk: Walk) -> None:
    chart(walk)
    walk.doctor.page.goto(re.sub(r"(patients/[0-9a-f-]{36}/).*", r"\1taper/", walk.doctor.page.url))
    walk.doctor.look()


def confirm(walk: Walk) -> None:
    walk.maria.page.goto(walk.url + "/me/dose-changes/")
    walk.maria.look()
    walk.maria.page.get_by_role("button", name=re.compile("^Yes, I take")).first.click()
    walk.maria.look()


def handed_over(walk: Walk) -> None:
    """9. A colleague takes over in the middle of the course; until she says so, the first clinician answers for the patient."""
    sam = walk.somebody("Sam Silva", "sam@example.test")
    staff_come(walk.officer, sam, "Clinician", walk.post)
    licensed(walk.officer, sam, {"NPI": "1245319599", "DEA number": "AS1234563", **RIVERSIDE})
    chart(walk)
    walk.doctor.follow("Hand over")
    walk.doctor.page.get_by_label("Sam Silva").check()
    walk.doctor.page.get_by_label("Why is the patient handed over?").fill("I move away")
    walk.doctor.press("Prepare the handover")
    assert pdf(walk.doctor.page, "On paper (PDF)")
    walk.doctor.press("Send to Sam Silva")
    walk.doctor.is_told("Ada Okafor is responsible")
    sam.page.goto(walk.url + "/clinic/")
    sam.follow("Read and answer")
    sam.press("I take TORRES, Maria over")
    walk.doctor.page.reload()
    assert "not in this patient" in walk.doctor.page.locator("main").inner_text(), "the first clinician's key is gone"
    walk.doctor = sam


def held(walk: Walk) -> None:
    """The patient asks to pause; the dose is held, and the rest is planned anew and agreed to anew."""
    walk.maria.page.goto(walk.url + "/me/dose-changes/")
    walk.maria.page.get_by_label("I want to pause and keep my dose").check()
    walk.maria.press("Send")
    taper(walk)
    assert "Maria wants to pause" in walk.doctor.page.locator("main").inner_text()
    walk.doctor.follow("Hold the dose")
    walk.doctor.page.get_by_label("Why is the dose held?").fill("Her mother is in hospital")
    walk.doctor.press("Hold the dose")
    walk.days.on(days=7)
    taper(walk)
    walk.doctor.follow("Plan the rest")
    walk.doctor.press("Plan it")
    walk.doctor.press("Send to Maria to agree")
    walk.maria.page.goto(walk.url + "/me/dose-changes/")
    walk.maria.page.get_by_label("I agree to these changes").check()
    walk.maria.press("Send my answer")


def closed(walk: Walk) -> None:
    """Change by change to nothing, each confirmed by the patient; the last one closes the course."""
    confirmed = 0
    for _ in range(14):
        taper(walk)
        if not walk.doctor.page.locator("h1").inner_text().startswith("Taper, version 2"):
            break
        walk.days.on(days=STEP_DAYS)
        walk.maria.page.goto(walk.url + "/me/dose-changes/")
        if walk.maria.page.get_by_role("button", name=re.compile("^Yes, I take")).count():
            confirm(walk)
            confirmed += 1
    assert walk.doctor.page.locator("summary", has_text="Version 2: finished").count() and confirmed > 2, (
        walk.doctor.page.locator("main").inner_text()
    )
    home(walk)
    walk.maria.page.goto(walk.url + "/me/dose-changes/")
    walk.maria.look()
