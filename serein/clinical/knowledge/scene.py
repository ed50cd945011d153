"""The case as knowledge sees it, made once: medicines identified, doses read, conditions placed. What all checks share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Any, TypeAlias

from msgspec import Struct

from serein.clinical.case import LOINC, Case, Concept, Medicine, MedicineUse, Observation, Order
from serein.clinical.findings import LONGEST_SUMMARY, Finding, Input, NotChecked, Severity, SourceReference
from serein.clinical.knowledge import facts
from serein.clinical.knowledge.amounts import written
from serein.clinical.knowledge.library import Knowledge
from serein.clinical.knowledge.names import says
from serein.clinical.knowledge.recognise import Identity
from serein.clinical.knowledge.told import circumstances

STOP = Severity.STOP
ACTIVITY, POOR = "79714-2", "LA9657-3"  # LOINC: what CYP2C19 does in this person; "Poor metabolizer"
DEAD_VERIFICATION = frozenset({"refuted", "entered-in-error"})
LIVE_STATUS = frozenset({"", "active", "recurrence", "relapse"})
Uses: TypeAlias = tuple[tuple[Medicine, Identity], ...]


# What a check returns: findings, and what it could not check. Most checks say nothing, so it is a bare tuple: silence costs nothing to
# make or to join, and a thousand silences no more than one.
Said: TypeAlias = tuple[Finding | NotChecked, ...]
SILENT: Said = ()
_NONE: frozenset[str] = frozenset()
_REFERENCE, _MEDICINE, _GROUPS = attrgetter("reference"), attrgetter("medicine"), attrgetter("groups")
NO_PRIMARY = "No primary source was read for this rule: it stands here as others report it."


def together(heard: Iterable[Said]) -> Said:
    """All that was said, in order."""
    return tuple(chain.from_iterable(heard))


class Because(Struct, frozen=True):
    """The reason of a finding: its inputs, and where its sources or suggestions differ from the catalogue's."""

    inputs: tuple[Input, ...]
    cites: tuple[facts.Cite, ...] = ()
    suggestions: tuple[str, ...] = ()


