"""Where this installation keeps its state: one folder with the database, the secrets and the logs."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
SECRET_NAMES = ("superuser", "owner", "app", "audit_reader", "backup", "stewardship", "django", "fields", "demonstration")
# sockaddr_un holds 107 bytes and PostgreSQL adds "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 90


class PlaceError(Exception):
    """The state folder cannot be used; the message says why and what to do."""


def default_folder() -> Path:
    """`SEREIN_STATE`; in a checkout `var/`; for root /var/lib/serein; else the account's data folder."""
    if named := os.environ.get("SEREIN_STATE"):
        return Path(named).absolute()
    if (PACKAGE.parent / "pyproject.toml").is_file():
        return PACKAGE.parent / "var"
    if os.geteuid() == 0:
        return Path("/var/lib/serein")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "serein"


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step; nobody but the owner may read it, at no moment."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


@dataclass(frozen=True)
class Place:
    """The state folder of one installation."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def connections_file(self) -> Path:
        return self.folder / "connections.json"

    def make(self) -> None:
        """Create the folders, closed to everybody else. Raises PlaceError when that is not possible."""
        try:
            for folder in (self.folder, self.logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            # A restore or a copy may have left them open to others; the closed folder alone would not hide them from a wrong mount.
            for path in (self.folder / "secrets.json", self.connections_file, *(self.folder / "keys").glob("*")):
                if path.is_file() and path.stat().st_mode & 0o077:
                    path.chmod(0o600)
        except OSError as error:
            raise PlaceError(f"cannot use the state folder {self.folder}: {error.strerror}; name another with --state") from error

    def socket_folder(self) -> Path:
        """A folder short enough for a socket address: inside the state folder, else one of our own in /tmp."""
        inside = self.folder / "socket"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            inside.mkdir(mode=0o700, exist_ok=True)
            return inside
        mark = sha256(os.fsencode(self.folder)).hexdigest()[:12]
        # /tmp is shared: the name is checked below to be a real folder of ours, so nobody can lay another in our way.
        outside = Path(f"/tmp/serein-{os.geteuid()}-{mark}")  # noqa: S108
        outside.mkdir(mode=0o700, exist_ok=True)
        if outside.is_symlink() or outside.stat().st_uid != os.geteuid():
            raise PlaceError(f"{outside} belongs to somebody else; choose a shorter --state folder")
        outside.chmod(0o700)
        return outside

    def secrets(self) -> dict[str, str]:
        """The secrets of this installation, made once; passwords are URL-safe text of 256 bits."""
        path = self.folder / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = [name for name in SECRET_NAMES if name not in known]
        if missing:
            known |= {name: secrets.token_urlsafe(32) for name in missing}
            write_private(path, json.dumps(known, indent=1))
        return known

    def keep_secret(self, name: str, value: str) -> None:
        """Keep one more secret, or another in its place."""
        write_private(self.folder / "secrets.json", json.dumps(self.secrets() | {name: value}, indent=1))

    def kept_secrets(self) -> dict[str, str]:
        """The secrets as they are; where there is no installation yet, throw-away ones that are never stored.

        Type checking and `makemigrations` import the settings without an installation.
        """
        try:
            known: dict[str, str] = json.loads((self.folder / "secrets.json").read_text())
        except FileNotFoundError:
            return {name: secrets.token_urlsafe(32) for name in SECRET_NAMES}
        return known

    def note(self, name: str) -> str | None:
        path = self.folder / name
        return path.read_text().strip() if path.exists() else None

    def write_note(self, name: str, text: str) -> None:
        write_private(self.folder / name, text + "\n")

    def connections(self) -> Mapping[str, Mapping[str, str]]:
        """libpq parameters by role name, as the last start left them; empty before the first start."""
        try:
            known: dict[str, dict[str, str]] = json.loads(self.connections_file.read_text())
        except FileNotFoundError:
            return {}
        return known

    def write_connections(self, by_role: Mapping[str, Mapping[str, str]]) -> None:
        write_private(self.connections_file, json.dumps({role: dict(c) for role, c in by_role.items()}, indent=1))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the installation: two supervisors over one database would tear it. Raises PlaceError when it is running."""
        with (self.folder / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise PlaceError(f"Serein already runs on {self.folder}; stop it first or name another --state") from None
            yield


def here(named: str | None = None) -> Place:
    """The installation that `named`, else SEREIN_STATE, else habit points at."""
    return Place(Path(named).absolute() if named else default_folder())
