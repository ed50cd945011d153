"""Reads an answer, and finds the path through the form that the answers so far open. Pure: no database, no request.

An answer is a plain dict: `choice` or `choices`, `date`, `rows` with `done`, and the texts of the question's blanks under their own names.
Nothing that was typed is changed, trimmed or cut: what cannot be kept is refused with a reason.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from .form import BY_KEY, QUESTIONS
from .question import Blank, Kind, Question

Answer = dict[str, Any]
Answers = Mapping[str, Answer]
MOST_ROWS = 60
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one part of an answer, in words for the person who typed it."""

    part: str
    says: str


def chosen(answer: Mapping[str, Any]) -> frozenset[str]:
    """Option keys of an answer, whether one or many could be chosen."""
    many = answer.get("choices")
    one = answer.get("choice")
    return frozenset(many) if many else frozenset([one] if one else [])


def path(answers: Answers) -> tuple[Question, ...]:
    """The questions that the answers so far call for. An answer to a question that is no longer on the path opens nothing."""
    found: list[Question] = []
    live: dict[str, Answer] = {}
    for question in QUESTIONS:
        if all(chosen(live.get(o.question, {})) & set(o.options) for o in question.only):
            found.append(question)
            if question.key in answers:
                live[question.key] = answers[question.key]
    return tuple(found)


def live(answers: Answers) -> dict[str, Answer]:
    """The answers that count: those to questions on the path, in the order of the form."""
    return {q.key: answers[q.key] for q in path(answers) if q.key in answers}


def is_complete(question: Question, answer: Mapping[str, Any] | None) -> bool:
    return answer is not None and (question.kind is not Kind.ROWS or (bool(answer.get("done")) and bool(answer.get("rows"))))


def first_open(answers: Answers) -> Question | None:
    """The first question on the path without a complete answer, or None when all are answered."""
    return next((q for q in path(answers) if not is_complete(q, answers.get(q.key))), None)


def after(key: str, answers: Answers) -> Question | None:
    """The question that follows `key` on the path, answered or not."""
    on = path(answers)
    place = next((i for i, q in enumerate(on) if q.key == key), None)
    return None if place is None or place + 1 == len(on) else on[place + 1]


def before(key: str, answers: Answers) -> Question | None:
    on = path(answers)
    place = next((i for i, q in enumerate(on) if q.key == key), 0)
    return on[place - 1] if place else None


def text_problem(text: object, longest: int) -> str:
    """Why a text cannot be kept; empty when it can."""
    if not isinstance(text, str):
        return "We could not read this. Please type it again."
    if _UNSTORABLE.search(text):
        return "There is a sign in this text that we cannot save. Take it out, or type the text again."
    if len(text) > longest:
        return f"This text is too long. It has {len(text)} letters and signs. Please use {longest} or fewer."
    return ""


def _number_problem(text: str) -> str:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return "Type a number, such as 3."
    return "" if number.is_finite() and 0 < number < 10000 else "Type a number above 0, such as 3."


def _blank_problem(blank: Blank, raw: Mapping[str, Any], picked: frozenset[str]) -> str:
    text = raw.get(blank.key) or ""
    said = text_problem(text, blank.longest)
    if said or text.strip():
        return said or (_number_problem(text) if blank.number else "")
    if blank.required or picked & set(blank.needs):
        return "Type a number, such as 3." if blank.number else f"Fill in: {blank.label}"
    return ""


def _read_blanks(question: Question, raw: Mapping[str, Any], picked: frozenset[str]) -> tuple[Answer, list[Problem]]:
    problems = [Problem(b.key, said) for b in question.blanks if (said := _blank_problem(b, raw, picked))]
    return {b.key: str(raw[b.key]) for b in question.blanks if raw.get(b.key) and not problems}, problems


def _read_choice(question: Question, raw: Mapping[str, Any]) -> tuple[Answer, list[Problem]]:
    key = raw.get("choice")
    if not isinstance(key, str) or question.option(key) is None:
        return {}, [Problem("choice", "Choose one answer.")]
    blanks, problems = _read_blanks(question, raw, frozenset([key]))
    return {"choice": key, **blanks}, problems


