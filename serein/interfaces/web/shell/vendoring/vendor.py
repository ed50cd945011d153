"""Fetch, transform and record the third-party files that the browser gets. For maintainers only: needs npm and network.

    python -m serein.interfaces.web.shell.vendoring.vendor

Why the result is committed and not built: a clinic that installs Serein has no Node and perhaps no network, and what its
patients' browsers run must be the bytes that were reviewed. `vendor.lock.json` pins each tarball by sha512 (the registry's own
integrity string); `static/serein/vendor/vendor.files.json` records every file that results, and a Python-only test holds it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE.parent / "static" / "serein" / "vendor"
FILES = VENDOR / "vendor.files.json"

GOVUK_LICENCE = (
    "MIT License\n\nCopyright (C) 2017 Crown Copyright (Government Digital Service)\n\n" + (HERE / "mit.txt").read_text()
)
"""The npm tarball of govuk-frontend carries no licence file, so the text is set here by hand, as its repository has it."""

BUTTON_COLOURS = {"#0f7a52": "#1b5e63", "#0b5c3e": "#124347", "#083d29": "#0c3437"}
"""govuk-frontend 6.6.0 hard-codes the three greens of its buttons; ours replace them in rules about buttons and nowhere else."""


def digest(data: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()


def run(*command: str, cwd: Path) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout  # noqa: S603


def fetch(spec: str, integrity: str, work: Path) -> Path:
    """Download one npm package, compare it with the lock, unpack it; returns the folder `package`."""
    tarball = work / run("npm", "pack", "--silent", spec, cwd=work).split()[-1]
    found = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if found != integrity:
        sys.exit(f"{spec}: the registry sent {found}, the lock says {integrity}")
    folder = work / re.sub(r"[^\w.-]", "-", spec)
    folder.mkdir()
    run("tar", "-xzf", str(tarball), "-C", str(folder), cwd=work)
    return folder / "package"


def rebrand_buttons(css: str) -> str:
    def ours(rule: re.Match[str]) -> str:
        text = rule.group(0)
        for theirs, colour in BUTTON_COLOURS.items():
            text = text.replace(theirs, colour)
        return text

    return re.sub(r"[^{}]*\.govuk-button[^{}]*\{[^}]*\}", ours, css)


def compile_govuk(package: Path, work: Path) -> bytes:
    """Sass rather than a search-and-replace on the ready sheet: the font family is then right in every rule (see `govuk.scss`)."""
    shutil.copy(HERE / "govuk.scss", work / "govuk.scss")
    options = [f"--load-path={package / 'dist'}", "--style=compressed", "--no-source-map"]
    run("npx", "--yes", "sass@1.108.2", *options, "govuk.scss", "govuk.css", cwd=work)
    return rebrand_buttons((work / "govuk.css").read_text(encoding="utf-8-sig")).encode()


def vendor_one(name: str, entry: dict[str, object], work: Path) -> dict[str, bytes]:
    package = fetch(f"{entry['package']}@{entry['version']}", str(entry["integrity"]), work)
    if name == "govuk-frontend":
        return {"govuk.css": compile_govuk(package, work), "LICENSE.txt": GOVUK_LICENCE.encode()}
    files = {Path(f).name: (package / f).read_bytes() for f in entry["files"]}  # type: ignore[attr-defined]
    return files | {"LICENSE.txt": (package / "LICENSE").read_bytes()}


def main() -> None:
    lock = json.loads((HERE / "vendor.lock.json").read_text())
    record = []
    with tempfile.TemporaryDirectory() as folder:
        for name, entry in sorted(lock.items()):
            target = VENDOR / f"{name}-{entry['version']}"
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for file, data in sorted(vendor_one(name, entry, Path(folder)).items()):
                (target / file).write_bytes(data)
                record.append(
                    {"file": f"{target.name}/{file}", "licence": entry["licence"], "bytes": len(data), "sha384": digest(data)}
                )
    FILES.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
