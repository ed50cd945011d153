"""Writes the page that names, for each number by which orders are judged, the worked cases that hold it:

    python -m tests.clinical.write_worked

It takes minutes, because every case is judged with every number moved. The test of the page judges only the cases that it names."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from serein.clinical import knowledge
from serein.clinical.assess import assess
from serein.clinical.knowledge import Knowledge
from tests.clinical.drafts import TODAY
from tests.clinical.worked import Worked
from tests.clinical.worked.every import CASES
from tests.clinical.worked.moving import judged_by, moved, places

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "worked-numbers.md"
MOVES = {"half": Decimal("0.5"), "double": Decimal(2)}
HEAD = """<!-- Written by: python -m tests.clinical.write_worked -->
# Which worked case holds which number

Every number by which a proposed order is judged, and worked cases (`tests/clinical/worked`) whose answer is wrong as soon as that number is
halved or doubled. The cases are written from the sources; a number without a case, or with one that does not notice, fails the tests.

| Number | Halved, noticed by | Doubled, noticed by |
| --- | --- | --- |
"""


def notices(worked: Worked, other: Knowledge) -> bool:
    """Whether the case is answered otherwise than its source says."""
    return bool(worked.amiss(assess(worked.case, worked.orders, other, TODAY)))


def row(known: Knowledge, place: str) -> str:
    """One line of the table: up to two cases for each move, the cases at the edges first."""
    cells = []
    for factor in MOVES.values():
        other = moved(known, place, factor)
        cells.append("<br>".join([w.says for w in reversed(CASES) if notices(w, other)][:2]))
    return f"| `{place}` | {' | '.join(cells)} |"


def rows(text: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """The page's table: for each number and move, the names of its cases."""
    found = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            place, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            found[place.strip("`")] = {
                move: tuple(filter(None, cell.split("<br>"))) for move, cell in zip(MOVES, cells, strict=True)
            }
    return found


if __name__ == "__main__":
    known = knowledge.load()
    PAGE.write_text(HEAD + "\n".join(row(known, p) for p in places(known, judged_by(known))) + "\n", "utf-8")
