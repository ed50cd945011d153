"""`serein assess FILE [--json] [--on DAY]` and `serein assess --codes`: check a proposed order on a FHIR record.

Exit 0: no stop. 1: a stop. 2: the input cannot be used, with one line on standard error that says what and where.
"""

import argparse
import contextlib
import json
import sys
from datetime import date, datetime
from typing import NoReturn

import serein
from serein.clinical import knowledge as known
from serein.clinical.assess import assess
from serein.clinical.findings import Assessment, as_json
from serein.interfaces.cli.assess_words import codes_in_words, in_words
from serein.interfaces.cli.given import read_given
from serein.interfaces.translate.bad_input import BadInput, printable
from serein.interfaces.translate.chart import as_request
from serein.interfaces.translate.node import NotUnderstood, read_moment
from serein.interfaces.translate.record import read_record


class _Parser(argparse.ArgumentParser):
    """argparse with one line on standard error instead of its usage."""

    def error(self, message: str) -> NoReturn:
        raise BadInput("command line", message)


def assess_command(argv: list[str]) -> int:
    """The command's exit code. Nothing but the answer goes to standard output, and no traceback goes anywhere."""
    try:
        options = _options(argv)
        code, answer = (0, _codes(options.json)) if options.codes else _judged(options)
    except BadInput as problem:
        print(f"serein assess: {problem}", file=sys.stderr)
        return 2
    except Exception as defect:
        # A script that reads exit codes must never take a defect of ours for "no stop".
        said = printable(f"{type(defect).__name__} {defect}")
        print(f"serein assess: nothing was judged: a defect of Serein, not of the input ({said})", file=sys.stderr)
        return 2
    return _print(answer, code)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = _Parser(prog="serein assess", description="Check a proposed order in a FHIR R4 bundle of one patient.")
    parser.add_argument("file", metavar="FILE", nargs="?", help="the bundle as JSON, or - for standard input")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--on", metavar="YYYY-MM-DD", help="the day to judge; default: the newest order's authoredOn, else today")
    parser.add_argument("--codes", action="store_true", help="print every finding code with severity, trigger and source")
    options = parser.parse_args(argv)
    if not options.codes and options.file is None:
        parser.error("name a FILE, or - for standard input")
    return options


def _judged(options: argparse.Namespace) -> tuple[int, str]:
    record = read_record(read_given(options.file))
    request = as_request(record, _day(options.on), datetime.now().astimezone().date())
    found = assess(request.case, request.orders, known.load(), request.on)
    answer = _as_json(found, record.not_understood) if options.json else in_words(found, record.not_understood)
    return (0 if found.may_sign else 1), answer


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    moment = read_moment(text, "--on")
    if len(text) != len("YYYY-MM-DD"):
        raise BadInput("--on", f"{text!r} is not a whole day (YYYY-MM-DD)")
    return moment.day


def _as_json(found: Assessment, not_understood: tuple[NotUnderstood, ...]) -> str:
    answer = as_json(found, serein.__version__)
    listed = [{"what": n.what, "why": n.why, "count": n.count, "first": n.first} for n in not_understood]
    return json.dumps({**answer, "confirmed": known.load().confirmed, "not_understood": listed}, indent=2)


def _codes(as_data: bool) -> str:
    knowledge = known.load()
    if not as_data:
        return codes_in_words(knowledge)
    entries = [
        {
            "code": entry.code,
            "severity": [s.value for s in entry.severity],
            "trigger": entry.trigger,
            "sources": [{"id": c.source, "title": knowledge.reference(c).title, "where": c.where} for c in entry.cites],
        }
        for entry in knowledge.codes
    ]
    return json.dumps(entries, indent=2)


def _print(answer: str, code: int) -> int:
    """Print and keep the verdict: a terminal without our letters does not change it (nor does a reader that leaves early: see `main`)."""
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    print(answer, flush=True)
    return code
