"""A campaign that cannot fail would be worth nothing."""

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


@pytest.mark.parametrize(
    ("text", "code"), [("def test_good(): pass", 0), ("def test_bad(): assert False", 1), ("import nothing_there", 1), ("", 0)]
)
def test_a_failure_or_a_broken_file_fails_the_round(tmp_path, text, code, monkeypatch):
    (tmp_path / "test_it.py").write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    arguments = ["-p", "no:django", "-p", "no:cacheprovider", "-c", str(tmp_path / "pytest.ini"), str(tmp_path)]
    assert campaign.round_of(arguments, 1, campaign.time.monotonic() + 60) == (code == 0)


def test_what_failed_before_the_time_was_up_counts(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    slow = "def test_slow():\n    import time; time.sleep(60)\n"
    for text, kept in ((slow, True), ("def test_bad(): assert False\n" + slow, False)):
        (tmp_path / "test_it.py").write_text(text)
        arguments = ["-p", "no:django", "-p", "no:cacheprovider", "-c", str(tmp_path / "pytest.ini"), str(tmp_path)]
        assert campaign.round_of(arguments, 1, campaign.time.monotonic() + 4) == kept
