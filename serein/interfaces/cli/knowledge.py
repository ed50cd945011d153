"""`serein knowledge list | show | check | diff`: what the checks rest on, printed from the knowledge itself.

Exit 0; 1 when `check` finds a review date that has passed or `diff` a difference; 2 when the input cannot be used.
"""

import argparse
import sys
import textwrap
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from serein.clinical.knowledge import BadKnowledge, Knowledge, load, read
from serein.clinical.knowledge.compare import differences, words
from serein.clinical.knowledge.gates import cites, label
from serein.clinical.knowledge.library import ROOMS, due
from serein.interfaces.translate.bad_input import BadInput, printable

WIDTH = 110


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput("command line", message)


def knowledge_command(argv: list[str]) -> int:
    try:
        options = _options(argv)
        code, lines = options.run(options)
    except (BadInput, BadKnowledge, OSError) as problem:
        print(f"serein knowledge: {printable(str(problem))}", file=sys.stderr)
        return 2
    print("\n".join(lines), flush=True)
    return int(code)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = _Parser(prog="serein knowledge", description="What the checks rest on.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    listed = commands.add_parser("list", help="every file by kind, with its review date")
    listed.add_argument("room", nargs="?", choices=[*ROOMS], metavar="KIND")
    listed.set_defaults(run=_list)
    shown = commands.add_parser("show", help="one file: all that it says, and on whose word")
    shown.add_argument("name", metavar="ID", help="an id, or KIND/ID")
    shown.set_defaults(run=_show)
    checked = commands.add_parser("check", help="every gate, and review dates that have passed")
    checked.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="YAML to check; default: this release's")
    checked.add_argument("--on", metavar="YYYY-MM-DD", help="the day for review dates; default: today")
    checked.set_defaults(run=_check)
    compared = commands.add_parser("diff", help="what differs between two folders of knowledge")
    compared.add_argument("old", type=Path, metavar="OLD")
    compared.add_argument("new", nargs="?", type=Path, metavar="NEW", help="default: this release's")
    compared.set_defaults(run=_diff)
    return parser.parse_args(argv)


def _list(options: argparse.Namespace) -> tuple[int, list[str]]:
    known, lines = load(), list[str]()
    for room in [options.room] if options.room else ROOMS:
        values = getattr(known, room)
        lines += [f"{room} ({len(values)})", *(f"  {label(room, v)}  (review by {v.review_by}{_seen(v)})" for v in values)]
    return 0, [f"Knowledge {known.version}", *lines, *_confirmed(known)]


def _seen(value: Any) -> str:
    return f", confirmed by {value.confirmed_by}" if value.confirmed_by else ", not confirmed"


def _show(options: argparse.Namespace) -> tuple[int, list[str]]:
    known = load()
    room, _, name = options.name.rpartition("/")
    rooms = [room] if room else [*ROOMS]
    if unknown := [r for r in rooms if r not in ROOMS]:
        raise BadInput("", f"no kind {unknown[0]!r}; kinds: {', '.join(ROOMS)}")
    found = [(r, v) for r in rooms for v in getattr(known, r) if label(r, v) == name]
    if not found:
        raise BadInput("", f"nothing is called {options.name!r}; try: serein knowledge list")
    return 0, [line for r, v in found for line in _shown(known, r, v)]


def _shown(known: Knowledge, room: str, value: Any) -> Iterator[str]:
    yield f"{room}/{label(room, value)}"
    for name in value.__struct_fields__:
        held = getattr(value, name)
        entries = held if isinstance(held, tuple) and held and not isinstance(held[0], str) else (held,)
        for entry in entries:
            if entry not in (None, "", ()):
                yield textwrap.fill(f"{name}: {words(entry)}", WIDTH, initial_indent="  ", subsequent_indent="      ")
    for cite in dict.fromkeys(cites(value)):
        source = known.reference(cite)
        line = f"source: {source.title}, {source.where} ({source.kind}, confidence {source.confidence})"
        yield textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="      ")
    yield f"  review by {value.review_by}{_seen(value)}"


def _check(options: argparse.Namespace) -> tuple[int, list[str]]:
    known = read(options.folder) if options.folder else read(Path(sys.modules[Knowledge.__module__].__file__ or "").parent)
    late = due(known, _day(options.on))
    files = sum(len(getattr(known, room)) for room in ROOMS)
    lines = [f"{files} files keep every gate."]
    lines += [f"{len(late)} are past their review date:", *(f"  {name}" for name in late)] if late else []
    return (1 if late else 0), [*lines, *_confirmed(known)]


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("--on", f"{text!r} is not a day (YYYY-MM-DD)") from None


def _diff(options: argparse.Namespace) -> tuple[int, list[str]]:
    old, new = read(options.old), read(options.new) if options.new else load()
    lines = []
    for d in differences(old, new):
        lines += [
            d.where,
            *([f"  - {d.before}"] if d.before is not None else []),
            *([f"  + {d.after}"] if d.after is not None else []),
        ]
    return (1 if lines else 0), lines or ["No difference."]


def _confirmed(known: Knowledge) -> list[str]:
    return [] if known.confirmed else ["No licensed human has confirmed this knowledge."]
