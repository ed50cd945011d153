"""Patients' words can be read by people who left school early: grade 6 at most, titles grade 4 (Flesch-Kincaid, textstat 0.7.8).

Public questionnaires (GAD-7, PHQ-9) are shown as published and are not counted. A sample of fewer than eight words says nothing about its grade,
so titles are judged together.
"""

import ast
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
import textstat

from serein.care.access.consent_texts import CONSENTS, PASSING_ON, PASSING_ON_YES
from serein.care.evaluation import form, safety
from serein.care.monitoring import form as check_in
from serein.care.monitoring.regimen import day_doses
from serein.care.planning.text import PlannedDose, product_named
from serein.care.planning.words import dose_words
from serein.clinical import knowledge
from serein.interfaces.web import patient
from serein.interfaces.web.patient.doses import in_sentences
from serein.interfaces.web.patient.views import diary

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


CHECK_IN_OPTIONS = [o.words for q in check_in.QUESTIONS for o in q.options if not o.words[:1].isdigit()]
# Pages whose words stand in Python as well: labels, hints, what is said after a press.
SPOKEN = ("views/home.py", "views/diary.py", "views/check_in.py", "views/taper.py", "views/plan.py", "views/level.py", "doses.py")


def said_in(path: Path) -> list[str]:
    """Every sentence in a module that is no docstring: what has a blank and a capital, with what is filled in read as "it"."""
    tree = ast.parse(path.read_text())
    skipped = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for joined in [n for n in ast.walk(tree) if isinstance(n, ast.JoinedStr)]:
        skipped |= {id(part) for part in joined.values}
    whole = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in skipped]
    for joined in [n for n in ast.walk(tree) if isinstance(n, ast.JoinedStr)]:
        whole.append("".join(str(p.value) if isinstance(p, ast.Constant) else "it" for p in joined.values))
    return [re.sub(r"\{[^}]*\}", "it", w).strip() for w in whole if " " in w.strip() and w.strip()[:1].isupper()]


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


def test_consent_to_passing_on_is_at_most_grade_8():
    assert grade(" ".join((*PASSING_ON, PASSING_ON_YES))) <= 8


@pytest.mark.parametrize("key", [q.key for q in check_in.QUESTIONS])
def test_why_a_check_in_asks_is_at_most_grade_6(key):
    assert grade(check_in.BY_KEY[key].why) <= 6, check_in.BY_KEY[key].why


def test_the_check_ins_titles_are_at_most_grade_4_and_its_answers_at_most_grade_6():
    titles = [q.title for q in check_in.QUESTIONS]
    assert grade(" ".join(titles)) <= 4 and max(len(t.split()) for t in titles) <= 8
    assert grade(" ".join(f"{o}." for o in CHECK_IN_OPTIONS)) <= 6
    assert [o for o in CHECK_IN_OPTIONS if len(o.split()) >= 8 and grade(o) > 6] == []


@pytest.mark.parametrize("name", SPOKEN)
def test_what_pages_say_in_python_is_at_most_grade_6(name):
    sentences = [w if w[-1] in ".?!" else f"{w}." for w in said_in(Path(patient.__file__).parent / name)]
    assert sentences and grade(" ".join(sentences)) <= 6, sentences
    assert [w for w in sentences if len(w.split()) >= 8 and grade(w) > 7] == []


def test_advice_after_a_dose_is_at_most_grade_6():
    lines = [*diary.CALL, *diary.ADVICE.values(), "Do not take more today."]
    assert grade(" ".join(w if w.endswith(".") else f"{w}." for w in lines)) <= 6
    assert grade(" ".join(knowledge.load().advised("missed-dose").advice)) <= 8  # the label's own words, kept as they are


@pytest.mark.parametrize("units", ["0.5", "1", "1.5"])
def test_a_dose_when_needed_is_said_in_words_of_grade_6(units):
    dose = PlannedDose("as_needed", units, "2", "4")
    product = product_named("diazepam-tablet-5")
    assert product is not None
    words = dose_words(product, dose)
    assert f"in any 7 days ({Decimal(units) * 20:f}".rstrip("0").rstrip(".") in words
    assert ", at most" not in in_sentences(words) and grade(f"Take {in_sentences(words)}.") <= 6
    assert grade(f"Take {day_doses(product.id, (dose,))[0].words} when you need it.") <= 6
