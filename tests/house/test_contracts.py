"""Each import contract breaks on a house with the import that it forbids: one copy of the house, one violation for each."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
VIOLATIONS = {
    "serein/clinical/quantities.py": ["import logging", "import serein.clinical.knowledge", "import serein.config"],  # 1, 2, 3
    "serein/care/access/models.py": ["import serein.care.planning.models", "import serein.care.access.reads"],  # 4, 7
    "serein/care/access/actions/__init__.py": ["import serein.care.prescribing.actions"],  # 5
    "serein/care/prescribing/reads/__init__.py": ["import serein.care.access.actions"],  # 6
    "serein/interfaces/web/clinician/urls.py": [
        "import serein.care.access.models",  # 8
        "import serein.foundation.audit.trail",  # 9
        "import serein.interfaces.fhir",  # 10
        "import serein.interfaces.web.patient.urls",  # 11
    ],
}


def broken(folder: Path) -> dict[str, bool]:
    """Contract number -> whether it is broken."""
    code = (
        "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c(['--no-cache'], standalone_mode=False))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    out = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    verdicts = re.findall(r"^(\d+)\. (?:(?!^\d+\. ).)*? (KEPT|BROKEN)", out, flags=re.M | re.S)
    assert verdicts, out + done.stderr
    return {number: verdict == "BROKEN" for number, verdict in verdicts}


def test_each_contract_breaks_when_it_is_violated(tmp_path):
    shutil.copytree(CHECKOUT / "serein", tmp_path / "serein", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / ".importlinter", tmp_path)
    contracts = ConfigParser()
    contracts.read(CHECKOUT / ".importlinter")
    numbers = {contracts[s]["name"].partition(".")[0] for s in contracts.sections() if ":contract:" in s}
    assert broken(tmp_path) == dict.fromkeys(numbers, False)
    for path, imports in VIOLATIONS.items():
        file = tmp_path / path
        file.write_text("\n".join([file.read_text(), *imports, ""]))
    assert broken(tmp_path) == dict.fromkeys(numbers, True)


def test_a_room_without_a_place_breaks_the_plan(tmp_path):
    shutil.copytree(CHECKOUT / "serein", tmp_path / "serein", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / ".importlinter", tmp_path)
    (tmp_path / "serein" / "attic").mkdir()
    (tmp_path / "serein" / "attic" / "__init__.py").touch()
    assert broken(tmp_path)["1"]
