"""GAD-7 and PHQ-9 by the book; thoughts of being better off dead are stored and asked about at once, and stay on the list until assessed."""

from datetime import timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from serein.care.evaluation import actions, reads, safety
from serein.care.evaluation.models import InstrumentResult, RiskAssessment, SafetyAnswer
from serein.clinical.case import Answer
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.tasks.reads import OpenTask, tasks_of_patient
from tests.care.evaluation.filling import GAD, PHQ, fill
from tests.people import AT, FourPeople, four_people, given, my_patients, open_for, own_chart

pytestmark = pytest.mark.django_db
DARK = PHQ | {"9": 1}


@pytest.fixture
def people() -> FourPeople:
    return four_people()


@pytest.fixture
def chart(people) -> OpenChart:
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    return chart


def now_tasks(chart: OpenChart) -> list[OpenTask]:
    return [t for t in tasks_of_patient(chart) if t.tier == "now"]


def asked(chart: OpenChart, answers: dict[str, int | None] = DARK):
    scored = given(actions.answer_instrument(chart, "phq-9", answers))
    assert isinstance(scored, actions.Scored)
    assert scored.safety_id is not None
    return scored.safety_id


def assessed(chart: OpenChart, **changes: str):
    waiting = reads.open_safety(chart)
    new = {"how": "telephone", "judgement": "safe with plan", "done": "Agreed a plan.", "seen": waiting.seen if waiting else ""}
    return actions.assess_risk(chart, actions.NewAssessment(**{**new, **changes}))


@pytest.mark.parametrize(
    ("instrument", "each", "total", "band"),
    [("gad-7", 0, 0, "minimal"), ("gad-7", 3, 21, "severe"), ("phq-9", 0, 0, "minimal"), ("phq-9", 3, 27, "severe")],
)
def test_the_lowest_and_highest_score_are_those_of_the_book(chart, instrument, each, total, band):
    items = {str(n): each for n in range(1, 8 if instrument == "gad-7" else 10)}
    given(actions.answer_instrument(chart, instrument, items))
    (result,) = reads.evaluation(chart).results
    assert (result.total, result.band) == (total, band)
    assert result.maximum == (21 if instrument == "gad-7" else 27)


