"""Patients' words can be read by people who left school early: grade 6 at most, titles grade 4 (Flesch-Kincaid, textstat 0.7.8).

Public questionnaires (GAD-7, PHQ-9) are shown as published and are not counted. A sample of fewer than eight words says nothing about its grade,
so titles are judged together.
"""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import textstat

from serein.care.access.consent_texts import CONSENTS
from serein.care.evaluation import form, safety
from serein.interfaces.web import patient

# Names that cannot be said more simply; the plain word stands beside each.
NAMES = re.compile(
    r"diazepam|alprazolam|lorazepam|clonazepam|temazepam|Valium|Xanax|Ativan|Klonopin|Restoril|oxycodone|tramadol|codeine|methadone|fentanyl|"
    r"heroin|opioids|myasthenia gravis|sleep apnea|glaucoma|COPD|asthma|dementia|psychosis|epilepsy|\([^)]*\)|"
    r"medicines?|prescriptions?|pharmacy|emergency",
    re.IGNORECASE,
)
TITLES = [q.title for q in form.QUESTIONS] + [q.title for q in safety.QUESTIONS]
BODIES = {q.key: q.why for q in (*form.QUESTIONS, *safety.QUESTIONS) if q.why}
OPTIONS = [o.words for q in form.QUESTIONS for o in q.options] + [b.label for q in form.QUESTIONS for b in q.blanks]


class Words(HTMLParser):
    """The text of a template's own blocks, a sentence per element, without tags of Django."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.parts.append(data.strip())


def template_words(path: Path) -> str:
    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", " ", text)
    text = re.sub(r"\{\{.*?\}\}", "it", text)
    reader = Words()
    reader.feed(text)
    return " ".join(p if p[-1] in ".?!:" else f"{p}." for p in reader.parts if len(p.split()) > 2)


def grade(text: str) -> float:
    return textstat.flesch_kincaid_grade(NAMES.sub("pill", text))


def test_the_measure_tells_good_from_bad():
    assert grade("Take one pill at night. Do not drink. Ask us if you are not sure what to do next.") < 3
    assert (
        grade(
            "Concomitant administration of respiratory depressants necessitates individualised reassessment of pharmacotherapy."
        )
        > 15
    )


@pytest.mark.parametrize("key", [k for k, text in BODIES.items() if len(text.split()) >= 8])
def test_why_we_ask_is_at_most_grade_6(key):
    assert grade(BODIES[key]) <= 6, BODIES[key]


def test_titles_are_at_most_grade_4():
    assert grade(" ".join(TITLES)) <= 4
    longest = max(TITLES, key=lambda t: len(t.split()))
    assert len(longest.split()) <= 8, longest


def test_answers_to_choose_from_are_at_most_grade_6():
    assert grade(" ".join(f"{o}." for o in OPTIONS)) <= 6


@pytest.mark.parametrize(
    "path", sorted((Path(patient.__file__).parent / "templates/patient").glob("*.html")), ids=lambda p: p.stem
)
def test_each_page_is_at_most_grade_6(path):
    words = template_words(path)
    if len(words.split()) >= 8:
        assert grade(words) <= 6, words


@pytest.mark.parametrize("what", CONSENTS)
def test_consent_is_at_most_grade_8(what):
    assert grade(CONSENTS[what].text.replace("\n", " ")) <= 8
