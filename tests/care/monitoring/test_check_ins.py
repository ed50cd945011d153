"""Check-ins: at most five answers, each stored before any advice; a red flag is on the list at once and only a clinician takes it off."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from serein.care.monitoring import actions, reads
from serein.care.monitoring.form import BY_KEY, EMERGENCY, FLAGS, QUESTIONS, SAME_DAY, SIGNS, SUPPORT, flags_of, highest
from serein.care.monitoring.models import CheckIn
from serein.care.planning.text import Mistaken
from serein.clinical import knowledge
from serein.foundation.audit.models import TrailRow
from serein.foundation.outbox.models import Letter
from serein.foundation.people.keys import Refused
from serein.foundation.tasks.reads import tasks_of_patient
from tests.people import AT, four_people, open_for, own_chart

CALM = {
    "sleepy": {"choice": "2"}, "body": {"choices": ["fine"]}, "falls": {"choices": ["none"]}, "mixing": {"choices": ["none"]},
    "harm": {"choice": "no"},
}  # fmt: skip


@pytest.fixture
def people(db):
    return four_people()


def say(people, at=AT, **answers):
    return actions.answer_check_in(own_chart(people.patient, at), answers)


def flagged(people, at=AT):
    tasks = tasks_of_patient(open_for(people.clinician, people.patient, at))
    return [(t.tier, t.title) for t in tasks if t.kind == "check-in-flag"]


def contact(people, line, how="telephone", at=AT, **changes):
    new = {"about": "check-in-flag", "how": how, "words": "Called; safe.", "check_in_id": line.id, "seen": line.seen} | changes
    return actions.record_contact(open_for(people.clinician, people.patient, at), actions.NewContact(**new))


def newest(people, at=AT):
    return reads.check_ins(open_for(people.clinician, people.patient, at))[0]


def test_five_questions_at_most_and_every_sign_is_an_answer_of_the_form():
    assert len(QUESTIONS) <= 5
    for question, option in SIGNS:
        assert BY_KEY[question].option(option) is not None
    assert all(f.level in (EMERGENCY, SUPPORT, SAME_DAY) for f in FLAGS.values())


def test_every_flag_leads_to_advice_of_the_knowledge():
    for flag in FLAGS.values():
        assert knowledge.load().advised(flag.advice).advice


def test_calm_answers_raise_nothing_and_can_be_sent(people):
    answered = say(people, **CALM)
    assert isinstance(answered, actions.Answered) and (answered.level, answered.open) == ("", "")
    sent = actions.send_check_in(own_chart(people.patient), answered.check_in_id)
    assert isinstance(sent, actions.SentIn) and flagged(people) == []
    assert newest(people).complete and not newest(people).open


def test_answers_given_one_by_one_are_one_check_in(people):
    left = []
    for key, answer in CALM.items():
        answered = say(people, **{key: answer})
        assert isinstance(answered, actions.Answered)
        left.append(answered.open)
    assert left == ["body", "falls", "mixing", "harm", ""] and CheckIn.objects.count() == 1


@pytest.mark.parametrize(
    ("answer", "level", "tier"),
    [
        ({"body": {"choices": ["seizure"]}}, "emergency", "now"),
        ({"falls": {"choices": ["fell", "head"]}}, "emergency", "now"),
        ({"mixing": {"choices": ["too_much"]}}, "emergency", "now"),
        ({"harm": {"choice": "act"}}, "emergency", "now"),
        ({"harm": {"choice": "unsure"}}, "emergency", "now"),
        ({"harm": {"choice": "thoughts"}}, "support", "now"),
        ({"body": {"choices": ["tense", "badly"]}}, "same-day", "today"),
        ({"mixing": {"choices": ["ran_out"]}}, "same-day", "today"),
        ({"sleepy": {"choice": "9"}}, "same-day", "today"),
    ],
)
def test_a_red_flag_is_stored_and_on_the_list_at_once_with_nothing_else_answered(people, answer, level, tier):
    answered = say(people, **answer)
    assert isinstance(answered, actions.Answered) and answered.level == level
    assert CheckIn.objects.get().answers == answer
    assert [t for t, _ in flagged(people)] == [tier]


def test_alcohol_alone_is_noted_and_with_great_sleepiness_an_emergency(people):
    assert highest(flags_of({"mixing": {"choices": ["alcohol"]}})) == ""
    say(people, sleepy={"choice": "8"})
    answered = say(people, mixing={"choices": ["alcohol"]})
    assert isinstance(answered, actions.Answered) and answered.level == "emergency" and "sedated-together" in answered.raised


def test_a_worse_answer_makes_the_task_more_pressing(people):
    say(people, falls={"choices": ["fell"]})
    assert [t for t, _ in flagged(people)] == ["today"]
    say(people, harm={"choice": "act"})
    assert [t for t, _ in flagged(people)] == ["now"]


def test_an_emergency_wakes_the_care_team_with_a_neutral_letter_once(people):
    say(people, body={"choices": ["seizure"]})
    say(people, falls={"choices": ["none"]})
    open_for(people.clinician, people.patient)
    assert [(one.kind, one.body) for one in Letter.objects.filter(kind="task-now")] == [("task-now", {})]


def test_that_was_a_mistake_keeps_both_answers_and_the_task(people):
    first = say(people, sleepy={"choice": "1"}, body={"choices": ["seizure"]})
    second = say(people, body={"choices": ["fine"]})
    assert isinstance(first, actions.Answered) and isinstance(second, actions.Answered)
    assert second.check_in_id != first.check_in_id and second.level == ""
    newer, older = reads.check_ins(open_for(people.clinician, people.patient))
    assert older.taken_back and older.answers["body"] == {"choices": ["seizure"]}
    assert newer.answers == {"sleepy": {"choice": "1"}, "body": {"choices": ["fine"]}}
    assert flagged(people) == [("now", "Check-in: a seizure")]
    why = [t.why for t in tasks_of_patient(open_for(people.clinician, people.patient)) if t.kind == "check-in-flag"]
    assert "took back: A seizure" in why[0]


def test_changing_an_answer_that_raised_nothing_is_no_second_row(people):
    say(people, sleepy={"choice": "1"})
    say(people, sleepy={"choice": "3"})
    assert CheckIn.objects.count() == 1 and newest(people).sleepy == 3


def test_only_a_recorded_contact_takes_it_off_the_list(people):
    say(people, **CALM | {"body": {"choices": ["badly"]}})
    actions.send_check_in(own_chart(people.patient), newest(people).id)
    assert flagged(people)
    assert isinstance(contact(people, newest(people), how="not reached"), actions.Contacted)
    assert flagged(people)
    done = contact(people, newest(people))
    assert isinstance(done, actions.Contacted) and done.closed == 1 and flagged(people) == []
    assert newest(people).contact is not None and newest(people).contact.words == "Called; safe."


def test_a_contact_never_closes_what_came_in_meanwhile(people):
    say(people, falls={"choices": ["fell"]})
    page = newest(people)
    say(people, at=AT + timedelta(minutes=1), harm={"choice": "act"})
    answer = contact(people, page, at=AT + timedelta(minutes=2))
    assert isinstance(answer, Refused) and answer.code == "changed-meanwhile" and [t for t, _ in flagged(people)] == ["now"]


def test_a_contact_says_how_and_what(people):
    say(people, falls={"choices": ["fell"]})
    for change in ({"how": "pigeon"}, {"words": " "}, {"about": "nothing"}, {"words": "x" * 5001}, {"words": "\0"}):
        assert isinstance(contact(people, newest(people), **change), Mistaken)
    assert flagged(people)


def test_patients_and_strangers_record_no_contact_and_clinicians_answer_no_check_in(people):
    say(people, falls={"choices": ["fell"]})
    line = newest(people)
    new = actions.NewContact("check-in-flag", "telephone", "fine", line.id, line.seen)
    assert isinstance(actions.record_contact(own_chart(people.patient), new), Refused)
    assert isinstance(actions.answer_check_in(open_for(people.clinician, people.patient), CALM), Refused)


def test_an_unfinished_check_in_of_yesterday_stays_as_it_was(people):
    say(people, sleepy={"choice": "1"})
    later = AT + timedelta(days=1)
    say(people, at=later, body={"choices": ["fine"]})
    newer, older = reads.check_ins(open_for(people.clinician, people.patient, later))
    assert (older.answers, newer.answers) == ({"sleepy": {"choice": "1"}}, {"body": {"choices": ["fine"]}})


def test_an_unfinished_check_in_is_not_sent(people):
    answered = say(people, sleepy={"choice": "1"})
    assert isinstance(answered, actions.Answered)
    refused = actions.send_check_in(own_chart(people.patient), answered.check_in_id)
    assert isinstance(refused, Refused) and refused.code == "check-in-not-open"


@pytest.mark.parametrize(
    "wrong",
    [
        {"sleepy": {"choice": "11"}}, {"sleepy": {"choice": ["2"]}}, {"sleepy": {}}, {"body": {"choices": ["fine", "seizure"]}},
        {"body": {"choices": []}}, {"body": {"choices": "fine"}}, {"harm": {"choice": None}},
    ],
)  # fmt: skip
def test_an_answer_that_the_form_does_not_have_is_not_stored(people, wrong):
    assert isinstance(say(people, **wrong), actions.NotAnswered)
    assert not CheckIn.objects.exists()


def test_without_consent_nothing_is_asked(db):
    people = four_people()
    bare = people.clinic.patient(of=people.clinician, consented=False)
    answer = actions.answer_check_in(own_chart(bare), CALM)
    assert isinstance(answer, Refused) and answer.code == "consent-missing"


def test_the_trail_holds_no_answer(people):
    say(people, harm={"choice": "act"})
    rows = TrailRow.objects.filter(deed="answer_check_in")
    assert rows.count() == 1 and rows[0].facts == {}


def test_the_database_itself_never_changes_a_finished_check_in(people):
    answered = say(people, **CALM)
    assert isinstance(answered, actions.Answered)
    actions.send_check_in(own_chart(people.patient), answered.check_in_id)
    for change in ({"answers": {}}, {"finished_at": None}, {"level": ""}):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            CheckIn.objects.update(**change)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        CheckIn.objects.update(day=AT.date())
