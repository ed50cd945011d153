"""All knowledge, read once, checked against itself: every citation must lead somewhere, every name be defined once."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from serein.clinical.findings import SourceReference
from serein.clinical.knowledge import facts, gates, kinetic_facts, law_facts, pathway_facts, reported_facts
from serein.clinical.knowledge.compiled import NAME, compiled_text, digest, read_compiled
from serein.clinical.knowledge.facts import BadKnowledge
from serein.clinical.knowledge.questions import Instrument, Withheld
from serein.clinical.knowledge.recognise import Register
from serein.clinical.knowledge.terms import Terms

VERSION = "2026.1"
K = TypeVar("K")
V = TypeVar("V")


ROOMS: dict[str, Any] = {
    "sources": facts.Source,
    "substances": facts.Substance,
    "products": facts.ProductFile,
    "limits": facts.LimitFile,
    "no_limits": facts.NoLimits,
    "rules": facts.RuleFile,
    "medicines": facts.MedicineGroup,
    "interactions": facts.Interaction,
    "contraindications": facts.Hazard,
    "indications": pathway_facts.IndicationFile,
    "exceptions": pathway_facts.Excepted,
    "states": pathway_facts.StateFile,
    "advice": pathway_facts.AdviceFile,
    "schedules": pathway_facts.RecheckFile,
    "withdrawal": pathway_facts.WithdrawalFile,
    "instruments": Instrument,
    "withheld": Withheld,
    "jurisdictions": law_facts.Jurisdiction,
    "findings": facts.CatalogueFile,
    "kinetics": kinetic_facts.KineticsFile,
    "reported": reported_facts.ReportedFile,
    "conflicts": reported_facts.Conflict,
}
# Folder of each room: rules stand with the limits they belong to, indications and advice with the pathways.
FOLDERS = {
    "no_limits": "limits/unknown",
    "rules": "limits/rules",
    "indications": "pathways/indications",
    "exceptions": "pathways/exceptions",
    "states": "pathways/states",
    "advice": "pathways/advice",
    "schedules": "pathways/schedules",
    "withdrawal": "pathways/withdrawal",
    "withheld": "instruments/withheld",
}


BY_ID = (
    "sources",
    "substances",
    "medicines",
    "interactions",
    "contraindications",
    "exceptions",
    "instruments",
    "jurisdictions",
    "no_limits",
    "withheld",
    "reported",
    "conflicts",
)


@dataclass(frozen=True)
class Knowledge:
    """Everything Serein knows, frozen. Unknown ids raise KeyError: asking for one is a defect, not an answer."""

    version: str
    sources: tuple[facts.Source, ...]
    substances: tuple[facts.Substance, ...]
    products: tuple[facts.ProductFile, ...]
    limits: tuple[facts.LimitFile, ...]
    no_limits: tuple[facts.NoLimits, ...]
    rules: tuple[facts.RuleFile, ...]
    medicines: tuple[facts.MedicineGroup, ...]
    interactions: tuple[facts.Interaction, ...]
    contraindications: tuple[facts.Hazard, ...]
    indications: tuple[pathway_facts.IndicationFile, ...]
    exceptions: tuple[pathway_facts.Excepted, ...]
    states: tuple[pathway_facts.StateFile, ...]
    advice: tuple[pathway_facts.AdviceFile, ...]
    schedules: tuple[pathway_facts.RecheckFile, ...]
    withdrawal: tuple[pathway_facts.WithdrawalFile, ...]
    instruments: tuple[Instrument, ...]
    withheld: tuple[Withheld, ...]
    jurisdictions: tuple[law_facts.Jurisdiction, ...]
    findings: tuple[facts.CatalogueFile, ...]
    kinetics: tuple[kinetic_facts.KineticsFile, ...]
    reported: tuple[reported_facts.ReportedFile, ...]
    conflicts: tuple[reported_facts.Conflict, ...]

    @functools.cached_property
    def _index(self) -> dict[tuple[str, str], Any]:
        found: dict[tuple[str, str], Any] = {}
        for kind, key, value in self._named():
            if (kind, key) in found:
                raise BadKnowledge(f"{kind} {key} is defined twice")
            found[kind, key] = value
        return found

    def _named(self) -> Iterator[tuple[str, str, Any]]:
        for kind in BY_ID:
            yield from ((kind, value.id, value) for value in getattr(self, kind))
        yield from (("products", p.id, (f.substance, p)) for f in self.products for p in f.products)
        yield from (("limits", f.substance, f) for f in self.limits)
        yield from (("rules", r.id, r) for f in self.rules for r in f.rules)
        yield from (("indications", i.id, i) for f in self.indications for i in f.indications)
        yield from (("states", s.id, s) for f in self.states for s in f.states)
        yield from (("schedules", s.id, s) for f in self.schedules for s in f.schedules)
        yield from (("courses", c.id, c) for f in self.withdrawal for c in f.courses)
        yield from (("advice", a.id, a) for f in self.advice for a in f.advice)
        yield from (("findings", e.code, e) for f in self.findings for e in f.findings)

    @property
    def confirmed(self) -> bool:
        """True only when a licensed human has confirmed every file. None has."""
        rooms = [value for name in ROOMS for value in getattr(self, name)]
        return all(value.confirmed_by for value in rooms)

    def source(self, id: str) -> facts.Source:
        return self._index["sources", id]  # type: ignore[no-any-return]

    def substance(self, id: str) -> facts.Substance:
        return self._index["substances", id]  # type: ignore[no-any-return]

    def instrument(self, id: str) -> Instrument:
        return self._index["instruments", id]  # type: ignore[no-any-return]

    def jurisdiction(self, id: str) -> law_facts.Jurisdiction:
        return self._index["jurisdictions", id]  # type: ignore[no-any-return]

    def product(self, id: str) -> facts.Product:
        return self._index["products", id][1]  # type: ignore[no-any-return]

    def substance_of_product(self, id: str) -> str:
        return self._index["products", id][0]  # type: ignore[no-any-return]

    @functools.cached_property
    def _products(self) -> dict[str, tuple[facts.Product, ...]]:
        return _grouped([(f.substance, p) for f in self.products for p in f.products])

    def products_of(self, substance: str, jurisdiction: str = "") -> tuple[facts.Product, ...]:
        """Products of a substance, in one jurisdiction or (default) all."""
        sold = self._products.get(substance, ())
        return tuple(p for p in sold if jurisdiction in p.jurisdictions) if jurisdiction else sold

    @functools.cached_property
    def _limits(self) -> dict[str, facts.LimitFile]:
        return {f.substance: f for f in self.limits}

    def limits_of(self, substance: str) -> facts.LimitFile | None:
        return self._limits.get(substance)

    @functools.cached_property
    def _ranges(self) -> dict[tuple[str, str, str], tuple[facts.Range, ...]]:
        named = [((f.substance, r.jurisdiction, r.population), r) for f in self.limits for r in f.ranges]
        return _grouped(named)

    def ranges_of(self, substance: str, jurisdiction: str, population: str) -> tuple[facts.Range, ...]:
        """What the labels of one place print for a substance and a population, in their order."""
        return self._ranges.get((substance, jurisdiction, population), ())

    @functools.cached_property
    def _absolutes(self) -> dict[tuple[str, str], tuple[facts.Absolute, ...]]:
        return _grouped([((f.substance, a.population), a) for f in self.limits for a in f.absolutes])

    def absolutes_of(self, substance: str, population: str) -> tuple[facts.Absolute, ...]:
        return self._absolutes.get((substance, population), ())

    @functools.cached_property
    def _uses(self) -> dict[tuple[str, str], frozenset[str]]:
        uses = _grouped([((f.substance, r.jurisdiction), r.indication) for f in self.limits for r in f.ranges])
        return {place: frozenset(named) for place, named in uses.items()}

    def labelled_uses(self, substance: str, jurisdiction: str) -> frozenset[str]:
        """Ids of the indications that a label of one place names."""
        return self._uses.get((substance, jurisdiction), frozenset())

    @functools.cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        """Where a hazard or an indication stands in the knowledge: the order in which each is spoken of."""
        hazards = {("hazard", h.id): n for n, h in enumerate(self.contraindications)}
        listed = (i.id for f in self.indications for i in f.indications)
        return hazards | {("indication", id): n for n, id in enumerate(listed)}

    def hazards_of(self, ids: Iterable[str]) -> tuple[facts.Hazard, ...]:
        """The hazards of these ids in the knowledge's order."""
        places = sorted([self._places["hazard", id] for id in ids])
        return tuple([self.contraindications[n] for n in places])

    def in_order(self, indications: Iterable[str]) -> tuple[str, ...]:
        """These ids of indications in the knowledge's order."""
        return tuple(sorted(indications, key=lambda id: self._places["indication", id]))

    def kinetics_of(self, substance: str) -> kinetic_facts.KineticsFile | None:
        return next((f for f in self.kinetics if f.substance == substance), None)

    def rule(self, id: str) -> facts.Rule:
        return self._index["rules", id]  # type: ignore[no-any-return]

    @functools.cached_property
    def thresholds(self) -> dict[str, Decimal]:
        """The rules' numbers by id; `rule` gives the unit, the words and the source."""
        return {r.id: r.value for f in self.rules for r in f.rules}

    def indication(self, id: str) -> pathway_facts.Indication:
        return self._index["indications", id]  # type: ignore[no-any-return]

    def advised(self, id: str) -> pathway_facts.Advice:
        return self._index["advice", id]  # type: ignore[no-any-return]

    @functools.cached_property
    def catalogued(self) -> dict[str, facts.CatalogueEntry]:
        """What can be found, by code."""
        return {e.code: e for e in self.codes}

    def catalogue(self, code: str) -> facts.CatalogueEntry:
        return self.catalogued[code]

    @functools.cached_property
    def register(self) -> Register:
        """Every name and code, to recognise medicines by."""
        return Register(self)

    @functools.cached_property
    def terms(self) -> Terms:
        """Every code and phrase of hazards, indications and states. Keys are ("hazard", id), ("indication", id), ("state", id)."""
        hazards = {("hazard", h.id): h for h in self.contraindications}
        indications = {("indication", i.id): i for f in self.indications for i in f.indications}
        states = {("state", s.id): s for f in self.states for s in f.states}
        return Terms({**hazards, **indications, **states})

    @property
    def codes(self) -> tuple[facts.CatalogueEntry, ...]:
        return tuple(e for f in self.findings for e in f.findings)

    @functools.cached_property
    def prepared(self) -> dict[Any, Any]:
        """What checks worked out from the knowledge alone, by ids of its own: kept for the next decision, and no record enters."""
        return {}

    @functools.cached_property
    def _references(self) -> dict[tuple[int, ...], tuple[tuple[facts.Cite, ...], tuple[SourceReference, ...]]]:
        return {}

    @functools.cached_property
    def catalogued_with_sources(self) -> dict[str, tuple[facts.CatalogueEntry, tuple[SourceReference, ...]]]:
        """What can be found, by code, each with what the catalogue cites for it, as people see it."""
        return {e.code: (e, self.references(e.cites)) for e in self.codes}

    def references(self, cites: tuple[facts.Cite, ...]) -> tuple[SourceReference, ...]:
        # By identity, because a citation is long to hash; all are kept beside the answer, so that their place is not given to others.
        key = tuple(map(id, cites))
        made = self._references.get(key)
        if made is None:
            made = self._references[key] = cites, tuple([self.reference(c) for c in cites])
        return made[1]

    def reference(self, cite: facts.Cite) -> SourceReference:
        """A citation as people see it: the primary work, and "as reported by" when a secondary page was read."""
        source = self.source(cite.source)
        return SourceReference(source.id, source.shown, cite.where, source.url, source.kind.value, cite.confidence.value)


