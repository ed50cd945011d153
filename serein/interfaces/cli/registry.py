"""`serein registry import FILE`: the public NPPES file, as CSV or as the zip that it comes in, becomes what licences are looked up in."""

import argparse
import hashlib
import os
import sys
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from serein.interfaces.translate.bad_input import BadInput, printable
from serein.interfaces.translate.nppes import BadRow, RegistryRow, day_in_name, opened, rows

if TYPE_CHECKING:
    from serein.care.access.actions.registry import NotKept, Provider

BATCH, PROGRESS = 1000, 50_000
MOST_BAD = 10_000


def registry_command(argv: list[str]) -> int:
    """0: read to its end. 1: read, and some rows were not kept. 2: it cannot be used, or no clinic is running."""
    parser = argparse.ArgumentParser(prog="serein registry", description="Bring in a public register of providers.")
    parser.add_argument("deed", choices=["import"])
    parser.add_argument("file", metavar="FILE", help="npidata_pfile_….csv, or the zip that it comes in")
    parser.add_argument(
        "--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day it speaks for, if its name does not say it"
    )
    asked = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    try:
        return bring_in(Path(asked.file), asked.on, datetime.now(UTC))
    except BadInput as wrong:
        return _complain(printable(str(wrong)))
    except OperationalError as problem:
        return _complain(f"no clinic is running here: {str(problem).splitlines()[0]}")


def bring_in(path: Path, on: date | None, at: datetime) -> int:
    """Read the file in batches. Begun again after a kill, it goes on behind the last batch that was kept; read again, it changes nothing."""
    from serein.care.access.actions.registry import begin_file, finish_file, keep_rows

    digest = _digest(path)
    with opened(path) as (name, data):
        day = on or day_in_name(name)
        if day is None:
            raise BadInput("", "its name does not say the day it speaks for; give it with --on YYYY-MM-DD")
        begun = begin_file(digest, Path(name).name, day, at)
        if begun.finished:
            print("This file was read to its end before. Nothing changed.")
            return 0
        if begun.lines:
            print(f"Going on after line {begun.lines:,}.")
        bad, told = 0, 0
        ahead = (row for row in rows(data) if row.line > begun.lines)
        while batch := list(islice(ahead, BATCH)):
            kept = [_provider(row) for row in batch]
            bad += _say_bad(kept)
            if bad > MOST_BAD:
                raise BadInput(f"line {batch[-1].line}", f"more than {MOST_BAD:,} rows are wrong; stopped")
            keep_rows(begun.file_id, kept, batch[-1].line)
            if batch[-1].line - told >= PROGRESS:
                told = batch[-1].line
                print(f"{told:,} lines read", flush=True)
    done = finish_file(begun.file_id, at)
    print(f"Read to its end: {done.providers:,} providers kept, {done.refused:,} rows not kept.")
    print(f"Of the people who work here, the register has {done.deactivated:,} as deactivated.")
    return 1 if done.refused else 0


def _provider(row: RegistryRow | BadRow) -> "Provider | NotKept":
    from serein.care.access.actions.registry import NotKept, Provider
    from serein.care.access.numbers import is_npi

    if isinstance(row, BadRow):
        return NotKept(row.line, row.why)
    if not is_npi(row.npi):
        return NotKept(row.line, "the check digit of the NPI does not fit")
    found = Provider(**{name: getattr(row, name) for name in RegistryRow.__dataclass_fields__})
    long = found.too_long()
    return NotKept(row.line, f"{long.replace('_', ' ')} is too long") if long else found


def _say_bad(kept: "list[Provider | NotKept]") -> int:
    from serein.care.access.actions.registry import NotKept

    wrong = [row for row in kept if isinstance(row, NotKept)]
    for row in wrong:
        print(f"line {row.line}: {row.why}; not kept", file=sys.stderr)
    return len(wrong)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput("", f"cannot be read: {error.strerror}") from None


def _complain(why: str) -> int:
    print(f"serein registry: {why}", file=sys.stderr)
    return 2
