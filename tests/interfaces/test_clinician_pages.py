"""The clinician's pages over HTTP: who is let in, what a stale or hostile post does, what is shown and what is not."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from serein.care.access.actions import NewIdentityProof, record_identity
from serein.care.planning.models import Plan
from serein.care.prescribing.models import Draft, Override, Prescription
from serein.clinical.knowledge.library import VERSION
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.models import Patient
from serein.interfaces.web.clinician.urls import urlpatterns
from serein.interfaces.web.shell import clock
from tests.care.devices import code_at
from tests.care.evaluation.filling import PHQ, fill_and_send
from tests.care.plans import agreed, written
from tests.care.prescribed import allergy, ready_desk
from tests.interfaces.shell_people import enter
from tests.people import AT, PASSWORD, four_people, maria, open_for, own_chart

pytestmark = pytest.mark.django_db
EVERY = [p.name for p in urlpatterns]


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(clock, "machine_seconds", AT.timestamp)


@pytest.fixture
def people(db):
    return four_people()


@pytest.fixture
def d(db):
    return ready_desk()


def clinician_of(people):
    return enter(Client(), people.clinician, "password", "totp")


def address(name, d, **ids):
    known = {
        "patient_id": d.people.patient.patient_id,
        "plan_id": d.plan_id,
        "about": "missed-doses",
        **ids,
    }
    pattern = next(p for p in urlpatterns if p.name == name)
    return reverse(f"clinician:{name}", kwargs={k: known.get(k, d.draft_id) for k in pattern.pattern.converters})


def hidden(answer, index=0):
    """The hidden fields of a form in main, as a browser would send them."""
    form = answer.content.decode().split("<main", 1)[1].split("<form")[1 + index].split("</form", 1)[0]
    return {k: unescape(v) for k, v in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)}


def main_of(answer):
    return unescape(answer.content.decode().split("<main", 1)[1].split("</main", 1)[0])


PLAN = {
    "indication": "anxiety", "goal": "Sleep through", "product": "diazepam-tablet-5", "morning": "1", "night": "0.5", "starts_on": "2026-11-23",
    "reassess_on": "2026-12-07", "ends_on": "2026-12-21",
}  # fmt: skip


# Who is let in


@pytest.mark.parametrize("who", ["patient", "pharmacist", "stranger", "officer", "nobody"])
def test_nobody_but_the_care_team_gets_in(d, who):
    people = d.people
    person = people.clinic.officer if who == "officer" else getattr(people, who, None)
    client = enter(Client(), person, "password", "totp") if person else Client()
    d.chart()
    before = Plan.objects.count(), Draft.objects.count()
    for name in EVERY:
        for method in (client.get, client.post):
            answer = method(address(name, d))
            text = answer.content.decode()
            assert "TORRES" not in text and "diaze" not in text.lower(), name
            if who == "nobody":
                assert answer.status_code == 302 and "/login/" in answer["Location"], name
            elif who == "stranger" and name in (
                "panel",
                "invite",
                "invited",
                "receive",
                "rights",
                "ask_right",
                "lost",
                "emergency",
                "emergency_open",
            ):
                assert answer.status_code in (200, 302, 400, 405, 422), name
            elif who == "stranger" and name in ("approve_right", "end_right"):  # about staff, and no patient stands there
                assert answer.status_code in (400, 404), name
            else:
                assert answer.status_code in (400, 403), name
    d.chart()
    assert (Plan.objects.count(), Draft.objects.count()) == before


def test_a_clinician_who_showed_only_a_password_is_led_to_the_second_step(people):
    client = enter(Client(), people.clinician, "password")
    answer = client.get("/clinic/")
    assert answer.status_code == 302 and "TORRES" not in answer.content.decode()


def test_a_stranger_who_tries_is_on_the_trail(d):
    enter(Client(), d.people.stranger, "password", "totp").get(address("chart", d))
    d.chart()
    row = TrailRow.objects.filter(outcome="refused", by=d.people.stranger.account_id).order_by("id").last()
    assert row.why == "not-in-care-team" and row.patient_id == d.people.patient.patient_id


def test_an_id_of_another_patient_opens_nothing(d):
    """The key is for Rosa; the plan, draft and prescription in the address are Maria's."""
    rosa = d.people.clinic.patient(of=d.people.clinician, new=maria(given="Rosa", family="Abebe"))
    client = clinician_of(d.people)
    others = [p.name for p in urlpatterns if {k for k in p.pattern.converters if k.endswith("_id")} - {"patient_id"}]
    assert len(others) > 10
    for name in others:
        for method in (client.get, client.post):
            answer = method(address(name, d, patient_id=rosa.patient_id))
            assert answer.status_code in (302, 400, 403, 404, 409), name
            assert "TORRES" not in answer.content.decode() and "21 (twenty-one)" not in answer.content.decode(), name