@pytest.mark.parametrize(
    ("total", "band"), [(4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"), (15, "severe")]
)
def test_gad_7_changes_its_band_at_5_10_and_15(chart, total, band):
    items = {str(n): 3 if n <= total // 3 else total % 3 if n == total // 3 + 1 else 0 for n in range(1, 8)}
    given(actions.answer_instrument(chart, "gad-7", items))
    (result,) = reads.evaluation(chart).results
    assert (result.total, result.band) == (total, band)


def test_a_missing_item_is_asked_for_once_more_and_nothing_is_stored(chart):
    left_out = actions.answer_instrument(chart, "gad-7", GAD | {"3": None})
    assert left_out == actions.LeftOut(("3",))
    assert not InstrumentResult.objects.exists()


def test_a_patient_may_leave_an_item_out_and_then_there_is_no_total(chart):
    given(actions.answer_instrument(chart, "gad-7", GAD | {"3": None}, leave_out=True))
    (result,) = reads.evaluation(chart).results
    assert (result.total, result.band, result.missing) == (None, "", 1)


def test_the_question_on_how_hard_it_was_is_kept_and_never_summed(chart):
    given(actions.answer_instrument(chart, "phq-9", PHQ | {"difficulty": 3}))
    (result,) = reads.evaluation(chart).results
    assert result.total == 8
    assert result.items[-1].answer == "Extremely difficult"


@pytest.mark.parametrize("bad", [{"1": 4}, {"1": -1}, {"10": 1}, {"1": "2"}, {"1": True and 9}])
def test_an_answer_that_the_questionnaire_does_not_have_is_a_defect(chart, bad):
    with pytest.raises(ValueError, match=r"no item|none of"):
        actions.answer_instrument(chart, "phq-9", PHQ | bad)


def test_the_same_page_sent_twice_is_one_result(chart):
    first = given(actions.answer_instrument(chart, "gad-7", GAD))
    assert given(actions.answer_instrument(chart, "gad-7", GAD)) == first
    assert InstrumentResult.objects.count() == 1


def test_another_answer_after_going_back_keeps_both_and_the_newer_counts(chart):
    given(actions.answer_instrument(chart, "gad-7", GAD))
    given(actions.answer_instrument(chart, "gad-7", GAD | {"1": 3}))
    assert [r.total for r in reads.evaluation(chart).results] == [9, 7]


def test_the_last_question_above_zero_stores_the_answer_and_is_on_now_at_once(chart):
    asked(chart)
    (result,) = reads.evaluation(chart).results
    assert result.items[8].value == 1
    (task,) = now_tasks(chart)
    assert (task.kind, task.finished_by, task.due_at) == ("assess-risk", "assess_risk", AT)


def test_it_does_not_wait_for_the_items_that_were_left_out(chart):
    asked(chart, DARK | {"3": None, "4": None})
    (result,) = reads.evaluation(chart).results
    assert (result.total, result.missing) == (None, 2)
    assert now_tasks(chart)


def test_leaving_without_another_word_leaves_the_task_and_the_questions(people, chart):
    safety_id = asked(chart)
    later = own_chart(people.patient, AT + timedelta(days=2))
    assert reads.safety_to_answer(later).id == safety_id
    assert len(now_tasks(later)) == 1
    assert reads.evaluations_overview(my_patients(people.clinician))[people.patient.patient_id].safety.outcome == ""


def test_the_last_question_left_blank_is_not_a_no(chart):
    given(actions.answer_instrument(chart, "phq-9", PHQ | {"9": None}, leave_out=True))
    (task,) = tasks_of_patient(chart)
    assert (task.kind, task.tier) == ("ask-item", "today")


@pytest.mark.parametrize("answer", ["yes", "unsure"])
@pytest.mark.parametrize("question", ["intent", "plan"])
def test_intent_or_plan_or_not_sure_is_an_emergency_without_more_questions(chart, question, answer):
    safety_id = asked(chart)
    for key in ("intent", "plan"):
        done = given(actions.answer_safety(chart, safety_id, key, answer if key == question else "no"))
        if key == question:
            assert done.outcome == "emergency"
            break
    (task,) = now_tasks(chart)
    assert task.title.endswith("not safe now")


@pytest.mark.parametrize(("safe", "outcome"), [("yes", "support"), ("no", "emergency"), ("unsure", "emergency")])
def test_the_last_answer_decides_between_support_and_emergency_and_both_stay_on_now(chart, safe, outcome):
    safety_id = asked(chart)
    for key, value in (("intent", "no"), ("plan", "no"), ("safe_now", safe)):
        done = given(actions.answer_safety(chart, safety_id, key, value))
    assert done.outcome == outcome
    assert len(now_tasks(chart)) == 1


@for_all(st.dictionaries(st.sampled_from(["intent", "plan", "safe_now"]), st.sampled_from(["yes", "no", "unsure"])))
def test_every_path_through_the_questions_is_calm_only_when_all_three_are(answers):
    calm = answers == {"intent": "no", "plan": "no", "safe_now": "yes"}
    assert (safety.outcome(answers) == "support") == calm
    alarming = any(a != {"intent": "no", "plan": "no", "safe_now": "yes"}[q] for q, a in answers.items())
    assert (safety.outcome(answers) == "emergency") == alarming
    assert (safety.next_question(answers) is None) == (calm or alarming)


def test_the_same_answer_twice_changes_nothing_and_another_one_cannot_overwrite_it(chart):
    safety_id = asked(chart)
    given(actions.answer_safety(chart, safety_id, "intent", "yes"))
    assert given(actions.answer_safety(chart, safety_id, "intent", "yes")).outcome == "emergency"
    refused = actions.answer_safety(chart, safety_id, "intent", "no")
    assert isinstance(refused, Refused)
    assert refused.code == "answered-before"
    assert SafetyAnswer.objects.get().intent == "yes"


def test_a_mistake_is_asked_again_and_both_answers_are_kept(people, chart):
    first = asked(chart)
    given(actions.answer_safety(chart, first, "intent", "yes"))
    later = own_chart(people.patient, AT + timedelta(minutes=1))
    second = given(actions.correct_safety(later, first)).safety_id
    assert given(actions.correct_safety(later, first)).safety_id == second, "pressed twice"
    assert len(now_tasks(later)) == 1
    for key, value in (("intent", "no"), ("plan", "no"), ("safe_now", "yes")):
        given(actions.answer_safety(later, second, key, value))
    assert [a.intent for a in SafetyAnswer.objects.order_by("asked_at")] == ["yes", "no"]
    (task,) = now_tasks(later)
    assert "An earlier answer said not safe" in task.why
    assert reads.open_safety(later).raised_before


def test_only_a_recorded_assessment_takes_the_patient_off_now(people, chart):
    asked(chart)
    done = given(assessed(open_for(people.clinician, people.patient, AT + timedelta(hours=1))))
    assert done.closed == 1
    after = own_chart(people.patient, AT + timedelta(hours=2))
    assert now_tasks(after) == []
    assert reads.open_safety(after) is None
    (line,) = reads.evaluation(after).assessments
    assert (line.by, line.how) == ("Ada Okafor", "telephone")


def test_not_reaching_the_patient_is_recorded_and_changes_nothing(people, chart):
    asked(chart)
    assert given(assessed(open_for(people.clinician, people.patient), how="not reached")).closed == 0
    assert len(now_tasks(own_chart(people.patient))) == 1
    assert RiskAssessment.objects.count() == 1


def test_an_assessment_does_not_close_an_answer_that_came_in_meanwhile(people, chart):
    safety_id = asked(chart)
    seen = reads.open_safety(chart).seen
    given(actions.answer_safety(own_chart(people.patient, AT + timedelta(minutes=1)), safety_id, "intent", "yes"))
    refused = assessed(open_for(people.clinician, people.patient, AT + timedelta(minutes=2)), seen=seen)
    assert isinstance(refused, Refused)
    assert refused.code == "changed-meanwhile"
    assert len(now_tasks(own_chart(people.patient))) == 1


def test_an_alarming_answer_after_the_assessment_is_a_new_alarm(people, chart):
    safety_id = asked(chart)
    given(assessed(open_for(people.clinician, people.patient, AT + timedelta(minutes=1))))
    late = own_chart(people.patient, AT + timedelta(minutes=2))
    given(actions.answer_safety(late, safety_id, "intent", "yes"))
    assert len(now_tasks(late)) == 1
    assert reads.open_safety(late).outcome == "emergency"


def test_the_same_dark_answer_after_the_assessment_is_raised_again(people, chart):
    first = asked(chart)
    given(assessed(open_for(people.clinician, people.patient, AT + timedelta(minutes=1))))
    late = own_chart(people.patient, AT + timedelta(days=1))
    assert asked(late) != first
    assert len(now_tasks(late)) == 1


@pytest.mark.parametrize("who", ["patient", "stranger"])
def test_nobody_else_can_assess(people, chart, who):
    asked(chart)
    if who == "patient":
        refused = assessed(own_chart(people.patient))
    else:
        from serein.foundation.people.keys import open_chart

        refused = open_chart(people.stranger, people.patient.patient_id, purpose="care", at=AT)
    assert isinstance(refused, Refused)
    assert len(now_tasks(own_chart(people.patient))) == 1


def test_the_warning_is_read_by_the_checks_even_before_the_intake_is_sent(people, chart):
    asked(chart)
    case = reads.case_of(open_for(people.clinician, people.patient), AT.date())
    assert case.circumstances.suicidal_thoughts is Answer.YES
    assert case.circumstances.reference("suicidal_thoughts") == "safety questions, 23-Nov-2026"


def test_taking_the_answer_back_does_not_silence_the_checks_before_somebody_has_assessed(people, chart):
    asked(chart)
    later = own_chart(people.patient, AT + timedelta(minutes=5))
    given(actions.answer_instrument(later, "phq-9", PHQ))
    case = reads.case_of(open_for(people.clinician, people.patient), AT.date())
    assert case.circumstances.suicidal_thoughts is Answer.YES
    assert len(now_tasks(later)) == 1


def test_without_a_questionnaire_nothing_is_known_of_such_thoughts(people):
    case = reads.case_of(open_for(people.clinician, people.patient), AT.date())
    assert case.circumstances.suicidal_thoughts is Answer.UNKNOWN


def test_a_usual_intake_carries_its_questionnaires_into_the_case(people):
    fill(own_chart(people.patient))
    case = reads.case_of(open_for(people.clinician, people.patient), AT.date())
    assert {q.instrument: sum(v or 0 for _, v in q.answers) for q in case.questionnaires} == {"gad-7": 7, "phq-9": 8}
    assert case.circumstances.suicidal_thoughts is Answer.NO


def test_the_care_team_is_written_to_in_words_that_say_nothing(people, chart):
    from serein.foundation.outbox.models import Letter

    safety_id = asked(chart)
    given(actions.answer_safety(chart, safety_id, "intent", "yes"))
    letters = Letter.objects.filter(kind="task-now")
    assert [(letter.to, letter.body) for letter in letters] == [(people.clinician.email, {})] * 2
