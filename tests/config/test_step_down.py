"""Root is given up for good, and nothing is opened to others on the way."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from serein.config.place import PACKAGE
from serein.config.step_down import Account, Plan, closed_on_the_way, way_to

NOBODY = pwd.getpwnam("nobody")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give up")


@pytest.fixture
def home():
    """A home folder that only root may enter, with a program and a state folder inside."""
    folder = Path(tempfile.mkdtemp(prefix="serein-home-"))
    (folder / "opt").mkdir()
    (folder / "opt" / "notes.txt").write_text("within reach")
    (folder / "diary.txt").write_text("out of reach")
    (folder / "state").mkdir(mode=0o700)
    (folder / "short").symlink_to(folder / "opt")
    (folder / "diary.txt").chmod(0o644)
    folder.chmod(0o700)
    yield folder
    shutil.rmtree(folder)


def stepped_down(needed: list[Path], code: str, *, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    account = Account(NOBODY.pw_uid, NOBODY.pw_gid, "nobody", "/")
    command = Plan(account, tuple(map(str, [*needed, PACKAGE, sys.prefix, sys.base_prefix]))).command(
        [sys.executable, "-c", code]
    )
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    return subprocess.run([*prefix, *command], env=environment, capture_output=True, text=True, check=False)


@needs_root
def test_nothing_of_root_is_left():
    status = "open('/proc/self/status').read()"
    done = stepped_down([], f"import os; print(os.getresuid(), os.getresgid(), os.getgroups()); print({status})")
    first, *rest = done.stdout.splitlines()
    assert first == f"{(NOBODY.pw_uid,) * 3} {(NOBODY.pw_gid,) * 3} [{NOBODY.pw_gid}]"
    status = dict(line.split(":\t", 1) for line in rest if ":\t" in line)
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert status["NoNewPrivs"] == "1"


@needs_root
def test_root_cannot_be_taken_back():
    done = stepped_down([], "import os; os.setuid(0)")
    assert "PermissionError" in done.stderr


@needs_root
def test_what_is_needed_in_a_closed_home_is_reached_and_the_rest_is_not(home):
    before = stat.S_IMODE(home.stat().st_mode)
    needed = [home / "opt", home / "state", home / "short"]
    os.chown(home / "state", NOBODY.pw_uid, NOBODY.pw_gid)
    code = (
        f"print(open('{home}/opt/notes.txt').read(), open('{home}/short/notes.txt').read())\n"
        f"open('{home}/state/kept.txt', 'w').write('kept')\n"
        f"import os; print(os.path.exists('{home}/diary.txt'))\n"
    )
    done = stepped_down(needed, code)
    assert done.stdout == "within reach within reach\nFalse\n", done.stderr
    assert (home / "state" / "kept.txt").read_text() == "kept"
    # For everybody else the home is what it was.
    assert stat.S_IMODE(home.stat().st_mode) == before == 0o700
    assert (home / "diary.txt").exists()


@needs_root
def test_without_what_is_needed_the_home_stays_closed(home):
    assert "PermissionError" in stepped_down([], f"open('{home}/opt/notes.txt')").stderr


@needs_root
def test_source_that_only_root_may_read_is_shown_as_a_copy(home):
    source = home / "serein"
    source.mkdir(mode=0o700)
    (source / "secret.py").write_text("x = 1")
    (source / "secret.py").chmod(0o600)
    done = stepped_down([source], f"print(open('{source}/secret.py').read())")
    assert done.stdout == "x = 1\n", done.stderr
    assert stat.S_IMODE((source / "secret.py").stat().st_mode) == 0o600


@needs_root
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv takes the permission to mount away")
def test_where_mounts_are_not_permitted_it_stops_and_says_what_to_do(home):
    prefix = ("setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin")
    done = stepped_down([home / "opt"], "print('ran')", prefix=prefix)
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"may not enter {home}" in done.stderr
    assert "Start Serein from an ordinary account" in done.stderr


def test_a_child_of_a_dead_parent_does_not_start():
    command = Plan(death_signal=15, parent=1 if os.getpid() != 1 else 2).command([sys.executable, "-c", "print('ran')"])
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)}, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    assert done.returncode != 0


def test_links_on_the_way_are_found(tmp_path):
    (tmp_path / "real" / "bin").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real" / "bin" / "python").touch()
    links, real = way_to(tmp_path / "link" / "bin" / "python")
    assert tmp_path / "link" in links
    assert real == (tmp_path / "real" / "bin" / "python").resolve()


def test_only_the_outermost_closed_folder_counts(tmp_path):
    outer, inner = tmp_path / "outer", tmp_path / "outer" / "inner"
    (inner / "needed").mkdir(parents=True)
    inner.chmod(0o700)
    outer.chmod(0o700)
    stranger = Account(4_000_000, 4_000_000, "stranger", "/")
    tops = closed_on_the_way(stranger, [inner / "needed"])
    assert len(tops) == 1
    assert inner not in tops
