"""A whole plan typed, pasted or uploaded: every step judged, every mistake with line and field, nothing stored and nothing lost."""

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from serein.care.tapering.models import TaperCourse
from serein.care.tapering.text import limits, request_of
from serein.clinical import knowledge
from serein.clinical.taper import Plan, by_mouth, propose
from serein.clinical.taper.written import plan_as_json, request_as_json
from serein.interfaces.translate.taper_lines import ALL_DAY, MOST_LINES, read_lines
from serein.interfaces.web.shell import clock
from tests.care.plans import agreed
from tests.care.tapers import taper_text
from tests.interfaces.shell_people import enter
from tests.people import AT, four_people, open_for

PRODUCTS = tuple(p for p in by_mouth(knowledge.load(), "diazepam", "US") if p.form == "tablet")
IDS = [p.id for p in PRODUCTS]
GOOD = "2026-12-01, 7\n2026-12-15, 6.5\n2026-12-29, 6"


def steps(text, products=PRODUCTS):
    read = read_lines(text, products)
    assert read.wrong == ()
    return [(s.from_, s.daily_mg, s.doses and [(d.at, d.parts.units) for d in s.doses]) for s in read.steps]


@pytest.mark.parametrize(
    "line", ["2027-01-04, 18", "2027-01-04; 18 mg", "2027-01-04\t18", "2027-01-04   18mg a day", "  2027-01-04,18,  "]
)
def test_a_line_is_read_however_it_is_separated(line):
    assert steps(line) == [(date(2027, 1, 4), Decimal(18), None)]


def test_tablets_of_a_line_are_found_by_their_strength_and_summed():
    ((_, _, doses),) = steps("2027-01-04, 18, 3 x 5 mg + 1 x 2 mg + 0.5 × 2mg")
    assert doses == [(ALL_DAY, (("diazepam-tablet-5", Decimal(3)), ("diazepam-tablet-2", Decimal("1.5"))))]


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("04.01.2027, 18", "day", "“04.01.2027” is not a day"),
        ("2027-02-30, 18", "day", "“2027-02-30” is not a day"),
        ("2027-01-04", "dose", "nothing stands after the day"),
        ("2027-01-04, abc", "dose", "“abc” is not a number"),
        ("2027-01-04, -3", "dose", "“-3” is not a number"),
        ("2027-01-04, NaN", "dose", "“NaN” is not"),
        ("2027-01-04, ١٨", "dose", "“١٨” is not"),
        ("2027-01-04, 12,5", "tablets", "“5” is not understood"),
        ("2027-01-04, 18, 3 x 7 mg", "tablets", "a tablet of 7 mg"),
        ("2027-01-04, 18, 4 mL", "tablets", "a liquid"),
        ("2027-01-04, 0, 1 x 2 mg", "tablets", "a dose of 0 mg has no tablets"),
        ("2027-01-04, 18, three of them", "tablets", "“three of them” is not understood"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_line_and_field_and_no_line_is_dropped(line, field, words):
    read = read_lines(f"2027-01-01, 20\n\n{line}\n2027-02-08, oops", PRODUCTS)
    first, second = read.wrong
    assert (first.line, first.field) == (3, field) and words in first.words and first.words.startswith("Line 3, ")
    assert (second.line, second.field) == (4, "dose") and len(read.steps) == 1


def test_a_plan_without_end_is_refused_at_its_line():
    read = read_lines("\n".join(["2027-01-04, 18"] * (MOST_LINES + 5)), PRODUCTS)
    assert [w.line for w in read.wrong] == [MOST_LINES + 1]


# From here on over HTTP.
in_db = pytest.mark.django_db


@pytest.fixture
def people(db, settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)
    return four_people()


def page_of(people):
    return reverse("clinician:taper_existing", args=[people.patient.patient_id])


def checked(people, plan, who=None, **more):
    client = enter(Client(), who or people.clinician, "password", "totp")
    return client.post(page_of(people), {"plan": plan, "daily_mg": "7.5", "products": IDS, "policy": "asam-2025", **more})


def said(page):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.content.decode().split("<main", 1)[1])))


@in_db
def test_each_step_has_what_is_wrong_with_it_and_nothing_is_stored(people):
    agreed(people.clinician, people.patient)
    page = checked(people, "2026-12-01, 7\n2026-12-05, 3\n2026-12-19, 3.3, 1 x 2 mg")
    words = said(page)
    assert (
        page.status_code == 200
        and "This plan must not be followed as it stands" in words
        and "2 of 3 steps must be changed" in words
    )
    for fault in (
        "The dose before it was kept 4 days",
        "It cuts 57.1 %",
        "3.3 mg is not lower than 3 mg",
        "The parts at all times of the day",
    ):
        assert fault in words, fault
    open_for(people.clinician, people.patient)
    assert TaperCourse.objects.count() == 0


