"""`serein up`, from nothing to a running clinic and through every way of ending it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest

from serein.config.place import PACKAGE, Place

from .running import FIRST_SECONDS, SECOND_SECONDS, SECOND_WORK_SECONDS, Up

pytestmark = pytest.mark.timeout(1500)
WRONG = "North Clinic\nUS-ZZZZ\nUTC\n555-0100\n1 River Road\n911\n988 Lifeline\nOlive Officer\nolive@example.test\n"
RIGHT = "North Clinic\nUS-CA\n\n555-0100\n1 River Road\n\n\nOlive Officer\nolive@example.test\n"


@pytest.fixture
def state():
    folder = Path(tempfile.mkdtemp(prefix="serein-up-")) / "state"
    yield folder
    shutil.rmtree(folder.parent)


def demo_code(state: Path, role: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "serein.interfaces.cli.main", "demo-code", role, "--state", str(state)]
    return subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=False)


def as_owner(state: Path) -> psycopg.Connection:
    return psycopg.connect(**Place(state).connections()["serein_owner"], autocommit=True)


def test_the_demonstration_from_the_first_start_through_every_kill(state):
    first = Up(state).until_ready()
    for role in ("compliance", "clinician", "pharmacist", "patient"):
        assert re.search(rf"{role} +\S+@\S+ +\S{{12,}}", first.said), first.said
    first.until_answers()
    assert re.fullmatch(r"\d{6}\n", demo_code(state, "clinician").stdout)
    assert all(not uids_of(number) & {0} for number in first.processes()), "something still runs as root"
    with as_owner(state) as connection:
        connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")

    # What falls is started again.
    os.kill(first.one("-m granian"), signal.SIGKILL)
    first.until("The web ended with status -9")
    first.until_answers()
    os.kill(first.one("bin/postgres -D"), signal.SIGKILL)
    first.until("PostgreSQL ended; starting it again")
    first.until_answers()
    # Each of these asks the database; none of them meets a connection that died with it.
    assert {first.status("/invitation/unknown/") for _ in range(20)} <= {200, 404}
    # The worker falls with the database and comes back; only then can it be made to fall once more.
    os.kill(first.until_runs("serein.config.worker"), signal.SIGKILL)
    first.until("The worker ended with status -9")

    # A second supervisor, or a taken port, is told so.
    assert "already runs" in refused(state)
    assert f"cannot listen on 127.0.0.1 port {first.port}" in refused(state.with_name("other"), "--port", str(first.port))
    assert first.end(signal.SIGINT) == 0
    first.until_alone()
    assert "Stopping; the data stay" in first.said

    second = Up(state).until_ready(SECOND_SECONDS)
    assert "Bringing the database up" not in second.said
    print(f"first start {first.seconds:.1f} s, second {second.seconds:.1f} s with {second.worked:.1f} s of work")
    assert second.worked < SECOND_WORK_SECONDS

    # A killed supervisor leaves nothing that stands in the way of the next start.
    second.end(signal.SIGKILL)
    public = {"SEREIN_BASE_URL": "https://clinic.example"}
    third = Up(state, "--now", "2031-05-06T09:00:00+00:00", environment=public).until_ready(SECOND_SECONDS)
    assert "Serein is ready: https://clinic.example" in third.said
    has_a_clock_of_its_own(third)
    behind_a_proxy(third)
    with as_owner(state) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    assert third.end(signal.SIGTERM) == 0
    third.until_alone()
    assert "holds the demonstration" in refused(state, "--empty")


def has_a_clock_of_its_own(up: Up) -> None:
    environment = Path(f"/proc/{up.until_runs('serein.config.worker')}/environ").read_bytes().split(b"\0")
    told = dict(line.decode().split("=", 1) for line in environment if b"=" in line)
    assert told["SEREIN_CLOCK"] == "serein.config.clock.shifted"
    at = datetime.now(UTC).timestamp() + float(told["SEREIN_CLOCK_OFFSET_SECONDS"])
    assert datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d") == "2031-05-06"
    assert not {name for name in told if "DATABASE_URL" in name}


def behind_a_proxy(up: Up) -> None:
    """Plain HTTP is sent to the public address; what the proxy forwards is answered."""
    for header, status in (({}, 301), ({"X-Forwarded-Proto": "https"}, 200)):
        connection = HTTPConnection("localhost", up.port, timeout=30)
        connection.request("GET", "/accounts/login/", headers={"Host": "clinic.example", **header})
        assert connection.getresponse().status == status
        connection.close()


def uids_of(number: int) -> set[int]:
    try:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
    except OSError:
        return set()
    return {int(u) for u in next(line for line in lines if line.startswith("Uid:")).split()[1:]}


def refused(state: Path, *options: str) -> str:
    up = Up(state, *options)
    assert up.process.wait(60) == 1, up.said
    return up.said


def test_an_empty_clinic_is_founded_on_the_console_and_never_becomes_a_demonstration(state):
    broken = Up(state, "--empty", answers=WRONG)
    assert broken.process.wait(FIRST_SECONDS) == 1
    assert "'US-ZZZZ' is not an ISO 3166-2 code" in broken.said
    assert "nothing was founded" in broken.said
    broken.until_alone()
    first = Up(state, answers=WRONG + RIGHT).until_ready()
    link = re.search(rf"{first.url}(/invitation/[^/]+/)", first.said)
    assert link, first.said
    assert first.status(link[1]) == 200
    assert "Demonstration" not in first.said
    assert demo_code(state, "clinician").returncode == 1
    assert first.end() == 0
    again = Up(state).until_ready(SECOND_SECONDS)
    assert "Name of the clinic" not in again.said
    assert "Demonstration" not in again.said
    with as_owner(state) as connection:
        assert connection.execute("SELECT name, demonstration FROM people_clinic").fetchall() == [("North Clinic", False)]
        assert connection.execute("SELECT email, role FROM people_invitation").fetchall() == [
            ("olive@example.test", "compliance")
        ]
    assert again.end() == 0


@pytest.mark.parametrize(
    ("options", "says"), [(("--now", "2031-05-06"), "needs a zone"), (("--now", "soon"), "invalid"), (("--port", "x"), "invalid")]
)
def test_a_command_line_that_cannot_be_used_is_refused(tmp_path, options, says):
    up = Up(tmp_path / "state", *options)
    assert up.process.wait(60) == 2
    assert says in up.said
    assert not (tmp_path / "state").exists()
