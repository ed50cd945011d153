"""A campaign that cannot fail would be worth nothing."""

import signal
import time

import hypothesis
import pytest
from hypothesis import strategies as st

from tests import campaign
from tests.conftest import more_examples


def test_a_campaign_asks_for_more_examples(request):
    seen = []

    @hypothesis.settings(max_examples=5, database=None, phases=[hypothesis.Phase.generate])
    @hypothesis.given(st.integers())
    def generated(n: int) -> None:
        seen.append(n)

    item = pytest.Function.from_parent(request.node.parent, name="generated", callobj=generated)
    more_examples(item, 8)
    generated()
    assert len(seen) == 40


INTERRUPTED = "def test_stopped():\n    import os, signal; os.kill(os.getpid(), signal.SIGINT)\n"
FAILING = "def test_bad(): assert False\n"


@pytest.fixture(autouse=True)
def in_one_process(monkeypatch):
    monkeypatch.setenv("SEREIN_WORKERS", "0")


@pytest.fixture
def one_file(tmp_path):
    """Arguments for a round over one file of tests."""

    def write(text: str) -> list[str]:
        (tmp_path / "test_it.py").write_text(text)
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        return ["-p", "no:django", "-p", "no:cacheprovider", "-c", str(tmp_path / "pytest.ini"), str(tmp_path)]

    return write


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("def test_good(): pass", True),
        (FAILING, False),
        ("import nothing_there", False),
        ("", True),
        (INTERRUPTED, True),
        (FAILING + INTERRUPTED, False),
    ],
)
def test_a_round_fails_with_its_tests_even_when_it_was_cut_off(one_file, text, kept):
    assert campaign.round_of(one_file(text), 1, time.monotonic() + 120) == kept


@pytest.mark.parametrize(("text", "kept"), [(INTERRUPTED, True), (FAILING + INTERRUPTED, False)])
def test_so_it_does_when_workers_share_it(one_file, monkeypatch, text, kept):
    """The interruption reaches whoever hands the tests out: the parent of the worker that runs this one."""
    monkeypatch.setenv("SEREIN_WORKERS", "1")
    assert campaign.round_of(one_file(text.replace("getpid", "getppid")), 1, time.monotonic() + 120) == kept


def test_a_round_ends_when_its_time_is_up(one_file, capfd):
    slow = one_file("def test_slow():\n    import time; time.sleep(300)\n")
    # Also as a shell's background job, which starts with interruptions ignored.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        campaign.round_of(slow, 1, time.monotonic() + 3)
    finally:
        signal.signal(signal.SIGINT, before)
    said = capfd.readouterr().out
    assert "interrupting this round" in said and "did not end when interrupted" not in said
