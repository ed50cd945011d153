"""`serein grant-first-registrant EMAIL`: the operator and the compliance officer give a clinic its first right to sign, on the console."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from serein.foundation.people.factors import Proof
    from serein.foundation.people.keys import Refused

SAYS = """Two people give this right: you, who can use this console, and a compliance officer of the clinic, who is here and proves it now.
Afterwards every further right to sign is approved by a colleague who holds one. A clinic of one person cannot do this."""


def grant_command(argv: list[str]) -> int:
    """0: granted. 1: the clinic refused, and why. 2: no clinic is running, or nobody answered."""
    parser = argparse.ArgumentParser(prog="serein grant-first-registrant", description="Give a clinic its first right to sign.")
    parser.add_argument("email", metavar="EMAIL", help="the clinician who is to sign controlled medicines")
    asked = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    try:
        return grant(asked.email, input, getpass.getpass, lambda: datetime.now(UTC))
    except OperationalError as problem:
        return _complain(f"no clinic is running here: {str(problem).splitlines()[0]}", 2)
    except (EOFError, KeyboardInterrupt):
        return _complain("nothing was granted", 2)


def grant(email: str, read: Callable[[str], str], read_hidden: Callable[[str], str], clock: Callable[[], datetime]) -> int:
    """Ask the officer, then do it. The clock is read after the answers: a one-time code lives for half a minute."""
    from serein.care.access.actions import grant_first_registrant
    from serein.foundation.people.factors import prove
    from serein.foundation.people.keys import Refused

    print(SAYS)
    officer = read("E-mail address of the compliance officer: ").strip()
    password, code = read_hidden("Their password: "), read_hidden("Their one-time code: ")
    at = clock()

    def factors(account_id: "UUID", digest: str) -> "Proof | Refused":
        return prove(account_id, password, code, at, digest=digest)

    answer = grant_first_registrant(email, officer, factors, at)
    if isinstance(answer, Refused):
        return _complain(f"{answer.why} ({answer.code})", 1)
    print(f"Granted: {email} may sign controlled medicines. The trail of the clinic says so.")
    return 0


def _complain(why: str, status: int) -> int:
    print(f"serein grant-first-registrant: {why}", file=sys.stderr)
    return status
