"""T23, T24: what a stranger could write into a log or into a table that a spreadsheet opens."""

import csv
import io
import json
import logging
from pathlib import Path

import pytest

import serein
from serein.config.log import CONTROL, Frames, logging_settings
from serein.interfaces.cli import taper, taper_given
from serein.interfaces.translate.node import Node, Trace
from serein.interfaces.translate.strict_json import parse

NASTY = ["\r\n2026 ERROR root forged", "\x1b[31mred", "\u202egnp.exe", "\x00", "\u2028line", "a\nb"]


def line_of(nasty: str, formatter: logging.Formatter) -> str:
    record = logging.LogRecord("serein.test", logging.WARNING, __file__, 1, "what was sent: %s", (nasty,), None)
    return formatter.format(record)


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_nobody_writes_a_line_or_a_colour_of_their_own(nasty):
    text = line_of(nasty, Frames("%(asctime)s %(levelname)s %(name)s %(message)s"))
    assert not CONTROL.search(text) and "what was sent: " in text


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_the_formatter_that_everybody_has_would_let_them(nasty):
    """The control."""
    assert CONTROL.search(line_of(nasty, logging.Formatter("%(message)s")))


def test_every_line_that_serein_writes_goes_through_that_formatter():
    made = logging_settings()
    assert made["formatters"]["frames"]["()"] is Frames
    assert {name: how["formatter"] for name, how in made["handlers"].items()} == {"stderr": "frames"}


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


def runs(cell: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula; a number below zero that we wrote is none."""
    return cell.startswith(("=", "+", "@", "\t", "\r")) or (cell.startswith("-") and not cell[1:].replace(".", "").isdigit())


def table(formula: str) -> list[list[str]]:
    """A taper with a product of that name, as a table."""
    asked = {
        "substance": "diazepam", "daily_dose_mg": "4", "start_on": "2027-01-04", "times": ["night"], "policy": "asam-2025",
        "pace": {"cut_percent": "25", "every_days": 14}, "goal_mg": "0", "stable_since": "2026-01-01",
        "products": [{"id": formula, "form": "oral-solution", "mg_per_ml": "1", "smallest_ml": "0.1"}],
    }  # fmt: skip
    answer = taper._answer(Node(parse(json.dumps(asked).encode()), "input", "input", Trace()), False)
    assert answer.plan is not None, answer.for_people
    return list(csv.reader(io.StringIO(taper_given.as_csv(answer.plan), newline="")))


def names(found: list[list[str]]) -> set[str]:
    """The cells of the one column whose text comes from outside; what reads a request takes spaces and tabs off its ends."""
    return {row[found[0].index("product")] for row in found[1:]} - {""}


@pytest.mark.parametrize("formula", FORMULAS, ids=ascii)
def test_a_spreadsheet_runs_nothing_that_we_wrote(formula):
    found = table(formula)
    assert [cell for row in found for cell in row if runs(cell)] == []
    assert names(found) == {f"'{formula.strip()}"}


@pytest.mark.parametrize("formula", FORMULAS, ids=ascii)
def test_a_name_that_is_written_as_it_came_is_seen(formula, monkeypatch):
    """The control."""
    monkeypatch.setattr(taper_given, "_inert", lambda text: text)
    assert names(table(formula)) == {formula.strip()}


def test_every_writer_of_tables_is_known_here():
    """A new one must be attacked above, or write nothing that comes from outside."""
    every = {p: p.read_text() for p in Path(serein.__file__).parent.rglob("*.py")}
    found = {p.name for p, text in every.items() if "csv.writer" in text or "DictWriter" in text}
    # Levels: hours and numbers under headings of our own; tapers: above.
    assert found == {"levels_words.py", "taper_given.py"}
