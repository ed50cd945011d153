"""The process tree: children that are watched, started again when they fall, and stopped in their order."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .place import Place
from .postgres import Cluster, ClusterError
from .step_down import Plan

STOP_SECONDS = 15
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, STEADY_SECONDS = 0.5, 30.0, 60.0
LARGEST_LOG_BYTES = 10_000_000
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Program:
    """One child: what it is called, what runs, and what its environment is."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class Child:
    """A running program in a process group of its own, so that its own children can be reached with it."""

    def __init__(self, program: Program, place: Place) -> None:
        self.program, self.place = program, place
        self.process: subprocess.Popen[bytes] | None = None
        self.wait_seconds, self.started, self.again_at = FIRST_WAIT_SECONDS, 0.0, 0.0

    def start(self) -> None:
        command = Plan(death_signal=signal.SIGTERM, parent=os.getpid()).command(self.program.command)
        log = self.place.logs / f"{self.program.name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as file:
            self.process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=dict(self.program.environment),
                start_new_session=True,
            )
        self.started = time.monotonic()

    @property
    def fell(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def finish(self, deadline: float) -> None:
        """Wait until `deadline`, then end whatever is left of the group."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        end_group(self.process.pid)
        self.process.wait()
        self.process = None

    def watch(self, tell: Tell) -> None:
        """Start again after a fall, waiting longer each time; a minute without one counts as recovered."""
        if self.process is not None and self.process.poll() is not None:
            if time.monotonic() - self.started > STEADY_SECONDS:
                self.wait_seconds = FIRST_WAIT_SECONDS
            tell(
                f"The {self.program.name} ended with status {self.process.returncode}; starting it again in {self.wait_seconds:g} s"
            )
            end_group(self.process.pid)
            self.process, self.again_at = None, time.monotonic() + self.wait_seconds
            self.wait_seconds = min(self.wait_seconds * 2, LONGEST_WAIT_SECONDS)
        elif self.process is None and time.monotonic() >= self.again_at:
            self.start()


class Tree:
    """The children of one `serein up`, with the database below them."""

    def __init__(self, place: Place, cluster: Cluster | None, tell: Tell) -> None:
        self.place, self.cluster, self.tell = place, cluster, tell
        self.children: list[Child] = []
        self.stopping = threading.Event()

    def heed_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())

    def add(self, program: Program) -> Child:
        child = Child(program, self.place)
        self.children.append(child)
        child.start()
        remember(self.place, self.children)
        return child

    def watch(self) -> None:
        """Until told to stop."""
        while not self.stopping.wait(0.2):
            self._watch_database()
            before = [c.process for c in self.children]
            for child in self.children:
                child.watch(self.tell)
            if before != [c.process for c in self.children]:
                remember(self.place, self.children)

    def _watch_database(self) -> None:
        if self.cluster is None or self.cluster.process is None or self.cluster.process.poll() is None:
            return
        self.tell("PostgreSQL ended; starting it again")
        try:
            self.cluster.start()
        except ClusterError as error:
            self.tell(str(error))
            self.stopping.wait(FIRST_WAIT_SECONDS)

    def stop(self) -> None:
        """Web and worker first, the database last."""
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.finish(deadline)
        if self.cluster is not None:
            self.cluster.stop()
        remember(self.place, [])


def end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def remember(place: Place, children: Sequence[Child]) -> None:
    groups = [child.process.pid for child in children if child.process is not None]
    place.write_note("groups", json.dumps(groups))


def end_orphans(place: Place, tell: Tell) -> None:
    """End what a killed supervisor left behind: processes of the remembered groups that carry this installation's address."""
    groups = set(json.loads(place.note("groups") or "[]"))
    left = [number for number in groups if any(belongs(p, number, place) for p in Path("/proc").glob("[0-9]*"))]
    for number in left:
        tell(f"Ending processes that an earlier run left behind (group {number})")
        end_group(number)


def belongs(process: Path, group: int, place: Place) -> bool:
    """Numbers are used again by others, so the environment has to say that a process is ours."""
    try:
        ours = f"SEREIN_STATE={place.folder}".encode() in (process / "environ").read_bytes().split(b"\0")
        return ours and os.getpgid(int(process.name)) == group
    except OSError:
        return False
