"""A real `serein up` in a process tree of its own, watched from outside."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from serein.config.place import PACKAGE

# The promise is 60 s and 5 s on two idle cores. By the clock on the wall that holds on no busy machine, so the wall's limits only end a
# hanging test, and the work is what is held to the promise: seconds of processor time until the clinic is ready.
FIRST_SECONDS, SECOND_SECONDS = 400, 150
SECOND_WORK_SECONDS = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Up:
    """`serein up` over one state folder; started, asked, ended."""

    def __init__(
        self,
        state: Path,
        *options: str,
        answers: str = "",
        command: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
    ):
        self.state, self.port = state, free_port()
        self.seconds = self.worked = 0.0
        self.out = state.with_name(f"{state.name}-{self.port}.out")
        start = command or (sys.executable, "-m", "serein.interfaces.cli.main")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SEREIN_", "DATABASE_URL", "PYTEST"))}
        with self.out.open("wb") as file:
            self.process = subprocess.Popen(
                [*start, "up", "--state", str(state), "--port", str(self.port), *options],
                cwd="/" if command else PACKAGE.parent, stdin=subprocess.PIPE, stdout=file, stderr=subprocess.STDOUT,
                env=kept | (environment or {}), start_new_session=True,
            )  # fmt: skip
        self.process.stdin.write(answers.encode())
        self.process.stdin.close()

    @property
    def said(self) -> str:
        return self.out.read_text()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def until_ready(self, seconds: float = FIRST_SECONDS) -> "Up":
        began = time.monotonic()
        self.until("Serein is ready", seconds)
        self.seconds, self.worked = time.monotonic() - began, self.work_seconds()
        return self

    def until(self, words: str, seconds: float = SECOND_SECONDS, times: int = 1) -> None:
        deadline = time.monotonic() + seconds
        while self.said.count(words) < times:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, f"no {words!r} within {seconds} s:\n{self.said}"
            time.sleep(0.05)

    def status(self, path: str = "/") -> int:
        """HTTP status, 0 when nobody answers."""
        try:
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            return browser.open(self.url + path, timeout=10).status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return 0

    def until_answers(self, seconds: float = SECOND_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not 200 <= self.status() < 500:
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def processes(self) -> dict[int, str]:
        """Every process that carries this installation's address: number -> command line."""
        mark = f"SEREIN_STATE={self.state}".encode()
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                ours = mark in (process / "environ").read_bytes().split(b"\0") or f"{self.state}/postgres" in words
            except OSError:
                continue
            if ours and words and int(process.name) != os.getpid():
                found[int(process.name)] = words
        return found

    def work_seconds(self) -> float:
        """Processor time of all its processes until now, and of those of their children that ended.

        PostgreSQL's back ends write over their own command line and environment, so they are known by their parent.
        """
        ours, ticks = self.processes().keys(), 0
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (process / "stat").read_text().rpartition(")")[2].split()
                if int(process.name) in ours or int(words[1]) in ours:
                    ticks += sum(map(int, words[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def one(self, words: str) -> int:
        """The number of the first process of this installation whose command line holds `words`."""
        return min(number for number, command in self.processes().items() if re.search(words, command))

    def until_runs(self, words: str, seconds: float = SECOND_SECONDS) -> int:
        deadline = time.monotonic() + seconds
        while True:
            with suppress(ValueError):
                return self.one(words)
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def until_alone(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while left := self.processes():
            assert time.monotonic() < deadline, f"left over: {left}"
            time.sleep(0.1)
