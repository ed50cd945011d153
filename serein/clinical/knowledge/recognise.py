"""Which medicine is meant: by code, by class code, and by name. What cannot be placed is said to be unplaced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import force_setattr

from serein.clinical.case import ATC, RXNORM, SNOMED, Concept
from serein.clinical.findings import NotChecked
from serein.clinical.knowledge import facts
from serein.clinical.knowledge.names import FILLING, acts_locally, form_of, parts, places, strengths, words

if TYPE_CHECKING:
    from serein.clinical.knowledge.library import Knowledge

# Names that are also salts: "fenoprofen calcium" is not calcium, so they count only where they lead.
SALTS = frozenset(
    {"calcium", "potassium", "magnesium", "zinc", "iron", "alcohol", "potassium chloride", "sodium chloride", "oxygen"}
)
CLASS_GROUP = {"benzodiazepine": "benzodiazepine-code", "z-drug": "z-drug"}


class Ties(NamedTuple):
    """What a medicine is to a substance: the numbers of the substance's meetings that it takes part in, whether one of them moves
    the substance's level, whether it acts on the brain, and whether it is a benzodiazepine itself."""

    met: tuple[int, ...]
    moves: bool
    active: bool
    benzodiazepine: bool


APART = Ties((), moves=False, active=False, benzodiazepine=False)  # nothing to it: most medicines


class Identity(Struct, frozen=True, kw_only=True):
    """What a concept was recognised as. `substances` are benzodiazepines and Z-drugs; `names` all parts; `problems` are
    disagreements between code and words; `unplaced` parts that nothing recognised; `form` what its words or its product say of it.
    """

    words: str
    substances: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    product: str = ""
    mg: Decimal | None = None
    mg_per_ml: Decimal | None = None
    form: str = ""
    problems: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    # Worked out of the others; whatever is given is replaced.
    substance: str = ""
    short: str = ""
    odd: bool = False
    ties: dict[str, Ties] = {}

    def __post_init__(self) -> None:
        """`substance` is the one substance, or '' when there is none or it is a combination; `short` its parts as a summary names
        them, '' where nothing was recognised; `odd`: something about it must be said; `ties` are kept by substance."""
        force_setattr(self, "substance", next(iter(self.substances)) if len(self.substances) == 1 else "")
        force_setattr(self, "short", " + ".join(sorted(self.names)))
        force_setattr(self, "odd", bool(self.problems or self.unplaced))


class _Hit(Struct, frozen=True):
    names: frozenset[str]
    groups: frozenset[str]


NOTHING = _Hit(frozenset(), frozenset())
NO_NAMES: dict[tuple[str, ...], set[str]] = {}
LEVEL_CODES = ("inhibitor-together", "inducer-together")
MOST_CLASSES = MOST_SEEN = 10_000
LONG_NUMBER = 7  # longer ones may be somebody's


