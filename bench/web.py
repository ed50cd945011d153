"""What a page costs on this machine: a running `serein up` over a clinic of 2,000 patients, asked by 1 and by 16 clients at once.

    python -m bench.web [--patients 2000] [--seconds 6]

Each row is one kind of request: how long it took (median and 95th percentile, as a client sees it, in milliseconds), requests a second, and the
processor time of the whole installation (web, worker, PostgreSQL) for one request. The limit stands beside it in the same run: the first row is
a page of the same server that asks no database. The clients share the processors with the server, as nothing else is at hand; what they use is
printed too. `bench/README.md` says how to read it.
"""

import argparse
import itertools
import os
import random
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.asking import Client, plain
from tests.config.running import Up

if TYPE_CHECKING:
    from .scenes import Scenes

NOW = "2026-11-23T17:05:00+00:00"
CLIENTS, ROUNDS = (1, 16), 3
TARGET_PANEL_MS = 100.0
# Of a page that one person may ask for 150 times in five minutes: at most so often by one client, by sixteen, and in all rounds of the walls.
MOST = {"watch page with plot": 48}


@dataclass(frozen=True)
class Row:
    what: str
    clients: int
    times_ms: list[float]
    seconds: float
    server_cpu: float
    client_cpu: float

    def line(self) -> str:
        ordered, n = sorted(self.times_ms), len(self.times_ms)
        p50, p95 = ordered[n // 2], ordered[min(n - 1, int(n * 0.95))]
        return (
            f"{self.what:<26}{self.clients:>8}{n:>9}{p50:>10.1f}{p95:>9.1f}{n / self.seconds:>10.0f}"
            f"{self.server_cpu * 1000 / n:>12.2f}{self.client_cpu * 1000 / n:>12.2f}"
        )

    @property
    def p95(self) -> float:
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


HEAD = (
    f"{'request':<26}{'clients':>8}{'answers':>9}{'p50 ms':>10}{'p95 ms':>9}{'a second':>10}{'server cpu':>12}{'client cpu':>12}"
)


def own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(up: Up, what: str, clients: list[Client], work: Callable[[Client, Callable[[], float]], None]) -> Row:
    """Let every client work at once; `work` calls the function it is given around each request that counts."""
    times: list[float] = []
    before, mine, began = up.work_seconds(), own_cpu(), time.perf_counter()
    broken: list[BaseException] = []

    def run(client: Client) -> None:
        try:
            work(client, times.append)  # type: ignore[arg-type]
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=run, args=(c,)) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return Row(what, len(clients), times, time.perf_counter() - began, up.work_seconds() - before, own_cpu() - mine)


def reading(path: str, seconds: float, pause: float = 0.0, most: int = sys.maxsize) -> Callable[..., None]:
    """Ask for one page again and again, `most` times in all, after looking at it for `pause` seconds."""
    asked = itertools.count()

    def work(client: Client, done: Callable[[float], None]) -> None:
        until = time.perf_counter() + seconds
        time.sleep(random.random() * pause)
        while (began := time.perf_counter()) < until and next(asked) < most:
            status, _ = client.send("GET", path)
            if status != 200:
                raise SystemExit(f"{path} answered {status} {client.location}")
            done((time.perf_counter() - began) * 1000)
            time.sleep(pause)

    return work


def checking_in(times: int) -> Callable[..., None]:
    """A patient's whole check-in; only the posts count."""

    def work(client: Client, done: Callable[[float], None]) -> None:
        for _ in range(times):
            one_check_in(client, done)

    return work


def one_check_in(client: Client, done: Callable[[float], None]) -> None:
    client.send("GET", "/me/check-in/")
    while client.location and client.location != "/me/":
        form = client.form(client.location)
        began = time.perf_counter()
        status, text = client.send("POST", form.action, form.filled())
        if status != 302:
            raise SystemExit(f"{form.action} answered {status}: {plain(text)}")
        done((time.perf_counter() - began) * 1000)


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wish.add_argument("--patients", type=int, default=2000)
    wish.add_argument("--seconds", type=float, default=6.0)
    asked = wish.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="serein-bench-"))
    os.environ["SEREIN_STATE"] = str(folder / "state")
    up = Up(folder / "state", "--now", NOW)
    try:
        up.until_ready()
        print(f"first start {up.seconds:.1f} s, {up.worked:.1f} s of processor time; {len(os.sched_getaffinity(0))} processors")
        return run(up, asked.patients, asked.seconds)
    finally:
        if up.process.poll() is None:
            up.end()
        shutil.rmtree(folder, ignore_errors=True)


def run(up: Up, patients: int, seconds: float) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "serein.config.settings"
    import django

    django.setup()
    from .population import populate
    from .scenes import Scenes

    scenes = Scenes(up, populate(patients, sum(CLIENTS) + 4))
    print(f"\n{HEAD}")
    panel: dict[str, float] = {}
    for what, path, who in scenes.pages():
        for n in CLIENTS:
            row = measure(up, what, scenes.clients(who, n), reading(path, seconds, most=MOST.get(what, sys.maxsize)))
            print(row.line(), flush=True)
        if what.startswith("panel"):
            panel["who never rest"] = row.p95
            row = measure(up, "  each looks for a second", scenes.clients(who, CLIENTS[-1]), reading(path, 2 * seconds, 1.0))
            print(row.line(), flush=True)
            panel["who look for a second"] = row.p95
    with_and_without_walls(up, scenes, seconds)
    for n in CLIENTS:
        print(measure(up, "check-in, each answer", scenes.patients(n), checking_in(2)).line(), flush=True)
    for n in CLIENTS:
        print(measure(up, "signature", scenes.signing(n), scenes.sign).line(), flush=True)
    print(f"\npanel at most {TARGET_PANEL_MS:g} ms for 95 of 100")
    for how, p95 in panel.items():
        print(f"  of {CLIENTS[-1]} clients {how}: {'MISSED' if p95 > TARGET_PANEL_MS else 'kept'} ({p95:.0f} ms)")
    return int(panel["who look for a second"] > TARGET_PANEL_MS)


def with_and_without_walls(up: Up, scenes: "Scenes", seconds: float) -> None:
    """What the second wall costs: the same pages by turns with the database's policies and without them, one client."""
    pages = [p for p in scenes.pages() if p[2] is not None]
    few = {what: n // ROUNDS // 2 for what, n in MOST.items()}
    cost: dict[tuple[str, bool], list[float]] = {(what, held): [] for what, _, _ in pages for held in (True, False)}
    for _ in range(ROUNDS):
        for what, path, who in pages:
            again = reading(path, seconds / ROUNDS, most=few.get(what, sys.maxsize))
            cost[what, True].append(cpu(measure(up, what, scenes.clients(who, 1), again)))
        with scenes.without_walls() as tables:
            for what, path, who in pages:
                again = reading(path, seconds / ROUNDS, most=few.get(what, sys.maxsize))
                cost[what, False].append(cpu(measure(up, what, scenes.clients(who, 1), again)))
    print(
        f"\nserver's processor time per request, ms, least of {ROUNDS} rounds, with and without the policies of {tables} tables"
    )
    for what, _, _ in pages:
        held, bare = min(cost[what, True]), min(cost[what, False])
        print(f"{what:<26}{held:>10.2f}{bare:>10.2f}{held - bare:>+10.2f}")
    print()


def cpu(row: Row) -> float:
    return row.server_cpu * 1000 / len(row.times_ms)


if __name__ == "__main__":
    sys.exit(main())
