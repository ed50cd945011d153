"""The clinician's desk in Chromium: from the list to a signature and back, with and without JavaScript, at three widths."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.db import transaction

from serein.care.planning import actions as planning
from serein.care.planning.reads import plan_waiting
from serein.config.demonstration import totp
from serein.interfaces.web.shell import clock
from tests.care.devices import set_up_codes
from tests.care.evaluation.filling import PHQ, fill_and_send
from tests.care.prescribed import allergy, medicine, ready_desk
from tests.journeys.browser import audit, printed, shoot
from tests.journeys.test_pharmacist_desk import sign_in
from tests.people import AT, PASSWORD, four_people, maria, own_chart

THOUGHTS = {
    "phq": {**PHQ, "9": 2},
    "takes_medicines": {"choice": "yes"},
    "has_allergies": {"choice": "yes"},
    "medicines": ({"name": "Omeprazole", "choice": "shop"},),
}


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


def code_now(who):
    secret = decrypt(Authenticator.objects.get(user_id=who.account_id, type="totp").data["secret"])
    return totp(secret, clock.now().timestamp())


def fill_date(page, legend, month, day, year):
    group = page.get_by_role("group", name=legend)
    for label, value in (("Month", month), ("Day", day), ("Year", year)):
        group.get_by_label(label).fill(str(value))


@pytest.mark.parametrize("js", [True, False])
def test_from_the_list_to_the_signature(live_clinic, people, open_page, js):
    with transaction.atomic():
        fill_and_send(own_chart(people.patient))
    page = sign_in(open_page(js=js), live_clinic, people.clinician)
    page.goto(f"{live_clinic.url}/clinic/")
    assert page.get_by_role("heading", name="Patients who need you").is_visible()
    page.get_by_role("link", name="TORRES, Maria").first.click()
    page.get_by_role("link", name="Write a new plan").click()
    page.get_by_label("Anxiety").first.check()
    page.get_by_label("What you want to reach together").fill("Sleep through and go back to work")
    page.get_by_label("diazePAM 5 mg tablet").check()
    page.get_by_label("Morning").fill("1")
    page.get_by_label("Night", exact=False).first.fill("0.3")
    fill_date(page, "First day", 11, 23, 2026)
    fill_date(page, "Look again on", 12, 7, 2026)
    fill_date(page, "Planned end", 12, 21, 2026)
    page.get_by_label("Talking therapy (CBT)").check()
    page.get_by_role("button", name="Save and read it").click()
    assert page.get_by_role("link", name="This product is given in steps of 0.5.").is_visible()
    assert page.get_by_label("What you want to reach together").input_value() == "Sleep through and go back to work"
    page.get_by_label("Night", exact=False).first.fill("0.5")
    page.get_by_role("button", name="Save and read it").click()
    assert page.get_by_text("half a tablet (2.5 mg) at night").is_visible()
    page.get_by_role("button", name="Send to the patient").click()
    with transaction.atomic():
        chart = own_chart(people.patient)
        planning.reply_to_plan(chart, plan_waiting(chart).id, "agree")
    page.goto(f"{live_clinic.url}/clinic/")
    page.get_by_role("link", name="Prescribe TORRES, Maria").click()
    page.get_by_role("button", name="Write a prescription under plan 1").click()
    page.get_by_role("button", name="Check it against the record").click()
    reasons = page.get_by_label("Already known, and watched or treated")
    if reasons.count():
        for one in reasons.all():
            one.check()
        page.get_by_role("button", name="Record the reason").click()
    else:
        page.get_by_role("link", name="Go on to signing").click()
    assert page.get_by_text("Take 1 tablet (5 mg) in the morning and half a tablet (2.5 mg) at night, for 14 days.").is_visible()
    assert page.get_by_text("21 (twenty-one) tablets").is_visible()
    assert page.get_by_text("By entering your password and your one-time code now, you legally sign").is_visible()
    page.get_by_label("Your password").fill("not my password at all")
    page.get_by_label("Code from your authenticator app").fill("000000")
    page.get_by_role("button", name="Sign prescription").click()
    assert page.get_by_role("link", name="The password or the code is not right").is_visible()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code from your authenticator app").fill(code_now(people.clinician))
    page.get_by_role("button", name="Sign prescription").click()
    assert page.get_by_role("heading", name="Signed 23-Nov-2026 09:00, not yet dispensed").is_visible()
    page.get_by_role("link", name="Cancel this prescription").click()
    page.get_by_label("Why is it cancelled?").fill("Wrong pharmacy hours")
    page.get_by_role("button", name="Cancel the prescription").click()
    assert page.get_by_role("heading", name="Cancelled 23-Nov-2026 09:00").is_visible()


def test_every_page_of_the_desk_passes_at_every_width(live_clinic, people, open_page):
    with transaction.atomic():
        rosa = people.clinic.patient(of=people.clinician, new=maria(given="Rosa", family="Abebe", pronouns="she/her"))
        people.clinic.invited_patient(people.clinician, maria(given="Sean", family="O’Brien"))
        fill_and_send(own_chart(people.patient), **THOUGHTS)
        d = ready_desk(people=people)
    page = sign_in(open_page(), live_clinic, people.clinician)
    here = f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}"
    pages = {
        "panel": f"{live_clinic.url}/clinic/", "invite": f"{live_clinic.url}/clinic/patients/new/", "chart": here + "/",
        "chart-empty": f"{live_clinic.url}/clinic/patients/{rosa.patient_id}/", "risk": here + "/risk/", "plan": here + "/plan/",
        "plans": here + "/plans/", "draft": f"{here}/drafts/{d.draft_id}/", "sign": f"{here}/drafts/{d.draft_id}/sign/",
        "withdraw": f"{here}/plans/{d.plan_id}/withdraw/",
    }  # fmt: skip
    for name, url in pages.items():
        page.goto(url)
        shoot(page, name)
        audit(page)
    page.get_by_role("button", name="Withdraw this plan").click()
    audit(page)
    page.goto(pages["plan"])
    page.get_by_label("Goal", exact=False)
    page.get_by_role("button", name="Save and read it").click()
    shoot(page, "plan-error")
    audit(page)
    with transaction.atomic():
        d.learn(medicine("oxycodone 5 mg tablet"))
        d.learn(allergy())
    page.goto(f"{here}/drafts/{d.draft_id}/check/")
    shoot(page, "check")
    audit(page)
    page.get_by_role("button", name="Record the reason").click()
    shoot(page, "check-error")
    audit(page)


def test_after_the_signature_and_the_sheet_of_paper(live_clinic, people, open_page):
    with transaction.atomic():
        d = ready_desk(people=people)
        signed = d.sign()
    page = sign_in(open_page(), live_clinic, people.clinician)
    url = f"{live_clinic.url}/clinic/patients/{people.patient.patient_id}/prescriptions/{signed.prescription_id}/"
    page.goto(url)
    shoot(page, "prescription")
    audit(page)
    assert printed(page)
    audit(page, url + "cancel/")
    shoot(page, "cancel")
    with page.expect_download() as download:
        page.goto(url)
        page.get_by_role("link", name="Copy on paper (PDF)").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
