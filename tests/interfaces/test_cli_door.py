"""What every command has in common: who reads it may leave early."""

import json
import subprocess
import sys

import pytest

from tests.interfaces.test_cli_levels import USUAL

LEVELS, REFUSED = json.dumps(USUAL).encode(), json.dumps({"person": {"age_years": 12}, "doses": [], "times_h": []}).encode()
# Far more than a pipe holds, so that the reader has left while most of it is still to be written.
LONG = json.dumps({**USUAL, "times_h": list(range(20_000))}).encode()


@pytest.mark.parametrize(
    ("arguments", "given", "code"),
    [
        (["levels", "-"], LEVELS, 0),
        (["levels", "-", "--json"], LONG, 0),
        (["levels", "-"], REFUSED, 1),
        (["assess", "--codes"], b"", 0),
        (["knowledge", "list"], b"", 0),
        (["taper", "--help"], b"", 0),
        (["--help"], b"", 0),
    ],
)
def test_a_reader_that_leaves_early_changes_no_verdict_and_makes_no_noise(arguments, given, code):
    call = [sys.executable, "-m", "serein.interfaces.cli", *arguments]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        _, said = running.communicate(given)
    assert running.returncode == code and said == b""


def test_the_reader_gets_what_it_waited_for():
    call = f"{sys.executable} -m serein.interfaces.cli levels - | head -c 5"
    done = subprocess.run(["sh", "-c", call], input=LONG, capture_output=True)
    assert len(done.stdout) == 5 and done.stderr == b""
