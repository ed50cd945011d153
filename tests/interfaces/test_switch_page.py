"""The switch page over HTTP: filled in from the record but for the value, a look stores nothing, and what is kept is told whole."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from serein.care.tapering import actions as tapering
from serein.care.tapering.models import TaperCourse
from serein.care.tapering.reads import taper_draft
from serein.interfaces.web.shell import clock
from tests.care import plans
from tests.care.switches import FIRST, PLAN, running, takes
from tests.care.tapers import noon
from tests.interfaces.shell_people import enter
from tests.people import AT, four_people, open_for, own_chart

LOOK = {
    "substance": "alprazolam", "morning": "1", "night": "1", "tablets": "1", "chosen_mg": "1", "why": "She gets sleepy easily",
    "every_days": "7", "starts_on": FIRST.isoformat(), "products": ["diazepam-tablet-2", "diazepam-tablet-5", "diazepam-tablet-10"],
}  # fmt: skip
HOSTILE = ["", "NaN", "-1", "1e999", "9" * 400, "½", "<script>alert(1)</script>", "{{ 7|add:1 }}", "‮gnp"]


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def people(db):
    return four_people()


def page_of(people):
    return reverse("clinician:taper_switch", args=[people.patient.patient_id])


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def value_of(answer, name):
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', answer.content.decode())[0]
    return (re.search(r'value="([^"]*)"', field) or ["", ""])[1]


def test_from_the_record_to_a_draft_that_tells_the_choice_the_range_and_every_day(people):
    takes(people)
    staff = enter(Client(), people.clinician, "password", "totp")
    first = staff.get(page_of(people))
    assert value_of(first, "morning") == value_of(first, "night") == "1" and value_of(first, "chosen_mg") == ""
    assert (
        "VA/DoD 2021 1 mg of alprazolam 20 mg of diazepam a day" in words(first)
        and "Ashton 2002 0.5 mg of alprazolam 40 mg" in words(first)
        and "confidence A" in words(first)
    )
    without = staff.get(page_of(people), LOOK)
    assert (
        "A plan comes first" in words(without)
        and "product=diazepam-tablet-10&amp;morning=1&amp;night=1" in without.content.decode()
    )
    filled = staff.get(
        reverse("clinician:plan", args=[people.patient.patient_id]),
        {"product": "diazepam-tablet-10", "morning": "1", "night": "1"},
    )
    assert re.search(r'value="diazepam-tablet-10"[^>]*checked', filled.content.decode())
    plans.agreed(people.clinician, people.patient, **PLAN)
    seen = staff.get(page_of(people), LOOK)
    assert (
        "10 mg of diazepam at night: 1 tablet of 10 mg" in words(seen).lower()
        and "1 mg of alprazolam in the morning" in words(seen).lower()
    )
    assert "not confirmed by a licensed human" in words(seen) and "prescribes none" in words(seen)
    open_for(people.clinician, people.patient)
    assert not TaperCourse.objects.exists(), "a look stores nothing"
    once = re.search(r'name="once" value="([^"]+)"', seen.content.decode())[1]
    assert staff.post(page_of(people), {**LOOK, "once": once}).status_code == 302
    assert taper_draft(open_for(people.clinician, people.patient)).switch.chosen_mg == "1"
    shown = words(staff.get(reverse("clinician:taper", args=[people.patient.patient_id])))
    assert "counts as 10 mg of diazepam: chosen by Ada Okafor from 0.5 to 1 mg. She gets sleepy easily" in shown
    for field, hostile in [(field, one) for field in ("morning", "chosen_mg", "tablets", "every_days") for one in HOSTILE]:
        answer = staff.get(page_of(people), {**LOOK, field: hostile})
        assert answer.status_code in (200, 422) and "<script>alert" not in answer.content.decode().lower()
    outside = staff.get(page_of(people), {**LOOK, "chosen_mg": "3"})
    assert "choose within" in words(outside) and "chosen_mg=1" in outside.content.decode()


def test_while_it_runs_every_page_names_both_medicines_and_none_plans_past_it(people):
    card = running(people)
    staff, own = enter(Client(), people.clinician, "password", "totp"), enter(Client(), people.patient, "password")
    at = [people.patient.patient_id]
    assert staff.get(reverse("clinician:taper_plan", args=at)).status_code == 409
    assert staff.get(reverse("clinician:taper_calendar", args=[*at, card.id])).status_code == 409
    assert own.get(reverse("patient:taper_calendar", args=[card.id])).status_code == 404
    assert own.get(reverse("patient:taper_calendar_file", args=[card.id])).status_code == 404
    told = words(own.get(reverse("patient:taper")))
    assert (
        "2 mg of alprazolam a day" in told
        and "your dose at night becomes diazepam" in told
        and "10 mg of diazepam at night" in told
    )
    home = words(own.get(reverse("patient:home")))
    assert "You change to diazepam one dose at a time" in home and "You take 1 tablet" not in home
    for name in ("chart", "taper"):
        assert "2 mg of alprazolam" in words(staff.get(reverse(f"clinician:{name}", args=at))).lower()
    for step in card.steps:
        tapering.confirm_step(own_chart(people.patient, noon(step.from_on)), step.id)
    assert "every dose is switched" in words(staff.get(reverse("clinician:taper", args=at)))
    assert (
        staff.get(page_of(people)).status_code == 409 and staff.get(reverse("clinician:taper_plan", args=at)).status_code == 200
    )
