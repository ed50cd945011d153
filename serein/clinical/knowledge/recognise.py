"""Which medicine is meant: by code, by class code, and by name. What cannot be placed is said to be unplaced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from serein.clinical.case import ATC, RXNORM, SNOMED, Concept
from serein.clinical.knowledge import facts
from serein.clinical.knowledge.names import parts, places, strengths, words

if TYPE_CHECKING:
    from serein.clinical.knowledge.library import Knowledge

# Names that are also salts: "fenoprofen calcium" is not calcium, so they count only where they lead.
SALTS = frozenset(
    {"calcium", "potassium", "magnesium", "zinc", "iron", "alcohol", "potassium chloride", "sodium chloride", "oxygen"}
)
CLASS_GROUP = {"benzodiazepine": "benzodiazepine-code", "z-drug": "z-drug"}


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a concept was recognised as. `substances` are benzodiazepines and Z-drugs; `names` all parts; `problems` are
    disagreements between code and words; `unplaced` parts that nothing recognised."""

    words: str
    substances: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    product: str = ""
    mg: Decimal | None = None
    mg_per_ml: Decimal | None = None
    problems: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()

    @property
    def substance(self) -> str:
        """The one substance, or '' when there is none or it is a combination."""
        return next(iter(self.substances)) if len(self.substances) == 1 else ""


@dataclass(frozen=True)
class _Hit:
    names: frozenset[str]
    groups: frozenset[str]


class Register:
    """Every name and code that the knowledge holds, made once per Knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.substances = {s.id: s for s in knowledge.substances}
        self.groups: dict[str, set[str]] = defaultdict(set)
        self.names: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self.codes: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.products = {c: (f.substance, p) for f in knowledge.products for p in f.products for c in p.rxnorm}
        for s in knowledge.substances:
            self._enter(s.id, (s.name, *s.also), s.codes, [CLASS_GROUP[c] for c in s.classes if c in CLASS_GROUP])
        for group in knowledge.medicines:
            for m in group.members:
                self._enter(m.name, (m.name, *m.also), facts.Codes(rxnorm=m.rxnorm, atc=m.atc, snomed=m.snomed), [group.id])
        for code, (substance, _) in self.products.items():
            self.codes[RXNORM, code].add(substance)
        self.first_words = {n[0] for n in self.names}

    def _enter(self, key: str, names: Iterable[str], codes: facts.Codes, groups: Iterable[str]) -> None:
        self.groups[key].update(groups)
        for name in names:
            self.names[words(name)].add(key)
        for system, values in ((RXNORM, codes.rxnorm), (ATC, codes.atc), (SNOMED, codes.snomed)):
            for value in values:
                self.codes[system, value].add(key)

    def identify(self, concept: Concept) -> Identity:
        """What is meant. When code and words disagree both are kept (more company is the safer reading) and it is said."""
        by_code = self._by_code(concept)
        texts = list(dict.fromkeys(t for t in (concept.text, *(c.display for c in concept.codings)) if t))
        by_text, unplaced = self._by_text(texts)
        product, names = self._product(concept), by_code.names | by_text.names
        substances = frozenset(by_code.names & self.substances.keys()) or frozenset(by_text.names & self.substances.keys())
        mg, per_ml = self._strength(product, texts)
        disagreements = [*self._disagreements(by_code, by_text), *self._wrong(concept), *self._strength_problem(product, texts)]
        groups = by_code.groups | by_text.groups
        return Identity(
            words=concept.words,
            substances=substances,
            names=names,
            groups=groups,
            product=product.id if product else self._product_by_strength(substances, mg, per_ml),
            mg=mg,
            mg_per_ml=per_ml,
            problems=tuple(disagreements),
            unplaced=tuple(unplaced) if names or groups else (concept.words or "a medicine without a name",),
        )

    def _by_code(self, concept: Concept) -> _Hit:
        names = {n for c in concept.codings for n in self.codes.get((c.system, c.code), ())}
        groups = {g for n in names for g in self.groups[n]}
        for code in concept.codes(ATC):
            groups.update(g.id for g in self.knowledge.medicines if _in_class(g, code))
        return _Hit(frozenset(names), frozenset(groups))

    def _by_text(self, texts: list[str]) -> tuple[_Hit, list[str]]:
        """Names in the texts; parts of a combination that no text places."""
        found = {n for t in texts for n in self._named(words(t))}
        first = next((t for t in texts if self._named(words(t))), "")
        pieces = parts(first)
        missing = [" ".join(p[:4]) for p in pieces if not self._named(p)] if len(pieces) > 1 else []
        return _Hit(frozenset(found), frozenset(g for n in found for g in self.groups[n])), missing

    def _named(self, hay: tuple[str, ...]) -> set[str]:
        if not self.first_words & set(hay):
            return set()
        found = set()
        for needle, keys in self.names.items():
            if needle[0] in hay and any(i == 0 or " ".join(needle) not in SALTS for i in places(needle, hay)):
                found |= keys
        return found

    def _product(self, concept: Concept) -> facts.Product | None:
        return next((self.products[c][1] for c in concept.codes(RXNORM) if c in self.products), None)

    def _product_by_strength(self, substances: frozenset[str], mg: Decimal | None, per_ml: Decimal | None) -> str:
        if len(substances) != 1:
            return ""
        fitting = self.knowledge.products_of(next(iter(substances)))
        return next((p.id for p in fitting if (mg and p.mg == mg) or (per_ml and p.mg_per_ml == per_ml)), "")

    @staticmethod
    def _strength(product: facts.Product | None, texts: list[str]) -> tuple[Decimal | None, Decimal | None]:
        if product:
            return product.mg, product.mg_per_ml
        found = {s for t in texts for s in strengths(t)}
        if len(found) != 1:
            return None, None
        value, per_ml = found.pop()
        return (None, value) if per_ml else (value, None)

    @staticmethod
    def _strength_problem(product: facts.Product | None, texts: list[str]) -> list[str]:
        written = {s for t in texts for s in strengths(t)}
        if not product or not written:
            return []
        own = (product.mg, False) if product.mg is not None else (product.mg_per_ml, True)
        return [] if own in written else [f"the code means {product.name}, the words give another strength"]

    def _disagreements(self, by_code: _Hit, by_text: _Hit) -> list[str]:
        if by_code.names and by_text.names and not by_code.names & by_text.names:
            return [f"the code means {_list(by_code.names)}, the words say {_list(by_text.names)}"]
        benzodiazepine = {CLASS_GROUP["benzodiazepine"], CLASS_GROUP["z-drug"]}
        apart = by_code.groups and by_text.groups and not by_code.groups & by_text.groups
        if apart and (by_code.groups | by_text.groups) & benzodiazepine:
            return [f"the code belongs to another class than {_list(by_text.names)}"]
        return []

    def _wrong(self, concept: Concept) -> list[str]:
        """Codes known to be attached to a substance by mistake, met with words of that substance."""
        given = {(c.system, c.code) for c in concept.codings}
        said = " ".join([concept.text, *(c.display for c in concept.codings)])
        return [
            w.why
            for s in self.substances.values()
            for w in s.wrong_codes
            if (w.system, w.code) in given and any(True for _ in places(words(s.name), words(said)))
        ]


def _in_class(group: facts.MedicineGroup, code: str) -> bool:
    return code.startswith(group.atc) and not (group.atc_except and code.startswith(group.atc_except)) if group.atc else False


def _list(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))
