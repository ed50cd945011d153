"""AUDIT-C on a phone, for somebody who drinks: looked at by axe, answered without JavaScript."""

from django.db import transaction

from serein.care.evaluation import actions
from serein.care.evaluation.models import InstrumentResult
from tests.journeys.browser import audit, sign_in
from tests.journeys.patient.test_intake_pages import shot
from tests.journeys.patient.walking import heading, press
from tests.people import AT, PASSWORD, four_people, given, own_chart


def test_audit_c_is_asked_answered_and_scored(live_clinic, open_page, settings):
    settings.SEREIN_CLOCK = "tests.people.clock"
    with transaction.atomic():
        people = four_people()
        chart = own_chart(people.patient, AT)
        given(actions.start_intake(chart))
        actions.answer_question(chart, "alcohol", {"choice": "weekly"})
    page = open_page(width=390)
    sign_in(page, live_clinic.url, people.patient.email, PASSWORD)
    page.goto(f"{live_clinic.url}/me/questions/audit-c/")
    assert heading(page) == "How much do you drink?"
    shot(page, "audit-c")
    audit(page)
    plain = open_page(width=320, js=False)
    sign_in(plain, live_clinic.url, people.patient.email, PASSWORD)
    plain.goto(f"{live_clinic.url}/me/questions/audit-c/")
    for number, words in enumerate(("2 to 4 times a month", "3 or 4", "Less than monthly")):
        plain.locator("fieldset").nth(number).get_by_label(words, exact=True).check()
    press(plain, "Save and go on")
    with transaction.atomic():
        own_chart(people.patient, AT)
        assert InstrumentResult.objects.get(instrument="audit-c").total == 4
