"""What was asked of `serein up`."""

import argparse
import os
from dataclasses import dataclass
from datetime import datetime

from .place import Place, here


class CannotStart(Exception):
    """Serein cannot start; the message says why."""


@dataclass(frozen=True)
class Wish:
    """The command line, understood. `now` is where a demonstration's clock starts."""

    place: Place
    host: str
    port: int
    empty: bool
    now: datetime | None

    @property
    def address(self) -> str:
        # Passkeys are bound to a name, and a number is none: on this machine Serein is always reached as localhost.
        return f"http://{'localhost' if self.host in ('127.0.0.1', '::1', '0.0.0.0') else self.host}:{self.port}"  # noqa: S104

    @property
    def public(self) -> str:
        """What people type: behind a proxy with TLS the operator names it, else it is `address`."""
        return os.environ.get("SEREIN_BASE_URL") or self.address


def say(line: str) -> None:
    print(line, flush=True)


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="serein up", description="start Serein; Ctrl-C stops it and keeps the data")
    arguments.add_argument("--empty", action="store_true", help="a clinic without demonstration people")
    arguments.add_argument("--host", default="127.0.0.1", help="address to listen on (this machine only, unless told otherwise)")
    arguments.add_argument("--port", type=int, default=8000)
    arguments.add_argument("--state", help="folder for the database, secrets and logs")
    arguments.add_argument(
        "--now", type=instant, help="demonstration only: the instant at which its clock starts, ISO 8601 with a zone"
    )
    return arguments


def instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("needs a zone, for example 2026-11-22T09:00:00+00:00")
    return found


def wish(argv: list[str]) -> Wish:
    told = parser().parse_args(argv)
    return Wish(here(told.state), told.host, told.port, told.empty, told.now)
