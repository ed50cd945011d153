"""Diary, check-in and dose changes over HTTP: what nobody types is refused in words or kept as typed; nobody reaches another's lines."""

from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from serein.care.monitoring import actions, reads
from serein.care.monitoring.form import QUESTIONS
from serein.care.monitoring.models import CheckIn, DoseEntry
from serein.care.planning.text import PlannedDose
from serein.care.tapering.models import TaperStep
from tests.care.plans import TODAY, agreed
from tests.care.tapers import running
from tests.interfaces.patient.conftest import Desk
from tests.interfaces.shell_people import enter
from tests.people import given, own_chart

DOSES = (PlannedDose("morning", "1"), PlannedDose("as_needed", "0.5", "2", "4"))
STRINGS = [
    "", " ", "NaN", "-1", "1e999", "9" * 400, "٣", "½", "2026-02-30", "0000-00-00", "<script>alert(1)</script>", "' OR 1=1 --",
    "../../etc/passwd", "\u202egnp", "x" * 30000,
]  # fmt: skip
SOME = ["", "9" * 400, "٣", "<script>alert(1)</script>", "x" * 30000]
USE = "doses/when-needed/"


@pytest.fixture
def home(desk) -> Desk:
    agreed(desk.people.clinician, desk.people.patient, doses=DOSES)
    return desk


def kept(home: Desk, model):
    own_chart(home.people.patient)
    return list(model.objects.order_by("id"))


def sound(answer) -> str:
    text = answer.content.decode()
    assert answer.status_code in (302, 400, 403, 404, 409, 413, 422), answer.status_code
    assert "<script>alert(1)" not in text
    return text


@pytest.mark.parametrize("field", ["day", "slot"])
def test_no_day_and_no_time_that_nobody_planned_is_logged(home, field):
    for value in STRINGS:
        sound(home.post("doses/log/", {"day": TODAY.isoformat(), "slot": "morning", field: value}, page=USE))
    lines = kept(home, DoseEntry)
    # An empty or unreadable day means the dose that is near now, as on the page; an unknown time of day is no dose.
    assert [line.slot for line in lines] == (["morning"] if field == "day" else [])


@pytest.mark.parametrize("path", [f"doses/{TODAY}/night/", "doses/2199-01-01/morning/", "doses/2026-02-30/morning/", "doses/x/y/",
                                  f"doses/{TODAY}/as_needed/", "doses/advice/nothing/", "doses/1900-01-01/morning/"])  # fmt: skip
def test_an_address_of_no_planned_dose_is_not_found(home, path):
    home.get(path, status=404)


def test_an_answer_about_a_dose_is_one_of_three(home):
    path = f"doses/{TODAY}/morning/"
    for value in (*STRINGS, "TAKEN", "taken;missed"):
        text = sound(home.post(path, {"status": value}))
        assert "Choose one answer." in text or value == "x" * 30000
    assert kept(home, DoseEntry) == []


def test_a_reason_is_kept_as_typed_or_refused_in_words(home):
    for value in STRINGS:
        answer = home.post(USE, {"reason": value})
        text = sound(answer)
        if answer.status_code == 422:
            assert "There is a problem" in text and (not value.strip() or len(value) > 300 or value in unescape(text))
    typed = {v.strip() for v in STRINGS if v.strip() and len(v) <= 300}
    reasons = {line.reason for line in kept(home, DoseEntry)}
    assert reasons <= typed and "' OR 1=1 --" in reasons
    for page in ("", "doses/", USE):
        assert "<script>alert" not in home.get(page)


def test_nobody_takes_back_what_another_patient_told(home):
    logged = given(actions.log_dose(own_chart(home.people.patient), actions.NewDose("morning")))
    rosa = home.people.clinic.patient(of=home.people.clinician)
    agreed(home.people.clinician, rosa, doses=DOSES)
    other = Desk(enter(Client(), rosa, "password"), home.people)
    for entry in (logged.entry_id, uuid4()):
        assert other.post(f"doses/undo/{entry}/", {}, page="check-in/sleepy/").status_code in (403, 404, 409)
    assert [line.undone_at for line in kept(home, DoseEntry)] == [None]


@pytest.mark.parametrize("key", [q.key for q in QUESTIONS])
def test_a_check_in_takes_only_its_own_answers(home, key):
    for value in SOME:
        sound(home.post(f"check-in/{key}/", {"choices": [value, "none"], "choice": value}))
    found = kept(home, CheckIn)
    assert all(set(c.answers[key].get("choices", [])) <= {"none"} for c in found) and all(c.flags == [] for c in found)
    home.get("check-in/nothing/", status=404)


def test_nothing_is_sent_that_was_not_answered(home):
    home.post("check-in/sleepy/", {"choice": "2"})
    assert home.post("check-in/check/", {}, page="check-in/body/").status_code == 302
    [row] = kept(home, CheckIn)
    assert row.finished_at is None
    assert home.client.get(f"/me/check-in/{uuid4()}/advice/").status_code == 302


def test_a_change_is_confirmed_by_its_own_patient_on_its_day_and_by_nothing_else(desk):
    card = running(desk.people)
    for step in (card.steps[0].id, uuid4()):
        for page in ("confirm", "ready"):
            answer = desk.post(f"dose-changes/steps/{step}/{page}/", {"step": "x" * 500}, page="dose-changes/")
            assert answer.status_code in (302, 403, 404, 409)
    own_chart(desk.people.patient)
    assert not TaperStep.objects.exclude(confirmed_at=None).exists()


@pytest.mark.parametrize("month", ["9999999", "٣", "½", "<script>", "2026-13", "9999-12", "0001-01", "2026-1"])
def test_no_month_breaks_the_calendars(home, month):
    for page in ("doses/", "dose-changes/"):
        answer = home.client.get(f"/me/{page}", {"month": month})
        assert answer.status_code in (200, 400) and "<script>alert" not in answer.content.decode()
    assert reads.diary(own_chart(home.people.patient), TODAY, TODAY)


def test_the_home_page_says_the_dose_when_needed_without_trailing_zeros(home):
    assert "2.5 mg" in home.get("") and "2.5000" not in home.get("")
