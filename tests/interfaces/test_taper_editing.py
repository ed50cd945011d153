"""A step typed by hand, put right in one click, kept as draft; the check before a change; the calendar file."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from serein.care.tapering import actions as tapering
from serein.care.tapering.models import TaperCourse, TaperReply, TaperStep
from serein.care.tapering.reads import taper_draft
from serein.interfaces.web.shell import clock
from tests.care.plans import agreed
from tests.care.tapers import noon, running, sent
from tests.interfaces.shell_people import enter
from tests.people import AT, four_people, open_for, own_chart

pytestmark = pytest.mark.django_db
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


def planner(people):
    return reverse("clinician:taper_plan", args=[people.patient.patient_id])


def typed(page):
    return re.findall(r'name="typed" value="([^"]+)"', page)


def once_of(answer):
    return re.search(r'name="once" value="([^"]+)"', answer.content.decode())[1]


def test_one_step_is_typed_put_right_in_one_click_and_kept(people):
    agreed(people.clinician, people.patient)
    client = enter(Client(), people.clinician, "password", "totp")
    shown = client.get(planner(people), {**LOOK, "edit": "2"}).content.decode()
    assert 'name="step_mg"' in shown
    steep = client.get(planner(people), {**LOOK, "step": "1", "step_mg": "3", "step_on": "2026-12-01"}, follow=True)
    page = unescape(steep.content.decode())
    assert "not to be followed as it stands" in page and "Keep as draft" not in page and TaperCourse.objects.count() == 0
    fix = re.search(r'href="(\?[^"]+)">Use instead: 7 mg in step 1', page)[1]
    page = unescape(client.get(planner(people) + fix).content.decode())
    assert "Keep as draft" in page and typed(page)[0] == "2026-12-01_7"
    later = client.get(planner(people) + fix + "&step=2&step_mg=6.5&step_on=2026-12-29", follow=True)
    moved = parse_qs(later.redirect_chain[-1][0].partition("?")[2])["typed"]
    assert moved[1] == "2026-12-29_6.5" and "It begins on or before the day of the step before it" in unescape(
        later.content.decode()
    )
    rest = client.get(planner(people), {**LOOK, "typed": moved, "rest": "2"}, follow=True)
    kept = client.post(planner(people), {**LOOK, "typed": typed(rest.content.decode()), "once": once_of(rest)}, follow=True)
    assert "Kept as draft" in kept.content.decode()
    draft = taper_draft(open_for(people.clinician, people.patient))
    assert [(str(s.from_on), s.mg) for s in draft.steps][:2] == [("2026-12-01", "7"), ("2026-12-29", "6.5")]
    assert draft.steps[-1].daily_mg == 0


HOSTILE = [
    "",
    "x",
    "2026-12-01_",
    "2026-12-01_NaN",
    "2026-12-01_-1",
    "2026-12-01_1e9",
    "9999-99-99_5",
    "0001-01-01_5",
    "_" * 5000,
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_typed_string_breaks_the_planner(people, hostile):
    agreed(people.clinician, people.patient)
    client = enter(Client(), people.clinician, "password", "totp")
    assert client.get(planner(people), {**LOOK, "typed": hostile}).status_code in (200, 422)
    for name in ("step", "rest", "edit", "step_mg", "step_on", "policy", "keeps"):
        query = {**LOOK, "step": "1", "step_mg": "7", "step_on": "2026-12-01", name: hostile}
        assert client.get(planner(people), query, follow=True).status_code in (200, 422)


def test_settings_for_the_calendar_and_the_rules_are_kept_with_the_version(people):
    agreed(people.clinician, people.patient)
    client = enter(Client(), people.clinician, "password", "totp")
    look = client.get(planner(people), {**LOOK, "policy": "nice-cks", "keeps": ["no-weekend", "night-last"]})
    post = {**LOOK, "policy": "nice-cks", "keeps": ["no-weekend", "night-last"], "once": once_of(look)}
    client.post(planner(people), post)
    course = TaperCourse.objects.get()
    assert course.answer["policy"] == "nice-cks" and course.request["constraints"]["no_change_weekdays"] == ["saturday", "sunday"]
    assert all(s.from_on.weekday() < 5 for s in TaperStep.objects.all())


def check(people, card, monkeypatch, **answers):
    step = card.steps[0]
    monkeypatch.setattr(clock, "now", lambda: noon(step.from_on - timedelta(days=2)))
    client = enter(Client(), people.patient, "password")
    address = reverse("patient:taper_check", args=[step.id])
    once = once_of(client.get(address))
    return client.post(address, {**answers, "once": once}, follow=True).content.decode()


def test_who_has_no_signs_goes_on_and_nobody_is_bothered(people, monkeypatch):
    card = running(people)
    page = check(people, card, monkeypatch, how_hard="none", hope="go")
    assert "The change can come as planned" in page
    assert (
        TaperStep.objects.get(pk=card.steps[0].id).ready_at is not None and not TaperReply.objects.exclude(wish="agree").exists()
    )


def test_who_finds_it_hard_keeps_the_dose_until_somebody_answered(people, monkeypatch):
    card = running(people)
    page = unescape(check(people, card, monkeypatch, signs=["0", "3"], how_hard="hard", hope="go"))
    assert "Keep your dose for now" in page and "A person answers by" in page
    reply = TaperReply.objects.exclude(wish="agree").get()
    assert reply.wish == "wait" and "shaking or twitching" in reply.words and "hard to bear" in reply.words
    assert TaperStep.objects.get(pk=card.steps[0].id).ready_at is None


def test_bearable_signs_go_on_and_a_clinician_sees_them(people, monkeypatch):
    card = running(people)
    assert "Your care team sees what you have" in check(people, card, monkeypatch, signs=["4"], how_hard="bearable", hope="go")
    assert TaperReply.objects.exclude(wish="agree").get().wish == "ask"
    assert TaperStep.objects.get(pk=card.steps[0].id).ready_at is not None


def test_ticks_and_none_of_these_do_not_go_together(people, monkeypatch):
    card = running(people)
    assert "Say how hard they are" in check(people, card, monkeypatch, signs=["4"], how_hard="none", hope="go")
    assert TaperStep.objects.get(pk=card.steps[0].id).ready_at is None


def test_the_calendar_file_names_nobody_and_is_for_its_owner(people):
    course_id = sent(people)
    client = enter(Client(), people.patient, "password")
    address = reverse("patient:taper_calendar_file", args=[course_id])
    assert client.get(address).status_code == 404, "nothing is agreed yet"
    assert isinstance(tapering.agree_taper(own_chart(people.patient), course_id), tapering.Agreed)
    answer = client.get(address)
    assert (
        answer["Content-Type"].startswith("text/calendar") and b"TORRES" not in answer.content and b"Maria" not in answer.content
    )
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == TaperStep.objects.filter(course=course_id).count() and "7.5 mg" in str(events[0]["SUMMARY"])
    assert enter(Client(), people.clinician, "password", "totp").get(address).status_code in (302, 403, 404)