class Scene:
    """One case and what is proposed for it, read once for all checks; made for one decision and never changed after.

    `before`, `current` and `proposed` are the past and current medicines and the orders, each with what it was recognised as;
    `written` is every benzodiazepine or Z-drug among them, by reference; `past` and `active` are those of the record, and with
    neither there is `none_before`. `groups` are those of medicines that somebody in the record, current or past, belongs to;
    `replaced` the references that the proposed orders replace; `diagnoses` the conditions that nobody refuted, active or not,
    with what they mean (keys of `Knowledge.terms`); `hazards` those of the record that the knowledge has a hazard for, where a
    graver one silences the milder one it names; `genotypes` what was answered about CYP2C19; `told` what was told, and where
    nothing was, what the record shows.

    `youngest_years`, `oldest_years` and `youngest_months` are completed ones, and are there only where a birth date is.
    """

    __slots__ = (
        *("case", "orders", "knowledge", "on", "rule", "kept", "before", "current", "proposed", "past", "active", "none_before"),
        *("written", "groups", "replaced", "diagnoses", "hazards", "hazard_ids", "genotypes", "told", "_made"),
        *("youngest_years", "oldest_years", "youngest_months"),
    )
    youngest_years: int
    oldest_years: int
    youngest_months: int

    def __init__(self, *, case: Case, orders: tuple[Order, ...], knowledge: Knowledge, on: date) -> None:
        self.case, self.orders, self.knowledge, self.on = case, orders, knowledge, on
        self.rule: Callable[[str], Decimal] = knowledge.thresholds.__getitem__  # some ten looks a decision: straight at the table
        self.kept: dict[Any, Any] = {}
        if case.birth is not None:
            self.youngest_months = case.birth.youngest_months(on)
            self.youngest_years, self.oldest_years = self.youngest_months // 12, case.birth.oldest_years(on)
        self._place()
        self.replaced = frozenset([o.replaces for o in orders if o.replaces])
        means = knowledge.terms.means
        self.diagnoses = tuple([(c, means(c.concept)) for c in case.conditions if c.verification not in DEAD_VERIFICATION])
        self.genotypes = _genotypes(case.observations) if case.observations else []
        self.hazards = self._hazards()
        self.hazard_ids = frozenset([h.id for h, _ in self.hazards]) if self.hazards else _NONE
        self.told = circumstances(case, self.diagnoses, on, int(self.rule("pregnancy-status-days")))

    def _place(self) -> None:
        """Places every medicine and reads every benzodiazepine and Z-drug in one pass: every check needs them."""
        knowledge, case = self.knowledge, self.case
        uses: tuple[MedicineUse, ...] = (*case.past, *case.medicines, *self.orders)
        references, identities = list(map(_REFERENCE, uses)), list(map(knowledge.register.identify, map(_MEDICINE, uses)))
        # Of several entries that bear one reference the first says what it is.
        made: dict[str, Identity] = dict(zip(reversed(references), reversed(identities), strict=True))
        if len(made) < len(uses):
            identities = [made[reference] for reference in references]
        placed: tuple[Any, ...] = tuple(zip(uses, identities, strict=True))
        # Looked up once all are read: of two entries that bear one reference the last counts, wherever it stands.
        read = {use.reference: written(use, identity, knowledge) for use, identity in placed if identity.substance}
        gone, now = len(case.past), len(case.past) + len(case.medicines)
        self.before: Uses = placed[:gone]
        self.current: Uses = placed[gone:now]
        self.proposed: tuple[tuple[Order, Identity], ...] = placed[now:]
        self.past = tuple([read[use.reference] for use, identity in self.before if identity.substance]) if gone else ()
        self.active = tuple([read[use.reference] for use, identity in self.current if identity.substance])
        self.none_before = not self.past and not self.active
        self.groups: frozenset[str] = _NONE.union(*map(_GROUPS, identities[:now]))
        self.written, self._made = read, made

    def _hazards(self) -> tuple[tuple[facts.Hazard, tuple[Input, ...]], ...]:
        met: dict[str, list[Input]] = {}
        for condition, meant in self.diagnoses:
            if meant and condition.status in LIVE_STATUS:
                for kind, id in meant:
                    if kind == "hazard":
                        met.setdefault(id, []).append(Input(condition.concept.words, condition.reference))
        for o, answer in self.genotypes:
            words = f"CYP2C19 {answer.words}"
            if POOR in answer.codes(LOINC) or ("hazard", "slow-metaboliser") in self.knowledge.terms.means(Concept(text=words)):
                met.setdefault("slow-metaboliser", []).append(Input(words, o.reference))
        if not met:
            return ()
        hazards = self.knowledge.hazards_of(met)
        silent = {s for h in hazards for s in h.silences}
        return tuple([(h, tuple(met[h.id])) for h in hazards if h.id not in silent])

    def identity(self, use: MedicineUse) -> Identity:
        return self._made[use.reference]

    def of_class(self, substance: str, *classes: str) -> bool:
        return bool(substance) and not self.knowledge.register.classes[substance].isdisjoint(classes)

    def medicine(self, reference: str) -> Medicine | None:
        return next((m for m in (*self.case.medicines, *self.case.past) if m.reference == reference), None)

    def words(self, reference: str) -> str:
        uses: tuple[MedicineUse, ...] = (*self.orders, *self.case.medicines, *self.case.past)
        return next((u.medicine.words for u in uses if u.reference == reference), reference)

    def has_hazard(self, id: str) -> bool:
        return id in self.hazard_ids

    def finding(self, code: str, severity: Severity, order: str, texts: tuple[str, str], because: Because) -> Finding:
        """A finding with the catalogue's sources and suggestions. `texts`: summary and detail. An unlisted code or a severity
        that the catalogue does not name is a defect and raises."""
        entry, sources = self.knowledge.catalogued_with_sources[code]
        if severity not in entry.severity:
            raise ValueError(f"{code} is catalogued without {severity}")
        if because.cites:
            sources = self.knowledge.references(because.cites)
        summary, detail = texts
        if len(summary) > LONGEST_SUMMARY:
            summary = shorten(summary)
        if severity is STOP and unseen(sources):
            detail = f"{detail} {NO_PRIMARY}"
        return Finding(code, severity, summary, detail, because.inputs, sources, order, because.suggestions or entry.suggestions)


def _genotypes(observations: tuple[Observation, ...]) -> list[tuple[Observation, Concept]]:
    """By code or by words: "CYP2C19 …" asked, "Poor metabolizer" answered."""
    seen = [(o, o.answer) for o in observations if o.answer is not None]
    return [g for g in seen if ACTIVITY in g[0].concept.codes(LOINC) or says(("cyp2c19",), g[0].concept.words)]


def unseen(sources: Iterable[SourceReference]) -> bool:
    """Whether the rule is somebody's, and nobody here read it where it was first said. Our own rules say that they are ours."""
    kinds = {s.kind for s in sources}
    return "primary" not in kinds and kinds != {"own"}


def shorten(text: str, most: int = LONGEST_SUMMARY) -> str:
    """At most `most` characters, cut at a word, with an ellipsis that shows the cut."""
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"
