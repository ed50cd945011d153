"""Writes the generated pages of the manual: python -m tests.knowledge.write_manual"""

from __future__ import annotations

from pathlib import Path

from serein.clinical import knowledge
from serein.clinical.knowledge.manual import facts_page, findings_page, instruments_page, own_rules_page

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    DOCS / "reference" / "findings.md": findings_page,
    DOCS / "reference" / "instruments.md": instruments_page,
    DOCS / "reference" / "knowledge.md": facts_page,
    DOCS / "explanation" / "own-rules.md": own_rules_page,
}

if __name__ == "__main__":
    for page, written in PAGES.items():
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(written(knowledge.load()), "utf-8")
