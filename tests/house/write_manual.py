"""Prints the reference of permissions and of the trail from the code: `python -m tests.house.write_manual`."""

import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
django.setup()  # the names of deeds stand beside models

from serein.foundation.audit.words import DEEDS, PURPOSES  # noqa: E402
from serein.foundation.people.permissions import CHART_RULES, JOB_PURPOSES, LIST_RULES, NEW_CHART_RULES, SLIP_RULES  # noqa: E402

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "permissions-and-trail.md"
KEYS = (("chart", CHART_RULES), ("new chart", NEW_CHART_RULES), ("list", LIST_RULES), ("slip", SLIP_RULES))


def page() -> str:
    rules = [f"| {key} | {r.purpose} | {r.role} | {r.relation} | {r.why} |" for key, many in KEYS for r in many]
    deeds = [f"| `{code}` | {to_do} |" for code, (to_do, _) in sorted(DEEDS.items())]
    return "\n".join(
        [
            "<!-- Printed from the code; change the code, then run: python -m tests.house.write_manual -->",
            "# Permissions and the trail", "",
            "A record is opened with a key. Making one asks this table; what has no row here is denied. Each key leaves a row in the trail, "
            "granted or refused.", "",
            "| Key | Purpose | Role | Relation | Why |", "| --- | --- | --- | --- | --- |", *rules, "",
            f"The worker opens clinics for these purposes: {', '.join(JOB_PURPOSES)}.", "",
            "## Deeds", "",
            "Each row of the trail holds who, when, what, the outcome (looked, done, refused), the record, and for a refusal its code. It "
            "holds no name of a patient, no answer and no dose. Looking is the deed `open`, with the key's purpose:", "",
            *(f"- {purpose}: opened {what}" for purpose, what in PURPOSES.items()), "",
            "| Code | What somebody did |", "| --- | --- |", *deeds, "",
        ]
    )  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(page())
