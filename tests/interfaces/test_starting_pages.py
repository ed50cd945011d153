"""Starting points that are no steady dose: fewer days a week, and tablets that nobody prescribed, which are never turned into a dose."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from serein.care.continuity.reads import handover_facts
from serein.care.tapering import actions as tapering
from serein.care.tapering.models import StartNote, TaperCourse
from serein.care.tapering.reads import start_notes
from serein.care.tapering.starting import QUESTIONS, BoughtText
from serein.foundation.people.keys import Refused
from serein.foundation.tasks.reads import tasks_of_patient
from serein.interfaces.web.shell import clock
from tests.care.plans import agreed
from tests.interfaces.shell_people import enter
from tests.people import AT, four_people, open_for, own_chart

pytestmark = pytest.mark.django_db
USE = {
    "mg_per_use": "5", "uses": "3", "goal_uses": "0", "start_on": "2026-12-01", "every_days": "14", "products": ["diazepam-tablet-5"],
    "again_on": "2026-12-07",
}  # fmt: skip
TOLD = dict.fromkeys(QUESTIONS, "not known") | {"taken": "White bars, the bag says 2 mg"}
BOUGHT = TOLD | {"naloxone": "offered", "again_on": "2026-11-25"}


@pytest.fixture
def people(db, settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)
    return four_people()


@pytest.fixture
def client(people):
    return enter(Client(), people.clinician, "password", "totp")


def page(people, name):
    return reverse(f"clinician:{name}", args=[people.patient.patient_id])


def sent(client, url, fields):
    once = re.search(r'name="once" value="([^"]+)"', client.get(url).content.decode())[1]
    return client.post(url, {**fields, "once": once})


def said(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main", 1)[1])))


def care(people):
    return open_for(people.clinician, people.patient)


def tasks(people):
    return [t.kind for t in tasks_of_patient(care(people)) if t.kind == "starting-point"]


def test_fewer_days_a_week_are_seen_without_being_stored_and_kept_with_a_day_to_look_again(people, client):
    seen = client.get(page(people, "taper_as_needed"), USE)
    assert "2 days a week" in said(seen) and "1 day a week" in said(seen) and "no day" in said(seen)
    care(people)
    assert not StartNote.objects.exists()
    body = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', seen.content.decode()))
    assert client.post(page(people, "taper_as_needed"), body).status_code == 302
    (note,) = start_notes(care(people))
    assert [(on, uses) for on, uses, _ in note.steps] == [
        (date(2026, 12, 1), 2),
        (date(2026, 12, 15), 1),
        (date(2026, 12, 29), 0),
    ]
    assert note.again_on == date(2026, 12, 7) and tasks(people) == ["starting-point"]
    assert "at most 2 days a week, 5 mg: 1 tablet of 5 mg" in said(client.get(page(people, "taper_start")))


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"uses": "4"}, 200, "4 or more days a week counts as regular"),
        ({"goal_uses": "3"}, 200, "nothing to reduce"),
        ({"mg_per_use": "0.3"}, 200, "cannot make 0.3 mg"),
        ({"mg_per_use": "five"}, 422, "Enter the milligrams of one use"),
        ({"uses": "8"}, 422, "from 1 to 7"),
        ({"start_on": "2020-01-01"}, 422, "today or later"),
        ({"every_days": "0"}, 422, "from 1 to 120"),
        ({"products": ["x"]}, 422, ""),
    ],
)
def test_what_cannot_be_planned_has_its_reason(people, client, changes, status, words):
    agreed(people.clinician, people.patient)
    answer = client.get(page(people, "taper_as_needed"), USE | changes)
    assert answer.status_code == status and words in said(answer)
    assert ("Open the planner" in said(answer)) == ("uses" in changes and changes["uses"] == "4")


def test_tablets_that_nobody_prescribed_are_written_down_as_words_and_never_as_a_dose(people, client):
    url = page(people, "taper_unprescribed")
    first = said(client.get(url))
    assert "A clinician watches the first doses" in first and "Offer naloxone" in first
    assert sent(client, url, BOUGHT).status_code == 302
    (note,) = start_notes(care(people))
    assert note.steps == () and dict(note.told)[QUESTIONS["taken"]] == "White bars, the bag says 2 mg" and not note.steady
    assert tasks(people) == ["starting-point"] and TaperCourse.objects.count() == 0
    assert sent(client, url, TOLD | {"naloxone": "offered", "steady": "on"}).status_code == 302
    assert start_notes(care(people))[0].steady and tasks(people) == [] and len(start_notes(care(people))) == 2
    shown = said(client.get(page(people, "taper_start")))
    assert "agree on a plan with the dose that was watched" in shown and "White bars, the bag says 2 mg" in shown


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seen": " "}, "Write “not known” where nobody knows"),
        ({"again_on": ""}, "Enter when the patient is seen again"),
        ({"again_on": "2020-01-01"}, "today or later"),
        ({"naloxone": ""}, "Say whether naloxone was offered"),
    ],
)
def test_nothing_is_left_out_and_nothing_typed_is_lost(people, client, changes, words):
    answer = sent(client, page(people, "taper_unprescribed"), BOUGHT | changes)
    assert answer.status_code == 422 and words in said(answer) and "White bars, the bag says 2 mg" in answer.content.decode()
    care(people)
    assert not StartNote.objects.exists()


def test_it_is_a_substance_use_record_that_stays_as_it_was_written(people, client):
    sent(client, page(people, "taper_unprescribed"), BOUGHT)
    chart = care(people)
    assert StartNote.objects.get().segment == "substance-use" and "White bars" not in str(handover_facts(chart))
    with pytest.raises(DatabaseError), transaction.atomic():
        StartNote.objects.update(told={})
    own = own_chart(people.patient)
    text = BoughtText(told=tuple(TOLD.items()), naloxone="offered", steady=True, again_on=None)
    assert isinstance(tapering.note_unprescribed(own, text), Refused)
    stranger = enter(Client(), people.stranger, "password", "totp")
    assert all(
        stranger.get(page(people, name)).status_code == 403 for name in ("taper_start", "taper_as_needed", "taper_unprescribed")
    )
