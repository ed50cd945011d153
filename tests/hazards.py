"""Holds the hazards to their tests: after a whole run every test that a control names must have passed, or the run fails."""

from pathlib import Path

import pytest
import yaml

HAZARDS = Path(__file__).parents[1] / "safety" / "hazards.yaml"
passed: set[str] = set()


def controls() -> dict[str, list[str]]:
    """Hazard and control in words -> the node ids that stand behind it."""
    hazards = yaml.safe_load(HAZARDS.read_text())["hazards"]
    return {f"{h['id']} {c['what']}": c["tests"] for h in hazards for c in h["controls"]}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        passed.add(report.nodeid.split("[")[0])


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if hasattr(session.config, "workerinput"):
        return  # a worker saw its share of the tests only; whoever handed them out hears of all
    option = session.config.option
    part = option.keyword or option.markexpr not in ("", "not long") or getattr(option, "lf", False)
    whole = session.config.args == session.config.getini("testpaths") and not part
    if exitstatus != 0 or not whole or option.collectonly:
        return
    bare = [f"{what}: {test}" for what, tests in controls().items() for test in tests if test not in passed]
    if bare:
        print("\nControls of hazards without a passing test:", *bare, sep="\n  ")
        session.exitstatus = 1
