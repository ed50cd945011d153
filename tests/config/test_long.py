"""What takes too long for every run: the wheel in an empty environment, and kills again and again."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest

from serein.config.accounts import unprivileged_account
from serein.config.embedded import cluster_of, connections_of, provision
from serein.config.place import PACKAGE, Place

from .running import SECOND_SECONDS, Up

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
CHECKOUT = PACKAGE.parent
KILLS, WRITERS = 12, 6


def pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    subprocess.run(command, check=True, cwd=CHECKOUT)


def test_the_installed_wheel_starts_a_clinic():
    # Closed to others, so that root's run has to bring the environment into the reach of the account it becomes.
    folder = Path(tempfile.mkdtemp(prefix="serein-wheel-"))
    try:
        dist, python = folder / "dist", folder / "venv" / "bin" / "python"
        pip(Path(sys.executable), "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", str(dist), ".")
        wheel = next(dist.glob("serein-*.whl"))
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        pip(python, "install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", "requirements/run.lock")
        pip(python, "install", "--no-index", "--no-deps", str(wheel))
        serein = (str(python.with_name("serein")),)
        first = Up(folder / "state", command=serein).until_ready()
        first.until_answers()
        assert all(str(CHECKOUT) not in command for command in first.processes().values())
        assert first.end() == 0
        second = Up(folder / "state", command=serein).until_ready(SECOND_SECONDS)
        assert second.end() == 0
        print(f"wheel: first start {first.seconds:.1f} s, second {second.seconds:.1f} s")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def place():
    folder = Path(tempfile.mkdtemp(prefix="serein-kills-"))
    account, found = unprivileged_account(folder), Place(folder)
    found.make()
    if account is not None:
        for path in (folder, found.logs, found.socket_folder()):
            os.chown(path, account.uid, account.gid)
    yield found
    shutil.rmtree(folder)


class Writer(threading.Thread):
    """Inserts numbers of its own and remembers those that the database acknowledged."""

    def __init__(self, number: int, address: dict[str, str]):
        super().__init__(daemon=True)
        self.number, self.address, self.acknowledged = number, address, []

    def run(self) -> None:
        try:
            with psycopg.connect(**self.address, autocommit=True) as connection:
                for n in range(1_000_000):
                    connection.execute("INSERT INTO deed VALUES (%s, %s)", [self.number, n])
                    self.acknowledged.append(n)
        except psycopg.Error:
            return


@pytest.mark.parametrize("options", [(), (("synchronous_commit", "off"),)], ids=["as in a clinic", "positive control"])
def test_no_acknowledged_write_is_lost_when_the_database_is_killed(place, options):
    """With the settings of a clinic nothing is lost; with `synchronous_commit` off something is, so the test could have seen it."""
    cluster = cluster_of(place, unprivileged_account(place.folder), options)
    cluster.start()
    provision(cluster, place)
    with psycopg.connect(**connections_of(cluster, place)["serein_owner"]) as owner:
        owner.execute("CREATE TABLE deed (writer int, n int, PRIMARY KEY (writer, n))")
    lost = 0
    for kill in range(KILLS):
        writers = [Writer(kill * WRITERS + w, connections_of(cluster, place)["serein_app"]) for w in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(random.uniform(0.2, 1.5))
        # Every process at once, as when the power goes: a lone postmaster's back ends would finish what they had begun.
        subprocess.run(["pkill", "-KILL", "-g", str(cluster.process.pid)], check=False)
        os.kill(cluster.process.pid, signal.SIGKILL)
        cluster.process.wait()
        for writer in writers:
            writer.join(30)
        cluster.start()
        with psycopg.connect(**connections_of(cluster, place)["serein_owner"]) as owner:
            kept = set(owner.execute("SELECT writer, n FROM deed").fetchall())
        acknowledged = {(w.number, n) for w in writers for n in w.acknowledged}
        assert acknowledged
        lost += len(acknowledged - kept)
    cluster.stop()
    assert (lost == 0) == (options == ()), f"{lost} acknowledged writes lost"
