"""The compiled knowledge is the YAML in another dress, and is used only while it is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import serein.clinical.knowledge as room
from serein.clinical import knowledge
from serein.clinical.knowledge import library
from serein.clinical.knowledge.compiled import NAME, read_compiled

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compiled") / "knowledge"
    shutil.copytree(Path(room.__file__).parent, folder, ignore=shutil.ignore_patterns("*.py", "*.json", "__pycache__"))
    library.write_compiled(folder)
    return folder


def held(folder: Path) -> dict[str, tuple[object, ...]] | None:
    return read_compiled(folder / NAME, library.ROOMS, library.VERSION, lambda: library.made_from(folder))


def test_the_compiled_knowledge_equals_the_yaml_value_for_value_and_type_for_type(copy):
    rooms = held(copy)
    assert rooms is not None
    one, other = library.Knowledge(version=library.VERSION, **rooms), knowledge.read(copy)
    assert one == other
    assert repr(one) == repr(other)  # 40 and Decimal(40) are equal; their words are not


@pytest.mark.parametrize(
    "stale",
    [
        lambda folder: (folder / "limits" / "diazepam.yaml").open("a").write("# a word more\n"),
        lambda folder: (folder / "sources" / "new.yaml").write_text("id: new\n"),
        lambda folder: (folder / "sources" / "who-atc.yaml").unlink(),
        lambda folder: (folder / NAME).write_text((folder / NAME).read_text()[:-2]),
        lambda folder: (folder / NAME).unlink(),
    ],
    ids=["edited", "added", "removed", "cut short", "none"],
)
def test_a_compiled_file_that_is_not_of_this_yaml_is_not_used(copy, tmp_path, stale):
    folder = Path(shutil.copytree(copy, tmp_path / "knowledge"))
    assert held(folder) is not None
    stale(folder)
    assert held(folder) is None


def test_a_compiled_file_of_another_release_or_of_another_shape_is_not_used(copy, tmp_path):
    folder = Path(shutil.copytree(copy, tmp_path / "knowledge"))
    assert read_compiled(folder / NAME, library.ROOMS, "1999.1", lambda: library.made_from(folder)) is None
    for change in (lambda cite: cite.update(page=1), lambda cite: cite.pop("where"), lambda cite: cite.update(confidence="C")):
        text = json.loads((copy / NAME).read_text())
        change(text["rooms"]["substances"][0]["cite"])
        (folder / NAME).write_text(json.dumps(text))
        assert held(folder) is None


def test_a_developer_who_edits_a_fact_is_answered_from_the_yaml_and_told(copy, tmp_path, monkeypatch):
    folder = Path(shutil.copytree(copy, tmp_path / "knowledge"))
    file = folder / "limits" / "diazepam.yaml"
    file.write_text(file.read_text().replace("daily_mg: 60", "daily_mg: 61", 1))
    monkeypatch.setattr(library, "HERE", folder)
    with pytest.warns(UserWarning, match="make knowledge"):
        known = library.load.__wrapped__()
    limits = known.limits_of("diazepam")
    assert limits and any(a.daily_mg == 61 for a in limits.absolutes)


def test_knowledge_that_contradicts_itself_is_never_compiled(copy, tmp_path):
    folder = Path(shutil.copytree(copy, tmp_path / "knowledge"))
    before = (folder / NAME).read_bytes()
    file = folder / "interactions" / "opioid.yaml"
    file.write_text(file.read_text().replace("groups: [opioid]", "groups: [opiate]"))
    with pytest.raises(knowledge.BadKnowledge, match="no medicine group"):
        library.write_compiled(folder)
    assert (folder / NAME).read_bytes() == before


def test_no_yaml_reader_is_opened_while_the_compiled_file_is_right(copy):
    """The reader alone costs a fifth of the time that a command may take."""
    code = (
        "import sys, pathlib; from serein.clinical.knowledge import library as l; l.HERE = pathlib.Path(sys.argv[1]); l.load();"
        "print('yaml' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(copy)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_the_build_compiles_the_knowledge_into_the_wheel():
    text = (ROOT / "pyproject.toml").read_text()
    assert 'path = "hatch_build.py"' in text and "hooks.custom" in text
    assert "write_compiled" in (ROOT / "hatch_build.py").read_text()
