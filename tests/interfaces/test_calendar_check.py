"""Whoever holds a dose calendar on paper learns whether it is the newest, and nothing else."""

import io
import re
from datetime import date, timedelta
from importlib import import_module

import pypdf
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from serein.care.tapering import actions as tapering
from serein.care.tapering import reads
from serein.foundation.people.models import CalendarSlip
from serein.interfaces.web.shell import clock
from tests.care.tapers import running, sent, taper_text
from tests.interfaces.shell_people import enter
from tests.people import AT, four_people, open_for, own_chart

pytestmark = pytest.mark.django_db
NEWEST, OLD, UNKNOWN = (
    "This is the newest dose calendar",
    "Old: this calendar has not counted since",
    "No dose calendar has this code",
)
NEVER = "ZZZZ-ZZZZ"


@pytest.fixture(autouse=True)
def own_keys_and_clock(settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def people(db):
    return four_people()


def said(code, client=None, path="/calendar"):
    page = (client or Client()).get(path, {"code": code})
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    return page.content.decode().split("<main", 1)[1].split("</main", 1)[0]


def agreed_anew(people, card, at):
    chart = open_for(people.clinician, people.patient, at)
    draft = tapering.propose_taper(chart, card.plan_id, taper_text(cut_percent="5", starts_on=date(2026, 12, 10)))
    assert isinstance(tapering.send_taper(chart, draft.course_id), tapering.Sent)
    assert isinstance(tapering.agree_taper(own_chart(people.patient, at), draft.course_id), tapering.Agreed)
    return reads.taper(open_for(people.clinician, people.patient, at), draft.course_id)


def test_a_code_is_newest_until_another_calendar_is_agreed_to(people):
    card = running(people)
    assert NEWEST in said(card.calendar_code)
    newer = agreed_anew(people, card, AT + timedelta(hours=30))
    old = said(card.calendar_code)
    assert f"{OLD} Tuesday, November 24, 2026" in old and NEWEST not in old
    assert NEWEST in said(newer.calendar_code) and UNKNOWN in said(NEVER)


def test_a_hold_makes_the_paper_of_before_it_old_and_one_printed_after_it_the_newest(people):
    card = running(people)
    assert isinstance(
        tapering.hold_taper(open_for(people.clinician, people.patient), card.id, tapering.HoldText(why="Sleeps badly")),
        tapering.Held,
    )
    held = reads.taper(open_for(people.clinician, people.patient), card.id)
    assert OLD in said(card.calendar_code) and NEWEST in said(held.calendar_code)


def test_a_paper_is_old_when_another_clinic_answers(people):
    card = running(people)
    tapering.leave_tapers(open_for(people.clinician, people.patient))
    assert OLD in said(card.calendar_code)


def test_a_proposal_was_never_a_calendar(people):
    course_id = sent(people)
    waiting = reads.taper(open_for(people.clinician, people.patient), course_id)
    assert UNKNOWN in said(waiting.calendar_code)


@pytest.mark.parametrize(
    "way",
    [
        str.lower,
        lambda c: c.replace("-", ""),
        lambda c: f"  {c} ",
        lambda c: f"HTTP://LOCALHOST:8000/CALENDAR/{c.replace('-', '')}",
    ],
)
def test_a_code_is_understood_however_it_is_typed_or_scanned(people, way):
    assert NEWEST in said(way(running(people).calendar_code))


def test_the_paper_carries_the_address_and_its_two_spellings_lead_to_the_answer(people):
    card = running(people)
    own = enter(Client(), people.patient, "password")
    pdf = own.get(reverse("patient:taper_calendar", args=[card.id])).content
    printed = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())
    assert card.calendar_code in printed and "localhost:8000/calendar" in printed
    plain = card.calendar_code.replace("-", "")
    for path in (f"/calendar/{plain}", f"/CALENDAR/{plain}"):
        assert NEWEST in Client().get(path).content.decode()


@pytest.mark.parametrize("visitor", ["nobody", "patient", "stranger"])
def test_nothing_about_anybody_is_told_to_anybody(people, visitor):
    card = running(people)
    client = Client() if visitor == "nobody" else enter(Client(), getattr(people, visitor), "password", "totp")
    answers = [said(card.calendar_code, client)]
    agreed_anew(people, card, AT + timedelta(hours=1))
    answers.append(said(card.calendar_code, client))
    for answer in answers:
        words = re.sub(r"<[^>]+>", " ", answer)
        assert [w for w in ("Torres", "Maria", "iazepam", " mg", "7.5", "Riverside", "version") if w in words] == []
        assert card.calendar_code not in answer and str(card.id) not in answer


def test_a_code_that_nobody_has_is_answered_by_the_same_way(people):
    card, client = running(people), Client()
    client.get("/calendar")
    asked = []
    for code in (card.calendar_code, NEVER, "", "7Q4M", "x" * 5000, "\u202eÅ%00"):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/calendar/anything" if not code else "/calendar", {"code": code}).status_code == 200
        asked.append([re.sub(r"'[0-9a-f]{64}'", "'…'", q["sql"]) for q in seen if "calendarslip" in q["sql"]])
    assert all(one == asked[0] and len(one) == 1 for one in asked)


def test_guessing_ends_and_whoever_signs_in_is_not_locked_out_by_it(people):
    card, client = running(people), Client()
    pages = [client.get("/calendar", {"code": NEVER}) for _ in range(31)]
    assert [p.status_code for p in pages[:30]] == [200] * 30 and pages[30].status_code == 429
    late = client.get("/calendar", {"code": card.calendar_code})
    assert late.status_code == 429 and NEWEST not in late.content.decode()
    assert NEWEST in said(card.calendar_code, enter(Client(), people.patient, "password"))


def test_an_empty_field_is_said_and_asking_by_post_does_nothing():
    page = Client().get("/calendar", {"code": " "}).content.decode()
    assert "Enter the code on the calendar" in page and 'aria-describedby="code-hint code-error"' in page
    assert Client().post("/calendar", {"code": NEVER}).status_code == 405


def test_calendars_from_before_the_codes_could_be_asked_about_are_known_too(people, as_owner):
    """The migration makes of the tables what the deeds would have made."""
    card = running(people)
    chart = open_for(people.clinician, people.patient)
    tapering.hold_taper(chart, card.id, tapering.HoldText(why="Sleeps badly"))
    there = sorted(CalendarSlip.objects.values_list("code_digest", "since", "until"))
    made = []

    class Slips:
        def create(self, **fields):
            made.append(CalendarSlip(**fields))
            made[-1].save = lambda **_: None
            return made[-1]

    class Known:
        def get_model(self, room, name):
            return type("One", (), {"objects": Slips()}) if name == "CalendarSlip" else apps.get_model(room, name)

    import_module("serein.care.tapering.migrations.0005_calendar_slips").give_slips(Known(), None)
    assert sorted((one.code_digest, one.since, one.until) for one in made) == there and len(there) == 2
