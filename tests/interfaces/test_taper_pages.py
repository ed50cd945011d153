"""Taper pages over HTTP: hostile and stale posts, a look that stores nothing, and files that only their owner gets."""

import io
import re
from datetime import date
from html import unescape

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from serein.care.tapering import actions as tapering
from serein.care.tapering.models import TaperCourse, TaperReply
from serein.interfaces.web.shell import clock
from tests.care.tapers import noon, running, sent, taper_text
from tests.interfaces.shell_people import enter
from tests.people import AT, four_people, open_for

pytestmark = pytest.mark.django_db
STRINGS = [
    "", " ", "NaN", "Infinity", "-1", "1e999", "0.00000001", "9" * 400, "٣", "½", "1,5", "2026-02-30", "<script>alert(1)</script>",
    "{{ 7|add:1 }}",
    "' OR 1=1 --", "../../etc/passwd", "\u202egnp", "e\u0301" * 50, "x" * 30000,
]  # fmt: skip
LOOK = {
    "daily_mg": "7.5", "cut_percent": "10", "every_days": "14", "goal_mg": "0", "starts_on": "2026-12-01", "times": ["night"],
    "products": ["diazepam-tablet-2", "diazepam-tablet-5", "diazepam-solution-1"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def people(db):
    return four_people()


def staff(people):
    return enter(Client(), people.clinician, "password", "totp")


def own(people):
    return enter(Client(), people.patient, "password")


def once_of(answer):
    return re.search(r'name="once" value="([^"]+)"', answer.content.decode())[1]


def planner(people):
    return reverse("clinician:taper_plan", args=[people.patient.patient_id])


@pytest.mark.parametrize("field", [*LOOK, "months_of_use", "days_per_week", "stable_since"])
def test_no_string_breaks_the_planner_and_none_comes_back_as_markup(people, field):
    running(people)
    client = staff(people)
    # A look stores nothing (the next test), so the strings need not each begin with a taper of their own.
    for hostile in STRINGS:
        answer = client.get(planner(people), {**LOOK, field: hostile})
        assert answer.status_code in (200, 422), hostile
        assert "<script>alert" not in answer.content.decode().lower(), hostile


def test_a_look_at_any_pace_stores_nothing(people):
    card = running(people)
    client = staff(people)
    for percent in ("5", "10", "25", "26", "90"):
        assert client.get(planner(people), {**LOOK, "cut_percent": percent}).status_code == 200
    open_for(people.clinician, people.patient)
    assert list(TaperCourse.objects.values_list("id", flat=True)) == [card.id]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"starts_on": "2020-01-01"}, "first change on"),
        ({"starts_on": "2020-01-01", "typed": ["2020-01-01_7", "2020-01-15_6.5"]}, "first change on"),
        ({"daily_mg": "0"}, "start from"),
        ({"daily_mg": "10000"}, "start from"),
        ({"goal_mg": "30"}, "end at"),
        ({"cut_percent": "60", "every_days": "1"}, "lower by"),
        ({"every_days": "0"}, "lower by"),
    ],
)
def test_what_cannot_be_planned_has_its_reason_and_one_click_to_what_can(people, asked, words):
    running(people)
    client = staff(people)
    page = client.get(planner(people), {**LOOK, **asked})
    shown = unescape(page.content.decode())
    fix = re.search(r'href="(\?[^"]+)">Use instead: ([^<]+)<', shown)
    assert fix is not None and words in fix[2]
    mended = client.get(planner(people) + fix[1])
    assert mended.status_code == 200 and "No plan can be made as asked" not in mended.content.decode()


def test_a_page_sent_twice_keeps_one_draft(people):
    running(people)
    client = staff(people)
    page = client.get(planner(people), LOOK)
    body = {**LOOK, "once": once_of(page)}
    first, again = client.post(planner(people), body), client.post(planner(people), body)
    assert (first.status_code, again.status_code) == (302, 302)
    open_for(people.clinician, people.patient)
    assert TaperCourse.objects.filter(state="draft").count() == 1


def test_the_patient_cannot_answer_a_version_that_is_no_longer_open(people):
    course_id = sent(people)
    client = own(people)
    page = client.get(reverse("patient:taper"))
    stale = {"version": "00000000-0000-0000-0000-000000000000", "wish": "agree", "once": once_of(page)}
    assert client.post(reverse("patient:taper"), stale).status_code == 409
    open_for(people.clinician, people.patient)
    assert TaperCourse.objects.get(pk=course_id).state == "sent" and not TaperReply.objects.exists()


