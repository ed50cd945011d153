"""The intake: resumable, saved after each answer, skipping what does not apply, sent once."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from serein.care.evaluation import actions, answering, reads
from serein.care.evaluation.form import BY_KEY, QUESTIONS
from serein.care.evaluation.models import RecordEntry
from serein.clinical.case import Answer, Known
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused
from serein.foundation.people.models import Patient
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.evaluation.filling import USUAL, fill, fill_and_send
from tests.people import AT, FourPeople, four_people, given, open_for, own_chart

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> FourPeople:
    return four_people()


def test_an_answer_survives_leaving_and_coming_back_days_later(people):
    chart = own_chart(people.patient)
    first = given(actions.start_intake(chart))
    given(actions.answer_question(chart, "birth_date", {"date": "1985-03-27"}))

    later = own_chart(people.patient, AT + timedelta(days=3))
    assert given(actions.start_intake(later)) == first
    state = reads.open_intake(later)
    assert state.answers["birth_date"] == {"date": "1985-03-27"}
    assert answering.first_open(state.answers).key == "sex"


def test_typed_words_are_kept_letter_for_letter(people):
    typed = "  “Ich kann nicht…”\r\n\tJosé 😀  "
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    given(actions.answer_question(chart, "story", {"started": typed, "tried": ""}))
    assert reads.open_intake(chart).answers["story"]["started"] == typed


def test_nobody_but_the_patient_can_answer_not_even_the_clinician(people):
    given(actions.start_intake(own_chart(people.patient)))
    chart = open_for(people.clinician, people.patient)
    for refused in (
        actions.start_intake(chart),
        actions.answer_question(chart, "sex", {"choice": "male"}),
        actions.submit_intake(chart),
        actions.answer_instrument(chart, "phq-9", {}),
    ):
        assert isinstance(refused, Refused)
        assert refused.code == "not-permitted"
    assert TrailRow.objects.filter(outcome="refused", why="not-permitted").count() == 4


def test_without_consent_nothing_is_asked(people):
    silent = people.clinic.patient(of=people.clinician, consented=False)
    refused = actions.start_intake(own_chart(silent))
    assert isinstance(refused, Refused)
    assert refused.code == "consent-missing"


def test_a_patient_who_takes_nothing_is_not_asked_for_a_list(people):
    asked = fill(own_chart(people.patient))
    assert "medicines" not in asked
    assert "allergies" not in asked
    assert not [q for q in asked if q.startswith("benzo_") and q != "benzo_use"]


def test_whoever_can_not_be_pregnant_is_not_asked(people):
    asked = fill(own_chart(people.patient), sex={"choice": "male"})
    assert "pregnant" not in asked
    assert "breastfeeding" not in asked


def test_everybody_else_is_asked_also_who_does_not_say(people):
    assert {"pregnant", "breastfeeding"} <= set(fill(own_chart(people.patient), sex={"choice": "unknown"}))


def test_the_usual_path_stays_within_the_budget_of_25_pages(people):
    assert len(fill(own_chart(people.patient))) <= 25


def test_an_answer_that_no_longer_applies_counts_no_more_but_is_not_lost(people):
    chart = own_chart(people.patient)
    fill(chart, takes_medicines={"choice": "yes"})
    given(actions.answer_question(chart, "takes_medicines", {"choice": "none"}))
    answers = reads.open_intake(chart).answers
    assert "medicines" not in answering.live(answers)
    assert len(answers["medicines"]["rows"]) == 2
    given(actions.submit_intake(chart))
    case = reads.case_of(own_chart(people.patient), AT.date())
    assert case.medicines == ()
    assert case.medicines_known is Known.YES


def test_a_question_that_is_not_asked_takes_no_answer(people):
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    refused = actions.answer_question(chart, "benzo_long", {"choice": "years", "number": "3"})
    assert isinstance(refused, Refused)
    assert refused.code == "not-asked"


def test_a_list_is_whole_only_when_the_patient_says_so(people):
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    given(actions.answer_question(chart, "takes_medicines", {"choice": "yes"}))
    empty = actions.answer_question(chart, "medicines", {"done": True})
    assert isinstance(empty, actions.NotAnswered)
    row = {"name": "Oxycodone", "how": "as needed", "choice": "bought"}
    given(actions.add_row(chart, "medicines", row))
    state = reads.open_intake(chart)
    assert not answering.is_complete(BY_KEY["medicines"], state.answers["medicines"])
    given(actions.answer_question(chart, "medicines", {"done": True}))
    assert answering.is_complete(BY_KEY["medicines"], reads.open_intake(chart).answers["medicines"])


def test_a_medicine_sent_twice_is_one_medicine(people):
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    given(actions.answer_question(chart, "takes_medicines", {"choice": "yes"}))
    row = {"name": "Oxycodone", "how": "", "choice": "bought"}
    assert given(actions.add_row(chart, "medicines", row)).changed
    assert not given(actions.add_row(chart, "medicines", row)).changed
    (kept,) = reads.open_intake(chart).answers["medicines"]["rows"]
    given(actions.remove_row(chart, "medicines", kept["id"]))
    assert not given(actions.remove_row(chart, "medicines", kept["id"])).changed
    assert reads.open_intake(chart).answers["medicines"]["rows"] == []


def test_it_cannot_be_sent_with_a_question_left_open(people):
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    assert actions.submit_intake(chart) == actions.NotSubmitted("birth_date")


def test_it_is_sent_once_and_then_takes_no_more_answers(people):
    chart = own_chart(people.patient)
    fill_and_send(chart)
    again = actions.submit_intake(chart)
    late = actions.answer_question(chart, "sex", {"choice": "male"})
    assert (again.code, late.code) == ("intake-not-open", "intake-not-open")
    assert [t.kind for t in tasks_of_patient(chart)].count("read-intake") == 1


def test_the_clinic_does_not_read_what_was_not_sent(people):
    fill(own_chart(people.patient), pregnant={"choice": "yes"}, takes_medicines={"choice": "yes"})
    seen = reads.evaluation(open_for(people.clinician, people.patient))
    assert seen.started
    assert seen.answers == ()
    case = reads.case_of(open_for(people.clinician, people.patient), AT.date())
    assert case.circumstances.pregnant is Answer.UNKNOWN
    assert case.medicines_known is Known.NO


def test_what_was_sent_reaches_the_chart_in_the_order_of_the_form(people):
    fill_and_send(own_chart(people.patient), has_allergies={"choice": "yes"})
    seen = reads.evaluation(open_for(people.clinician, people.patient))
    order = [q.key for q in QUESTIONS]
    assert [a.question for a in seen.answers] == sorted([a.question for a in seen.answers], key=order.index)
    allergies = next(a for a in seen.answers if a.question == "allergies")
    assert allergies.words == ("Penicillin, a rash",)
    assert {(r.instrument, r.total, r.band) for r in seen.results} == {("gad-7", 7, "mild"), ("phq-9", 8, "mild")}


def test_typed_medicines_become_entries_of_the_record_with_their_source(people):
    fill_and_send(own_chart(people.patient), takes_medicines={"choice": "yes"})
    case = reads.case_of(open_for(people.clinician, people.patient), AT.date())
    assert [m.medicine.text for m in case.medicines] == ["Omeprazole", "Xanax"]
    assert {m.source for m in case.medicines} == {"patient"}
    assert case.medicines[0].reference == "intake, 23-Nov-2026, medicine 1"
    entries = reads.evaluation(open_for(people.clinician, people.patient)).entries
    assert "Xanax. Someone shared theirs with me" in [e.words for e in entries]


def test_a_second_intake_starts_from_the_first_and_replaces_its_lists(people):
    chart = own_chart(people.patient)
    fill_and_send(chart, takes_medicines={"choice": "yes"})
    later = own_chart(people.patient, AT + timedelta(days=30))
    given(actions.start_intake(later))
    state = reads.open_intake(later)
    assert state.answers["story"] == USUAL["story"]
    assert answering.first_open(state.answers).key == "gad-7", "questionnaires are about the last two weeks: they are asked again"
    gone = state.answers["medicines"]["rows"][1]["id"]
    given(actions.remove_row(later, "medicines", gone))
    given(actions.answer_question(later, "medicines", {"done": True}))
    for instrument in ("gad-7", "phq-9"):
        given(actions.answer_instrument(later, instrument, {str(n): 0 for n in range(1, 8 if instrument == "gad-7" else 10)}))
    given(actions.submit_intake(later))
    case = reads.case_of(open_for(people.clinician, people.patient), AT.date())
    assert [m.medicine.text for m in case.medicines] == ["Omeprazole"]
    assert RecordEntry.objects.filter(kind="medicine", ended_at__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("question", "said", "field", "expected"),
    [
        ("pregnant", {"choice": "yes"}, "pregnant", Answer.YES),
        ("pregnant", {"choice": "maybe"}, "pregnant", Answer.UNKNOWN),
        ("pregnant", {"choice": "unknown"}, "pregnant", Answer.UNKNOWN),
        ("pregnant", {"choice": "cannot"}, "pregnant", Answer.NO),
        ("alcohol", {"choice": "monthly"}, "alcohol", Answer.YES),
        ("alcohol", {"choice": "unknown"}, "alcohol", Answer.UNKNOWN),
        ("opioids", {"choice": "unknown"}, "opioids", Answer.UNKNOWN),
        ("opioids", {"choice": "yes"}, "opioids", Answer.YES),
        ("falls", {"choice": "once"}, "falls", Answer.YES),
        ("drives", {"choice": "no"}, "drives", Answer.NO),
        ("drives", {"choice": "no"}, "risky_work", Answer.NO),
    ],
)
def test_not_knowing_is_never_read_as_no(people, question, said, field, expected):
    fill_and_send(own_chart(people.patient), **{question: said})
    circumstances = reads.case_of(open_for(people.clinician, people.patient), AT.date()).circumstances
    assert getattr(circumstances, field) is expected
    if expected is not Answer.UNKNOWN:
        assert circumstances.reference(field) == "intake, 23-Nov-2026"


@pytest.mark.parametrize(
    ("ticked", "drives", "risky_work"),
    [
        (["car"], Answer.YES, Answer.NO),
        (["car", "machines"], Answer.YES, Answer.YES),
        (["drives"], Answer.YES, Answer.YES),
        (["people"], Answer.NO, Answer.YES),
        (["unknown"], Answer.YES, Answer.UNKNOWN),
    ],
)
def test_who_drives_or_does_risky_work_is_asked_which(people, ticked, drives, risky_work):
    fill_and_send(own_chart(people.patient), drives={"choice": "yes"}, work={"choices": ticked})
    circumstances = reads.case_of(open_for(people.clinician, people.patient), AT.date()).circumstances
    assert (circumstances.drives, circumstances.risky_work) == (drives, risky_work)


def test_one_illness_not_known_leaves_the_list_of_illnesses_open(people):
    fill_and_send(own_chart(people.patient), liver={"choice": "unknown"})
    assert reads.case_of(open_for(people.clinician, people.patient), AT.date()).conditions_known is Known.NO


@pytest.mark.parametrize("use, expected", [("now", Answer.YES), ("before", Answer.UNKNOWN), ("never", Answer.NO)])
def test_earlier_use_speaks_of_dependence_only_while_it_goes_on(people, use, expected):
    fill_and_send(own_chart(people.patient), benzo_use={"choice": use})
    facts = reads.case_of(open_for(people.clinician, people.patient), AT.date()).circumstances.dependence
    assert facts.said_dependent is expected
    assert str(facts.months_of_use) == ("8.0" if use == "now" else "None")
    assert facts.daily_diazepam_mg is None


def test_the_record_learns_how_to_reach_the_patient(people):
    fill_and_send(own_chart(people.patient), contact={"phone": "555-9999", "address": "9 New Street"})
    kept = Patient.objects.get(pk=people.patient.patient_id)
    assert (kept.phone, kept.address, kept.pronouns) == ("555-9999", "9 New Street", "she")


def test_another_birth_date_is_left_for_a_person_to_settle(people):
    fill_and_send(own_chart(people.patient), birth_date={"date": "1958-03-27"})
    chart = open_for(people.clinician, people.patient)
    assert Patient.objects.get(pk=people.patient.patient_id).birth_date == date(1985, 3, 27)
    assert "birth-date-differs" in [t.kind for t in tasks_of_patient(chart)]
    birth = reads.case_of(chart, AT.date()).birth
    assert (birth.youngest_years(AT.date()), birth.oldest_years(AT.date())) == (41, 68)


def test_a_stranger_of_the_same_clinic_opens_nothing(people):
    from serein.foundation.people.keys import open_chart

    assert isinstance(open_chart(people.stranger, people.patient.patient_id, purpose="care", at=AT), Refused)


HOSTILE: list[tuple[str, dict[str, Any]]] = [
    ("birth_date", {}), ("birth_date", {"date": "1985-02-30"}), ("birth_date", {"date": "2999-01-01"}), ("birth_date", {"date": 7}),
    ("sex", {}), ("sex", {"choice": "martian"}), ("sex", {"choice": ["female"]}), ("sex", {"choice": "female", "pronouns": "x" * 41}),
    ("contact", {"phone": "", "address": ""}), ("contact", {"phone": "555", "address": "x" * 100_000}),
    ("contact", {"phone": "5\x005", "address": "x"}), ("contact", {"phone": "5", "address": "\ud800"}),
    ("contact", {"phone": 5, "address": "x"}),
    ("reasons", {"choices": []}), ("reasons", {"choices": "severe_anxiety"}), ("reasons", {"choices": [["a"]]}),
    ("reasons", {"choices": ["other"]}), ("other_health", {"choices": ["none", "depression"]}), ("language", {"choice": "other", "words": "  "}),
]  # fmt: skip


@pytest.mark.parametrize(("question", "said"), HOSTILE)
def test_what_cannot_be_kept_is_refused_in_words_and_changes_nothing(people, question, said):
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    given(actions.answer_question(chart, question, USUAL[question]))
    refused = actions.answer_question(chart, question, said)
    assert isinstance(refused, actions.NotAnswered)
    assert all(p.says for p in refused.problems)
    assert reads.open_intake(chart).answers[question] == USUAL[question]


@pytest.mark.parametrize("number", ["", "0", "-3", "NaN", "Infinity", "three", "1e99"])
def test_how_long_needs_a_usable_number(people, number):
    chart = own_chart(people.patient)
    fill(chart, benzo_use={"choice": "now"})
    assert isinstance(actions.answer_question(chart, "benzo_long", {"choice": "years", "number": number}), actions.NotAnswered)


def test_the_panel_shows_where_each_intake_stands(people):
    from tests.people import my_patients

    other = people.clinic.patient(of=people.clinician)
    fill_and_send(own_chart(people.patient))
    given(actions.start_intake(own_chart(other)))
    overview = reads.evaluations_overview(my_patients(people.clinician))
    assert {overview[p.patient_id].intake for p in (people.patient, other)} == {"sent", "started"}
    assert {i: t for i, t, _ in overview[people.patient.patient_id].results} == {"gad-7": 7, "phq-9": 8}
    assert replace(overview[people.patient.patient_id], results=()).safety is None
