"""Hostile bundles: exit 2 with one line, or an honest answer. Never a traceback, never a defect, never a silent pass."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serein.clinical.knowledge import library
from serein.interfaces.cli import assess as door
from tests.interfaces.hostile import hostile

ROOT = Path(__file__).parents[2]
QUICK, PROCESSES, LONG, PARTS = 2_000, 50, 100_000, 5
SHARE = 0.12  # of the minutes for each part: 20,000 bundles take 80 s where nothing else runs


def honest(number: int, code: int, out: str, err: str) -> None:
    said = f"hostile bundle {number}: exit {code}: {err[:300]}"
    if code == 2:
        assert not out and err.count("\n") == 1 and err.startswith("serein assess: "), said
        assert err.strip().isprintable() and "a defect of Serein" not in err and "Traceback" not in err, said
        return
    assert code in (0, 1) and not err, said
    answer = json.loads(out)
    stops = [f for f in answer["findings"] if f["severity"] == "stop"]
    assert answer["may_sign"] is (not stops) is (code == 0), said
    assert answer["orders"], said
    assert all(f["inputs"] and f["sources"] and f["summary"] and len(f["summary"]) <= 90 for f in answer["findings"]), said
    # A pass is never silent: what nobody could read of a proposed order stands among the stops.
    assert all(o["daily_dose_mg"] is not None or o["substance"] != "diazepam" for o in answer["orders"]) or stops, said


def judged(number: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "read_given", lambda name: hostile(number))
    code = door.assess_command(["-", "--json", "--on", "2026-11-22"])
    honest(number, code, *capsys.readouterr())


def test_two_thousand_hostile_bundles_in_one_process(capsys, monkeypatch):
    for number in range(QUICK):
        judged(number, capsys, monkeypatch)


@pytest.fixture
def compiled():
    """As an installation has it: without it, or with a stale one, each process would read all of the YAML and say so."""
    held = library.HERE / library.NAME
    if library.read_compiled(held, library.ROOMS, library.VERSION, lambda: library.made_from(library.HERE)) is None:
        library.write_compiled()


def test_fifty_hostile_bundles_as_processes(tmp_path, compiled):
    def run(number: int) -> tuple[int, int, str, str]:
        file = tmp_path / f"{number}.json"
        file.write_bytes(hostile(number))
        command = [sys.executable, "-m", "serein.interfaces.cli.main", "assess", str(file), "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
        return number, done.returncode, done.stdout, done.stderr

    with ThreadPoolExecutor(2) as two:
        for number, code, out, err in two.map(run, range(5_000, 5_000 + PROCESSES)):
            honest(number, code, out, err)


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_hundred_thousand_hostile_bundles(part, capsys, monkeypatch):
    """Ends when all are judged or the part's share of `make test-long MINUTES=n` is used, and says how many it judged."""
    until = time.monotonic() + float(os.environ.get("SEREIN_MINUTES", "30")) * 60 * SHARE
    first = 10_000 + (int(os.environ.get("SEREIN_SEED", "1")) - 1) * LONG + part
    done = 0
    for number in range(first, first + LONG, PARTS):
        judged(number, capsys, monkeypatch)
        done += 1
        if time.monotonic() > until:
            break
    with capsys.disabled():
        print(f"\n{done} of {LONG // PARTS} hostile bundles judged in part {part + 1} of {PARTS}")
    assert done > 0
