"""`serein reopen-officer EMAIL`: the operator lets a clinic's only compliance officer in again whose second factor was lost."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

SAYS = """The account was closed because a second factor was lost or somebody else used it, and no other compliance officer works there who
could open it. Open it only for somebody whom you know, who stands before you or whose document you see. They still need their password,
and set up a new second factor. The trail of the clinic says that it was done on this console."""


def reopen_command(argv: list[str]) -> int:
    """0: open again. 1: refused, and why. 2: no clinic is running, or nobody answered."""
    parser = argparse.ArgumentParser(prog="serein reopen-officer", description="Let a clinic's only compliance officer in again.")
    parser.add_argument("email", metavar="EMAIL", help="the compliance officer whose account is closed")
    asked = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    try:
        return reopen(asked.email, input, lambda: datetime.now(UTC))
    except OperationalError as problem:
        return _complain(f"no clinic is running here: {str(problem).splitlines()[0]}", 2)
    except (EOFError, KeyboardInterrupt):
        return _complain("nothing was opened", 2)


def reopen(email: str, read: Callable[[str], str], clock: Callable[[], datetime]) -> int:
    from serein.care.access.actions import reopen_last_officer
    from serein.foundation.people.keys import Refused

    print(SAYS)
    answer = reopen_last_officer(email, read("How do you know who is asking? "), clock())
    if isinstance(answer, Refused):
        return _complain(f"{answer.why} ({answer.code})", 1)
    print(f"Open again: {email} signs in with their password and sets up a new second factor.")
    return 0


def _complain(why: str, status: int) -> int:
    print(f"serein reopen-officer: {why}", file=sys.stderr)
    return status
