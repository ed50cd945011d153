"""The subtrees of ICD-10-CM that the knowledge names, code and title: reduced from the package that carries the whole tree.

Only what builds and checks the knowledge reads this, and the manual. A decision needs no list: branches are prefixes of their leaves
(`knowledge.terms`), which a test shows for every code of these subtrees.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serein.clinical.knowledge.terms import plain_icd

if TYPE_CHECKING:
    from serein.clinical.knowledge.library import Knowledge

FILE = Path(__file__).parent / "icd-10-cm.tsv"
# Categories of the WHO's ICD-10 that the clinical modification does not have; its text may not be copied here.
ICD10_ALONE = frozenset({"F00", "F10.3", "F10.4"})


@functools.cache
def titles() -> dict[str, str]:
    """Title by code, both as printed, in the order of the classification."""
    lines = FILE.read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


@functools.cache
def _plain() -> list[str]:
    return sorted(plain_icd(code) for code in titles())


def in_classification(code: str) -> bool:
    """Whether this is a code, or the beginning of several categories ("O1" for O10 to O16)."""
    listed, plain = _plain(), plain_icd(code)
    place = bisect_left(listed, plain)
    return code in ICD10_ALONE or (place < len(listed) and listed[place].startswith(plain))


def classified(knowledge: Knowledge) -> Iterator[tuple[str, Any]]:
    """Everything in the knowledge that is recognised by ICD-10 codes, with where it stands."""
    yield from ((f"contraindications {h.id}", h) for h in knowledge.contraindications)
    yield from ((f"indications {i.id}", i) for f in knowledge.indications for i in f.indications)
    yield from ((f"states {s.id}", s) for f in knowledge.states for s in f.states)
