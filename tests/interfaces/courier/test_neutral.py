"""No letter tells a stranger anything (attack T29): every kind that the tree posts, and one that nobody knows, word by word."""

import ast
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from serein.clinical import knowledge
from serein.foundation.outbox.delivery import LetterToSend
from serein.foundation.people.persons import ClinicCard
from serein.interfaces.courier.letters import TEXTS, TO_OTHERS, Office, written
from tests.people import AT

ROOT = Path(__file__).parents[3] / "serein"
CLINIC = ClinicCard(uuid4(), "Riverside Clinic", "US-CA", "America/Los_Angeles", "1 River Road", "555-0100", "911", "988", False)
OFFICE = Office("https://clinic.example", "Serein <serein@clinic.example>")
TELLING = (
    "benzo", "diazepam", "valium", "drug", "medicine", "medication", "tablet", "pill", "dose", "taper", "prescription", "pharmacy", "plan",
    "anxiety", "insomnia", "sleep", "panic", "seizure", "withdrawal", "addict", "dependence", "substance", "alcohol", "opioid", "suicid", "harm",
    "psychiatr", "mental", "therapy", "diagnos", "illness", "treatment", "patient", "maria", "torres",
)  # fmt: skip


def kinds() -> set[str]:
    """Every text that can stand as `kind` of a call of `post` anywhere."""
    found = set()
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "post":
                kind = next((k.value for k in node.keywords if k.arg == "kind"), None)
                found |= {n.value for n in ast.walk(kind) if isinstance(n, ast.Constant)} if kind is not None else set()
    return {k for k in found if isinstance(k, str)}


def letter(kind: str, body: dict[str, str]) -> str:
    """Subject and text as they arrive; a body that tells something must not get through."""
    message = written(
        LetterToSend(uuid4(), kind, "x@example.test", body, uuid4(), AT, 1), CLINIC, OFFICE, until=str(AT + timedelta(days=9))
    )
    return f"{message['Subject']}\n{message.get_content()}"


def telling(text: str) -> list[str]:
    """The words of the text that tell something, however they are inflected."""
    known = knowledge.load()
    names = {
        w.lower()
        for s in [*known.substances, *known.products, *known.indications]
        for w in re.split(r"[-_ ]", str(s))
        if len(w) > 4
    }
    words = re.findall(r"[a-z]+", text.lower())
    return sorted({w for w in words if any(w.startswith(t) for t in TELLING) or w in names})


@pytest.mark.parametrize("kind", sorted(kinds() | {"nobody-knows-this"}))
def test_no_letter_names_a_drug_an_illness_a_specialty_or_a_person(kind):
    body = {"drug": "diazepam", "name": "Maria Torres", "dose": "5 mg"} | ({"token": "abc"} if kind == "invitation" else {})
    assert telling(letter(kind, body)) == []


def test_every_kind_that_is_posted_is_looked_at():
    assert {"invitation", "sharing", "plan-waiting", "prescription-ready", "taper-waiting", "task-now"} <= kinds()
    assert set(TEXTS) | TO_OTHERS <= kinds()


@pytest.mark.parametrize(
    "text", ["Your diazepam is ready", "Your tablets", "Hello Maria", "The anxiety clinic writes", "About your prescription"]
)
def test_the_lint_finds_what_it_looks_for(text):
    assert telling(text)


def test_the_subject_is_one_of_three_whatever_happened():
    subjects = {letter(kind, {}).splitlines()[0] for kind in kinds()}
    assert subjects == {"Something is waiting for you", "Your invitation", "Something must be looked at today"}
