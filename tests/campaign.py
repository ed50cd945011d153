"""`make test-long MINUTES=n`: the long tests once, then the generated cases again and again with more examples, until the time is up.

Every round is a pytest of its own with its closing lines; the exit code is 1 when any test of any round failed. A round that the time cuts off
is interrupted as Ctrl-C would, and what it had found by then counts. The seed is the same each time unless SEREIN_SEED names another, so that a
failure can be seen again and a merge is not judged by chance.
"""

import os
import signal
import subprocess
import sys
import time

import pytest

RESERVE_SECONDS, LEAST_SECONDS = 45.0, 60.0
FIRST_FACTOR, GROWTH = 4, 3


class Count:
    """What a round found, although an interruption would hide it in the exit code."""

    def __init__(self) -> None:
        self.failed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed += report.failed

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.failed += report.failed


def inside(arguments: list[str]) -> int:
    """One round, in its own process."""
    count = Count()
    ended = pytest.main(arguments, plugins=[count])
    harmless = (pytest.ExitCode.OK, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.NO_TESTS_COLLECTED)
    return 1 if count.failed or ended not in harmless else 0


def round_of(arguments: list[str], factor: int, until: float) -> bool:
    """Run one round until it ends or `until`; whether nothing failed."""
    environment = os.environ | {"SEREIN_FACTOR": str(factor)}
    side_by_side = ["-n", os.environ.get("SEREIN_WORKERS", "2"), "--dist", "worksteal", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "tests.campaign", "--inside", *arguments, *side_by_side]
    print(f"\n== {' '.join(arguments)}, {factor} times the examples, at most {until - time.monotonic():.0f} s", flush=True)
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait(max(1.0, until - time.monotonic())) == 0
    except subprocess.TimeoutExpired:
        print("\nThe time is up: interrupting this round", flush=True)
        process.send_signal(signal.SIGINT)
    try:
        return process.wait(RESERVE_SECONDS) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        print("The round did not end when interrupted", flush=True)
        return False


def main(minutes: float) -> int:
    end = time.monotonic() + minutes * 60 - RESERVE_SECONDS
    kept = round_of(["-m", "long"], 1, end)
    factor, seed = FIRST_FACTOR, int(os.environ.get("SEREIN_SEED", "1"))
    while kept and end - time.monotonic() > LEAST_SECONDS:
        arguments = [
            "-q",
            "-m",
            "hypothesis and not long",
            "--timeout",
            "0",
            "--hypothesis-seed",
            str(seed),
        ]
        kept = round_of(arguments, factor, end)
        factor, seed = factor * GROWTH, seed + 1
    print(f"\nCampaign of {minutes:g} minutes: {'nothing failed' if kept else 'FAILED, see above'}", flush=True)
    return 0 if kept else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        # A shell's background job is born deaf to SIGINT, and its rounds would be too.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(inside(sys.argv[2:]))
    sys.exit(main(float(os.environ.get("SEREIN_MINUTES", "30"))))