class Register:
    """Every name and code that the knowledge holds, made once per Knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.substances = {s.id: s for s in knowledge.substances}
        self.groups: dict[str, set[str]] = defaultdict(set)
        self.names: dict[str, dict[tuple[str, ...], set[str]]] = defaultdict(dict)
        self.codes: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.wrong = {(w.system, w.code): (words(s.name), w.why) for s in knowledge.substances for w in s.wrong_codes}
        self.products = {c: (f.substance, p) for f in knowledge.products for p in f.products for c in p.rxnorm}
        for s in knowledge.substances:
            self._enter(s.id, (s.name, *s.also), s.codes, [CLASS_GROUP[c] for c in s.classes if c in CLASS_GROUP])
        for group in knowledge.medicines:
            for m in group.members:
                self._enter(m.name, (m.name, *m.also), facts.Codes(rxnorm=m.rxnorm, atc=m.atc, snomed=m.snomed), [group.id])
        for code, (substance, _) in self.products.items():
            self.codes[RXNORM, code].add(substance)
        self._atc: dict[str, frozenset[str]] = {}
        self.classes = {s.id: frozenset(s.classes) for s in knowledge.substances}
        self.not_local = frozenset(g.id for g in knowledge.medicines if g.not_local)
        self.cns_active = frozenset(g.id for g in knowledge.medicines if g.cns_active)
        self.meetings = {s.id: tuple(m for m in knowledge.interactions if _meets(m, s)) for s in knowledge.substances}
        # By name of a group or a medicine: which of a substance's meetings it takes part in, by number.
        self.by_group = {id: _by_group(meetings) for id, meetings in self.meetings.items()}
        self.blind = {s.id: self._blind(s) for s in knowledge.substances}
        self._known_words = {w for names in self.names.values() for name in names for w in name} | FILLING
        self._seen: dict[tuple[str, ...], Identity] = {}

    def _blind(self, substance: facts.Substance) -> tuple[NotChecked, ...]:
        """What cannot be checked of a substance, because the knowledge has no meeting that moves its level and none says that none does."""
        told_of = {m.code for m in self.meetings[substance.id]} | set(substance.unaffected_by)
        why = f"no medicine that changes the level of {substance.id} in this way is in the knowledge"
        return tuple(NotChecked(c, why) for c in LEVEL_CODES if c not in told_of)

    def _enter(self, key: str, names: Iterable[str], codes: facts.Codes, groups: Iterable[str]) -> None:
        self.groups[key].update(groups)
        for name in names:
            said = words(name)
            self.names[said[0]].setdefault(said, set()).add(key)
        for system, values in ((RXNORM, codes.rxnorm), (ATC, codes.atc), (SNOMED, codes.snomed)):
            for value in values:
                self.codes[system, value].add(key)

    def ties(self, substance: str, identity: Identity) -> Ties:
        """What a medicine is to a substance, worked out once for each that is recognised."""
        ties = identity.ties.get(substance)
        if ties is None:
            by_group, groups = self.by_group[substance], identity.groups
            met = tuple(sorted({n for name in (*groups, *identity.names) for n in by_group.get(name, ())}))
            meetings = self.meetings[substance]
            moves = any(meetings[n].code in LEVEL_CODES for n in met)
            active, own = not self.cns_active.isdisjoint(groups), CLASS_GROUP["benzodiazepine"] in groups
            ties = Ties(met, moves, active, own)
            identity.ties[substance] = ties = APART if ties == APART else ties
        return ties

    def identify(self, concept: Concept) -> Identity:
        """What is meant. When code and words disagree both are kept (more company is the safer reading) and it is said.

        An answer is kept for the next time only where the concept is made of the knowledge's own words and of strengths: what
        somebody wrote into a record never stays in memory.
        """
        codings = concept.codings
        if len(codings) == 1:  # flat: a concept takes longer to hash
            c = codings[0]
            key: tuple[str, ...] = (concept.text, c.system, c.code, c.display)
        else:
            key = concept.text, *[word for c in codings for word in (c.system, c.code, c.display)]
        seen = self._seen.get(key)
        if seen is None:
            seen = self._identify(concept)
            if self._says_nothing_new(concept):
                if len(self._seen) >= MOST_SEEN:
                    self._seen.clear()
                self._seen[key] = seen
        return seen

    def _says_nothing_new(self, concept: Concept) -> bool:
        return all(w in self._known_words or (w[0].isdigit() and len(w) < LONG_NUMBER) for t in _texts(concept) for w in words(t))

    def _identify(self, concept: Concept) -> Identity:
        by_code = self._by_code(concept)
        texts = _texts(concept)
        by_text, unplaced = self._by_text(texts)
        product, names = self._product(concept), by_code.names | by_text.names
        substances = frozenset(by_code.names & self.substances.keys()) or frozenset(by_text.names & self.substances.keys())
        written = {s for t in texts for s in strengths(t)}
        mg, per_ml = _strength(product, written)
        problems = [*self._disagreements(by_code, by_text), *self._wrong(concept, texts), *_strength_problem(product, written)]
        groups = by_code.groups | by_text.groups
        if not self.not_local.isdisjoint(groups) and _is_local(concept, texts):
            groups -= self.not_local
        named = product.id if product else self._product_by_strength(substances, mg, per_ml)
        displays = " ".join([concept.words, *[c.display for c in concept.codings]])
        return Identity(
            words=concept.words,
            substances=substances,
            names=names,
            groups=groups,
            product=named,
            mg=mg,
            mg_per_ml=per_ml,
            form=form_of(words(displays), self.knowledge.product(named).form if named else ""),
            problems=tuple(problems),
            unplaced=tuple(unplaced) if names or groups else (concept.words or "a medicine without a name",),
        )

    def _by_code(self, concept: Concept) -> _Hit:
        if not concept.codings:
            return NOTHING
        names = {n for c in concept.codings for n in self.codes.get((c.system, c.code), ())}
        groups = {g for n in names for g in self.groups[n]}
        for code in concept.codes(ATC):
            groups |= self._of_class(code)
        return _Hit(frozenset(names), frozenset(groups))

    def _of_class(self, code: str) -> frozenset[str]:
        """Groups whose class codes the ATC code stands under; kept, because the classification has a few thousand codes."""
        found = self._atc.get(code)
        if found is None:
            found = frozenset(g.id for g in self.knowledge.medicines if _in_class(g, code))
            if len(self._atc) < MOST_CLASSES:
                self._atc[code] = found
        return found

    def _by_text(self, texts: list[str]) -> tuple[_Hit, list[str]]:
        """Names in the texts; parts of a combination that no text places."""
        named = [(t, self._named(words(t))) for t in texts]
        found = {n for _, names in named for n in names}
        first = next((t for t, names in named if names), "")
        pieces = parts(first) if first else []
        missing = [" ".join(p[:4]) for p in pieces if not self._named(p)] if len(pieces) > 1 else []
        return _Hit(frozenset(found), frozenset(g for n in found for g in self.groups[n])), missing

    def _named(self, hay: tuple[str, ...]) -> set[str]:
        found: set[str] = set()
        for i, word in enumerate(hay):
            for needle, keys in self.names.get(word, NO_NAMES).items():
                if (len(needle) == 1 or hay[i : i + len(needle)] == needle) and (i == 0 or " ".join(needle) not in SALTS):
                    found |= keys
        return found

    def _product(self, concept: Concept) -> facts.Product | None:
        return next((self.products[c][1] for c in concept.codes(RXNORM) if c in self.products), None)

    def _product_by_strength(self, substances: frozenset[str], mg: Decimal | None, per_ml: Decimal | None) -> str:
        if len(substances) != 1:
            return ""
        fitting = self.knowledge.products_of(next(iter(substances)))
        return next((p.id for p in fitting if (mg and p.mg == mg) or (per_ml and p.mg_per_ml == per_ml)), "")

    def _disagreements(self, by_code: _Hit, by_text: _Hit) -> list[str]:
        if by_code.names and by_text.names and not by_code.names & by_text.names:
            return [f"the code means {_list(by_code.names)}, the words say {_list(by_text.names)}"]
        benzodiazepine = {CLASS_GROUP["benzodiazepine"], CLASS_GROUP["z-drug"]}
        apart = by_code.groups and by_text.groups and not by_code.groups & by_text.groups
        if apart and (by_code.groups | by_text.groups) & benzodiazepine:
            return [f"the code belongs to another class than {_list(by_text.names)}"]
        return []

    def _wrong(self, concept: Concept, texts: list[str]) -> list[str]:
        """Codes known to be attached to a substance by mistake, met with words of that substance."""
        met = [self.wrong[c.system, c.code] for c in concept.codings if (c.system, c.code) in self.wrong]
        return [why for name, why in met if any(True for t in texts for _ in places(name, words(t)))]


def _is_local(concept: Concept, texts: list[str]) -> bool:
    """A form that acts where it is put: by its words, or by ATC classes of the skin (D) and the senses (S) alone."""
    classes = concept.codes(ATC)
    return (bool(classes) and all(c.startswith(("D", "S")) for c in classes)) or any(acts_locally(words(t)) for t in texts)


def _texts(concept: Concept) -> list[str]:
    if not concept.codings:
        return [concept.text] if concept.text else []
    return list(dict.fromkeys(t for t in (concept.text, *(c.display for c in concept.codings)) if t))


def _strength(product: facts.Product | None, written: set[tuple[Decimal, bool]]) -> tuple[Decimal | None, Decimal | None]:
    if product:
        return product.mg, product.mg_per_ml
    if len(written) != 1:
        return None, None
    ((value, per_ml),) = written
    return (None, value) if per_ml else (value, None)


def _strength_problem(product: facts.Product | None, written: set[tuple[Decimal, bool]]) -> list[str]:
    if not product or not written:
        return []
    own = (product.mg, False) if product.mg is not None else (product.mg_per_ml, True)
    return [] if own in written else [f"the code means {product.name}, the words give another strength"]


def _by_group(meetings: tuple[facts.Interaction, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for n, meeting in enumerate(meetings):
        for name in (*meeting.groups, *meeting.medicines):
            found[name].append(n)
    return dict(found)


def _meets(meeting: facts.Interaction, substance: facts.Substance) -> bool:
    return substance.id in meeting.substances or bool(set(substance.classes) & set(meeting.classes))


def _in_class(group: facts.MedicineGroup, code: str) -> bool:
    return code.startswith(group.atc) and not (group.atc_except and code.startswith(group.atc_except)) if group.atc else False


def _list(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))
