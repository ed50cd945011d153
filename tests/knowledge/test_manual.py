"""The manual is printed from the knowledge: a code that it does not list fails the build."""

from __future__ import annotations

import pytest

from serein.clinical import knowledge
from tests.knowledge.write_manual import PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_the_page_is_as_the_knowledge_prints_it(page):
    assert page.read_text("utf-8") == PAGES[page](knowledge.load()), "run: python -m tests.knowledge.write_manual"


def test_the_page_of_own_rules_is_where_their_source_says():
    url = knowledge.load().source("serein-rule").url
    assert any(str(page).endswith(url) for page in PAGES)