def _grouped(named: list[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    """Values that share a key, in their order."""
    found: dict[K, list[V]] = {}
    for key, value in named:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def read(folder: Path, version: str = VERSION) -> Knowledge:
    """Knowledge in `folder`. Raises BadKnowledge, naming the file, for anything not exactly as declared."""
    rooms = {name: _room(folder, FOLDERS.get(name, name), kind) for name, kind in ROOMS.items()}
    knowledge = Knowledge(version=version, **rooms)
    knowledge._index  # noqa: B018  (a name defined twice is refused here)
    gates.check(knowledge, tuple(ROOMS))
    return knowledge


def _room(folder: Path, path: str, kind: Any) -> tuple[Any, ...]:
    from serein.clinical.knowledge.reading import build, parse  # here: the compiled file needs no YAML reader

    files = sorted((f for f in folder.joinpath(*path.split("/")).iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(build(kind, parse(f.read_text("utf-8"), f"{path}/{f.name}"), f"{path}/{f.name}") for f in files)


HERE = Path(__file__).parent


@functools.cache
def load() -> Knowledge:
    """The knowledge of this release, read once per process: from the compiled file, or where that is stale from the YAML."""
    rooms = read_compiled(HERE / NAME, ROOMS, VERSION, lambda: made_from(HERE))
    if rooms is not None:
        return Knowledge(version=VERSION, **rooms)
    if (HERE / NAME).exists():
        warnings.warn(f"{NAME} is older than the YAML beside it, which was read instead: make knowledge", stacklevel=2)
    return read(HERE)


def made_from(folder: Path) -> str:
    """Digest of the YAML that a compiled file must have been made from."""
    return digest(folder, (FOLDERS.get(name, name) for name in ROOMS))


def write_compiled(folder: Path = HERE) -> Path:
    """Checks the YAML in `folder` and writes it as one file beside it. Raises BadKnowledge and writes nothing when it is not right."""
    known = read(folder)
    text = compiled_text({name: getattr(known, name) for name in ROOMS}, VERSION, made_from(folder))
    part = folder / f"{NAME}.part"
    part.write_bytes(text)
    return part.replace(folder / NAME)


def due(knowledge: Knowledge, on: date) -> tuple[str, ...]:
    """Names of the rooms and ids whose review date has passed."""
    return gates.due(knowledge, tuple(ROOMS), on)
