"""Whatever is answered, changed and changed back: only what applies is asked, and only what was asked counts."""

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings as tries
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from serein.care.evaluation import actions, answering, reads
from serein.care.evaluation.form import BY_KEY, QUESTIONS
from serein.care.evaluation.question import Kind, Question
from tests.care.evaluation.filling import AUDIT, GAD, PHQ, USUAL
from tests.people import four_people, given, own_chart


def said(question: Question, pick: random.Random) -> dict[str, Any]:
    """Some answer that the question takes."""
    if question.kind is Kind.CHOICE:
        return {**USUAL.get(question.key, {}), "choice": pick.choice(question.options).key, "words": "more", "number": "3"}
    if question.kind is Kind.MANY:
        lone = [o for o in question.options if o.alone]
        free = [o for o in question.options if not o.alone]
        chosen = [pick.choice(lone)] if lone and pick.random() < 0.3 else pick.sample(free, pick.randint(1, len(free)))
        return {"choices": [o.key for o in chosen], "words": "more"}
    return USUAL[question.key]


def slow_path(answers: dict[str, dict[str, Any]]) -> list[str]:
    """The obvious twin of `answering.path`: ask one after the other, forgetting every answer to a question that is not asked."""
    asked: list[str] = []
    for question in QUESTIONS:
        wanted = True
        for only in question.only:
            reply = answers.get(only.question) if only.question in asked else None
            picked = [] if reply is None else reply.get("choices") or [reply.get("choice")]
            wanted = wanted and any(p in only.options for p in picked)
        if wanted:
            asked.append(question.key)
    return asked


CHOICES = {q.key: st.sampled_from([o.key for o in q.options]) for q in QUESTIONS if q.kind is Kind.CHOICE}


@for_all(st.fixed_dictionaries({}, optional={k: v.map(lambda o: {"choice": o}) for k, v in CHOICES.items()}))
def test_the_path_is_that_of_its_slow_twin(answers):
    assert [q.key for q in answering.path(answers)] == slow_path(answers)
    assert list(answering.live(answers)) == [k for k in slow_path(answers) if k in answers]


@for_all(st.fixed_dictionaries({}, optional={k: v.map(lambda o: {"choice": o}) for k, v in CHOICES.items()}))
def test_an_answer_that_does_not_count_changes_nothing(answers):
    counted = answering.live(answers)
    assert answering.path(counted) == answering.path(answers)
    assert answering.first_open(counted) == answering.first_open(answers)


class FillingIn(RuleBasedStateMachine):
    """A person who answers, goes back, changes an answer, and changes it back."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, dict[str, Any]] = {}
        self.before: tuple[str, dict[str, Any] | None, list[str]] | None = None

    @rule(pick=st.randoms(use_true_random=False))
    def go_on(self, pick: random.Random) -> None:
        question = answering.first_open(self.answers)
        if question is not None:
            self.before = (question.key, self.answers.get(question.key), [q.key for q in answering.path(self.answers)])
            self.answers[question.key] = (
                {"rows": [{"id": "1"}], "done": True} if question.kind is Kind.ROWS else said_or_done(question, pick)
            )

    @precondition(lambda self: self.answers)
    @rule(pick=st.randoms(use_true_random=False))
    def change(self, pick: random.Random) -> None:
        key = pick.choice([k for k in self.answers if BY_KEY[k].kind in (Kind.CHOICE, Kind.MANY)] or [next(iter(self.answers))])
        self.before = (key, self.answers[key], [q.key for q in answering.path(self.answers)])
        self.answers[key] = said_or_done(BY_KEY[key], pick)

    @precondition(lambda self: self.before is not None)
    @rule()
    def change_back(self) -> None:
        assert self.before is not None
        key, answer, path = self.before
        self.answers.pop(key) if answer is None else self.answers.update({key: answer})
        assert [q.key for q in answering.path(self.answers)] == path
        self.before = None

    @invariant()
    def every_question_has_its_reason(self) -> None:
        counted = answering.live(self.answers)
        for question in answering.path(self.answers):
            for only in question.only:
                assert answering.chosen(counted[only.question]) & set(only.options)

    @invariant()
    def forward_and_back_are_one_path(self) -> None:
        on = answering.path(self.answers)
        for one, next_one in pairwise(on):
            assert answering.after(one.key, self.answers) == next_one
            assert answering.before(next_one.key, self.answers) == one
        assert answering.after(on[-1].key, self.answers) is None


def said_or_done(question: Question, pick: random.Random) -> dict[str, Any]:
    return {"result": "1"} if question.kind is Kind.INSTRUMENT else said(question, pick)


FillingIn.TestCase.settings = tries(max_examples=60, stateful_step_count=60, deadline=None)
TestFillingIn = FillingIn.TestCase


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_a_random_walk_through_the_stored_form_always_ends_and_sends_only_what_was_asked(seed):
    pick = random.Random(seed)
    people = four_people()
    chart = own_chart(people.patient)
    given(actions.start_intake(chart))
    changes = 0
    while (question := answering.first_open(reads.open_intake(chart).answers)) is not None:
        answers = reads.open_intake(chart).answers
        earlier = [k for k in answering.live(answers) if BY_KEY[k].kind in (Kind.CHOICE, Kind.MANY)]
        if earlier and changes < 12 and pick.random() < 0.25:
            changes += 1
            question = BY_KEY[pick.choice(earlier)]
        if question.kind is Kind.INSTRUMENT:
            given(actions.answer_instrument(chart, question.key, {"gad-7": GAD, "phq-9": PHQ, "audit-c": AUDIT}[question.key]))
        elif question.kind is Kind.ROWS:
            given(actions.add_row(chart, question.key, {"name": f"thing {pick.random()}", "choice": "shop"}))
            given(actions.answer_question(chart, question.key, {"done": True}))
        else:
            assert isinstance(actions.answer_question(chart, question.key, said(question, pick)), actions.Answered), question.key
    asked = slow_path(reads.open_intake(chart).answers)
    assert isinstance(actions.submit_intake(chart), actions.Submitted)
    shown = [line.question for line in reads.evaluation(chart).answers]
    assert shown == [k for k in asked if BY_KEY[k].kind is not Kind.INSTRUMENT]
    case = reads.case_of(chart, chart.at.date())
    assert bool(case.medicines) == ("medicines" in asked)
    assert bool(case.allergies) == ("allergies" in asked)
