"""`serein up`: one command from nothing to a running clinic, in one process tree that never runs as root."""

import compileall
import os
import sys
from pathlib import Path

from .accounts import hand_over, unprivileged_account
from .place import PACKAGE, PlaceError
from .step_down import Plan
from .wish import CannotStart, Wish, say, wish


def main(argv: list[str]) -> int:
    """Run until Ctrl-C. 0: stopped on request; 1: could not start, and said why; 2: the command line cannot be used."""
    asked = wish(argv)
    try:
        give_root_up(asked, argv)
        # Only now: as root this process would have loaded all that to no purpose.
        from .running import run

        asked.place.make()
        with asked.place.held():
            return run(asked)
    except (CannotStart, PlaceError, LookupError) as problem:
        print(f"serein: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def give_root_up(asked: Wish, argv: list[str]) -> None:
    """As root: hand the state folder to an ordinary account and start over as that account. Returns only when not root."""
    state = asked.place.folder
    account = unprivileged_account(state)
    if account is None:
        return
    asked.place.make()
    hand_over(state, account)
    # The other account may not store what it compiles beside the source, and would compile it again at every start.
    compileall.compile_dir(PACKAGE, quiet=2)
    say(f"Started by root: Serein itself runs as {account.name}")
    interpreter = Path(sys.executable)
    needed = (
        state,
        PACKAGE,
        Path(sys.prefix),
        Path(sys.base_prefix),
        interpreter,
        *(Path(p) for p in sys.path if "-packages" in p),
    )
    command = Plan(account, tuple(map(str, needed))).command([sys.executable, "-m", "serein.config.up", *argv])
    os.environ |= {"PYTHONPATH": str(PACKAGE.parent), "SEREIN_STATE": str(state)}
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
