"""The pages of the manual that print themselves from the knowledge: finding codes and Serein's own rules."""

from __future__ import annotations

from serein.clinical.knowledge.classification import titles
from serein.clinical.knowledge.facts import Cite, Hazard, Substance
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


def instruments_page(knowledge: Knowledge) -> str:
    """Every instrument with bands, codes, missing-item rule and terms; and those that are not shipped, with the reason."""
    lines = [GENERATED, "# Questionnaires and scales", "", "| Id | Range | Bands | LOINC | Unanswered items | Terms | Sources |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for i in knowledge.instruments:
        bands = "; ".join(f"{b.low}–{b.high} {b.name}" for b in i.bands)
        missing = "any leaves no total" if not i.may_miss else f"up to {i.may_miss} tolerated"
        loinc = ", ".join(c for c in (i.loinc_panel, i.loinc_total) if c) or "none known"
        sources = "; ".join(_source(knowledge, c) for c in i.cites)
        lines.append(f"| `{i.id}` | 0–{i.maximum} | {bands} | {loinc} | {missing} | {i.licence} | {sources} |")
    lines += ["", "Items whose answer calls for a person at once, whatever the total:", ""]
    lines += [
        f"- `{i.id}` item {x.id}, from {x.alert_from}" for i in knowledge.instruments for x in i.items if x.alert_from is not None
    ]
    lines += ["", "## Known and not shipped", "", "| Name | Why not | Instead |", "| --- | --- | --- |"]
    lines += [f"| {w.name} | {w.why} | {w.instead} |" for w in knowledge.withheld]
    return "\n".join(lines) + "\n"


def facts_page(knowledge: Knowledge) -> str:
    """Substances, limits, hazards, company, schedules and courses: every fact with its source and how sure it is."""
    parts = (_substances, _limits, _hazards, _company, _along_the_way, _reported, _conflicts)
    head = [GENERATED, "# What Serein knows", "", f"Knowledge {knowledge.version}. No licensed human has confirmed it.", ""]
    head.append("A: read on the page that is cited. B: well established, or read on a page that quotes it. D: worked out here.")
    return "\n".join([*head, *(line for part in parts for line in ["", *part(knowledge)])]) + "\n"


def _substances(knowledge: Knowledge) -> list[str]:
    lines = ["## Substances", "", "Equivalence is kept by table and never made one number: mg by mouth for 10 mg diazepam.", ""]
    lines += ["Further tables are reported, not verified, and used in no reckoning: " + _reporters(knowledge) + ".", ""]
    lines += [
        "| Id | Classes | RxNorm | ATC | SNOMED CT | Equivalence | Reported, not used | Half-life |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for s in knowledge.substances:
        tables = "; ".join(f"{e.table} {e.mg}" for e in s.equivalents) or "unknown"
        half = _half_life(s)
        codes = " | ".join(", ".join(c) or "unknown" for c in (s.codes.rxnorm, s.codes.atc, s.codes.snomed))
        lines.append(f"| `{s.id}` | {', '.join(s.classes)} | {codes} | {tables} | {_also(s)} | {half} |")
    return lines


def _reporters(knowledge: Knowledge) -> str:
    return "; ".join(dict.fromkeys(_source(knowledge, r.cite) for s in knowledge.substances for r in s.reported))


def _also(substance: Substance) -> str:
    said = []
    for r in substance.reported:
        mg = f"{plain(r.central_mg)} ({r.mg})" if r.central_mg is not None else str(r.mg)
        said.append(f"{r.table} {mg} for {r.diazepam_mg} mg")
    return "; ".join(said) or "none"


def _half_life(substance: Substance) -> str:
    h = substance.half_life
    if h is None:
        return "unknown"
    used = f"{plain(h.young_hours)} h"
    if h.young_hours != h.old_hours:
        used = f"{used} at {plain(h.young_years)} to {plain(h.old_hours)} h at {plain(h.old_years)} years"
    return f"{used}, used here; published: " + "; ".join(f"{p.who} {p.hours} h (`{p.cite.source}`)" for p in substance.published)


def _limits(knowledge: Knowledge) -> list[str]:
    lines = ["## Limits", "", "| Substance | Ring | For | Limit | Source |", "| --- | --- | --- | --- | --- |"]
    for file in knowledge.limits:
        for r in file.ranges:
            who = f"{r.jurisdiction}, {r.indication}, {r.population}"
            lines.append(f"| {file.substance} | recommended | {who} | {r.printed} | {_source(knowledge, r.cite)} |")
        for a in file.absolutes:
            who, most = f"{a.indication}, {a.population}", f"{plain(a.daily_mg)} mg a day ({a.says})"
            lines.append(f"| {file.substance} | absolute | {who} | {most} | {_source(knowledge, a.cite)} |")
        for d in file.durations:
            lines.append(
                f"| {file.substance} | duration | {', '.join(d.forms) or 'all forms'} | {d.name}: {d.says} | {_source(knowledge, d.cite)} |"
            )
        if file.unknown:
            lines.append(f"| {file.substance} | | | no limit known: {', '.join(file.unknown)} | |")
    for n in knowledge.no_limits:
        lines += ["", f"No limit known ({', '.join(n.unknown)}), because {n.says}: {', '.join(n.substances)}."]
    return lines


def _hazards(knowledge: Knowledge) -> list[str]:
    lines = [
        "## Hazards of the person",
        "",
        "ICD-10 codes stand for their whole subtree: the classification is a tree of prefixes. Titles are those of ICD-10-CM.",
        "",
    ]
    lines += [
        "| Hazard | Code | Severity | Forbidden by the label of | ICD-10 | Source |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for h in knowledge.contraindications:
        labels = ", ".join(f"{c.substance} ({c.jurisdiction})" for c in h.contraindicated) or "none"
        sources = "; ".join(_source(knowledge, c) for c in h.cites)
        lines.append(f"| {h.name} | `{h.code}` | {h.severity.value} | {labels} | {_icd(h)} | {sources} |")
    return lines


def _icd(hazard: Hazard) -> str:
    """Branches with the titles of the classification, and what is excepted from them."""
    but = f"; but not {', '.join(map(_titled, hazard.icd10_except))}" if hazard.icd10_except else ""
    return "; ".join(map(_titled, hazard.icd10)) + but


def _titled(code: str) -> str:
    return f"{code} {titles()[code]}" if code in titles() else code


def _company(knowledge: Knowledge) -> list[str]:
    lines = ["## Company", "", "| Who meets whom | Code | Severity | What happens | Source |", "| --- | --- | --- | --- | --- |"]
    for m in knowledge.interactions:
        who = f"{', '.join((*m.substances, *m.classes))} with {', '.join((*m.groups, *m.medicines))}"
        sources = "; ".join(_source(knowledge, c) for c in m.cites)
        lines.append(f"| {who} | `{m.code}` | {m.severity.value} | {m.effect}. {m.detail} | {sources} |")
    return lines


def _along_the_way(knowledge: Knowledge) -> list[str]:
    lines = ["## Looked at again", "", "| What | How often | Source |", "| --- | --- | --- |"]
    lines += [f"| {s.what} | {s.how_often} | {_source(knowledge, s.cite)} |" for f in knowledge.schedules for s in f.schedules]
    lines += ["", "## Alcohol withdrawal, under supervision only", "", "| Course | Begins | Dose | Until | Source |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for file in knowledge.withdrawal:
        for c in file.courses:
            lines.append(f"| {c.substance}, {c.kind} | {c.starts_when} | {c.says} | {c.until} | {_source(knowledge, c.cite)} |")
        lines += ["", *(f"- Prefer {' or '.join(x.prefer)} for {', '.join(x.people)}: {x.why}." for x in file.choices)]
        lines += [f"- {line}" for line in file.always]
    return lines


def _reported(knowledge: Knowledge) -> list[str]:
    lines = ["## Reported, and judged by no check"]
    for file in knowledge.reported:
        of = f"{file.topic.replace('-', ' ').capitalize()}, {file.product or file.substance}"
        lines += ["", f"{of}. {file.so}", "", "| What | How often, or how much | Source |", "| --- | --- | --- |"]
        for r in file.reports:
            much = f"{r.value} {r.unit}" if r.value else r.how_often or "not said"
            lines.append(f"| {r.what} | {much} | {_source(knowledge, r.cite)} |")
    return lines


def _conflicts(knowledge: Knowledge) -> list[str]:
    lines = [
        "## Where sources contradict one another",
        "",
        "| About | What each says | What Serein does |",
        "| --- | --- | --- |",
    ]
    for c in knowledge.conflicts:
        sides = "<br>".join(f"{o.says} ({_source(knowledge, o.cite)})" for o in c.options)
        lines.append(f"| {c.about} | {sides} | {c.policy} |")
    return lines


def _source(knowledge: Knowledge, cite: Cite) -> str:
    return f"{knowledge.source(cite.source).shown}, {cite.where} ({cite.confidence.value})"
