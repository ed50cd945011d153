"""The case as knowledge sees it, made once: medicines identified, doses read, conditions placed. What all checks share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Any

from serein.clinical.case import Case, Circumstances, Concept, Condition, Medicine, MedicineUse, Order
from serein.clinical.findings import Finding, Input, NotChecked, Severity, SourceReference
from serein.clinical.history import Written
from serein.clinical.knowledge import facts
from serein.clinical.knowledge.amounts import written
from serein.clinical.knowledge.library import Knowledge
from serein.clinical.knowledge.names import says
from serein.clinical.knowledge.recognise import Identity
from serein.clinical.knowledge.told import circumstances
from serein.clinical.once import once
from serein.clinical.swift import swift

DEAD_VERIFICATION = frozenset({"refuted", "entered-in-error"})
LIVE_STATUS = frozenset({"", "active", "recurrence", "relapse"})


@swift
@dataclass(frozen=True)
class Said:
    """What a check returns: findings, and what it could not check."""

    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    def __add__(self, other: Said) -> Said:
        if self is SILENT or other is SILENT:
            return other if self is SILENT else self
        return Said(self.findings + other.findings, self.not_checked + other.not_checked)


SILENT = Said()


def said(findings: Sequence[Finding], gaps: Sequence[NotChecked] = ()) -> Said:
    """These findings and gaps, or SILENT where there are none."""
    return Said(tuple(findings), tuple(gaps)) if findings or gaps else SILENT


_findings, _not_checked = attrgetter("findings"), attrgetter("not_checked")
NO_PRIMARY = "No primary source was read for this rule: it stands here as others report it."


def together(heard: Iterable[Said]) -> Said:
    """All findings, then all gaps, in order. One pass: adding pairs would copy each of them again and again."""
    spoken = [s for s in heard if s is not SILENT]
    if len(spoken) < 2:
        return spoken[0] if spoken else SILENT
    return Said(tuple(chain.from_iterable(map(_findings, spoken))), tuple(chain.from_iterable(map(_not_checked, spoken))))


@swift
@dataclass(frozen=True, kw_only=True)
class Because:
    """The reason of a finding: its inputs, and where its sources or suggestions differ from the catalogue's."""

    inputs: tuple[Input, ...]
    cites: tuple[facts.Cite, ...] = ()
    suggestions: tuple[str, ...] = ()


