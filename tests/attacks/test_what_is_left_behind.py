"""T23, T24, T28: what stays in logs, caches and tables for spreadsheets, and what a stranger could write into them."""

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
from tests.attacks.routes import Route, routes
from tests.attacks.straight import Straight, undrawn
from tests.attacks.world import World, make_world
from tests.interfaces.shell_people import enter
from tests.people import four_people

CANARY = "CANARY-7f3a-Maria-Torres"
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


@pytest.fixture
def written():
    """All that the product's own log settings would write, from every logger."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Frames("%(asctime)s %(levelname)s %(name)s %(message)s"))
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "django.security")]
    for one in loggers:
        one.addHandler(handler)
    yield stream
    for one in loggers:
        one.removeHandler(handler)


def test_a_defect_names_the_pattern_and_not_what_was_asked_sent_or_carried(db, written, guide_urls, client):
    client.raise_request_exception = False
    enter(client, four_people().patient, "password")
    answer = client.post(f"/boom/?q={CANARY}", {"text": CANARY}, headers={"user-agent": CANARY, "referer": f"https://x/{CANARY}"})
    assert answer.status_code == 500 and CANARY not in answer.content.decode()
    text = written.getvalue()
    assert "500 POST boom/" in text and "RuntimeError" in text and CANARY not in text and "a defect" not in text


def test_the_code_of_a_prescription_and_a_token_stand_in_no_log(db, written, monkeypatch, client):
    client.raise_request_exception = False
    monkeypatch.setattr("serein.interfaces.web.shell.invitations.waiting_invitation", lambda *_, **__: 1 / 0)
    assert client.get(f"/invitation/{CANARY}/").status_code == 500
    assert CANARY not in written.getvalue() and "invitation/<str:token>/" in written.getvalue()


def test_djangos_own_words_would_have_held_it(db, monkeypatch, client):
    """The control: the formatter that everybody has."""
    client.raise_request_exception = False
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger("django").addHandler(handler)
    monkeypatch.setattr("serein.interfaces.web.shell.invitations.waiting_invitation", lambda *_, **__: 1 / 0)
    try:
        client.get(f"/invitation/{CANARY}/")
    finally:
        logging.getLogger("django").removeHandler(handler)
    assert CANARY in stream.getvalue()


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
    answer = taper._answer(Node(parse(json.dumps(asked).encode()), "input", "input", Trace(ours=True)), False)
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


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.STATE, settings.SEREIN_CLOCK = tmp_path, "tests.people.clock"
    return make_world()


def kept_pages(world: World, every: list[Route]) -> tuple[list[str], int]:
    """The addresses whose answer a browser or a proxy may keep, and how many pages answered."""
    askers = {role: Straight(who) for role, who in world.people.items()}
    kept, seen = [], 0
    for route in every:
        with undrawn():
            answer = askers[world.at_desk_of(route)].ask("GET", route.filled(world.known))
        kept += [] if "no-store" in answer.get("Cache-Control", "") else [route.name]
        seen += answer.status_code == 200
    return kept, seen


def test_no_page_of_somebody_who_is_signed_in_is_kept_anywhere(world):
    every = [r for r in routes() if "logout" not in r.path and "invitation" not in r.path and r.name != "jwks"]
    kept, seen = kept_pages(world, every)
    assert kept == [] and seen > 25


def test_a_page_that_may_be_kept_is_seen(world, settings):
    """The control: a server without the middleware that forbids it."""
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if not m.endswith("no_store")]
    assert kept_pages(world, [r for r in routes() if r.name == "clinician:chart"]) == (["clinician:chart"], 1)
