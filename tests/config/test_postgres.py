"""The embedded PostgreSQL: closed, never root, and back after any kill."""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from serein.config.accounts import unprivileged_account
from serein.config.embedded import cluster_of, connections_of, provision
from serein.config.place import LONGEST_SOCKET_FOLDER, Place
from serein.config.postgres import Cluster, ClusterError, clear_leftovers

# A process that is killed loses nothing that the kernel has; only a machine that falls would, so the disk need not be waited for.
HASTE = (("fsync", "off"),)


@pytest.fixture
def place():
    folder = Path(tempfile.mkdtemp(prefix="serein-pg-"))
    account = unprivileged_account(folder)
    found = Place(folder)
    found.make()
    if account is not None:
        for path in (folder, found.logs, found.socket_folder()):
            os.chown(path, account.uid, account.gid)
    yield found
    shutil.rmtree(folder)


@pytest.fixture
def cluster(place):
    """Not started yet; stopped afterwards."""
    found = cluster_of(place, unprivileged_account(place.folder), HASTE)
    yield found
    found.stop()


def status_of(cluster: Cluster) -> dict[str, str]:
    lines = Path(f"/proc/{cluster.process.pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_a_cluster_is_made_closed_and_as_it_should_be(cluster, place):
    cluster.start()
    with psycopg.connect(**cluster.connection()) as connection:

        def ask(question: str) -> str:
            return connection.execute(question).fetchone()[0]

        assert ask("SHOW listen_addresses") == ""
        assert ask("SHOW data_checksums") == "on"
        assert ask("SHOW server_encoding") == "UTF8"
        assert ask("SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'template1'") == "b C.UTF-8"
        assert ask("SELECT string_agg(DISTINCT auth_method, ' ') FROM pg_hba_file_rules") == "scram-sha-256"
        assert ask("SHOW unix_socket_permissions") == "0700"
    assert "0" not in status_of(cluster)["Uid"].split(), "PostgreSQL runs as root"
    assert "0" not in status_of(cluster)["Groups"].split()
    if os.geteuid() == 0:
        assert int(status_of(cluster)["CapEff"], 16) == 0
    for path in (place.socket_folder(), place.data):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((place.folder / "secrets.json").stat().st_mode) == 0o600
    assert not place.data.with_name("postgres.pw").exists()


def test_even_the_superuser_needs_the_password(cluster):
    cluster.start()
    for password in ("", "postgres", "wrong"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**cluster.connection(password=password))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_it_starts_again_after_its_end_with_all_that_was_committed(cluster, place, number):
    cluster.start()
    provision(cluster, place)
    with psycopg.connect(**connections_of(cluster, place)["serein_owner"]) as connection:
        connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    cluster.process.send_signal(number)
    cluster.process.wait(30)
    assert (place.data / "postmaster.pid").exists() == (number == signal.SIGKILL)
    again = cluster_of(place, unprivileged_account(place.folder), HASTE)
    again.start()
    try:
        with psycopg.connect(**connections_of(again, place)["serein_app"]) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    finally:
        again.stop()


def test_a_lock_file_with_the_number_of_a_stranger_is_no_obstacle(cluster, place):
    cluster.start()
    cluster.process.kill()
    cluster.process.wait()
    lock = place.data / "postmaster.pid"
    lock.write_text("\n".join([str(os.getpid()), *lock.read_text().split("\n")[1:]]))
    cluster.start()
    cluster.stop()


def test_a_server_that_outlived_its_supervisor_is_stopped_first(cluster, place):
    cluster.start()
    orphan = cluster.process
    clear_leftovers(place.data, time.monotonic() + 30)
    assert orphan.wait(30) == 0
    cluster.start()
    assert cluster.process.pid != orphan.pid


def test_an_interrupted_making_is_begun_afresh(cluster, place):
    half = place.data.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    os.chown(half, place.folder.stat().st_uid, place.folder.stat().st_gid)
    cluster.start()
    assert not half.exists()


def test_what_it_says_when_it_cannot_start(cluster, place):
    cluster.start()
    cluster.stop()
    (place.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ClusterError, match="no_such_setting"):
        cluster.start()


def test_the_log_holds_neither_statement_nor_row(cluster, place):
    cluster.start()
    with psycopg.connect(**cluster.connection(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (dose text UNIQUE)")
        for _ in range(2):
            try:
                connection.execute("INSERT INTO t VALUES (%s)", ["diazepam 5 mg for Maria"])
            except psycopg.errors.UniqueViolation:
                continue
    log = (place.logs / "postgres.log").read_text()
    assert "unique constraint" in log
    assert "Maria" not in log


def test_a_long_state_folder_gets_a_short_socket_of_its_own(tmp_path):
    place = Place(tmp_path / ("long" * 30))
    place.make()
    folder = place.socket_folder()
    try:
        assert len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder == place.socket_folder()
    finally:
        folder.rmdir()


def test_it_dies_with_its_parent(place):
    """A supervisor that is killed takes PostgreSQL along, by its orderly shutdown."""
    code = (
        "import os, sys, time; from pathlib import Path\n"
        "from serein.config.accounts import unprivileged_account\n"
        "from serein.config.embedded import cluster_of; from serein.config.place import Place\n"
        "p = Place(Path(sys.argv[1])); c = cluster_of(p, unprivileged_account(p.folder), (('fsync', 'off'),)); c.start()\n"
        "print(c.process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([os.sys.executable, "-c", code, str(place.folder)], stdout=subprocess.PIPE, text=True)
    number = int(parent.stdout.readline())
    assert (place.data / "postmaster.pid").exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while (place.data / "postmaster.pid").exists():
        assert time.monotonic() < deadline, f"PostgreSQL {number} lives on"
        time.sleep(0.05)
