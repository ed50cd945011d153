"""What a check rests on, as values: everything that went in, what came out, and a digest over both. Enough to be made again later."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from serein.clinical import knowledge
from serein.clinical.assess import assess
from serein.clinical.case import Case, Order
from serein.clinical.findings import Assessment, Finding, Severity

from .reads.overrides import Standing


@dataclass(frozen=True)
class Examination:
    """One run of `assess` with everything that went in: enough to be replayed. `record_digest` changes with any fact or finding."""

    case: Case
    order: Order
    assessment: Assessment
    record_digest: str
    standing: Mapping[str, Standing]

    @property
    def unanswered(self) -> tuple[Finding, ...]:
        """Warnings for which no recorded reason stands."""
        found = self.assessment.findings
        return tuple(f for f in found if f.severity is Severity.WARN and f.fingerprint not in self.standing)


def record_digest(case: Case, order: Order, assessment: Assessment, told: Sequence[Sequence[str]] = ()) -> str:
    """Changes with any fact of the record, any field of the order, any finding and anything `told` that stands beside the check."""
    findings = [f.fingerprint for f in assessment.findings]
    whole = [case, order, assessment.knowledge, findings, assessment.not_checked, *told]
    return hashlib.sha256(msgspec.json.encode(whole)).hexdigest()


def as_stored(examination: Examination, result: dict[str, object]) -> dict[str, Any]:
    """What a Check row keeps: the result as printed, and the values that went in, from which it can be made again."""
    stored: dict[str, Any] = msgspec.to_builtins(
        {"case": examination.case, "order": examination.order, "result": result, "record_digest": examination.record_digest}
    )
    return stored


def replayed(stored: dict[str, Any]) -> Assessment:
    """The assessment made again from a stored check with the knowledge of this release."""
    case, order = msgspec.convert(stored["case"], Case), msgspec.convert(stored["order"], Order)
    return assess(case, order, knowledge.load(), date.fromisoformat(stored["result"]["on"]))
