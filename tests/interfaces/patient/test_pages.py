"""The patient's pages: what is sent, what is refused in words, what is never lost."""

import re
from uuid import uuid4

import pytest

from serein.care.evaluation import actions, answering, reads
from serein.care.evaluation.models import InstrumentResult, SafetyAnswer
from tests.care.evaluation.filling import GAD, PHQ, USUAL, answer, fill_and_send
from tests.care.plans import plan_text
from tests.care.plans import sent as waiting_plan
from tests.care.tapers import sent as sent_taper
from tests.interfaces.patient.conftest import Desk
from tests.people import given, open_for, own_chart


def begun(desk: Desk, upto: str = "") -> None:
    """An open intake with every question before `upto` answered."""
    chart = own_chart(desk.people.patient)
    given(actions.start_intake(chart))
    while upto and (q := answering.first_open(reads.open_intake(chart).answers)) and q.key != upto:
        answer(chart, q, USUAL, {"gad-7": GAD, "phq-9": PHQ})


def stored(desk: Desk) -> dict:
    return reads.open_intake(own_chart(desk.people.patient)).answers


def test_home_leads_to_consent_before_anything_else(desk):
    fresh = desk.people.clinic.patient(of=desk.people.clinician, consented=False)
    from tests.interfaces.shell_people import enter

    desk.client.logout()
    mine = Desk(enter(desk.client, fresh, "password"), desk.people)
    assert "Read and agree" in mine.get("")
    unticked = mine.post("agreements/care/", {})
    assert unticked.status_code == 422
    assert "Tick the box if you agree." in unticked.content.decode()
    assert mine.post("agreements/care/", {"yes": "on"}).status_code == 302
    assert "Answer our questions" in mine.get("")


@pytest.mark.parametrize("intake", ["none", "begun", "sent"])
def test_a_plan_or_taper_to_agree_to_is_the_first_thing_whatever_the_intake_is(desk, intake):
    {
        "none": lambda: None,
        "begun": lambda: begun(desk, "contact"),
        "sent": lambda: fill_and_send(own_chart(desk.people.patient)),
    }[intake]()
    sent_taper(desk.people)
    first = desk.get("").split("<main", 1)[1].split("<h2", 2)[1]
    assert "Read your dose changes" in first
    waiting_plan(desk.people.clinician, desk.people.patient)
    boxes = re.findall(r"<h2>([^<]+)</h2>", desk.get(""))
    questions = {"none": ["Answer our questions"], "begun": ["Finish your answers"], "sent": []}[intake]
    assert boxes[: 2 + len(questions)] == ["Read your plan", "Read your dose changes", *questions]


def test_consent_can_be_taken_back_and_then_nothing_more_is_asked(desk):
    begun(desk)
    token = desk.token("questions/birth_date/")
    assert desk.post("agreements/care/", {"take_back": "1"}).status_code == 302
    answer_ = desk.client.post("/me/questions/birth_date/", {"once": token, "date_0": "3", "date_1": "27", "date_2": "1985"})
    assert answer_.status_code == 403
    assert stored(desk) == {}


def test_a_get_starts_nothing(desk):
    assert desk.client.get("/me/questions/").status_code == 302
    assert reads.open_intake(own_chart(desk.people.patient)) is None


HOSTILE = [
    ("birth_date", {}, "Type a day, a month and a year."),
    ("birth_date", {"date_0": "2", "date_1": "30", "date_2": "1985"}, "The date must be a real date"),
    ("birth_date", {"date_0": "3", "date_1": "27", "date_2": "2199"}, "This date cannot be right"),
    ("birth_date", {"date_0": "x" * 100_000, "date_1": "{}", "date_2": "[]"}, "The date must be a real date"),
    ("sex", {}, "Choose one answer."),
    ("sex", {"choice": "martian"}, "Choose one answer."),
    ("sex", {"choice": "female", "pronouns": "p" * 100_000}, "This text is too long. It has 100000 letters"),
    ("contact", {"phone": "", "address": ""}, "Fill in: Your phone number"),
    ("contact", {"phone": "5", "address": "y" * 100_000}, "This text is too long."),
    ("reasons", {"choices": ["other"]}, "Fill in: Tell us in your own words"),
    ("reasons", {"choices": ["severe_anxiety", "martian"]}, "Choose one answer."),
    ("reasons", {}, "Choose at least one answer."),
]


