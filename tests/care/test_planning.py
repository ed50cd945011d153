"""A plan is written, sent, answered; nothing starts without the patient's recorded agreement."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from serein.care.planning import actions as planning
from serein.care.planning import reads
from serein.care.planning.models import Plan
from serein.care.planning.text import LONGEST_GOAL, PlannedDose
from serein.care.planning.words import tablets
from serein.foundation.audit.models import TrailRow
from serein.foundation.outbox.models import Letter
from serein.foundation.people.keys import Refused, open_chart
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.plans import TODAY, agreed, plan_text, sent, written
from tests.people import AT, four_people, open_for, own_chart

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db):
    return four_people()


def state(people, plan_id):
    card = reads.plan(open_for(people.clinician, people.patient), plan_id)
    assert card is not None
    return card.state


def test_an_agreed_plan_is_in_force_in_the_patients_words(people):
    plan_id = agreed(people.clinician, people.patient)
    card = reads.plan_in_force(own_chart(people.patient))
    assert card is not None and card.id == plan_id
    assert card.regimen_words == "1 tablet (5 mg) in the morning and half a tablet (2.5 mg) at night"
    assert card.daily_mg == "7.5"
    assert card.replies[0].answer == "agree" and card.replies[0].by == people.patient.name


def test_a_plan_that_was_only_written_or_sent_is_not_in_force(people):
    written(people.clinician, people.patient)
    assert reads.plan_in_force(open_for(people.clinician, people.patient)) is None
    sent(people.clinician, people.patient)
    assert reads.plan_in_force(open_for(people.clinician, people.patient)) is None


def test_writing_again_before_sending_rewrites_the_same_version(people):
    first = written(people.clinician, people.patient)
    second = written(people.clinician, people.patient, goal="Something else")
    assert first == second
    assert [p.text.goal for p in reads.plans(open_for(people.clinician, people.patient))] == ["Something else"]


def test_what_was_sent_is_replaced_by_a_newer_version_and_never_changed(people):
    first = sent(people.clinician, people.patient)
    second = sent(people.clinician, people.patient, goal="A better goal")
    assert first != second
    assert (state(people, first), state(people, second)) == ("replaced", "sent")


def test_the_database_itself_refuses_to_rewrite_what_was_sent(people):
    plan_id = sent(people.clinician, people.patient)
    for change in ({"goal": "Forged"}, {"regimen": [{"at": "night", "units": "9"}]}, {"ends_on": date(2027, 12, 21)}):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            Plan.objects.filter(pk=plan_id).update(**change)


def test_the_database_itself_refuses_to_reopen_a_closed_plan(people):
    first = sent(people.clinician, people.patient)
    sent(people.clinician, people.patient)
    with pytest.raises(DatabaseError, match="stays closed"), transaction.atomic():
        Plan.objects.filter(pk=first).update(state="agreed")


def test_the_agreed_plan_stays_in_force_until_the_new_one_is_agreed_to(people):
    first = agreed(people.clinician, people.patient)
    second = sent(people.clinician, people.patient, goal="Less at night")
    assert (state(people, first), state(people, second)) == ("agreed", "sent")
    planning.reply_to_plan(own_chart(people.patient), second, "agree")
    assert (state(people, first), state(people, second)) == ("replaced", "agreed")


def test_asking_puts_the_question_on_the_clinicians_list_for_today(people):
    plan_id = sent(people.clinician, people.patient)
    planning.reply_to_plan(own_chart(people.patient), plan_id, "ask", "Can I take it only at night?")
    assert state(people, plan_id) == "questioned"
    tasks = tasks_of_patient(open_for(people.clinician, people.patient))
    assert [(t.kind, t.tier) for t in tasks] == [(planning.QUESTION_TASK, "today")]


def test_a_newer_version_answers_the_question_and_closes_the_task(people):
    plan_id = sent(people.clinician, people.patient)
    planning.reply_to_plan(own_chart(people.patient), plan_id, "ask", "Why?")
    sent(people.clinician, people.patient, goal="Explained")
    assert tasks_of_patient(open_for(people.clinician, people.patient)) == []


def test_who_asked_may_still_agree_to_the_same_version(people):
    plan_id = sent(people.clinician, people.patient)
    planning.reply_to_plan(own_chart(people.patient), plan_id, "ask", "Why?")
    planning.reply_to_plan(own_chart(people.patient), plan_id, "agree")
    assert state(people, plan_id) == "agreed"
    assert [t.kind for t in tasks_of_patient(open_for(people.clinician, people.patient))] == [planning.PRESCRIBE_TASK]


def test_nobody_agrees_on_the_patients_behalf(people):
    plan_id = sent(people.clinician, people.patient)
    answer = planning.reply_to_plan(open_for(people.clinician, people.patient), plan_id, "agree")
    assert isinstance(answer, Refused) and answer.code == "not-permitted"
    assert state(people, plan_id) == "sent"


def test_the_patient_writes_no_plan_and_sends_none(people):
    chart = own_chart(people.patient)
    assert isinstance(planning.write_plan(chart, plan_text()), Refused)
    plan_id = written(people.clinician, people.patient)
    assert isinstance(planning.send_plan(own_chart(people.patient), plan_id), Refused)
    assert isinstance(planning.withdraw_plan(own_chart(people.patient), plan_id, why="x"), Refused)
    assert state(people, plan_id) == "draft"


def test_a_stranger_gets_no_key_to_the_plan(people):
    sent(people.clinician, people.patient)
    assert isinstance(open_chart(people.stranger, people.patient.patient_id, purpose="care", at=AT), Refused)


def test_one_patients_key_does_not_answer_anothers_plan(people):
    from tests.people import maria

    other = people.clinic.patient(of=people.clinician, new=maria(given="Rosa"))
    plan_id = sent(people.clinician, people.patient)
    answer = planning.reply_to_plan(own_chart(other), plan_id, "agree")
    assert isinstance(answer, Refused)
    assert state(people, plan_id) == "sent"


def test_a_draft_that_changed_since_the_page_was_shown_is_not_sent_unseen(people):
    plan_id = written(people.clinician, people.patient)
    shown = reads.plan(open_for(people.clinician, people.patient), plan_id).digest
    written(people.clinician, people.patient, goal="Changed in another tab")
    answer = planning.send_plan(open_for(people.clinician, people.patient), plan_id, shown=shown)
    assert isinstance(answer, Refused) and answer.code == "plan-changed"
    assert state(people, plan_id) == "draft"


def test_a_plan_cannot_be_sent_twice(people):
    plan_id = sent(people.clinician, people.patient)
    assert isinstance(planning.send_plan(open_for(people.clinician, people.patient), plan_id), Refused)
    assert Letter.objects.filter(kind="plan-waiting").count() == 1


def test_a_draft_whose_first_day_has_passed_is_not_sent(people):
    plan_id = written(people.clinician, people.patient)
    answer = planning.send_plan(open_for(people.clinician, people.patient, AT + timedelta(days=1)), plan_id)
    assert isinstance(answer, Refused) and answer.code == "dates-passed"


def test_a_plan_that_has_ended_cannot_be_agreed_to_and_is_no_longer_in_force(people):
    plan_id = sent(people.clinician, people.patient)
    late = AT + timedelta(days=29)
    answer = planning.reply_to_plan(own_chart(people.patient, late), plan_id, "agree")
    assert isinstance(answer, Refused) and answer.code == "plan-ended"
    planning.reply_to_plan(own_chart(people.patient), plan_id, "agree")
    assert reads.plan_in_force(own_chart(people.patient, AT + timedelta(days=28))) is not None
    assert reads.plan_in_force(own_chart(people.patient, late)) is None


def test_a_withdrawn_plan_is_closed_with_its_reason_and_its_tasks(people):
    plan_id = agreed(people.clinician, people.patient)
    assert isinstance(
        planning.withdraw_plan(open_for(people.clinician, people.patient), plan_id, why="She is pregnant"), planning.Withdrawn
    )
    chart = open_for(people.clinician, people.patient)
    assert reads.plan_in_force(chart) is None and tasks_of_patient(chart) == []
    assert reads.plans(chart)[0].closed_why == "She is pregnant"
    assert isinstance(planning.withdraw_plan(chart, plan_id, why="again"), Refused)


def test_letters_about_plans_are_neutral(people):
    sent(people.clinician, people.patient)
    letter = Letter.objects.get(kind="plan-waiting")
    assert letter.to == people.patient.email
    assert "diazepam" not in str(letter.body).lower() and "mg" not in str(letter.body)


def test_every_deed_and_refusal_is_on_the_trail_without_an_answer_or_a_dose(people):
    plan_id = sent(people.clinician, people.patient)
    planning.reply_to_plan(own_chart(people.patient), plan_id, "ask", "SECRETQUESTION")
    planning.send_plan(open_for(people.clinician, people.patient), plan_id)
    rows = list(TrailRow.objects.filter(subject_type="plan").order_by("id"))
    assert [(r.deed, r.outcome) for r in rows] == [
        ("write_plan", "done"), ("send_plan", "done"), ("reply_to_plan", "done"), ("send_plan", "refused"),
    ]  # fmt: skip
    assert not any("SECRET" in str(r.facts) or "diazepam" in str(r.facts) for r in rows)


WRONG = [
    ("indication", {"indication": "headache"}),
    ("indication", {"indication": "\ud800"}),
    ("goal", {"goal": "   "}),
    ("goal", {"goal": "x" * (LONGEST_GOAL + 1)}),
    ("goal", {"goal": "nul\0"}),
    ("goal", {"goal": "\ud800"}),
    ("product", {"product": "aspirin-500"}),
    ("product", {"product": "diazepam-suspension-0.4"}),
    ("doses", {"doses": ()}),
    ("doses", {"doses": (PlannedDose("teatime", "1"),)}),
    ("doses", {"doses": (PlannedDose("night", "1"), PlannedDose("night", "1"))}),
    ("night", {"doses": (PlannedDose("night", "0"),)}),
    ("night", {"doses": (PlannedDose("night", "-1"),)}),
    ("night", {"doses": (PlannedDose("night", "0.3"),)}),
    ("night", {"doses": (PlannedDose("night", "NaN"),)}),
    ("night", {"doses": (PlannedDose("night", "1e9"),)}),
    ("night", {"doses": (PlannedDose("night", "9" * 100_000),)}),
    ("night", {"doses": (PlannedDose("night", "1", "3"),)}),
    ("as_needed", {"doses": (PlannedDose("as_needed", "1"),)}),
    ("as_needed", {"doses": (PlannedDose("as_needed", "1", "1.5", "3"),)}),
    ("as_needed", {"doses": (PlannedDose("as_needed", "1", "2"),)}),
    ("as_needed", {"doses": (PlannedDose("as_needed", "1", "2", "2.5"),)}),
    ("as_needed", {"doses": (PlannedDose("as_needed", "1", "2", "1"),)}),
    ("as_needed", {"doses": (PlannedDose("as_needed", "1", "2", "15"),)}),
    ("night", {"doses": (PlannedDose("night", "1", "", "3"),)}),
    ("starts_on", {"starts_on": TODAY - timedelta(days=1)}),
    ("ends_on", {"ends_on": TODAY - timedelta(days=1)}),
    ("ends_on", {"ends_on": date(2226, 11, 23)}),
    ("reassess_on", {"reassess_on": date(2027, 1, 1)}),
    ("supportive_care", {"supportive_care": ("leeches",)}),
    ("supportive_note", {"supportive_note": "x" * 3000}),
]


@pytest.mark.parametrize(("field", "change"), WRONG)
def test_a_text_that_cannot_be_a_plan_is_told_at_its_field_and_leaves_nothing(people, field, change):
    answer = planning.write_plan(open_for(people.clinician, people.patient), replace(plan_text(), **change))
    assert isinstance(answer, planning.Mistaken)
    assert field in dict(answer.by_field)
    assert reads.plans(open_for(people.clinician, people.patient)) == ()


@pytest.mark.parametrize(
    ("units", "words"),
    [("0.25", "a quarter of a tablet"), ("0.5", "half a tablet"), ("0.75", "three quarters of a tablet"), ("1", "1 tablet"),
     ("1.5", "1 and a half tablets"), ("2.25", "2 and a quarter tablets"), ("10", "10 tablets")],
)  # fmt: skip
def test_halves_are_worded_as_halves(units, words):
    assert tablets(Decimal(units)) == words


def test_doses_when_needed_say_how_many_in_a_day_and_in_a_week_at_most(people):
    agreed(people.clinician, people.patient, doses=(PlannedDose("as_needed", "0.5", "2", "4"),))
    card = reads.plan_in_force(own_chart(people.patient))
    assert (
        card.regimen_words == "half a tablet (2.5 mg) when needed, at most 2 times a day (5 mg) and 4 times in any 7 days (10 mg)"
    )
    assert card.daily_mg == "5"