def _read_many(question: Question, raw: Mapping[str, Any]) -> tuple[Answer, list[Problem]]:
    sent = raw.get("choices")
    keys = list(dict.fromkeys(sent)) if isinstance(sent, list) and all(isinstance(k, str) for k in sent) else []
    picked = [o for k in keys if (o := question.option(k))]
    if not picked or len(picked) != len(keys):
        return {}, [Problem("choices", "Choose at least one answer.")]
    if len(picked) > 1 and (lone := next((o for o in picked if o.alone), None)):
        return {}, [Problem("choices", f"Choose “{lone.words}” by itself, or choose the others.")]
    blanks, problems = _read_blanks(question, raw, frozenset(keys))
    in_order = [o.key for o in question.options if o.key in keys]
    return {"choices": in_order, **blanks}, problems


def _read_date(raw: Mapping[str, Any], today: date) -> tuple[Answer, list[Problem]]:
    try:
        day = date.fromisoformat(str(raw.get("date")))
    except ValueError:
        return {}, [Problem("date", "Type a day, a month and a year.")]
    if not date(today.year - 130, 1, 1) <= day <= today:
        return {}, [Problem("date", "This date cannot be right. Please check the year.")]
    return {"date": day.isoformat()}, []


def read_answer(question: Question, raw: Mapping[str, Any], *, today: date) -> tuple[Answer, list[Problem]]:
    """The clean answer, or what is wrong with it. Rows and instruments are answered by their own actions."""
    if question.kind is Kind.CHOICE:
        return _read_choice(question, raw)
    if question.kind is Kind.MANY:
        return _read_many(question, raw)
    if question.kind is Kind.DATE:
        return _read_date(raw, today)
    if question.kind is Kind.BLANKS:
        return _read_blanks(question, raw, frozenset())
    raise ValueError(f"{question.key} is not answered in one piece")


def read_row(question: Question, raw: Mapping[str, Any]) -> tuple[Answer, list[Problem]]:
    """One line of a list, such as one medicine."""
    row, problems = _read_blanks(question, raw, frozenset())
    if question.options:
        source = raw.get("choice")
        if not isinstance(source, str) or question.option(source) is None:
            problems.append(Problem("choice", "Choose one answer."))
        row["choice"] = source
    return row, problems


def in_words(question: Question, answer: Mapping[str, Any], *, day: str = "%d-%b-%Y") -> tuple[str, ...]:
    """An answer as lines of words, as the patient chose and typed them. `day` is how a date is written."""
    if question.kind is Kind.DATE:
        return (f"{date.fromisoformat(answer['date']):{day}}",)
    if question.kind is Kind.ROWS:
        return tuple(row_words(question, row) for row in answer.get("rows", ()))
    picked = [o.words for o in question.options if o.key in chosen(answer)]
    numbers = [str(answer[b.key]).strip() for b in question.blanks if b.number and answer.get(b.key)]
    typed = [str(answer[b.key]) for b in question.blanks if not b.number and answer.get(b.key)]
    if numbers:
        return (" ".join([*numbers, *(p.lower() for p in picked)]), *typed)
    return (*picked, *typed)


def row_words(question: Question, row: Mapping[str, Any]) -> str:
    """One line of a list: "Omeprazole, 20 mg a day. From a shop, no prescription needed"."""
    source = question.option(str(row.get("choice", "")))
    typed = ", ".join(str(row[b.key]) for b in question.blanks if row.get(b.key))
    return f"{typed}. {source.words}" if source else typed


__all__ = [
    "BY_KEY", "MOST_ROWS", "Answer", "Answers", "Problem", "after", "before", "chosen", "first_open", "in_words", "is_complete", "live", "path",
    "read_answer", "read_row", "row_words", "text_problem",
]  # fmt: skip
