"""Worked cases, written from the sources and not from the code: one sentence of a source, one patient, one order, and the codes
that must and must not appear. A code may carry the severity it must have: "sleep-apnoea:stop"."""

from __future__ import annotations

from dataclasses import dataclass

from serein.clinical.case import Case, Concept, Order
from serein.clinical.findings import Assessment
from tests.clinical.drafts import TODAY, mg, order, person


@dataclass(frozen=True)
class Worked:
    says: str
    case: Case
    orders: tuple[Order, ...]
    must: str
    never: str = ""
    words: str = ""

    def amiss(self, found: Assessment) -> str:
        """What the answer lacks or has too much, in words; '' when it is what the source says."""
        codes = {f.code for f in found.findings}
        severities = {f"{f.code}:{f.severity.value}" for f in found.findings}
        missing = [m for m in self.must.split() if m not in (severities if ":" in m else codes)]
        unwanted = sorted((codes | severities).intersection(self.never.split()))
        unsaid = self.words and not any(self.words in f"{f.summary} {f.detail}" for f in found.findings)
        wrong = [*[f"{m} is missing" for m in missing], *[f"{u} is not what the source says" for u in unwanted]]
        return "; ".join([*wrong, *([f"nothing says {self.words!r}"] if unsaid else [])])


def case(
    says: str, who: Case | None = None, what: Order | tuple[Order, ...] | None = None, must: str = "", never: str = ""
) -> Worked:
    """A man of 40 about whom everything was asked, and 5 mg diazepam twice a day for two weeks, unless told otherwise."""
    given = order() if what is None else what
    return Worked(says, who or person(), given if isinstance(given, tuple) else (given,), must, never)


def for_(reason: str, single: str, times: str = "2", **more: object) -> Order:
    """So many mg diazepam, so many times a day, for a reason in words."""
    return order(mg(single, times), reasons=(Concept(text=reason),), medicine=Concept(text="diazepam"), **more)


def of(substance: str, single: str, times: str = "1", **more: object) -> Order:
    return order(mg(single, times), medicine=Concept(text=substance), **more)


__all__ = ["TODAY", "Worked", "case", "for_", "of"]
