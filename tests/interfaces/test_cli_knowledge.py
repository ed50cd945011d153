"""`serein knowledge`: what the checks rest on can be listed, read, checked and compared without opening a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import serein.clinical.knowledge as room
from serein.interfaces.cli.knowledge import knowledge_command


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    def asked(*arguments: str) -> tuple[int, str, str]:
        code = knowledge_command(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return asked


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    return Path(shutil.copytree(Path(room.__file__).parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__")))


def test_everything_is_listed_with_its_review_date(ask):
    code, out, _ = ask("list")
    assert code == 0 and "Knowledge 2026.1" in out and "not confirmed" in out
    for name in ("diazepam", "beers-2023", "opioid", "gad-7", "UK"):
        assert f"  {name}  (review by " in out
    assert ask("list", "jurisdictions")[1].count("review by") == 2


def test_one_fact_is_shown_with_its_sources(ask):
    code, out, _ = ask("show", "limits/diazepam")
    assert code == 0 and "daily_mg: 60" in out and "as reported by" in out and "substances/" not in out
    everywhere = ask("show", "diazepam")[1]
    assert "substances/diazepam" in everywhere and "limits/diazepam" in everywhere


def test_what_is_not_there_is_said_in_one_line(ask):
    for arguments in (
        ("show", "zorbazepam"),
        ("show", "nowhere/diazepam"),
        ("list", "everything"),
        ("bogus",),
        ("check", "--on", "soon"),
    ):
        code, out, err = ask(*arguments)
        assert code == 2 and not out and err.count("\n") == 1, arguments


def test_check_keeps_the_gates_and_names_what_is_past_its_review(ask, copy):
    assert ask("check", "--on", "2026-11-22")[0] == 0
    code, out, _ = ask("check", str(copy), "--on", "2099-01-01")
    assert code == 1 and "sources/beers-2023" in out
    file = copy / "limits" / "diazepam.yaml"
    file.write_text(file.read_text().replace("daily_mg: {low: 5, high: 60}", "daily_mg: {low: 5, high: 61}"))
    code, _, err = ask("check", str(copy))
    assert code == 2 and "passes the absolute 60 mg" in err and err.count("\n") == 1


def test_diff_says_what_changed_what_came_and_what_went(ask, copy):
    assert ask("diff", str(copy)) == (0, "No difference.\n", "")
    file = copy / "limits" / "diazepam.yaml"
    file.write_text(file.read_text().replace('says: "UK label: 15 mg at night"', 'says: "UK label: at night"'))
    (copy / "interactions" / "phenytoin.yaml").unlink()
    code, out, _ = ask("diff", str(copy))
    assert code == 1
    assert "limits/diazepam.absolutes[insomnia adult].says\n  - UK label: at night\n  + UK label: 15 mg at night\n" in out
    assert "interactions/phenytoin\n  + " in out
    assert "limits/diazepam.absolutes[anxiety" not in out


def test_a_folder_that_is_none_is_said_in_one_line(ask, tmp_path):
    code, _, err = ask("diff", str(tmp_path / "nowhere"))
    assert code == 2 and err.count("\n") == 1
