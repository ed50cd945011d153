"""The case as knowledge sees it, made once: medicines identified, doses read, conditions placed. What all checks share."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from serein.clinical.case import ICD10, ICD10CM, SNOMED, Case, Circumstances, Concept, Medicine, MedicineUse, Order
from serein.clinical.findings import Finding, Input, NotChecked, Severity
from serein.clinical.history import Written
from serein.clinical.knowledge import facts
from serein.clinical.knowledge.amounts import written
from serein.clinical.knowledge.library import Knowledge
from serein.clinical.knowledge.names import says
from serein.clinical.knowledge.recognise import Identity
from serein.clinical.knowledge.told import circumstances

DEAD_VERIFICATION = frozenset({"refuted", "entered-in-error"})
LIVE_STATUS = frozenset({"", "active", "recurrence", "relapse"})


@dataclass(frozen=True)
class Said:
    """What a check returns: findings, and what it could not check."""

    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    def __add__(self, other: Said) -> Said:
        return Said(self.findings + other.findings, self.not_checked + other.not_checked)


def together(said: Iterable[Said]) -> Said:
    return sum(said, Said())


@dataclass(frozen=True, kw_only=True)
class Because:
    """The reason of a finding: its inputs, and where its sources or suggestions differ from the catalogue's."""

    inputs: tuple[Input, ...]
    cites: tuple[facts.Cite, ...] = ()
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scene:
    case: Case
    orders: tuple[Order, ...]
    knowledge: Knowledge
    on: date
    _made: dict[str, Identity] = field(default_factory=dict, repr=False, compare=False)

    def identity(self, use: MedicineUse) -> Identity:
        if use.reference not in self._made:
            self._made[use.reference] = self.knowledge.register.identify(use.medicine)
        return self._made[use.reference]

    @functools.cached_property
    def written(self) -> dict[str, Written]:
        """Every benzodiazepine or Z-drug, proposed, current or past, by reference."""
        uses: tuple[MedicineUse, ...] = (*self.case.past, *self.case.medicines, *self.orders)
        return {u.reference: written(u, self.identity(u), self.knowledge) for u in uses if self.identity(u).substance}

    def of_class(self, substance: str, *classes: str) -> bool:
        return bool(substance) and bool(set(self.knowledge.substance(substance).classes) & set(classes))

    @functools.cached_property
    def told(self) -> Circumstances:
        """What was told, and where nothing was, what the record shows."""
        return circumstances(self.case, self.on, int(self.rule("pregnancy-status-days")))

    @functools.cached_property
    def active(self) -> tuple[Written, ...]:
        """Current benzodiazepines and Z-drugs of the record."""
        return tuple(self.written[m.reference] for m in self.case.medicines if m.reference in self.written)

    @functools.cached_property
    def past(self) -> tuple[Written, ...]:
        return tuple(self.written[m.reference] for m in self.case.past if m.reference in self.written)

    def medicine(self, reference: str) -> Medicine | None:
        return next((m for m in (*self.case.medicines, *self.case.past) if m.reference == reference), None)

    def words(self, reference: str) -> str:
        uses: tuple[MedicineUse, ...] = (*self.orders, *self.case.medicines, *self.case.past)
        return next((u.medicine.words for u in uses if u.reference == reference), reference)

    def rule(self, id: str) -> Decimal:
        return self.knowledge.rule(id).value

    @functools.cached_property
    def hazards(self) -> tuple[tuple[facts.Hazard, tuple[Input, ...]], ...]:
        """Conditions of the record that the knowledge has a hazard for; a graver one silences the milder one it names."""
        met: dict[str, list[Input]] = {}
        for condition in self.case.conditions:
            if condition.verification in DEAD_VERIFICATION or condition.status not in LIVE_STATUS:
                continue
            for hazard in self.knowledge.contraindications:
                if matches(condition.concept, hazard.icd10, hazard.snomed, hazard.text, hazard.not_text):
                    met.setdefault(hazard.id, []).append(Input(condition.concept.words, condition.reference))
        for o in self.case.observations:
            # A genotype stands in the answer: "CYP2C19 …" measured, "Poor metabolizer" answered.
            if o.answer is not None and says(("cyp2c19",), o.concept.words):
                for hazard in (h for h in self.knowledge.contraindications if h.id == "slow-metaboliser"):
                    if says(hazard.text, f"CYP2C19 {o.answer.words}"):
                        met.setdefault(hazard.id, []).append(Input(f"CYP2C19 {o.answer.words}", o.reference))
        silent = {s for h in self.knowledge.contraindications if h.id in met for s in h.silences}
        return tuple((h, tuple(met[h.id])) for h in self.knowledge.contraindications if h.id in met and h.id not in silent)

    def has_hazard(self, id: str) -> bool:
        return any(h.id == id for h, _ in self.hazards)

    def finding(self, code: str, severity: Severity, order: str, texts: tuple[str, str], because: Because) -> Finding:
        """A finding with the catalogue's sources and suggestions. `texts`: summary and detail. An unlisted code or a severity
        that the catalogue does not name is a defect and raises."""
        entry = self.knowledge.catalogue(code)
        if severity not in entry.severity:
            raise ValueError(f"{code} is catalogued without {severity}")
        cites = because.cites or entry.cites
        return Finding(
            code=code,
            severity=severity,
            order=order,
            summary=shorten(texts[0]),
            detail=texts[1],
            inputs=because.inputs,
            sources=tuple(self.knowledge.reference(c) for c in cites),
            suggestions=because.suggestions or entry.suggestions,
        )


def shorten(text: str, most: int = 90) -> str:
    """At most `most` characters, cut at a word, with an ellipsis that shows the cut."""
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def matches(
    concept: Concept, icd10: tuple[str, ...], snomed: tuple[str, ...], text: tuple[str, ...], not_text: tuple[str, ...] = ()
) -> bool:
    """By code, then by words (not where the words say one of `not_text`: "respiratory depression" is no depression)."""
    prefixes = tuple(c.replace(".", "").upper() for c in icd10)
    given = [c.replace(".", "").upper() for system in (ICD10CM, ICD10) for c in concept.codes(system)]
    if prefixes and any(c.startswith(prefixes) for c in given):
        return True
    if set(snomed) & set(concept.codes(SNOMED)):
        return True
    said = [t for t in (concept.text, *(c.display for c in concept.codings)) if t and not says(not_text, t)]
    return any(says(text, t) for t in said)