@pytest.mark.parametrize(("key", "fields", "says"), HOSTILE)
def test_what_cannot_be_kept_gets_a_page_that_says_why_and_keeps_what_was_typed(desk, key, fields, says):
    begun(desk, upto=key)
    before = stored(desk)
    answer_ = desk.post(f"questions/{key}/", fields)
    page = answer_.content.decode()
    assert answer_.status_code == 422
    assert says in page
    assert "<title>Error:" in page
    for name, value in fields.items():
        if name not in ("choice", "choices"):
            assert value[:300] in page
    assert stored(desk) == before


@pytest.mark.parametrize("bad", ["5\x005", "\x00"])
def test_nul_is_refused_before_anything_reads_it(desk, bad):
    begun(desk, upto="contact")
    answer_ = desk.post("questions/contact/", {"phone": bad, "address": "3 Orchard Lane"})
    assert answer_.status_code == 400
    assert "3 Orchard Lane" in answer_.content.decode()
    assert "contact" not in stored(desk)


def test_half_a_surrogate_pair_is_refused_and_the_rest_is_kept(desk):
    begun(desk, upto="contact")
    body = f"once={desk.token('questions/contact/')}&phone=555&address=%ED%A0%80street"
    answer_ = desk.client.post("/me/questions/contact/", body, content_type="application/x-www-form-urlencoded")
    assert answer_.status_code in (400, 422, 302)
    assert answer_.status_code < 500
    assert "\ud800" not in str(stored(desk))


def test_a_page_sent_twice_is_one_answer(desk):
    begun(desk, upto="medicines")
    given(actions.answer_question(own_chart(desk.people.patient), "takes_medicines", {"choice": "yes"}))
    token = desk.token("questions/medicines/")
    row = {"once": token, "name": "Oxycodone", "how": "", "choice": "bought", "add": "1"}
    first = desk.client.post("/me/questions/medicines/", row)
    second = desk.client.post("/me/questions/medicines/", row)
    assert (first.status_code, second.status_code) == (302, 302)
    assert len(stored(desk)["medicines"]["rows"]) == 1


def test_that_is_all_keeps_what_still_stands_in_the_form(desk):
    begun(desk, upto="has_allergies")
    chart = own_chart(desk.people.patient)
    given(actions.answer_question(chart, "takes_medicines", {"choice": "yes"}))
    given(actions.add_row(chart, "medicines", {"name": "Omeprazole", "choice": "shop"}))
    answer_ = desk.post("questions/medicines/", {"name": "Xanax", "choice": "shared", "done": "1"})
    assert (answer_.status_code, answer_["Location"]) == (302, "/me/questions/has_allergies/")
    assert [r["name"] for r in stored(desk)["medicines"]["rows"]] == ["Omeprazole", "Xanax"]
    row = stored(desk)["medicines"]["rows"][0]["id"]
    assert desk.post("questions/medicines/remove/", {"row": row}, page="questions/medicines/").status_code == 302
    assert [r["name"] for r in stored(desk)["medicines"]["rows"]] == ["Xanax"]


def test_stopping_saves_what_was_typed_and_an_empty_page_just_leaves(desk):
    begun(desk, upto="story")
    assert desk.post("questions/story/", {"started": "", "tried": "", "leave": "1"})["Location"] == "/me/"
    assert "story" not in stored(desk)
    assert desk.post("questions/story/", {"started": "in May", "leave": "1"})["Location"] == "/me/"
    assert stored(desk)["story"] == {"started": "in May"}