# The list


def test_the_list_shows_one_row_a_patient_with_the_most_pressing_reason_first(people):
    fill_and_send(own_chart(people.patient), phq={**PHQ, "9": 1})
    text = main_of(clinician_of(people).get("/clinic/"))
    assert text.count("TORRES, Maria") >= 1 and text.count('scope="row"') == 1
    assert "Thoughts of being better off dead" in text and "Assess" in text and "1 more in the chart" in text


def test_the_foot_of_a_chart_names_what_it_was_judged_with(people):
    chart = clinician_of(people).get(reverse("clinician:chart", args=[people.patient.patient_id]))
    assert f"knowledge {VERSION}" in chart.content.decode().split("<footer")[1]


def test_a_recorded_assessment_takes_the_patient_off_now(people):
    fill_and_send(own_chart(people.patient), phq={**PHQ, "9": 1})
    client = clinician_of(people)
    url = reverse("clinician:risk", args=[people.patient.patient_id])
    page = client.get(url)
    said = {**hidden(page), "how": "telephone", "judgement": "safe with plan", "done": "Safety plan agreed, visit tomorrow"}
    assert client.post(url, {**said, "how": ""}).status_code == 422
    assert client.post(url, {**hidden(client.get(url)), **{k: said[k] for k in ("how", "judgement", "done")}}).status_code == 302
    assert "Thoughts of being better off dead" not in main_of(client.get("/clinic/"))


# Plans


def test_a_plan_is_written_read_and_sent(people):
    client = clinician_of(people)
    url = reverse("clinician:plan", args=[people.patient.patient_id])
    answer = client.post(url, {**hidden(client.get(url)), **PLAN})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert "half a tablet (2.5 mg) at night" in main_of(page) and "diazePAM 5 mg tablet" in main_of(page)
    open_for(people.clinician, people.patient)
    plan_id = Plan.objects.get().id
    sent = client.post(reverse("clinician:send_plan", args=[people.patient.patient_id, plan_id]), hidden(page))
    assert sent.status_code == 302
    open_for(people.clinician, people.patient)
    assert Plan.objects.get().state == "sent"


def test_a_page_sent_twice_does_its_deed_once(people):
    client = clinician_of(people)
    url = reverse("clinician:plan", args=[people.patient.patient_id])
    fields = {**hidden(client.get(url)), **PLAN}
    first, second = client.post(url, fields), client.post(url, fields)
    assert (first.status_code, second.status_code) == (302, 302)
    assert client.post(url, {**fields, "goal": "Another"}).status_code == 409
    open_for(people.clinician, people.patient)
    assert [p.goal for p in Plan.objects.all()] == ["Sleep through"]
    assert TrailRow.objects.filter(deed="write_plan").count() == 1


def test_a_draft_that_changed_in_another_tab_is_not_sent_unseen(people):
    client = clinician_of(people)
    plan_id = written(people.clinician, people.patient)
    page = client.get(reverse("clinician:plans", args=[people.patient.patient_id]))
    written(people.clinician, people.patient, goal="Changed elsewhere")
    url = reverse("clinician:send_plan", args=[people.patient.patient_id, plan_id])
    assert client.post(url, hidden(page)).status_code == 409
    without = {
        k: v for k, v in hidden(client.get(reverse("clinician:plans", args=[people.patient.patient_id]))).items() if k != "shown"
    }
    assert client.post(url, without).status_code == 409
    open_for(people.clinician, people.patient)
    assert Plan.objects.get().state == "draft"


HOSTILE = [
    "",
    "   ",
    "x" * 50_000,
    "1e999",
    "NaN",
    "-1",
    "½",
    "٣",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "\u202e",
    "0.1" * 30,
]


