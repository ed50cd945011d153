"""Reduces ICD-10-CM to the subtrees that the knowledge names: python -m tests.knowledge.write_classification

The package that carries the tree is a tool of the build, never of a running Serein. Run this when the knowledge names a new branch,
and when the package brings a new year.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

import serein.clinical.knowledge as room
from serein.clinical.knowledge.classification import FILE, ICD10_ALONE
from serein.clinical.knowledge.terms import plain_icd

PACKAGE = "simple-icd-10-cm"
FOLDERS = ("contraindications", "pathways/indications", "pathways/states")
HEAD = "# ICD-10-CM (US NCHS, public domain), the subtrees that the knowledge names; from {package} {version}"


def named() -> list[str]:
    """Every ICD-10 code in the YAML; read as it stands, because knowledge with a new branch passes no gate yet."""
    files = (f for folder in FOLDERS for f in sorted((Path(room.__file__).parent / folder).glob("*.yaml")))
    return sorted({c for f in files for c in _codes(yaml.safe_load(f.read_text("utf-8")))} - ICD10_ALONE)


def _codes(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from inner if key in ("icd10", "icd10_except") else _codes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _codes(inner)


def whole() -> dict[str, str]:
    """Title by code for every category and subcategory of the package, but for seventh characters (first visit, later visit, stage)."""
    import simple_icd_10_cm as tree  # here: it takes seconds to read

    codes = (c for c in tree.get_all_codes(True) if tree.is_category_or_subcategory(c))
    return {c: tree.get_description(c) for c in codes if not tree.is_extended_subcategory(c)}


def reduced() -> str:
    stems = tuple(plain_icd(c) for c in named())
    lines = [f"{code}\t{title}" for code, title in whole().items() if plain_icd(code).startswith(stems)]
    return "\n".join([HEAD.format(package=PACKAGE, version=version(PACKAGE)), *lines]) + "\n"


if __name__ == "__main__":
    FILE.write_text(reduced(), "utf-8")
