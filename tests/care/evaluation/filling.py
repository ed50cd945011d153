"""Fill in an intake the way a person would: one question after the other, as asked."""

from typing import Any

from serein.care.evaluation import actions, answering, reads
from serein.care.evaluation.question import Kind, Question
from serein.foundation.people.keys import OpenChart
from tests.people import given

GAD = {str(n): 1 for n in range(1, 8)}
AUDIT = {"1": 2, "2": 1, "3": 1}
PHQ = {str(n): 1 for n in range(1, 9)} | {"9": 0}

USUAL: dict[str, dict[str, Any]] = {
    "birth_date": {"date": "1985-03-27"}, "sex": {"choice": "female", "pronouns": "she"},
    "contact": {"phone": "555-0303", "address": "3 Orchard Lane, Fresno"}, "language": {"choice": "en"},
    "reasons": {"choices": ["severe_anxiety"], "words": "I cannot ride the bus."}, "story": {"started": "In May"},
    "takes_medicines": {"choice": "none"}, "has_allergies": {"choice": "none"}, "pregnant": {"choice": "no"}, "breastfeeding": {"choice": "no"},
    "alcohol": {"choice": "never"}, "opioids": {"choice": "no"}, "sleep_apnea": {"choice": "no"}, "breathing": {"choice": "no"},
    "liver": {"choice": "no"}, "kidney": {"choice": "no"}, "myasthenia": {"choice": "no"}, "glaucoma": {"choice": "no"},
    "falls": {"choice": "no"}, "other_health": {"choices": ["none"]}, "drives": {"choice": "no"}, "work": {"choices": ["car"]},
    "benzo_use": {"choice": "never"},
    "benzo_what": {"choices": ["diazepam"]}, "benzo_long": {"choice": "months", "number": "8"}, "benzo_days": {"choice": "7"},
    "benzo_need": {"choice": "yes"}, "benzo_stop": {"choices": ["never"]}, "medicines_unsure": {},
}  # fmt: skip
ROWS = {
    "medicines": (
        {"name": "Omeprazole", "how": "one 20 mg capsule a day", "choice": "shop"},
        {"name": "Xanax", "choice": "shared"},
    ),
    "allergies": ({"name": "Penicillin", "how": "a rash"},),
}


def answer(chart: OpenChart, question: Question, said: dict[str, Any], instruments: dict[str, dict[str, int]]) -> None:
    if question.kind is Kind.INSTRUMENT:
        given(actions.answer_instrument(chart, question.key, instruments[question.key]))
        return
    if question.kind is Kind.ROWS:
        for row in said.get(question.key) or ROWS[question.key]:
            assert isinstance(actions.add_row(chart, question.key, row), actions.Answered)
    done = {"done": True} if question.kind is Kind.ROWS else said[question.key]
    assert isinstance(actions.answer_question(chart, question.key, done), actions.Answered), question.key


def fill(
    chart: OpenChart, *, gad: dict[str, int] | None = None, phq: dict[str, int] | None = None, **changes: dict[str, Any]
) -> list[str]:
    """Start an intake and answer what is asked until nothing is left. Returns the questions in the order in which they were asked."""
    given(actions.start_intake(chart))
    asked: list[str] = []
    while True:
        state = reads.open_intake(chart)
        assert state is not None
        question = answering.first_open(state.answers)
        if question is None:
            return asked
        assert question.key not in asked, f"asked twice: {question.key}"
        asked.append(question.key)
        answer(chart, question, {**USUAL, **changes}, {"gad-7": gad or GAD, "phq-9": phq or PHQ, "audit-c": AUDIT})


def fill_and_send(chart: OpenChart, **changes: Any) -> None:
    fill(chart, **changes)
    assert isinstance(actions.submit_intake(chart), actions.Submitted)
