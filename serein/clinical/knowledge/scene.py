"""The case as knowledge sees it, made once: medicines identified, doses read, conditions placed. What all checks share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from serein.clinical.case import Case, Circumstances, Concept, Condition, Medicine, MedicineUse, Order
from serein.clinical.findings import LONGEST_SUMMARY, Finding, Input, NotChecked, Severity, SourceReference
from serein.clinical.history import Written
from serein.clinical.knowledge import facts
from serein.clinical.knowledge.amounts import written
from serein.clinical.knowledge.library import Knowledge
from serein.clinical.knowledge.names import says
from serein.clinical.knowledge.recognise import Identity
from serein.clinical.knowledge.told import circumstances
from serein.clinical.once import once
from serein.clinical.swift import swift

STOP = Severity.STOP
DEAD_VERIFICATION = frozenset({"refuted", "entered-in-error"})
LIVE_STATUS = frozenset({"", "active", "recurrence", "relapse"})
Uses: TypeAlias = tuple[tuple[Medicine, Identity], ...]


# What a check returns: findings, and what it could not check. Most checks say nothing, so it is a bare tuple: silence costs nothing to
# make or to join, and a thousand silences no more than one.
Said: TypeAlias = tuple[Finding | NotChecked, ...]
SILENT: Said = ()
_NO_GROUPS: frozenset[str] = frozenset()
NO_PRIMARY = "No primary source was read for this rule: it stands here as others report it."


def together(heard: Iterable[Said]) -> Said:
    """All that was said, in order."""
    return tuple(chain.from_iterable(heard))


class Because(NamedTuple):
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
    before: Uses = field(init=False, repr=False, compare=False)
    current: Uses = field(init=False, repr=False, compare=False)
    proposed: tuple[tuple[Order, Identity], ...] = field(init=False, repr=False, compare=False)
    past: tuple[Written, ...] = field(init=False, repr=False, compare=False)
    active: tuple[Written, ...] = field(init=False, repr=False, compare=False)
    written: dict[str, Written] = field(init=False, repr=False, compare=False)
    none_before: bool = field(init=False, repr=False, compare=False)
    _made: dict[str, Identity] = field(init=False, repr=False, compare=False)
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Places every medicine and reads every benzodiazepine and Z-drug in one pass: every check needs them.

        `before`, `current` and `proposed` are the past and current medicines and the orders, each with what it was recognised as;
        `written` is every benzodiazepine or Z-drug among them, by reference; `past` and `active` are those of the record, and with
        neither there is `none_before`.
        """
        held, knowledge, case = self.__dict__, self.knowledge, self.case
        identify = knowledge.register.identify
        uses: tuple[MedicineUse, ...] = (*case.past, *case.medicines, *self.orders)
        made: dict[str, Identity] = {}
        for use in uses:
            if use.reference not in made:
                made[use.reference] = identify(use.medicine)
        placed = [(use, made[use.reference]) for use in uses]
        # Looked up once all are read: of two entries that bear one reference the last counts, wherever it stands.
        read = {use.reference: written(use, identity, knowledge) for use, identity in placed if identity.substance}
        gone, now = len(case.past), len(case.past) + len(case.medicines)
        held["before"], held["current"], held["proposed"] = tuple(placed[:gone]), tuple(placed[gone:now]), tuple(placed[now:])
        held["past"] = tuple([read[use.reference] for use, identity in placed[:gone] if identity.substance])
        held["active"] = tuple([read[use.reference] for use, identity in placed[gone:now] if identity.substance])
        held["none_before"] = not held["past"] and not held["active"]
        held["written"], held["_made"] = read, made
        held["rule"] = knowledge.thresholds.__getitem__  # some ten looks a decision: straight at the table

    def identity(self, use: MedicineUse) -> Identity:
        return self._made[use.reference]

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
    def groups(self) -> frozenset[str]:
        """Every group of medicines that somebody in the record, current or past, belongs to: most checks look for one of few."""
        return _NO_GROUPS.union(*[i.groups for _, i in self.current], *[i.groups for _, i in self.before])

    @once
    def replaced(self) -> frozenset[str]:
        """References of what the proposed orders replace."""
        return frozenset([o.replaces for o in self.orders if o.replaces])

    def medicine(self, reference: str) -> Medicine | None:
        return next((m for m in (*self.case.medicines, *self.case.past) if m.reference == reference), None)

    def words(self, reference: str) -> str:
        uses: tuple[MedicineUse, ...] = (*self.orders, *self.case.medicines, *self.case.past)
        return next((u.medicine.words for u in uses if u.reference == reference), reference)

    def rule(self, id: str) -> Decimal:
        return self.knowledge.thresholds[id]

    @once
    def diagnoses(self) -> tuple[tuple[Condition, frozenset[tuple[str, str]]], ...]:
        """Conditions that nobody refuted, active or not, with what they mean (keys of `Knowledge.terms`)."""
        if not self.case.conditions:
            return ()
        means = self.knowledge.terms.means
        return tuple([(c, means(c.concept)) for c in self.case.conditions if c.verification not in DEAD_VERIFICATION])

    @once
    def hazards(self) -> tuple[tuple[facts.Hazard, tuple[Input, ...]], ...]:
        """Conditions of the record that the knowledge has a hazard for; a graver one silences the milder one it names."""
        met: dict[str, list[Input]] = {}
        for condition, meant in self.diagnoses:
            if meant and condition.status in LIVE_STATUS:
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
    def hazard_ids(self) -> frozenset[str]:
        return frozenset([h.id for h, _ in self.hazards])

    def has_hazard(self, id: str) -> bool:
        return id in self.hazard_ids

    def finding(self, code: str, severity: Severity, order: str, texts: tuple[str, str], because: Because) -> Finding:
        """A finding with the catalogue's sources and suggestions. `texts`: summary and detail. An unlisted code or a severity
        that the catalogue does not name is a defect and raises."""
        entry, sources = self.knowledge.catalogued_with_sources[code]
        if severity not in entry.severity:
            raise ValueError(f"{code} is catalogued without {severity}")
        inputs, cites, suggestions = because
        if cites:
            sources = self.knowledge.references(cites)
        summary, detail = texts
        return Finding(
            code=code,
            severity=severity,
            order=order,
            summary=summary if len(summary) <= LONGEST_SUMMARY else shorten(summary),
            detail=f"{detail} {NO_PRIMARY}" if severity is STOP and unseen(sources) else detail,
            inputs=inputs,
            sources=sources,
            suggestions=suggestions or entry.suggestions,
        )


def unseen(sources: Iterable[SourceReference]) -> bool:
    """Whether the rule is somebody's, and nobody here read it where it was first said. Our own rules say that they are ours."""
    kinds = {s.kind for s in sources}
    return "primary" not in kinds and kinds != {"own"}


def shorten(text: str, most: int = LONGEST_SUMMARY) -> str:
    """At most `most` characters, cut at a word, with an ellipsis that shows the cut."""
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"
