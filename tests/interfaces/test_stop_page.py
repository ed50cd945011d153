"""Stopping without a taper: allowed where the table calls withdrawal rare, refused with the nearest elsewhere, agreed to like a taper."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from serein.care.planning.text import Mistaken, PlannedDose
from serein.care.tapering import actions as tapering
from serein.care.tapering.models import TaperCourse
from serein.care.tapering.reads import starting_point, taper_draft, tapers
from serein.clinical.taper.policies import Risk
from serein.interfaces.web.shell import clock
from tests.care import plans
from tests.care.tapers import FIRST, noon
from tests.interfaces.shell_people import enter
from tests.people import AT, four_people, open_for, own_chart

NEEDED = {"doses": (PlannedDose("as_needed", "1", "1", "2"),)}


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def people(db):
    return four_people()


def staff(people, at=AT):
    return open_for(people.clinician, people.patient, at)


def asked(days, months=""):
    return tapering.StopText(days_per_week=days, months_of_use=months, stops_on=FIRST)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_where_use_is_rare_a_stop_is_kept_sent_and_agreed_to_and_ends_the_plan(people):
    plans.agreed(people.clinician, people.patient, **NEEDED)
    client, page = (
        enter(Client(), people.clinician, "password", "totp"),
        reverse("clinician:taper_stop", args=[people.patient.patient_id]),
    )
    look = {"days_per_week": "2", "months_of_use": "", "stops_on": FIRST.isoformat()}
    seen = client.get(page, look)
    assert "It may be stopped without a taper, or with a short one" in words(seen) and "table 2; confidence A" in words(seen)
    assert "A short taper, the fastest that is allowed" in words(seen) and not _courses(people)
    once = re.search(r'name="once" value="([^"]+)"', seen.content.decode())[1]
    assert client.post(page, {**look, "once": once}).status_code == 302
    draft = taper_draft(staff(people))
    assert [(s.from_on, s.mg) for s in draft.steps] == [(FIRST, "0")]
    assert client.get(reverse("clinician:taper_plan", args=[people.patient.patient_id])).status_code == 200
    tapering.send_taper(staff(people), draft.id)
    assert isinstance(tapering.agree_taper(own_chart(people.patient), draft.id), tapering.Agreed)
    assert tapering.propose_stop(staff(people), asked("2")).code == "taper-runs"
    done = tapering.confirm_step(own_chart(people.patient, noon(FIRST)), draft.steps[0].id)
    assert isinstance(done, tapering.Confirmed) and done.finished
    assert tapers(staff(people, noon(FIRST + timedelta(days=1))))[0].state == "finished"


def test_everywhere_else_it_is_refused_with_a_taper_as_the_nearest(people):
    plans.agreed(people.clinician, people.patient)
    start = starting_point(staff(people), AT.date())
    for months, risk in (("18", Risk.EXPECTED), ("", Risk.UNKNOWN), ("0.5", Risk.POSSIBLE)):
        found = tapering.propose_stop(staff(people), asked("7", months))
        assert isinstance(found, tapering.Risked) and found.risk is risk and found.refused.code == "taper-needed"
    for wrong in (asked("2"), asked("0"), asked("eight"), asked("7", "x")):
        assert isinstance(tapering.previewed_stop(staff(people), start, wrong), Mistaken), "a plan of every day is no use on two"
    client, page = (
        enter(Client(), people.clinician, "password", "totp"),
        reverse("clinician:taper_stop", args=[people.patient.patient_id]),
    )
    seen = client.get(page, {"days_per_week": "7", "months_of_use": "18", "stops_on": FIRST.isoformat()})
    assert "a taper is needed, however short" in words(seen) and "A taper at the usual pace" in words(seen)
    assert "the fastest that is allowed" not in words(seen) and not _courses(people)
    nearest = re.search(r'href="([^"]*taper/plan/[^"]*)"', seen.content.decode())[1].replace("&amp;", "&")
    assert "Keep as draft" in words(client.get(nearest))


def _courses(people):
    staff(people)
    return TaperCourse.objects.exists()
