"""safety/hazards.yaml is whole: each hazard has a control, each control a test that exists and is not one of the long ones."""

import ast
from pathlib import Path

import pytest
import yaml

from tests.hazards import HAZARDS, controls

ROOT = Path(__file__).parents[2]
FIELDS = {"id", "hazard", "cause", "harm", "severity", "controls"}


def decorators_of(file: Path) -> dict[str, str]:
    """Name -> its decorators as text."""
    tree = ast.parse(file.read_text())
    return {f.name: " ".join(map(ast.unparse, f.decorator_list)) for f in tree.body if isinstance(f, ast.FunctionDef)}


def test_every_hazard_says_cause_harm_and_severity_and_has_a_control() -> None:
    hazards = yaml.safe_load(HAZARDS.read_text())["hazards"]
    assert len({h["id"] for h in hazards}) == len(hazards)
    for h in hazards:
        assert set(h) == FIELDS and 1 <= h["severity"] <= 5 and h["controls"], h["id"]


@pytest.mark.parametrize(("control", "node"), [(c, t) for c, tests in controls().items() for t in tests])
def test_every_control_names_a_test_that_runs_every_time(control: str, node: str) -> None:
    file, _, name = node.partition("::")
    found = decorators_of(ROOT / file)
    assert name in found, f"{control}: {node} is not there"
    assert not any(word in found[name] for word in ("long", "skip", "xfail")), f"{control}: {node} does not run every time"
