"""A supervised course over HTTP and in the database: begun, rated, given, ended; refused without somebody who watches."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from serein.care.continuity.reads import handover_facts
from serein.care.evaluation.reads import case_of
from serein.care.planning.text import Mistaken
from serein.care.prescribing.reads.examination import _with_supervised
from serein.care.tapering import actions as tapering
from serein.care.tapering.models import SupervisedCourse, SupervisedDose, SupervisedScore
from serein.care.tapering.reads import dose_in_force, running_taper, supervised_course
from serein.care.tapering.supervised import CourseText
from serein.clinical import knowledge
from serein.clinical.case import Answer
from serein.clinical.taper.supervised import CIWA, NONE_OF_THESE
from serein.foundation.people.keys import Refused
from serein.foundation.tasks.reads import tasks_of_patient
from serein.interfaces.web.shell import clock
from tests.care.tapers import running
from tests.interfaces.shell_people import enter
from tests.people import AT, four_people, open_for, own_chart

pytestmark = pytest.mark.django_db
ITEMS = [item.id for item in knowledge.load().instrument(CIWA).items]
CALM = dict.fromkeys(ITEMS, 0)
ILL = CALM | {"tremor": 7, "sweats": 4}
BEGIN = {
    "setting": "ward", "who_watches": "Ward 4, night team", "reasons": [NONE_OF_THESE], "regimen": "diazepam-symptom-triggered", "dose_mg": "10",
}  # fmt: skip


@pytest.fixture
def people(db, settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    monkeypatch.setattr(clock, "now", lambda: AT)
    return four_people()


def care(people, at=AT):
    return open_for(people.clinician, people.patient, at)


def begun(people, at=AT, **changes):
    text = {**BEGIN, "reasons": (NONE_OF_THESE,), **changes}
    answer = tapering.begin_supervised_course(care(people, at), CourseText(**text))
    assert isinstance(answer, tapering.Begun), answer
    return answer.course_id


def scored(people, course_id, at=AT, answers=ILL, **seen):
    ratings = tapering.Ratings(answers, **{"drowsy": False, "seizure": False, **seen})
    answer = tapering.score_supervised_course(care(people, at), course_id, ratings)
    assert isinstance(answer, tapering.Scored), answer
    return answer


def page(people, name, *more):
    return reverse(f"clinician:{name}", args=[people.patient.patient_id, *more])


def sent(client, url, fields):
    once = re.search(r'name="once" value="([^"]+)"', client.get(url).content.decode())[1]
    return client.post(url, {**fields, "once": once})


def said(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main", 1)[1])))


def test_from_the_setting_to_the_end_on_the_pages(people, monkeypatch):
    client = enter(Client(), people.clinician, "password", "totp")
    empty = said(client.get(page(people, "supervised")))
    assert "10 to 20 mg, repeated hourly" in empty and "Thiamine for all" in empty and "no oxidation by CYP" in empty
    assert sent(client, page(people, "supervised_begin"), BEGIN).status_code == 302
    assert "Not rated yet" in said(client.get(page(people, "supervised")))
    assert sent(client, page(people, "supervised_look"), {k: str(v) for k, v in ILL.items()}).status_code == 302
    asked = client.get(page(people, "supervised"))
    assert "11 points: the regimen gives 10 mg" in said(asked) and "Look again at" in said(asked)
    give = re.search(r'href="([^"]+)">Write down what was given', asked.content.decode())[1]
    other = sent(client, give, {"mg": "20"})
    assert other.status_code == 422 and "Say why it was 20 mg" in said(other)
    assert sent(client, give, {"mg": "10"}).status_code == 302
    assert "11 points: 10 mg given" in said(client.get(page(people, "supervised")))
    assert client.get(give).status_code == 409
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(minutes=30))
    sent(client, page(people, "supervised_look"), {k: str(v) for k, v in ILL.items()} | {"drowsy": "on"})
    warned = said(client.get(page(people, "supervised")))
    assert "the regimen gives nothing" in warned and "check airway and breathing" in warned
    assert "does not say yet that it ends" in said(client.get(page(people, "supervised_end")))
    assert sent(client, page(people, "supervised_end"), {"why": "Moved to hospital"}).status_code == 302
    assert "Moved to hospital" in said(client.get(page(people, "supervised")))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"setting": "none", "who_watches": ""}, "needs somebody who watches it"),
        ({"who_watches": " "}, "Say who watches"),
        ({"dose_mg": "40"}, "10 to 20 mg in this regimen"),
        ({"dose_mg": "ten"}, "Enter the milligrams of one dose"),
        ({"reasons": ["obesity"]}, "prefer lorazepam or oxazepam"),
        ({"reasons": [NONE_OF_THESE, "obesity"]}, "or none is"),
        ({"reasons": []}, "Say which is true"),
        ({"before_mg": "x"}, "or leave it empty"),
    ],
)
def test_what_cannot_begin_says_why_and_loses_nothing(people, changes, words):
    client = enter(Client(), people.clinician, "password", "totp")
    answer = sent(client, page(people, "supervised_begin"), BEGIN | {"despite": ""} | changes)
    assert answer.status_code == 422 and words in said(answer)
    if changes.get("who_watches") is None:
        assert "Ward 4, night team" in answer.content.decode()
    care(people)
    assert SupervisedCourse.objects.count() == 0


def test_every_rating_is_asked_for(people):
    course_id = begun(people)
    client = enter(Client(), people.clinician, "password", "totp")
    answer = sent(client, page(people, "supervised_look"), {k: "0" for k in ITEMS if k != "tremor"})
    assert answer.status_code == 422 and "Rate tremor" in said(answer)
    for answers in ({"tremor": 7}, CALM | {"tremor": 8}, CALM | {"x": 1}):
        ratings = tapering.Ratings(answers, drowsy=False, seizure=False)
        assert isinstance(tapering.score_supervised_course(care(people), course_id, ratings), Mistaken)
    care(people)
    assert SupervisedScore.objects.count() == 0


def test_what_was_seen_is_written_before_the_answer_and_what_was_given_once(people):
    course_id = begun(people)
    score = scored(people, course_id)
    assert score.gives.dose_mg == 10
    again = scored(people, course_id, AT + timedelta(minutes=20))
    assert again.gives.dose_mg == 0
    assert isinstance(tapering.give_supervised_dose(care(people), score.score_id, mg="10"), tapering.Given)
    twice = tapering.give_supervised_dose(care(people), score.score_id, mg="10")
    assert isinstance(twice, Refused) and twice.code == "given-already"
    assert isinstance(tapering.give_supervised_dose(care(people), again.score_id, mg="-1"), Mistaken)
    assert isinstance(tapering.give_supervised_dose(care(people), again.score_id, mg="5", why="Shakes badly"), tapering.Given)
    card = supervised_course(care(people))
    assert [(s.points, s.gives, s.gave, s.why) for s in card.looks] == [(11, "0", "5", "Shakes badly"), (11, "10", "10", "")]
    assert card.given_in_all == "15"


def test_one_course_at_a_time_and_it_waits_on_somebodys_list(people):
    course_id = begun(people)
    second = tapering.begin_supervised_course(care(people), CourseText(**BEGIN | {"reasons": (NONE_OF_THESE,)}))
    assert isinstance(second, Refused) and second.code == "course-runs"
    assert "supervised-course" in {t.kind for t in tasks_of_patient(care(people))}
    assert isinstance(tapering.end_supervised_course(care(people), course_id, why=" "), Mistaken)
    assert isinstance(tapering.end_supervised_course(care(people), course_id, why="Two calm days"), tapering.CourseEnded)
    assert "supervised-course" not in {t.kind for t in tasks_of_patient(care(people))}
    late = tapering.score_supervised_course(care(people), course_id, tapering.Ratings(CALM, drowsy=False, seizure=False))
    assert isinstance(late, Refused) and isinstance(tapering.end_supervised_course(care(people), course_id, why="x"), Refused)


def test_the_dose_of_before_is_never_lowered_by_it(people):
    card = running(people)
    course_id = begun(people, before_mg="7.5")
    tapering.end_supervised_course(care(people), course_id, why="Two calm days")
    assert running_taper(care(people)).id == card.id and dose_in_force(care(people), AT.date()).mg == card.request.daily_dose_mg


def test_neither_the_patient_nor_a_stranger_writes_there(people):
    course_id = begun(people)
    own = own_chart(people.patient, AT)
    assert isinstance(tapering.end_supervised_course(own, course_id, why="Better"), Refused)
    assert isinstance(
        tapering.score_supervised_course(own, course_id, tapering.Ratings(CALM, drowsy=False, seizure=False)), Refused
    )
    stranger = enter(Client(), people.stranger, "password", "totp")
    assert stranger.get(page(people, "supervised")).status_code == 403


def test_it_is_a_substance_use_record_that_goes_into_no_handover_and_no_word_of_it_into_the_trail(people):
    running(people)
    begun(people)
    chart = care(people)
    assert "Ward 4" not in str(handover_facts(chart)) and "alcohol" not in str(handover_facts(chart)).lower()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('serein.sees', ',record,', true)")
    assert SupervisedCourse.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('serein.sees', ',record,substance-use,', true)")
    assert SupervisedCourse.objects.count() == 1


def test_what_was_written_down_stays(people):
    course_id = begun(people)
    score = scored(people, course_id)
    tapering.give_supervised_dose(care(people), score.score_id, mg="10")
    care(people)
    for rows, change in (
        (SupervisedScore.objects.all(), {"points": 0}),
        (SupervisedDose.objects.all(), {"mg": 0}),
        (SupervisedCourse.objects.all(), {"dose_mg": 1}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


def test_an_order_finds_the_course_that_runs_and_only_while_it_runs(people):
    def told():
        chart = care(people)
        return _with_supervised(chart, case_of(chart, AT.date())).circumstances.alcohol_course

    assert told() is Answer.UNKNOWN
    course_id = begun(people)
    assert told() is Answer.YES
    tapering.end_supervised_course(care(people), course_id, why="Two calm days")
    assert told() is Answer.UNKNOWN
