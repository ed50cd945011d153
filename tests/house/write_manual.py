"""Prints the references of permissions, trail and security ledger from what they tell of: `python -m tests.house.write_manual`."""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import django
import yaml

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
django.setup()  # the names of deeds stand beside models

from serein.foundation.audit.words import DEEDS, PURPOSES  # noqa: E402
from serein.foundation.people import deeds, wards  # noqa: E402
from serein.foundation.people import permissions as p  # noqa: E402
from serein.interfaces.web.doors import DOORS  # noqa: E402

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
ASVS = ROOT / "safety" / "asvs.yaml"
PRINTED = "<!-- Printed from the code; change the code, then run: python -m tests.house.write_manual -->"
KEYS = (
    ("chart", p.CHART_RULES),
    ("new chart", p.NEW_CHART_RULES),
    ("list", (*p.LIST_RULES, *p.FIND_RULES)),
    ("slip", (*p.SLIP_RULES, p.BEARER)),
)


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
            f"A rota names rights for its hours: {listed(p.ON_ROTA)}. An integration client has no row: it opens "
            "nothing. An administrator sees how the system runs, and no record.",
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


# State of a requirement -> what its row must carry.
NEEDS = {"held": "test", "built": "where", "not-applicable": "why", "not-yet": "why"}


def ledger() -> list[dict[str, Any]]:
    """The rows of safety/asvs.yaml in their order."""
    rows: list[dict[str, Any]] = yaml.safe_load(ASVS.read_text())["requirements"]
    return rows


def asvs_page() -> str:
    """How far Serein is with OWASP ASVS 5.0.0, and what is missing."""
    rows = ledger()
    cells = Counter((row["id"].split(".")[0], row["state"]) for row in rows)
    chapters = list(dict.fromkeys(chapter for chapter, _ in cells))
    table = [[chapter, *(cells[chapter, state] for state in NEEDS)] for chapter in chapters]
    table.append(["all", *(sum(cells[chapter, state] for chapter in chapters) for state in NEEDS)])
    missing = [row for row in rows if row["state"] == "not-yet"]
    return "\n".join(
        [
            "<!-- Printed from safety/asvs.yaml; change it, then run: python -m tests.house.write_manual -->",
            "# OWASP ASVS 5.0.0, levels 1 and 2", "",
            "What Serein answers to each requirement stands in [the ledger](../../safety/asvs.yaml) by the requirement's id. The standard's "
            "words are not repeated here: read the id there. This is our own judgement, nobody outside has assessed it, and what is in doubt "
            "counts as not yet.", "",
            "- held: a test that runs every time shows it",
            "- built: it stands in the code or settings named, and no test of ours shows it",
            "- not-applicable: Serein has nothing that the requirement speaks of",
            "- not-yet: something is missing", "",
            f"| Chapter | {' | '.join(NEEDS)} | requirements |", "| --- | --- | --- | --- | --- | --- |",
            *(f"| {' | '.join(map(str, line))} | {sum(line[1:])} |" for line in table), "",
            "## Not yet", "", "| Id | Level | About | What is missing |", "| --- | --- | --- | --- |",
            *(f"| {row['id']} | {row['level']} | {row['subject']} | {row['why']} |" for row in missing), "",
        ]
    )  # fmt: skip


def limits_page() -> str:
    """What the pages take, how much, how often and for how long."""
    from tests.house.limits import page

    return page(PRINTED)


def data_page() -> str:
    """Which class of data each table belongs to, and what that class needs."""
    from tests.house.data import page

    return page(PRINTED)


PAGES: dict[Path, Callable[[], str]] = {
    REFERENCE / "data.md": data_page,
    REFERENCE / "limits.md": limits_page,
    REFERENCE / "permissions.md": permissions_page,
    REFERENCE / "trail.md": trail_page,
    REFERENCE / "asvs.md": asvs_page,
}


if __name__ == "__main__":
    for file, printed in PAGES.items():
        file.write_text(printed())