@pytest.mark.parametrize(
    "field",
    ["indication", "goal", "product", "morning", "as_needed_max", "as_needed_week", "starts_on", "ends_on", "supportive_care"],
)
def test_a_hostile_plan_is_told_at_its_field_or_harmless_and_what_was_typed_stays(people, field):
    client = clinician_of(people)
    url = reverse("clinician:plan", args=[people.patient.patient_id])
    for value in HOSTILE:
        answer = client.post(url, {**hidden(client.get(url)), **PLAN, field: value})
        text = answer.content.decode()
        assert answer.status_code in (302, 422) and "<script>alert(1)" not in text, value
        if answer.status_code == 422:
            assert "There is a problem" in text and (field == "goal" or "Sleep through" in text), value


@pytest.mark.parametrize("field", ["product", "night", "days", "quantity", "starts_on", "version"])
def test_a_hostile_draft_changes_nothing_or_stays_within_the_plan(d, field):
    client = clinician_of(d.people)
    url = address("draft", d)
    order = {
        "product": "diazepam-tablet-5",
        "morning": "1",
        "night": "0.5",
        "starts_on": "2026-11-23",
        "days": "14",
        "quantity": "21",
    }
    for value in HOSTILE:
        answer = client.post(url, {**hidden(client.get(url)), **order, field: value})
        assert answer.status_code in (302, 409, 422), value
        d.chart()
        stored = Draft.objects.get().order
        assert stored["doses"][-1]["units"] in ("0.5", "1") and stored["quantity"] == "21", value


# Cards


def test_cards_say_why_with_inputs_sources_and_what_was_not_checked(d):
    d.learn(allergy())
    text = main_of(clinician_of(d.people).get(address("check", d)))
    assert "A stop: this cannot be signed as it stands" in text
    assert "Recorded allergy: diazePAM" in text and "allergy-to-benzodiazepine" in text
    assert "as reported by" in text or "read in a secondary source" in text
    assert "Not checked" in text and "not confirmed by a licensed human" in text
    assert "Go on to signing" not in text
    assert client_status(d, "sign") == 302


def client_status(d, name):
    return clinician_of(d.people).get(address(name, d)).status_code


def test_each_warning_asks_for_one_of_four_reasons(people):
    from serein.care.prescribing.actions.drafting import draft_prescription

    plan_id = agreed(people.clinician, people.patient)
    drafted = draft_prescription(open_for(people.clinician, people.patient), plan_id)
    url = reverse("clinician:check", args=[people.patient.patient_id, drafted.draft_id])
    client = clinician_of(people)
    page = client.get(url)
    marks = set(re.findall(r'name="reason-(\w+)"', page.content.decode()))
    assert marks and page.content.decode().count('type="radio"') == 4 * len(marks)
    empty = client.post(url, hidden(page))
    assert empty.status_code == 422 and "Choose a reason" in main_of(empty)
    half = {f"reason-{mark}": "not-applicable" for mark in marks}
    unsaid = client.post(url, {**hidden(empty), **half})
    assert unsaid.status_code == 422 and "Say why it does not apply." in main_of(unsaid)
    words = {f"words-{mark}": "Asked today" for mark in marks}
    done = client.post(url, {**hidden(unsaid), **half, **words})
    assert done.status_code == 302 and done["Location"].endswith("/sign/")
    open_for(people.clinician, people.patient)
    assert Override.objects.count() == len(marks)


# Signing


def sign_fields(d, client, **changes):
    page = client.get(address("sign", d))
    return {**hidden(page), "password": PASSWORD, "second_factor": code_at(d.people.clinician, AT), **changes}


def test_the_sign_page_shows_the_whole_content_and_the_statement(d):
    text = main_of(clinician_of(d.people).get(address("sign", d)))
    for words in (
        "TORRES, Maria", "27-Mar-1985 (41 y)", "3 Orchard Lane, Fresno, CA 93650", "diazePAM 5 mg tablet", "21 (twenty-one) tablets",
        "Take 1 tablet (5 mg) in the morning and half a tablet (2.5 mg) at night, for 14 days.", "0 (none)", "23-Nov-2026", "AO1234563",
        "you legally sign this prescription", "not certified for electronic prescribing of controlled substances (EPCS)",
        "not confirmed by a licensed human", "Sign prescription", d.page().content.sha256,
    ):  # fmt: skip
        assert words in text, words


