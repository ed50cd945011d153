"""What a check may say: findings with their reason, and what could not be checked."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import force_setattr

from serein.clinical.quantities import plain

LONGEST_SUMMARY = 90


class NotAFinding(ValueError):
    """A finding without reason or source, or too long to be read at a glance: a defect of the check that made it."""


class Severity(StrEnum):
    """`stop` must not be signed as it stands, `warn` may be with a recorded reason, `note` informs."""

    STOP = "stop"
    WARN = "warn"
    NOTE = "note"

    rank: int

    def __new__(cls, word: str) -> Severity:
        """`rank` 0 is gravest: they stand in that order here."""
        made = str.__new__(cls, word)
        made._value_ = word
        made.rank = len(cls.__members__)
        return made


class Purpose(StrEnum):
    """What an order does to the regimen before it."""

    START = "start"
    INCREASE = "increase"
    SAME = "same"
    DECREASE = "decrease"
    BRIDGE = "bridge"

    raises: bool

    def __new__(cls, word: str) -> Purpose:
        """`raises`: there will be more in the body than before."""
        made = str.__new__(cls, word)
        made._value_ = word
        made.raises = word in ("start", "increase")
        return made


class Input(Struct, frozen=True):
    """A fact that a finding rests on, and the reference it was read from. Words a fact, not an age in days: the fingerprint
    must not change merely because a day has passed."""

    what: str
    source: str


class SourceReference(Struct, frozen=True):
    """Where the rule stands. `kind` is primary, secondary or tertiary: the page that was really read, not what it reports."""

    id: str
    title: str
    where: str
    url: str
    kind: str = "secondary"
    confidence: str = "B"


class Finding(Struct, frozen=True):
    code: str
    severity: Severity
    summary: str
    detail: str
    inputs: tuple[Input, ...]
    sources: tuple[SourceReference, ...]
    order: str = ""
    suggestions: tuple[str, ...] = ()
    relaxed_from: Severity | None = None

    def __post_init__(self) -> None:
        if not (self.inputs and self.sources and 0 < len(self.summary) <= LONGEST_SUMMARY):
            why = f"summary of {len(self.summary)} characters" if self.inputs and self.sources else "no inputs or no source"
            raise NotAFinding(f"{self.code}: {why}")

    @property
    def fingerprint(self) -> str:
        """Stable digest of code, severity and inputs (not of the order's reference): the same warning on a renewal with the same
        facts has the same fingerprint, a changed fact or severity another one."""
        parts = [self.code, self.severity.value, *sorted(i.what for i in self.inputs)]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


class NotChecked(Struct, frozen=True):
    """A check that could not run, and why."""

    check: str
    why: str


class AssessedOrder(Struct, frozen=True):
    """One order as it was understood: substance id ('' when not recognised), the order's own mg a day, what it does."""

    reference: str
    substance: str
    daily_dose_mg: Decimal | None
    purpose: Purpose

    def as_json(self) -> dict[str, str | None]:
        mg = None if self.daily_dose_mg is None else plain(self.daily_dose_mg)
        return {
            "reference": self.reference,
            "substance": self.substance or None,
            "daily_dose_mg": mg,
            "purpose": self.purpose.value,
        }


_GRAVEST_FIRST = attrgetter("severity.rank", "code", "order")


class Assessment(Struct, frozen=True, kw_only=True):
    on: date
    knowledge: str
    orders: tuple[AssessedOrder, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]

    def __post_init__(self) -> None:
        force_setattr(self, "findings", tuple(sorted(self.findings, key=_GRAVEST_FIRST)))

    @property
    def may_sign(self) -> bool:
        return not any(f.severity is Severity.STOP for f in self.findings)

    def of(self, code: str) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.code == code)


def finding_as_json(finding: Finding) -> dict[str, object]:
    """The shape that `serein assess --json` prints."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "order": finding.order or None,
        "summary": finding.summary,
        "detail": finding.detail,
        "inputs": [{"what": i.what, "from": i.source} for i in finding.inputs],
        "sources": [{"id": s.id, "title": s.title, "where": s.where, "url": s.url, "kind": s.kind} for s in finding.sources],
        "suggestions": list(finding.suggestions),
        "fingerprint": finding.fingerprint,
        **({"relaxed_from": finding.relaxed_from.value} if finding.relaxed_from else {}),
    }


def as_json(assessment: Assessment, serein: str) -> dict[str, object]:
    """The whole answer of `serein assess --json`; `serein` is the software's version."""
    return {
        "serein": serein,
        "knowledge": assessment.knowledge,
        "on": assessment.on.isoformat(),
        "may_sign": assessment.may_sign,
        "orders": [o.as_json() for o in assessment.orders],
        "findings": [finding_as_json(f) for f in assessment.findings],
        "not_checked": [{"check": n.check, "why": n.why} for n in assessment.not_checked],
    }
