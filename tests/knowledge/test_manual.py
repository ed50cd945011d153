"""The manual is printed from the knowledge: a code that it does not list fails the build."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import serein.clinical
from serein.clinical import knowledge
from tests.knowledge.write_manual import PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_the_page_is_as_the_knowledge_prints_it(page):
    assert page.read_text("utf-8") == PAGES[page](knowledge.load()), "run: python -m tests.knowledge.write_manual"


def test_the_page_of_own_rules_is_where_their_source_says():
    url = knowledge.load().source("serein-rule").url
    assert any(str(page).endswith(url) for page in PAGES)


CORE = Path(serein.clinical.__file__).parent


def said_in(text: str) -> tuple[set[str], set[str]]:
    """What a module's checks give as codes: words, and what else is passed in their place."""
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    first = [c.args[0] for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "finding"]
    words = {a.value for a in first if isinstance(a, ast.Constant)}
    return words, {ast.unparse(a) for a in first if not isinstance(a, ast.Constant)}


def test_every_finding_that_a_check_can_make_is_documented_and_every_documented_one_is_made():
    """A code in words is in the catalogue; any other comes from a hazard or a meeting, whose codes a gate looks up there."""
    known = knowledge.load()
    found = [said_in(p.read_text("utf-8")) for p in CORE.rglob("*.py")]
    words, others = set.union(*[w for w, _ in found]), set.union(*[o for _, o in found])
    assert others == {"hazard.code", "meeting.code"}
    spoken = words | {h.code for h in known.contraindications} | {m.code for m in known.interactions}
    assert spoken == {e.code for e in known.codes}


def test_an_undocumented_code_would_be_seen():
    assert said_in('scene.finding("unheard-of", WARN, o, texts, because)') == ({"unheard-of"}, set())
    assert said_in("scene.finding(made_up, WARN, o, texts, because)") == (set(), {"made_up"})