def test_a_page_of_a_question_that_is_no_longer_asked_leads_on(desk):
    begun(desk, upto="benzo_use")
    answer_ = desk.client.get("/me/questions/benzo_long/")
    assert (answer_.status_code, answer_["Location"]) == (302, "/me/questions/benzo_use/")
    assert desk.client.get("/me/questions/no-such-question/").status_code == 302


def test_the_check_page_cannot_be_reached_nor_sent_with_a_question_open(desk):
    begun(desk, upto="drives")
    assert desk.client.get("/me/check/")["Location"] == "/me/questions/drives/"
    answer_ = desk.post("check/", {}, page="questions/drives/")
    assert answer_["Location"] == "/me/questions/drives/"


def test_two_tabs_sending_the_answers_send_them_once(desk):
    begun(desk, upto="nothing-left")
    one, two = desk.token("check/"), desk.token("check/")
    assert desk.client.post("/me/check/", {"once": one}).status_code == 302
    late = desk.client.post("/me/check/", {"once": two}, follow=True)
    assert "You have already sent your answers." in late.content.decode()


def test_a_dark_answer_is_stored_though_other_items_are_missing_and_the_questions_follow(desk):
    begun(desk, upto="phq-9")
    answer_ = desk.post("questions/phq-9/", {"item_1": "1", "item_9": "2"})
    assert answer_.status_code == 302
    assert re.fullmatch(r"/me/safety/[0-9a-f-]{36}/", answer_["Location"])
    assert InstrumentResult.objects.get(instrument="phq-9").answers["9"] == 2
    assert "Might you act on it?" in desk.client.get(answer_["Location"]).content.decode()


@pytest.mark.parametrize("fields", [{"item_1": "7"}, {"item_1": "x" * 1000}, {}])
def test_strange_values_on_a_questionnaire_are_refused_in_words(desk, fields):
    begun(desk, upto="gad-7")
    answer_ = desk.post("questions/gad-7/", fields)
    assert answer_.status_code == 422
    assert "Choose one answer" in answer_.content.decode()
    assert not InstrumentResult.objects.exists()


def dark(desk: Desk) -> str:
    begun(desk, upto="phq-9")
    given(actions.answer_instrument(own_chart(desk.people.patient), "phq-9", PHQ | {"9": 1}))
    return f"safety/{SafetyAnswer.objects.get().id}/"


def test_no_answer_to_a_safety_question_is_asked_for_again(desk):
    page = dark(desk)
    answer_ = desk.post(page, {"asked": "intent"})
    assert answer_.status_code == 422
    assert "Choose one answer." in answer_.content.decode()


def test_the_emergency_page_carries_the_clinics_own_numbers_and_promises_nothing(desk):
    page = dark(desk)
    desk.post(page, {"asked": "intent", "answer": "unsure"})
    said = desk.get(page)
    assert "Call 911 now" in said
    assert 'href="tel:988"' in said
    assert "We do not know when someone will read them." in said
    for promise in ("will call", "will contact", "will be in touch", "within"):
        assert promise not in said.lower()


@pytest.mark.parametrize("value", ["", "maybe", "yes" * 50_000])
def test_a_strange_safety_answer_changes_nothing(desk, value):
    page = dark(desk)
    assert desk.post(page, {"asked": "intent", "answer": value}).status_code == 422
    assert desk.post(page, {"asked": "nothing-we-ask", "answer": "yes"}).status_code == 302
    assert SafetyAnswer.objects.get().intent == ""


def test_another_persons_safety_page_is_not_there(desk):
    dark(desk)
    answer_ = desk.post(
        f"safety/{uuid4()}/", {"asked": "intent", "answer": "no"}, page=f"safety/{SafetyAnswer.objects.get().id}/"
    )
    assert answer_.status_code == 403


def test_home_shows_the_open_questions_first(desk):
    dark(desk)
    assert "Please answer this first" in desk.get("")


