"""What knowledge must keep before anybody is judged by it. Each gate raises BadKnowledge and names what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from serein.clinical.findings import Severity
from serein.clinical.knowledge import facts
from serein.clinical.knowledge.classification import classified, in_classification
from serein.clinical.knowledge.facts import BadKnowledge

if TYPE_CHECKING:
    from serein.clinical.knowledge.library import Knowledge

# Every substance has for each of these a limit, or says that none is known.
LIMIT_CHECKS = ("absolute", "recommended", "start", "frequency", "duration")
POPULATIONS = frozenset({"adult", "older", "child"})
JUDGED = ("benzodiazepine", "z-drug")


def check(knowledge: Knowledge, rooms: tuple[str, ...]) -> None:
    for gate in (
        sources_resolve,
        meetings_meet,
        something_to_do,
        severities_listed,
        rings_nest,
        limits_or_said_unknown,
        names_resolve,
        codes_classified,
    ):
        gate(knowledge, rooms)


def sources_resolve(knowledge: Knowledge, rooms: tuple[str, ...]) -> None:
    known = {s.id for s in knowledge.sources}
    for name in rooms:
        for cite in (c for value in getattr(knowledge, name) for c in cites(value)):
            if cite.source not in known:
                raise BadKnowledge(f"{name}: no source {cite.source!r}")


def meetings_meet(knowledge: Knowledge, rooms: tuple[str, ...]) -> None:
    groups = {g.id for g in knowledge.medicines}
    for meeting in knowledge.interactions:
        if meeting.severity not in knowledge.catalogue(meeting.code).severity:
            raise BadKnowledge(f"interactions {meeting.id}: a severity that {meeting.code} does not list")
        if unknown := set(meeting.groups) - groups:
            raise BadKnowledge(f"interactions {meeting.id}: no medicine group {sorted(unknown)}")
        if not (meeting.groups or meeting.medicines) or not (meeting.substances or meeting.classes):
            raise BadKnowledge(f"interactions {meeting.id}: nobody meets nobody")
        for substance in meeting.substances:
            _known(knowledge, substance, f"interactions {meeting.id}")
        named = {m.name for g in knowledge.medicines if g.id in meeting.groups for m in g.members} | set(meeting.medicines)
        if strange := {s.medicine for s in meeting.sizes} - named:
            raise BadKnowledge(f"interactions {meeting.id}: a size of {sorted(strange)[0]}, which takes no part")


def something_to_do(knowledge: Knowledge, rooms: tuple[str, ...]) -> None:
    """Every finding says what to do instead: from its code, or from each hazard or meeting that makes it."""
    makers = [(h.code, h.id, h.suggestions) for h in knowledge.contraindications]
    makers += [(m.code, m.id, m.suggestions) for m in knowledge.interactions]
    for entry in (e for e in knowledge.codes if not e.suggestions):
        mine = [(id, said) for code, id, said in makers if code == entry.code]
        if not mine or any(not said for _, said in mine):
            raise BadKnowledge(f"findings {entry.code}: nothing says what to do instead")
    for hazard in knowledge.contraindications:
        if bool(hazard.about) != bool(hazard.elsewhere and hazard.elsewhere_suggestions):
            raise BadKnowledge(f"contraindications {hazard.id}: about some substances, and nothing of the others")


def severities_listed(knowledge: Knowledge, rooms: tuple[str, ...]) -> None:
    for entry in knowledge.codes:
        if entry.relaxable and Severity.WARN not in entry.severity:
            raise BadKnowledge(f"findings {entry.code}: relaxable, but it has no warning to relax to")
    for hazard in knowledge.contraindications:
        listed = knowledge.catalogue(hazard.code).severity
        if hazard.severity not in listed or (hazard.contraindicated and Severity.STOP not in listed):
            raise BadKnowledge(f"contraindications {hazard.id}: a severity that {hazard.code} does not list")
        for forbidden in hazard.contraindicated:
            _known(knowledge, forbidden.substance, f"contraindications {hazard.id}")


def rings_nest(knowledge: Knowledge, rooms: tuple[str, ...]) -> None:
    """The recommended ring lies inside the absolute one, no two limits are for the same people, and all people are known ones."""
    for file in knowledge.limits:
        outer = {(a.indication, a.population): a.daily_mg for a in file.absolutes}
        same = Counter([("absolute", a.indication, a.population) for a in file.absolutes])
        same.update((r.jurisdiction, r.indication, r.population) for r in file.ranges)
        if twice := sorted(str(key) for key, n in same.items() if n > 1):
            raise BadKnowledge(f"limits {file.substance}: two limits for the same people: {', '.join(twice)}")
        people = {r.population for r in file.ranges} | {a.population for a in file.absolutes}
        if people - POPULATIONS:
            raise BadKnowledge(f"limits {file.substance}: no population {sorted(people - POPULATIONS)[0]!r}")
        for r in file.ranges:
            most = outer.get((r.indication, r.population))
            if r.daily_mg and most is not None and r.daily_mg.high > most:
                raise BadKnowledge(f"limits {file.substance} {r.id}: {r.daily_mg} mg passes the absolute {most} mg")


def limits_or_said_unknown(knowledge: Knowledge, rooms: tuple[str, ...]) -> None:
    said = {(s, c) for n in knowledge.no_limits for s in n.substances for c in n.unknown}
    files = {f.substance: f for f in knowledge.limits}
    for substance in knowledge.substances:
        if not set(JUDGED) & set(substance.classes):
            continue
        file = files.get(substance.id)
        for name in LIMIT_CHECKS:
            has = file is not None and _has(file, name)
            unknown = (file is not None and name in file.unknown) or (substance.id, name) in said
            if has == unknown:
                problem = "a limit, and said to be unknown" if has else "neither a limit nor said to be unknown"
                raise BadKnowledge(f"limits {substance.id} {name}: {problem}")


def _has(file: facts.LimitFile, check: str) -> bool:
    return {
        "absolute": bool(file.absolutes),
        "recommended": any(r.daily_mg for r in file.ranges),
        "start": any(r.start_daily_mg is not None for r in file.ranges),
        "frequency": any(r.times_per_day for r in file.ranges),
        "duration": bool(file.durations),
    }[check]


def names_resolve(knowledge: Knowledge, rooms: tuple[str, ...]) -> None:
    """Ids that one file uses and another defines."""
    for jurisdiction in knowledge.jurisdictions:
        for limit in jurisdiction.driving_limits:
            _known(knowledge, limit.substance, f"jurisdictions {jurisdiction.id}")
    for room in ("limits", "products", "kinetics", "reported"):
        for file in getattr(knowledge, room):
            _known(knowledge, file.substance, room)
    for course in (c for file in knowledge.withdrawal for c in file.courses):
        _known(knowledge, course.substance, f"withdrawal {course.id}")
    for preferred in (s for file in knowledge.withdrawal for choice in file.choices for s in choice.prefer):
        _known(knowledge, preferred, "withdrawal choices")
    listed = {e.code for e in knowledge.codes}
    for substance in knowledge.substances:
        if set(substance.unaffected_by) - listed or bool(substance.unaffected_by) != bool(substance.unaffected_cite):
            raise BadKnowledge(f"substances {substance.id}: unaffected_by needs finding codes and a citation")


def codes_classified(knowledge: Knowledge, rooms: tuple[str, ...]) -> None:
    """No code from memory: every ICD-10 code of the knowledge stands in the classification, and every exception under its branch."""
    for where, thing in classified(knowledge):
        for code in (*thing.icd10, *thing.icd10_except):
            if not in_classification(code):
                raise BadKnowledge(f"{where}: no ICD-10 code {code!r} (python -m tests.knowledge.write_classification)")
        for code in thing.icd10_except:
            if not code.startswith(thing.icd10):
                raise BadKnowledge(f"{where}: {code} is excepted from nothing")


def _known(knowledge: Knowledge, substance: str, where: str) -> None:
    if substance not in {s.id for s in knowledge.substances}:
        raise BadKnowledge(f"{where}: no substance {substance!r}")


def cites(value: Any) -> Iterator[facts.Cite]:
    """Every citation anywhere inside a value."""
    if isinstance(value, facts.Cite):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from cites(part)
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from cites(getattr(value, name))


def due(knowledge: Knowledge, rooms: tuple[str, ...], on: date) -> tuple[str, ...]:
    """Names of the rooms and ids whose review date has passed."""
    return tuple(f"{name}/{label(name, v)}" for name in rooms for v in getattr(knowledge, name) if v.review_by < on)


def label(room: str, value: Any) -> str:
    """How a file is called in its room: its id, its substance, or the room itself."""
    return str(getattr(value, "id", None) or getattr(value, "substance", None) or room)