def test_the_page_that_signs_says_when_nobody_has_recorded_who_the_patient_is(d):
    client, words = clinician_of(d.people), "Nobody has recorded who this person is."
    assert words in main_of(client.get(address("sign", d)))
    record_identity(d.chart(), NewIdentityProof("in person", "passport", AT.date()))
    assert words not in main_of(client.get(address("sign", d)))


def test_signing_and_what_comes_after(d):
    client = clinician_of(d.people)
    done = client.post(address("sign", d), sign_fields(d, client))
    assert done.status_code == 302
    after = main_of(client.get(done["Location"]))
    assert "Signed 23-Nov-2026 09:00, not yet dispensed" in after and "What was sent where" in after
    d.chart()
    copy = client.get(address("copy", d, prescription_id=Prescription.objects.get().id))
    assert copy.status_code == 200 and copy.content.startswith(b"%PDF") and "no-store" in copy["Cache-Control"]


@pytest.mark.parametrize(
    "change",
    [{"password": "wrong password at all"}, {"second_factor": "000000"}, {"password": ""}, {"second_factor": ""}, {"version": "7"},
     {"version": "x"}, {"sha256": "0" * 64}, {"sha256": ""}, {"record_digest": "0" * 64}, {"record_digest": "x" * 5000},
     {"password": "x" * 5000}],
)  # fmt: skip
def test_whatever_is_wrong_on_the_sign_page_signs_nothing(d, change):
    client = clinician_of(d.people)
    answer = client.post(address("sign", d), sign_fields(d, client, **change))
    assert answer.status_code in (409, 422)
    assert PASSWORD not in answer.content.decode()
    d.chart()
    assert not Prescription.objects.exists()


def test_a_wrong_code_is_told_once_for_both_and_kept_on_the_trail(d):
    client = clinician_of(d.people)
    answer = client.post(address("sign", d), sign_fields(d, client, second_factor="000000"))
    assert "The password or the code is not right" in main_of(answer)
    d.chart()
    assert TrailRow.objects.filter(deed="sign_prescription", outcome="refused", why="factors-wrong").count() == 1


def test_a_record_that_changed_since_the_page_is_refused_in_words(d):
    client = clinician_of(d.people)
    fields = sign_fields(d, client)
    d.chart()
    Patient.objects.filter(pk=d.people.patient.patient_id).update(address="9 New Road, Fresno, CA")
    answer = client.post(address("sign", d), fields)
    assert answer.status_code == 409 and "The record changed, look again." in main_of(answer)


def test_the_old_page_sent_again_after_signing_signs_nothing_more(d):
    client = clinician_of(d.people)
    fields = sign_fields(d, client)
    first = client.post(address("sign", d), fields)
    again = client.post(address("sign", d), fields)
    assert (first.status_code, again.status_code) == (302, 302) and first["Location"] == again["Location"]
    d.chart()
    assert Prescription.objects.count() == 1


def test_an_unsigned_draft_whose_licence_lapsed_cannot_be_opened_for_signing(d):
    from serein.foundation.people.models import Licence

    Licence.objects.filter(practitioner=d.people.clinician.practitioner_id).update(expires_on=AT.date().replace(day=22))
    answer = clinician_of(d.people).get(address("sign", d))
    assert answer.status_code == 409 and "lapsed on 22-Nov-2026" in main_of(answer)


# Inviting


def test_a_patient_is_invited_and_appears_on_the_list(people):
    client = clinician_of(people)
    fields = {"given": "Rosa", "family": "Abebe", "birth_date": "1990-01-02", "email": "rosa@example.test", "address": "1 Elm Street",
              "sex": "female"}  # fmt: skip
    url = reverse("clinician:invite")
    assert client.post(url, {**hidden(client.get(url)), **fields, "birth_date": "2030-01-01"}).status_code == 422
    assert client.post(url, {**hidden(client.get(url)), **fields, "email": "not an address"}).status_code == 422
    assert client.post(url, {**hidden(client.get(url)), **fields, "address": ""}).status_code == 422
    assert client.post(url, {**hidden(client.get(url)), **fields}).status_code == 302
    assert "ABEBE, Rosa" in client.get("/clinic/?show=steady").content.decode()
    same = client.post(url, {**hidden(client.get(url)), **fields, "email": people.clinician.email})
    assert same.status_code == 422 and "already has an account" in main_of(same)