@swift
@dataclass(frozen=True, kw_only=True)
class Scene:
    case: Case
    orders: tuple[Order, ...]
    knowledge: Knowledge
    on: date
    _made: dict[str, Identity] = field(default_factory=dict, repr=False, compare=False)
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def identity(self, use: MedicineUse) -> Identity:
        made = self._made.get(use.reference)
        if made is None:
            made = self._made[use.reference] = self.knowledge.register.identify(use.medicine)
        return made

    @once
    def proposed(self) -> tuple[tuple[Order, Identity], ...]:
        """The orders, each with what it was recognised as."""
        return tuple([(o, self.identity(o)) for o in self.orders])

    @once
    def current(self) -> tuple[tuple[Medicine, Identity], ...]:
        return tuple([(m, self.identity(m)) for m in self.case.medicines])

    @once
    def before(self) -> tuple[tuple[Medicine, Identity], ...]:
        return tuple([(m, self.identity(m)) for m in self.case.past])

    @once
    def written(self) -> dict[str, Written]:
        """Every benzodiazepine or Z-drug, proposed, current or past, by reference."""
        seen: tuple[tuple[MedicineUse, Identity], ...] = (*self.before, *self.current, *self.proposed)
        return {u.reference: written(u, identity, self.knowledge) for u, identity in seen if identity.substance}

    @once
    def youngest_years(self) -> int:
        """Completed years at least; ask only where a birth date is known."""
        return self.youngest_months // 12

    @once
    def oldest_years(self) -> int:
        """Completed years at most; ask only where a birth date is known."""
        assert self.case.birth is not None
        return self.case.birth.oldest_years(self.on)

    @once
    def youngest_months(self) -> int:
        assert self.case.birth is not None
        return self.case.birth.youngest_months(self.on)

    def of_class(self, substance: str, *classes: str) -> bool:
        return bool(substance) and not self.knowledge.register.classes[substance].isdisjoint(classes)

    @once
    def told(self) -> Circumstances:
        """What was told, and where nothing was, what the record shows."""
        return circumstances(self.case, self.diagnoses, self.on, int(self.rule("pregnancy-status-days")))

    @once
    def active(self) -> tuple[Written, ...]:
        """Current benzodiazepines and Z-drugs of the record."""
        written = self.written
        return tuple([written[m.reference] for m in self.case.medicines if m.reference in written])

    @once
    def past(self) -> tuple[Written, ...]:
        written = self.written
        return tuple([written[m.reference] for m in self.case.past if m.reference in written])

    def medicine(self, reference: str) -> Medicine | None:
        return next((m for m in (*self.case.medicines, *self.case.past) if m.reference == reference), None)

    def words(self, reference: str) -> str:
        uses: tuple[MedicineUse, ...] = (*self.orders, *self.case.medicines, *self.case.past)
        return next((u.medicine.words for u in uses if u.reference == reference), reference)

    def rule(self, id: str) -> Decimal:
        return self.knowledge.thresholds[id]

    @once
    def diagnoses(self) -> tuple[tuple[Condition, set[tuple[str, str]]], ...]:
        """Conditions that nobody refuted, active or not, with what they mean (keys of `Knowledge.terms`)."""
        means = self.knowledge.terms.means
        return tuple([(c, means(c.concept)) for c in self.case.conditions if c.verification not in DEAD_VERIFICATION])

    @once
    def hazards(self) -> tuple[tuple[facts.Hazard, tuple[Input, ...]], ...]:
        """Conditions of the record that the knowledge has a hazard for; a graver one silences the milder one it names."""
        met: dict[str, list[Input]] = {}
        for condition, meant in self.diagnoses:
            if condition.status in LIVE_STATUS:
                for kind, id in meant:
                    if kind == "hazard":
                        met.setdefault(id, []).append(Input(condition.concept.words, condition.reference))
        for o in self.case.observations:
            # A genotype stands in the answer: "CYP2C19 …" measured, "Poor metabolizer" answered.
            if o.answer is not None and says(("cyp2c19",), o.concept.words):
                words = f"CYP2C19 {o.answer.words}"
                if ("hazard", "slow-metaboliser") in self.knowledge.terms.means(Concept(text=words)):
                    met.setdefault("slow-metaboliser", []).append(Input(words, o.reference))
        if not met:
            return ()
        hazards = self.knowledge.hazards_of(met)
        silent = {s for h in hazards for s in h.silences}
        return tuple((h, tuple(met[h.id])) for h in hazards if h.id not in silent)

    @once
    def _hazard_ids(self) -> frozenset[str]:
        return frozenset(h.id for h, _ in self.hazards)

    def has_hazard(self, id: str) -> bool:
        return id in self._hazard_ids

    def finding(self, code: str, severity: Severity, order: str, texts: tuple[str, str], because: Because) -> Finding:
        """A finding with the catalogue's sources and suggestions. `texts`: summary and detail. An unlisted code or a severity
        that the catalogue does not name is a defect and raises."""
        entry = self.knowledge.catalogued[code]
        if severity not in entry.severity:
            raise ValueError(f"{code} is catalogued without {severity}")
        sources = self.knowledge.references(because.cites) if because.cites else self.knowledge.sources_of(code)
        return Finding(
            code=code,
            severity=severity,
            order=order,
            summary=shorten(texts[0]),
            detail=f"{texts[1]} {NO_PRIMARY}" if severity is Severity.STOP and unseen(sources) else texts[1],
            inputs=because.inputs,
            sources=sources,
            suggestions=because.suggestions or entry.suggestions,
        )


def unseen(sources: Iterable[SourceReference]) -> bool:
    """Whether the rule is somebody's, and nobody here read it where it was first said. Our own rules say that they are ours."""
    kinds = {s.kind for s in sources}
    return "primary" not in kinds and kinds != {"own"}


def shorten(text: str, most: int = 90) -> str:
    """At most `most` characters, cut at a word, with an ellipsis that shows the cut."""
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"