@in_db
def test_a_good_plan_goes_to_the_planner_with_one_click(people):
    agreed(people.clinician, people.patient)
    client = enter(Client(), people.clinician, "password", "totp")
    page = client.post(page_of(people), {"plan": GOOD, "daily_mg": "7.5", "products": IDS})
    assert "Nothing is wrong with the 3 steps" in said(page)
    address = unescape(re.search(r'href="([^"]+)">Open these steps in the planner', page.content.decode())[1])
    planner = client.get(address)
    assert planner.status_code == 200 and re.findall(r'name="typed" value="([^"]+)"', planner.content.decode()) == [
        "2026-12-01_7", "2026-12-15_6.5", "2026-12-29_6"
    ]  # fmt: skip
    assert "Keep as draft" in planner.content.decode()


@in_db
@pytest.mark.parametrize(
    ("plan", "more", "words"),
    [
        (GOOD, {"daily_mg": "20"}, "The plan is at 20 mg a day today; the record says 7.5 mg"),
        ("2020-01-01, 7", {}, "No step lies ahead in order"),
    ],
)
def test_where_the_planner_cannot_take_it_the_page_says_why(people, plan, more, words):
    agreed(people.clinician, people.patient)
    page = checked(people, plan, **more)
    assert words in said(page) and "Open these steps" not in said(page)


@in_db
def test_without_an_agreed_plan_it_is_checked_all_the_same(people):
    assert "The planner needs a plan that the patient agreed to" in said(checked(people, GOOD))


@in_db
def test_mistakes_lose_nothing_and_a_file_stands_in_the_box_from_then_on(people):
    agreed(people.clinician, people.patient)
    page = checked(people, "2026-12-01, 7\nlater, 6")
    assert page.status_code == 422 and "Line 2, day: “later” is not a day" in said(page) and "later, 6" in page.content.decode()
    file = SimpleUploadedFile("plan.txt", b"2026-12-01, seven")
    page = checked(people, "", file=file)
    assert (
        page.status_code == 422
        and "Line 1, dose: “seven”" in said(page)
        and "2026-12-01, seven</textarea>" in page.content.decode()
    )
    assert "Type or paste the plan, or choose a file" in said(checked(people, " "))
    assert "Enter the milligrams a day before the first line" in said(checked(people, GOOD, daily_mg=""))
    for bad in (b"\xff\xfe\x00", b"a\x00b"):
        refused = checked(people, "", file=SimpleUploadedFile("x", bad))
        assert refused.status_code == 422 and "Choose another one" in said(refused)


@in_db
def test_the_json_of_the_command_is_taken_as_request_and_as_answer(people):
    agreed(people.clinician, people.patient)
    request = request_of(taper_text())
    plan = propose(request, limits())
    assert isinstance(plan, Plan)
    answer = plan_as_json(plan)
    whole = json.dumps(request_as_json(request, "asam-2025") | {"steps": answer["steps"]}, default=str)
    page = checked(people, "", file=SimpleUploadedFile("plan.json", whole.encode()), daily_mg="")
    assert (
        page.status_code == 200
        and f"Nothing is wrong with the {len(plan.steps)} steps" in said(page)
        and "Open these steps" in said(page)
    )
    printed = checked(people, json.dumps(answer, default=str), products=[*IDS, "diazepam-solution-1"])
    assert printed.status_code == 200 and "must not be followed" not in said(printed)


@in_db
@pytest.mark.parametrize(
    ("json_text", "words"),
    [
        ("{", "line 1 column 2"),
        ('{"steps": [{"from": "2027-13-01", "daily_mg": "7"}]}', "input.steps[0].from"),
        ('{"steps": [{"from": "2027-01-01", "daily_mg": "x"}]}', "input.steps[0].daily_mg"),
        ('{"kind": "switch"}', "only a reduction has steps"),
        ('{"steps": [{"from": "2027-01-01", "daily_mg": "7"}], "limit": 3}', "input.limit: unknown key"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_its_path(people, json_text, words):
    page = checked(people, json_text)
    assert page.status_code == 422 and words in said(page)


@in_db
@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "x" * 30000, "2026-12-01, 7, " + "9" * 400 + " x 2 mg", "2026-12-01, 0.0001", "{{ 7|add:1 }}"],
)
def test_no_text_breaks_the_page_or_comes_back_as_markup(people, hostile):
    page = checked(people, hostile)
    assert page.status_code in (200, 422) and "<script>alert" not in page.content.decode()


@in_db
def test_it_may_be_sent_as_often_as_one_likes_and_a_stranger_gets_nothing(people):
    client = enter(Client(), people.clinician, "password", "totp")
    for plan in (GOOD, GOOD, "2026-12-01, 7"):
        assert client.post(page_of(people), {"plan": plan, "daily_mg": "7.5", "products": IDS}).status_code == 200
    assert checked(people, GOOD, who=people.stranger).status_code == 403
