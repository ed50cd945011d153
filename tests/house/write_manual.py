"""Prints the references of permissions and of the trail from the code: `python -m tests.house.write_manual`."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
django.setup()  # the names of deeds stand beside models

from serein.foundation.audit.words import DEEDS, PURPOSES  # noqa: E402
from serein.foundation.people import deeds, wards  # noqa: E402
from serein.foundation.people import permissions as p  # noqa: E402
from serein.interfaces.web.doors import DOORS  # noqa: E402

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PRINTED = "<!-- Printed from the code; change the code, then run: python -m tests.house.write_manual -->"
KEYS = (("chart", p.CHART_RULES), ("new chart", p.NEW_CHART_RULES), ("list", p.LIST_RULES), ("slip", (*p.SLIP_RULES, p.BEARER)))


def listed(words: Iterable[str]) -> str:
    words = frozenset(words)
    if words >= p.WHOLE:
        return "the whole record"
    return ", ".join(sorted(words)) or "nothing"


def rule_rows() -> list[str]:
    return [
        f"| {key} | {r.purpose} | {r.role or 'anybody'} | {r.relation} | {r.why} | {listed(r.sees)} | {listed(r.may)} |"
        + (" and what the relation names |" if r.named else " |")
        for key, many in KEYS
        for r in many
    ]


def permissions_page() -> str:
    """Who may open, see and do what, as the one table says."""
    actions = {right: sorted(a for a, r in deeds.RIGHTS.items() if r == right) for right in p.Right}
    reads = {sight: sorted(a for a, parts in wards.READS.items() if sight in parts) for sight in p.Sight}
    tables = {sight: sorted(t for t, s in wards.TABLES.items() if s == sight) for sight in p.Sight}
    return "\n".join(
        [
            PRINTED, "# Permissions", "",
            "A record is opened with a key. Making one asks this table for the purpose, the role and the relation; what has no row here is "
            "denied. The row says which parts of the record the key shows and which rights it gives. Each action needs one right, each read one "
            "part; PostgreSQL compares each row with the same parts.", "",
            "| Key | Purpose | Role | Relation | Why | Shows | May | |", "| --- | --- | --- | --- | --- | --- | --- | --- |", *rule_rows(), "",
            "A caregiver's relation names what the patient shared:", "",
            *(f"- {name}: {s.words} (shows {listed(s.sees)}; may {listed(s.may)})" for name, s in p.SCOPES.items()), "",
            f"A rota names rights for its hours: {listed(p.ON_ROTA)}. Integration client and administrator have no row: they open nothing.",
            "", "## The worker's purposes", "", "| Purpose | Why | Shows |", "| --- | --- | --- |",
            *(f"| {r.purpose} | {r.why} | {listed(r.sees)} |" for r in p.JOB_RULES), "",
            "## Rights", "", "| Right | Actions | May write the parts |", "| --- | --- | --- |",
            *(f"| {right} | {listed(actions[right])} | {listed(p.WRITES[right])} |" for right in p.Right), "",
            "Actions without a key:", "", *(f"- {a}: {why}" for a, why in deeds.KEYLESS.items()), "",
            "## Parts of a record", "", "| Part | Reads | Tables |", "| --- | --- | --- |",
            *(f"| {sight} | {listed(reads[sight])} | {listed(tables[sight])} |" for sight in p.Sight), "",
            "## Addresses of the web", "", "| Address | For | Key |", "| --- | --- | --- |",
            *(f"| {name} | {listed(d.who)} | {d.purpose or 'none'} |" for name, d in DOORS.items()), "",
        ]
    )  # fmt: skip


def trail_page() -> str:
    rows = [f"| `{code}` | {to_do} |" for code, (to_do, _) in sorted(DEEDS.items())]
    return "\n".join(
        [
            PRINTED, "# The trail", "",
            "Each row of the trail holds who, when, what, the outcome (looked, done, refused), the record, and for a refusal its code. It "
            "holds no name of a patient, no answer and no dose. Looking is the deed `open`, with the key's purpose:", "",
            *(f"- {purpose}: opened {what}" for purpose, what in PURPOSES.items()), "",
            "| Code | What somebody did |", "| --- | --- |", *rows, "",
        ]
    )  # fmt: skip


PAGES: dict[Path, Callable[[], str]] = {REFERENCE / "permissions.md": permissions_page, REFERENCE / "trail.md": trail_page}


if __name__ == "__main__":
    for file, printed in PAGES.items():
        file.write_text(printed())
