"""The pages of the manual that print themselves from the knowledge: finding codes and Serein's own rules."""

from __future__ import annotations

from serein.clinical.knowledge.facts import Cite
from serein.clinical.knowledge.library import Knowledge
from serein.clinical.quantities import plain

OWN = "serein-rule"
GENERATED = "<!-- Printed from the knowledge; change the knowledge, then run: python -m tests.knowledge.write_manual -->"


def findings_page(knowledge: Knowledge) -> str:
    """Every finding code with severities, trigger and sources."""
    lines = [
        GENERATED,
        "# Finding codes",
        "",
        f"Knowledge {knowledge.version}. `stop` must not be signed as it stands, `warn` may be with a recorded reason, `note` informs.",
        "*Relaxed*: for somebody who is probably dependent and whose dose is kept or lowered, a stop becomes a warning.",
    ]
    for file in knowledge.findings:
        lines += ["", "| Code | Severity | Relaxed | Fires when | Sources |", "| --- | --- | --- | --- | --- |"]
        for e in file.findings:
            severity, relaxed = ", ".join(s.value for s in e.severity), "yes" if e.relaxable else "no"
            sources = "; ".join(_source(knowledge, c) for c in e.cites)
            lines.append(f"| `{e.code}` | {severity} | {relaxed} | {e.trigger} | {sources} |")
    return "\n".join(lines) + "\n"


def own_rules_page(knowledge: Knowledge) -> str:
    """Thresholds that no publication gives: a clinician must confirm each before Serein is used for care."""
    lines = [
        GENERATED,
        "# Serein's own rules",
        "",
        "No publication that was read gives these numbers. They were chosen to be careful and are not confirmed by a licensed human.",
        "",
        "| Rule | Value | Meaning | Where |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{r.id}` | {plain(r.value)} {r.unit} | {r.says} | {r.cite.where} |"
        for f in knowledge.rules
        for r in f.rules
        if r.cite.source == OWN
    ]
    lines += ["", "Readings of the sources that are ours as well (worked out, confidence D):", ""]
    lines += [
        f"- {file.substance}, {a.indication}, {a.population}: at most {plain(a.daily_mg)} mg a day ({a.says})."
        for file in knowledge.limits
        for a in file.absolutes
        if a.cite.confidence.value == "D"
    ]
    return "\n".join(lines) + "\n"


def _source(knowledge: Knowledge, cite: Cite) -> str:
    return f"{knowledge.source(cite.source).shown}, {cite.where} ({cite.confidence.value})"