@pytest.mark.parametrize("hostile", STRINGS)
def test_no_words_of_a_wish_break_the_page_or_come_back_as_markup(people, hostile):
    card = running(people)
    client = own(people)
    url = reverse("patient:taper")
    answer = client.post(url, {"version": str(card.id), "wish": "ask", "words": hostile, "once": once_of(client.get(url))})
    assert answer.status_code in (302, 422), answer.status_code
    shown = client.get(url).content.decode()
    assert "<script>alert" not in shown.lower()
    open_for(people.clinician, people.patient)
    for reply in TaperReply.objects.filter(wish="ask"):
        assert reply.words.split() == hostile.split() and (not reply.words.split() or reply.words.split()[0] in unescape(shown))


def test_the_calendar_is_a_file_for_its_owner_and_nobody_else(people):
    card = running(people)
    url = reverse("patient:taper_calendar", args=[card.id])
    answer = own(people).get(url)
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF-") and "no-store" in answer["Cache-Control"]
    assert own(people).get(url + "?paper=a4").content != answer.content
    rosa = people.clinic.patient(of=people.clinician)
    assert enter(Client(), rosa, "password").get(url).status_code == 404
    for_staff = reverse("clinician:taper_calendar", args=[people.patient.patient_id, card.id])
    assert staff(people).get(for_staff).content.startswith(b"%PDF-")
    stranger = enter(Client(), people.stranger, "password", "totp")
    assert stranger.get(for_staff).status_code == 403


def test_the_paper_carries_the_code_that_patient_and_clinic_see_beside_the_newest_one(people):
    card = running(people)
    url, for_staff = (
        reverse("patient:taper_calendar", args=[card.id]),
        reverse("clinician:taper", args=[people.patient.patient_id]),
    )
    printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(own(people).get(url).content)).pages)
    assert f"Code of this calendar: {card.calendar_code}" in " ".join(printed.split())
    shown = (own(people).get(reverse("patient:taper")), staff(people).get(for_staff))
    assert all(card.calendar_code in page.content.decode() for page in shown)


def test_while_a_proposal_waits_the_calendar_that_runs_stays_the_newest(people):
    card = running(people)
    staff_key = open_for(people.clinician, people.patient)
    draft = tapering.propose_taper(staff_key, card.plan_id, taper_text(cut_percent="5", starts_on=date(2026, 12, 10)))
    tapering.send_taper(staff_key, draft.course_id)
    page = own(people).get(reverse("patient:taper")).content.decode()
    assert "Your answer" in page and card.calendar_code in page
    proposal = own(people).get(reverse("patient:taper_calendar", args=[draft.course_id])).content
    said = " ".join("".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(proposal)).pages).split())
    assert (
        "go on with that one until you have agreed" in said and "Code of this calendar" not in said and "throw older" not in said
    )


def test_lost_tablets_are_decided_on_a_page_and_what_happened_is_listed(people):
    card = running(people)
    client, one = staff(people), [people.patient.patient_id, card.id]
    taper, happened, lost = (reverse(f"clinician:{name}", args=args) for name, args in (
        ("taper", one[:1]), ("taper_happened", one), ("taper_lost", one)
    ))  # fmt: skip
    client.post(happened, {"kind": "lost-tablets", "why": "Left on the bus", "once": once_of(client.get(happened))})
    page = client.get(taper).content.decode()
    assert "Tablets were lost" in page and "Left on the bus" in page and lost in page
    asked = client.get(lost)
    assert "Left on the bus" in asked.content.decode()
    assert client.post(lost, {"why": "", "once": once_of(asked)}).status_code == 422
    assert client.post(lost, {"why": "Replaced for 4 days", "once": once_of(client.get(lost))}).status_code == 302
    page = client.get(taper).content.decode()
    assert "Decided on the lost tablets" in page and "Replaced for 4 days" in page and lost not in page


def test_days_on_treatment_always_show_their_dose(people):
    card = running(people)
    text = own(people).get(reverse("patient:taper") + "?month=2026-12").content.decode()
    cells = re.findall(r'<td(?: class="change")?>(\d+)(.*?)</td>', text, flags=re.S)
    assert [int(n) for n, _ in cells] == list(range(1, 32)) and all(re.search(r"<b>[\d.]+ mg</b>", rest) for _, rest in cells)
    assert "Next change" in text and f"from 7.5 mg to {card.steps[0].mg} mg a day" in text


def test_nonsense_months_show_this_one(people):
    running(people)
    for month in ("9999-99", "x", "2026-13", "0001-01", "-"):
        answer = own(people).get(reverse("patient:taper"), {"month": month})
        assert answer.status_code == 200 and "2026" in answer.content.decode()


