"""Who Serein runs as when root starts it."""

import os
import pwd
from pathlib import Path

from .place import PACKAGE
from .step_down import Account

# An operator may make an account `serein`; without one, Debian's account that owns nothing.
KNOWN = ("serein", "nobody")


def unprivileged_account(state: Path) -> Account | None:
    """None when this process is not root; else the owner of the state or of the checkout, else a system account.

    The owner first, so that `sudo make run` in somebody's checkout leaves nothing behind that its owner may not touch.
    """
    if os.geteuid() != 0:
        return None
    for path in (state, PACKAGE):
        if path.exists() and path.stat().st_uid != 0:
            return account(pwd.getpwuid(path.stat().st_uid), state)
    for name in KNOWN:
        try:
            return account(pwd.getpwnam(name), state)
        except KeyError:
            continue
    raise LookupError("no account to run as: make one with `useradd --system serein`")


def account(entry: pwd.struct_passwd, state: Path) -> Account:
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, str(state))


def hand_over(folder: Path, to: Account) -> None:
    """Give the state folder and all in it to the account, once."""
    if folder.stat().st_uid == to.uid:
        return
    os.chown(folder, to.uid, to.gid)
    for inside, folders, names in os.walk(folder):
        for name in folders + names:
            os.chown(Path(inside) / name, to.uid, to.gid, follow_symlinks=False)