def sent_plan(desk: Desk, **changes: object):
    from serein.care.planning import actions as planning

    chart = open_for(desk.people.clinician, desk.people.patient)
    written = given(planning.write_plan(chart, plan_text(**changes)))
    given(planning.send_plan(chart, written.plan_id))
    own_chart(desk.people.patient)
    return written.plan_id


def test_a_plan_is_read_in_plain_words_and_agreed_to(desk):
    plan_id = sent_plan(desk)
    page = desk.get("plan/")
    assert "Nothing starts until you agree." in page
    assert "Do not stop suddenly." in page
    answer_ = desk.post("plan/", {"plan": str(plan_id), "answer": "agree"})
    assert answer_.status_code == 302
    assert "You agreed to this plan." in desk.get("plan/")


def test_asking_needs_words_and_keeps_them(desk):
    plan_id = sent_plan(desk)
    empty = desk.post("plan/", {"plan": str(plan_id), "answer": "ask", "words": " "})
    assert empty.status_code == 422
    long = desk.post("plan/", {"plan": str(plan_id), "answer": "ask", "words": "z" * 5000})
    assert long.status_code == 422
    assert "z" * 5000 in long.content.decode()
    assert desk.post("plan/", {"plan": str(plan_id), "answer": "ask", "words": "Can we go slower?"}).status_code == 302
    assert "Can we go slower?" in desk.get("plan/")


def test_an_answer_to_an_older_plan_is_not_an_answer_to_the_newer_one(desk):
    old = sent_plan(desk)
    token = desk.token("plan/")
    sent_plan(desk, goal="Sleep better")
    answer_ = desk.client.post("/me/plan/", {"once": token, "plan": str(old), "answer": "agree"})
    assert answer_.status_code == 409
    from serein.care.planning.reads import plan_in_force

    assert plan_in_force(own_chart(desk.people.patient)) is None


def test_who_looked_names_the_clinician_and_not_ones_own_looks(desk):
    open_for(desk.people.clinician, desk.people.patient)
    page = desk.get("who-looked/")
    assert "Ada Okafor" in page
    assert "opened your record" in page or "opened the record" in page
    assert "opened their own record" not in page


def test_sent_answers_can_be_read_again(desk):
    fill_and_send(own_chart(desk.people.patient))
    assert "I cannot ride the bus." in desk.get("answers/")


def test_pages_of_the_patient_are_closed_to_everybody_else(desk):
    from tests.interfaces.shell_people import enter

    desk.client.logout()
    assert desk.client.get("/me/").status_code == 302
    clinician = enter(desk.client, desk.people.clinician, "password")
    assert clinician.get("/me/").status_code in (302, 403)


def test_a_prescription_shows_its_code_once_signed_and_none_once_used(db, client, settings):
    from tests.care.signed import AT as SIGNED_AT
    from tests.care.signed import dispense_one, sign_one, small_clinic
    from tests.interfaces.shell_people import enter

    settings.SEREIN_CLOCK = "tests.interfaces.patient.test_pages.signed_at"
    place = small_clinic()
    one = sign_one(place)
    enter(client, place.patient, "password")
    page = client.get("/me/prescriptions/").content.decode()
    grouped = "-".join(one.code[n : n + 4] for n in (0, 4, 8))
    assert grouped in page
    assert "Ready. Show the code at your pharmacy by" in page
    assert "<svg" in page
    pdf = client.get(f"/me/prescriptions/{one.id}/copy.pdf")
    assert (pdf.status_code, pdf["Content-Type"], pdf.content[:4]) == (200, "application/pdf", b"%PDF")
    assert client.get(f"/me/prescriptions/{uuid4()}/copy.pdf").status_code == 404
    dispense_one(place, one)
    page = client.get("/me/prescriptions/").content.decode()
    assert grouped not in page
    assert "Handed out on Sunday, November 22" in page
    assert signed_at() == SIGNED_AT


def signed_at():
    from tests.care.signed import AT as SIGNED_AT

    return SIGNED_AT