@pytest.mark.parametrize("hostile", STRINGS)
def test_no_string_breaks_the_pages_about_what_happened_and_a_decision(people, hostile):
    card = running(people)
    client = staff(people)
    url = reverse("clinician:taper_happened", args=[people.patient.patient_id, card.id])
    fields = ("kind", "why", "takes_mg", "until_on", "cut_percent", "every_days", "product")
    answer = client.post(url, {**dict.fromkeys(fields, hostile), "once": once_of(client.get(url))})
    assert answer.status_code == 422 and "<script>alert" not in answer.content.decode().lower()
    url = reverse("clinician:taper_go_on", args=[people.patient.patient_id, card.steps[0].id])
    answer = client.post(url, {"why": hostile, "once": once_of(client.get(url))})
    assert answer.status_code in (302, 422) and "<script>alert" not in answer.content.decode().lower()


def test_the_planner_says_that_a_change_is_unconfirmed_and_what_to_do(people, monkeypatch):
    card = running(people)
    monkeypatch.setattr(clock, "now", lambda: noon(card.steps[0].from_on))
    page = staff(people).get(planner(people)).content.decode()
    assert "The last change is not confirmed" in page and "Ask which dose is taken" in page
    assert "changed since you opened it" not in page


KEPT = {
    "no_dates": "2026-12-24, 2027-01-01", "dispense_days": "28", "policy": "clinician-own", "own_percent": "8", "own_days": "28",
    "own_end_mg": "0.25", "own_from_mg": "3",
}  # fmt: skip


@pytest.mark.parametrize("field", ["no_dates", "dispense_days", "own_percent", "own_days", "own_end_mg", "own_from_mg"])
def test_no_string_breaks_what_a_plan_keeps_to(people, field):
    running(people)
    client = staff(people)
    for hostile in STRINGS:
        answer = client.get(planner(people), {**LOOK, **KEPT, "cut_percent": "8", "every_days": "28", field: hostile})
        assert answer.status_code in (200, 422), (field, hostile)
        assert "<script>alert" not in answer.content.decode().lower()


def test_own_limits_days_without_a_change_and_the_dispensing_interval_are_kept_with_the_version(people):
    card = running(people)
    client = staff(people)
    asked = {**LOOK, **KEPT, "cut_percent": "8", "every_days": "28", "starts_on": "2026-12-10"}
    page = client.get(planner(people), asked)
    text = unescape(page.content.decode())
    assert "Supply per dispensing, with a reserve of 7 days" in text and "Side by side, every four weeks" in text
    assert client.post(planner(people), {**asked, "once": once_of(page)}).status_code == 302
    open_for(people.clinician, people.patient)
    draft = TaperCourse.objects.get(state="draft")
    assert draft.request["own_limits"] == {
        "cut_percent": "8",
        "every_days": 28,
        "terminal_from_mg": "3",
        "terminal_cut_mg": "0.25",
    }
    assert draft.request["constraints"]["no_change_dates"] == ["2026-12-24", "2027-01-01"]
    assert draft.request["constraints"]["dispense_every_days"] == 28 and draft.replaces_id == card.id
    days = [date.fromisoformat(s["from"]) for s in draft.answer["steps"]]
    assert all((day - days[0]).days % 28 == 0 for day in days)
    again = client.get(planner(people)).content.decode()
    assert 'value="2026-12-24, 2027-01-01"' in again and 'value="0.25"' in again and 'name="own_from_mg" value="3"' in again


@pytest.mark.parametrize(
    ("field", "value"), [("own_percent", "26"), ("own_days", "13"), ("own_end_mg", "2"), ("own_from_mg", "6")]
)
def test_own_limits_may_only_be_stricter(people, field, value):
    running(people)
    page = staff(people).get(planner(people), {**LOOK, "policy": "clinician-own", field: value})
    assert page.status_code == 422 and "Your own limit may only be stricter" in page.content.decode()


@pytest.mark.parametrize("decision", ["taper", "stop", "change"])
def test_a_review_names_the_dose_that_the_taper_set_and_leads_to_the_taper(people, monkeypatch, decision):
    course = running(people)
    monkeypatch.setattr(clock, "now", lambda: noon(course.starts_on))
    client, page = staff(people), reverse("clinician:review", args=[people.patient.patient_id])
    shown = client.get(page)
    assert "A taper has changed the dose" in shown.content.decode() and "next change" in shown.content.decode()
    form = shown.context["form"]
    decided = {"decision": decision, "words": "Slower.", "next_on_0": "12", "next_on_1": "20", "next_on_2": "2026"}
    kept = {name: str(form.initial[name]) for name in ("seen", "plan")}
    answer = client.post(page, decided | kept | {"once": once_of(shown)})
    assert answer.status_code == 302 and answer.url == reverse("clinician:taper", args=[people.patient.patient_id])
