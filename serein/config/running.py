"""What `serein up` does once it is nobody in particular: database, people, web server and worker, until it is told to stop."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psycopg

from serein.interfaces.oidc.providers import ProvidersUnclear

from . import clock, demonstration, schema
from .embedded import cluster_of, provision
from .embedded import connections_of as embedded_connections
from .guard import DangerousRole, refuse_dangerous_role
from .identity import providers_at
from .migrate import MigrationError, migrate
from .outside import DatabaseProblem, outside_connections
from .place import PACKAGE
from .postgres import Cluster, ClusterError
from .roles import APP, OWNER
from .tree import Child, Program, Tree, end_orphans
from .wish import CannotStart, Wish, say

WEB_SECONDS = 60
# One connection a thread: the sum stays below the cluster's max_connections. Two threads: while one waits for the database or the disk the
# other works; more of them take turns at one interpreter, and each of the pages that they make is done later.
THREADS, MOST_PROCESSES = 2, 4
KEPT_BACK = ("DATABASE_URL", "SEREIN_OWNER_DATABASE_URL", "SEREIN_DATABASE_ROLE", "SEREIN_DEMONSTRATION")
PROBLEMS = (CannotStart, ClusterError, DatabaseProblem, DangerousRole, MigrationError)


def run(wish: Wish) -> int:
    place = wish.place
    mode = settle_mode(wish)
    refuse_unclear_providers(wish)
    end_orphans(place, say)
    free_port(wish)
    cluster = None if os.environ.get("DATABASE_URL") else cluster_of(place)
    tree = Tree(place, cluster, say)
    tree.heed_signals()
    try:
        prepare_database(wish, cluster)
        first_people(wish, mode)
        if not tree.stopping.is_set():
            serve(wish, tree, mode)
    except PROBLEMS as problem:
        # Ctrl-C reaches whatever was just running in front, which then fails; that is the wish, not a problem.
        if not tree.stopping.is_set():
            raise CannotStart(str(problem)) from problem
    finally:
        if tree.children or cluster is not None:
            say("Stopping; the data stay in " + str(place.folder))
        tree.stop()
    return 0


def settle_mode(wish: Wish) -> str:
    """A clinic never turns into a demonstration, nor the reverse: that would put invented people beside real ones."""
    asked, known = demonstration.EMPTY if wish.empty else None, wish.place.note(demonstration.MODE_NOTE)
    if asked is not None and known not in (None, asked):
        raise CannotStart(f"{wish.place.folder} holds the demonstration; name another folder with --state for a clinic")
    mode = known or asked or demonstration.DEMONSTRATION
    if wish.now is not None and mode != demonstration.DEMONSTRATION:
        raise CannotStart("--now is for the demonstration; a clinic's clock is the machine's")
    wish.place.write_note(demonstration.MODE_NOTE, mode)
    return mode


def refuse_unclear_providers(wish: Wish) -> None:
    """Here and not first in the settings of a child, where the reason would stand in the middle of a log."""
    try:
        providers_at(wish.place, plain=wish.public.startswith("http://localhost:"))
    except ProvidersUnclear as why:
        raise CannotStart(str(why)) from None


def free_port(wish: Wish) -> None:
    family = socket.AF_INET6 if ":" in wish.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((wish.host, wish.port))
        except OSError as error:
            raise CannotStart(
                f"cannot listen on {wish.host} port {wish.port}: {error.strerror}; choose another with --port"
            ) from None


def prepare_database(wish: Wish, cluster: Cluster | None) -> None:
    """Started, provisioned, migrated, and the role that will serve found harmless."""
    place = wish.place
    if cluster is None:
        say("Using the database of DATABASE_URL")
        connections = outside_connections(place, os.environ, say)
        place.write_connections(connections)
    else:
        say("Starting PostgreSQL")
        cluster.start(say)
        connections = embedded_connections(cluster, place)
    release = schema.fingerprint()
    # Two notes, because several machines may share one database and each serves its own files.
    if schema.stands_at(connections[OWNER]) != release or place.note("prepared") != release:
        say("Bringing the database up to this release")
        if cluster is not None:
            provision(cluster, place, say)
        migrate(place, static=True)
        schema.mark(connections[OWNER], release)
        place.write_note("prepared", release)
    place.write_connections(kept_for_serving(connections, os.environ))
    with psycopg.connect(**connections[APP]) as connection:  # type: ignore[arg-type]
        refuse_dangerous_role(connection)


def kept_for_serving(connections: Mapping[str, Mapping[str, str]], given: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """What stays in the state folder once the database is prepared. An owner's address that the operator gave does not: it is given again at the
    next start, and whoever takes over what serves shall not find it in a file."""
    return {APP: connections[APP]} if given.get("SEREIN_OWNER_DATABASE_URL") else connections


def environment(wish: Wish, mode: str) -> dict[str, str]:
    """What the children are told. Addresses with passwords stay behind: they read the closed state folder."""
    kept = {k: v for k, v in os.environ.items() if k not in KEPT_BACK}
    told = {
        "SEREIN_STATE": str(wish.place.folder),
        "SEREIN_BASE_URL": wish.public,
        "SEREIN_HOSTS": ",".join(
            sorted({"localhost", *(urlsplit(a).hostname or "" for a in (wish.address, wish.public))} - {""})
        ),
        "DJANGO_SETTINGS_MODULE": "serein.config.settings",
        "PYTHONPATH": str(PACKAGE.parent),
        # The pinned package `tzdata` counts, not this machine's files.
        "PYTHONTZPATH": "",
    }
    if mode == demonstration.DEMONSTRATION:
        told["SEREIN_DEMONSTRATION"] = "1"
    if wish.now is not None:
        seconds = (wish.now - datetime.now(UTC)).total_seconds()
        told |= {"SEREIN_CLOCK": "serein.config.clock.shifted", clock.OFFSET: f"{seconds:.0f}"}
    return kept | told


def first_people(wish: Wish, mode: str) -> None:
    """The demonstration's people, or on the console a clinic's first compliance officer; once."""
    if wish.place.note("people") == mode:
        return
    # In our own session and terminal: founding a clinic asks questions.
    command = [sys.executable, "-m", "serein.config.found", mode]
    if subprocess.run(command, env=environment(wish, mode), check=False).returncode != 0:  # noqa: S603
        raise CannotStart("the first people could not be brought in")
    wish.place.write_note("people", mode)


def serve(wish: Wish, tree: Tree, mode: str) -> None:
    told = environment(wish, mode)
    wish.place.write_note("clock", told.get(clock.OFFSET, "0"))
    say("Starting web server and worker")
    web = tree.add(Program("web", web_command(wish), told))
    wait_for_web(wish, tree, web)
    # After the web: nobody waits for the worker at a start, and the two would take the processor from each other.
    tree.add(Program("worker", [sys.executable, "-m", "serein.config.worker"], told))
    if not tree.stopping.is_set():
        greet(wish, mode)
    tree.watch()


def web_command(wish: Wish) -> list[str]:
    workers = max(1, min(MOST_PROCESSES, len(os.sched_getaffinity(0))))
    options = f"--interface wsgi --no-ws --workers {workers} --blocking-threads {THREADS} --respawn-failed-workers --workers-kill-timeout 10"
    limits = "--workers-lifetime 6h --workers-max-rss 400 --log-level warning --no-access-log"
    where = ["--host", wish.host, "--port", str(wish.port)]
    return [sys.executable, "-m", "granian", *options.split(), *limits.split(), *where, "serein.config.wsgi:application"]


def wait_for_web(wish: Wish, tree: Tree, web: Child) -> None:
    deadline = time.monotonic() + WEB_SECONDS
    while time.monotonic() < deadline and not tree.stopping.is_set():
        if web.fell or answers(wish):
            break
        time.sleep(0.05)
    if web.fell or time.monotonic() >= deadline:
        log = wish.place.logs / "web.log"
        last = "\n".join(log.read_text(errors="replace").splitlines()[-6:])
        raise CannotStart(f"the web server did not start; {log} ends with:\n{last}")


def answers(wish: Wish) -> bool:
    """Whether a page comes; where a redirect would lead is not followed, since behind a proxy it leads outside."""
    connection = HTTPConnection(urlsplit(wish.address).hostname or "localhost", wish.port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def greet(wish: Wish, mode: str) -> None:
    lines = ["", f"Serein is ready: {wish.public}", ""]
    if mode == demonstration.DEMONSTRATION:
        lines += ["Demonstration: invented people, not for patients. Sign in as"]
        lines += [f"  {s.role:<11} {s.email:<26} {s.password}" for s in demonstration.sign_ins(wish.place)]
        lines += ["Second factor: serein demo-code ROLE", ""]
    say("\n".join([*lines, "Ctrl-C stops Serein; the data stay."]))
