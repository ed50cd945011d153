"""What `serein assess` says to people: findings by severity, each with its reason, its source and what to do."""

import textwrap
from collections.abc import Iterator

import serein
from serein.clinical.findings import AssessedOrder, Assessment, Finding, Severity
from serein.clinical.knowledge import Knowledge
from serein.clinical.quantities import plain
from serein.interfaces.translate.bad_input import printable
from serein.interfaces.translate.node import NotUnderstood

UNCONFIRMED = (
    "The knowledge behind this is not confirmed by a licensed human. It supports a clinician's decision and replaces none."
)
HEADS = {
    Severity.STOP: "STOP: must not be signed as it stands",
    Severity.WARN: "WARNING: may be signed with a recorded reason",
    Severity.NOTE: "NOTE",
}
WIDTH = 110


def in_words(found: Assessment, not_understood: tuple[NotUnderstood, ...]) -> str:
    return "\n".join(_lines(found, not_understood))


def _lines(found: Assessment, not_understood: tuple[NotUnderstood, ...]) -> Iterator[str]:
    yield f"serein {serein.__version__}, knowledge {found.knowledge}, judged on {found.on}"
    yield from map(_order, found.orders)
    yield "May be signed, with a reason for each warning." if found.may_sign else "MUST NOT BE SIGNED as it stands."
    for severity, head in HEADS.items():
        group = [f for f in found.findings if f.severity is severity]
        yield from ["", f"{head} ({len(group)})"] if group else []
        for finding in group:
            yield from _finding(finding)
    yield from ["", "Not checked:"] if found.not_checked else []
    for missed in found.not_checked:
        yield _indented(f"{missed.check}: {missed.why}", 2)
    yield from ["", "In the record and not understood:"] if not_understood else []
    for line in not_understood:
        yield _indented(str(line), 2)
    yield from ["", UNCONFIRMED]


def _order(order: AssessedOrder) -> str:
    dose = "dose not readable" if order.daily_dose_mg is None else f"{plain(order.daily_dose_mg)} mg a day"
    return f"{printable(order.reference)}: {order.substance or 'medicine not recognised'}, {dose}, {order.purpose.value}"


def _finding(finding: Finding) -> Iterator[str]:
    about = f" [{finding.order}]" if finding.order else ""
    yield _indented(f"{finding.code}: {finding.summary}{about}", 2)
    yield _indented(finding.detail, 6)
    for reason in finding.inputs:
        yield _indented(f"because: {reason.what} ({reason.source})", 6)
    for source in finding.sources:
        yield _indented(f"source: {source.title}, {source.where}", 6)
    for suggestion in finding.suggestions:
        yield _indented(f"do: {suggestion}", 6)


def _indented(text: str, by: int) -> str:
    """Wrapped, and safe for a terminal: the words of a record may hold escape sequences."""
    pad = " " * by
    return textwrap.fill(printable(text, 2000), WIDTH, initial_indent=pad, subsequent_indent=pad + "  ")


def codes_in_words(knowledge: Knowledge) -> str:
    """Every finding code with severity, trigger and source."""
    lines: list[str] = []
    for entry in knowledge.codes:
        lines.append(f"{entry.code} ({' or '.join(s.value for s in entry.severity)}): {entry.trigger}")
        lines.extend(_indented(f"source: {knowledge.reference(c).title}, {c.where}", 6) for c in entry.cites)
    return "\n".join([*lines, "", UNCONFIRMED])
