"""Give root up and run a command: `python -m serein.config.step_down PLAN -- COMMAND…`, PLAN as JSON.

Every child of Serein starts through here. It dies with its parent (PR_SET_PDEATHSIG), and when root started it, it becomes
an ordinary account first. A folder on the way that this account may not enter (a 0700 home that holds the checkout or the
Python) is never opened to others: the child gets mounts of its own, where an empty folder covers the closed one and only what
Serein needs is bound back in the same place.

Standard library only: this runs before anything that could be out of reach.
"""

import ctypes
import json
import os
import shutil
import signal
import stat
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

CLONE_NEWNS = 0x20000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
libc = ctypes.CDLL(None, use_errno=True)


class OutOfReach(Exception):
    """The unprivileged account cannot reach what it needs; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """Who Serein runs as after root."""

    uid: int
    gid: int
    name: str
    home: str


@dataclass(frozen=True)
class Plan:
    """What happens before the command: become `account` (None: stay), having `needed` in reach, and die with `parent`."""

    account: Account | None = None
    needed: tuple[str, ...] = ()
    death_signal: int = 0
    parent: int = 0

    def command(self, command: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "serein.config.step_down", json.dumps(asdict(self)), "--", *command]


def checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    encoded = [os.fsencode(part) if part else None for part in (source, target, kind)]
    checked(libc.mount(*encoded, ctypes.c_ulong(flags), os.fsencode(data) if data else None), target)


def may(account: Account, path: Path, bit: int) -> bool:
    """Whether `account` has `bit` (4 read, 1 enter) on `path`. Access lists are not read: at worst we cover more than needed."""
    info = path.stat()
    if info.st_uid == account.uid:
        return bool(info.st_mode >> 6 & bit)
    if info.st_gid == account.gid:
        return bool(info.st_mode >> 3 & bit)
    return bool(info.st_mode & bit)


def way_to(path: Path) -> tuple[list[Path], Path]:
    """The symbolic links met on the way to `path`, and where it really is."""
    links: list[Path] = []
    at, rest = Path("/"), list(path.absolute().parts[1:])
    while rest:
        at = at / rest.pop(0)
        if at.is_symlink():
            if at in links:
                raise OutOfReach(f"{path} goes in circles through {at}")
            links.append(at)
            target = Path(os.path.normpath(at.parent / at.readlink()))
            at, rest = Path("/"), [*target.parts[1:], *rest]
    return links, at


def closed_on_the_way(account: Account, paths: Iterable[Path]) -> list[Path]:
    """The outermost folders above `paths` that `account` may not enter."""
    closed: list[Path] = []
    for path in paths:
        links, real = way_to(path)
        for place in [*links, real]:
            first = next((f for f in reversed(place.parents) if not may(account, f, 1)), None)
            if first is not None and first not in closed:
                closed.append(first)
    return [c for c in closed if not any(c.is_relative_to(other) and c != other for other in closed)]


def readable_throughout(account: Account, tree: Path) -> bool:
    for folder, _, names in os.walk(tree):
        if not (may(account, Path(folder), 1) and all(may(account, Path(folder) / name, 4) for name in names)):
            return False
    return True


def bring_back(real: Path, descriptor: int, account: Account) -> None:
    """Show what `descriptor` holds at `real` again, under an empty cover. A tree of source that only root may read is copied."""
    source = Path(f"/proc/self/fd/{descriptor}")
    real.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
        real.touch(mode=0o755)
        mount(str(source), str(real), "", MS_BIND)
        return
    real.mkdir(mode=0o755, exist_ok=True)
    if real.name == "serein" and not readable_throughout(account, source):
        shutil.copytree(source, real, dirs_exist_ok=True, copy_function=shutil.copyfile)
        open_up(real)
        return
    mount(str(source), str(real), "", MS_BIND | MS_REC)


def open_up(tree: Path) -> None:
    """Let everybody read `tree`: only ever a copy inside our own mounts, never the original."""
    for folder, _, names in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in names:
            (Path(folder) / name).chmod(0o644)


def make_reachable(account: Account, needed: Iterable[str]) -> None:
    """Private mounts in which `account` reaches every path of `needed`. Raises OutOfReach when that is not permitted."""
    paths = [Path(n) for n in needed if Path(n).exists()]
    closed = closed_on_the_way(account, paths)
    if not closed:
        return
    try:
        checked(libc.unshare(CLONE_NEWNS), "unshare")
        mount("", "/", "", MS_REC | MS_PRIVATE)
    except OSError as error:
        raise OutOfReach(advice(account, closed)) from error
    ways = [way_to(p) for p in paths]
    under = {real for _, real in ways if any(real.is_relative_to(c) for c in closed)}
    outermost = [r for r in sorted(under) if not any(r.is_relative_to(o) and r != o for o in under)]
    held = {real: os.open(real, os.O_PATH) for real in outermost}
    links = {link: link.readlink() for found, _ in ways for link in found if any(link.is_relative_to(c) for c in closed)}
    os.umask(0o022)
    for folder in closed:
        mount("tmpfs", str(folder), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64m")
    for real, descriptor in held.items():
        bring_back(real, descriptor, account)
        os.close(descriptor)
    for link, target in links.items():
        if not link.is_symlink():
            link.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            link.symlink_to(target)


def advice(account: Account, closed: Sequence[Path]) -> str:
    folders = ", ".join(map(str, closed))
    return (
        f"Serein does not run as root. It would run as {account.name}, who may not enter {folders}, and private mounts are not "
        "permitted here. Start Serein from an ordinary account, or move the checkout and its Python to a folder that others may "
        "enter (for example /opt/serein, with .venv made by /usr/bin/python3)."
    )


def become(account: Account) -> None:
    """Give root up for good: groups, group, user, and no way back through a set-user-ID program."""
    os.setgroups([account.gid])
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getresuid() != (account.uid,) * 3 or os.getresgid() != (account.gid,) * 3:
        raise OutOfReach("root could not be given up")
    os.environ.update(HOME=account.home, USER=account.name, LOGNAME=account.name)
    for name in ("SUDO_USER", "SUDO_UID", "SUDO_GID", "SUDO_COMMAND", "XDG_RUNTIME_DIR"):
        os.environ.pop(name, None)


def main(argv: Sequence[str]) -> int:
    """Carry the plan out and become the command; returns only when that is impossible."""
    told = json.loads(argv[0])
    account = Account(**told["account"]) if told["account"] else None
    command = list(argv[2:])
    try:
        if account is not None and os.geteuid() == 0:
            make_reachable(account, told["needed"])
            become(account)
        # After the change of account, because that change clears it.
        if told["death_signal"]:
            libc.prctl(PR_SET_PDEATHSIG, told["death_signal"], 0, 0, 0)
            if os.getppid() != told["parent"]:
                return 128 + signal.SIGTERM
        os.umask(0o077)
        os.chdir(account.home if account is not None else "/")
        os.execvp(command[0], command)  # noqa: S606
    except (OutOfReach, OSError) as problem:
        print(f"serein: {problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
