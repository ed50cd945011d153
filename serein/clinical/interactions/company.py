"""What else is taken: other sedatives, other benzodiazepines, medicines that change the level, and what cannot be placed."""

from __future__ import annotations

from typing import NamedTuple

from serein.clinical.case import UNKNOWN, YES, Known, MedicineUse
from serein.clinical.findings import Finding, Input, NotChecked, Severity
from serein.clinical.history import Regimen
from serein.clinical.knowledge.facts import Interaction
from serein.clinical.knowledge.names import says
from serein.clinical.knowledge.recognise import Identity, Register
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene, shorten

WARN, STOP, NOTE = Severity.WARN, Severity.STOP, Severity.NOTE
UNASKED = Known.NO
# Answers of the patient that stand for a group of medicines.
TOLD = (("alcohol", "alcohol", "drinks alcohol"), ("opioids", "opioid", "takes an opioid"))
MEALS = tuple(
    f"{when} {what}" for when in ("with", "after") for what in ("food", "a meal", "meals", "breakfast", "lunch", "dinner")
)


class _Other(NamedTuple):
    """Something taken beside the regimen."""

    words: str
    reference: str
    identity: Identity


def company(scene: Scene, regimen: Regimen) -> Said:
    """Everything taken beside this regimen's substance."""
    others = _others(scene, regimen)
    register = scene.knowledge.register
    met = [_met(scene, regimen.order, m, by) for m, by in _meetings(register, regimen.substance, others)]
    return (
        *met,
        *(_blind(register, regimen.substance)),
        *_duplicates(scene, regimen),
        *_three(scene, regimen, others),
        *_unplaced(scene, regimen),
        *_unknown(scene, regimen),
    )


def _blind(register: Register, substance: str) -> Said:
    blind = register.blind[substance]
    why = f"the knowledge does not say how {substance} is broken down" if blind else ""
    return tuple([NotChecked(c, why) for c in blind])


def _beside(scene: Scene, regimen: Regimen) -> tuple[_Other, ...]:
    """Current medicines and other drafts, without what this proposal replaces and without the substance itself."""
    made: tuple[_Other, ...] | None = scene.kept.get(("beside", regimen.order))
    if made is None:
        made = scene.kept["beside", regimen.order] = _found_beside(scene, regimen)
    return made


def _found_beside(scene: Scene, regimen: Regimen) -> tuple[_Other, ...]:
    apart = _replaced(scene) | {w.reference for w in (*regimen.parts, *regimen.before)}
    uses: tuple[tuple[MedicineUse, Identity], ...] = (*scene.current, *scene.proposed)
    own = regimen.substance
    beside = [(u, identity) for u, identity in uses if identity.substance != own and u.reference not in apart]
    return tuple([_Other(use.medicine.words, use.reference, identity) for use, identity in beside])


def _others(scene: Scene, regimen: Regimen) -> tuple[_Other, ...]:
    taken, told = [*_beside(scene, regimen), *_eaten(scene, regimen)], scene.told
    for name, group, words in TOLD:
        if getattr(told, name) is YES and not any(group in o.identity.groups for o in taken):
            taken.append(
                _Other(words, told.reference(name), Identity(words=words, names=frozenset({words}), groups=frozenset({group})))
            )
    return tuple(taken)


def _eaten(scene: Scene, regimen: Regimen) -> list[_Other]:
    """Food that an instruction of these drafts names."""
    named = [(o, d.text) for o in scene.drafted(regimen) for d in o.dosages if d.text and says(MEALS, d.text)]
    return [
        _Other(text, o.reference, Identity(words="food", names=frozenset({"food"}), groups=frozenset({"food"})))
        for o, text in named
    ]


def _meetings(register: Register, substance: str, others: tuple[_Other, ...]) -> list[tuple[Interaction, list[_Other]]]:
    """Interactions of the substance that somebody among the others takes part in, in the knowledge's order."""
    met: dict[int, list[_Other]] = {}
    for other in others:
        for n in register.met(substance, other.identity):
            met.setdefault(n, []).append(other)
    meetings = register.meetings[substance]
    return [(meetings[n], met[n]) for n in sorted(met)]


def _is_met(meeting: Interaction, identity: Identity) -> bool:
    return not identity.groups.isdisjoint(meeting.groups) or not identity.names.isdisjoint(meeting.medicines)


def _met(scene: Scene, order: str, meeting: Interaction, met: list[_Other]) -> Finding:
    names = ", ".join(dict.fromkeys([_short(o) for o in met]))
    inputs = tuple([Input(o.words, o.reference) for o in met])
    because = Because(inputs=inputs, cites=meeting.cites, suggestions=meeting.suggestions)
    texts = (f"With {shorten(names, 84 - len(meeting.effect))}: {meeting.effect}", meeting.detail)
    return scene.finding(meeting.code, meeting.severity, order, texts, because)


def _short(other: _Other) -> str:
    names = other.identity.names
    return " + ".join(sorted(names) if len(names) > 1 else names) or other.words


def order_of_another(scene: Scene, reference: str) -> Said:
    """A draft of a medicine that is no benzodiazepine, judged beside the benzodiazepines that are taken."""
    order = next(o for o in scene.orders if o.reference == reference)
    other = _Other(order.medicine.words, order.reference, scene.identity(order))
    findings, meetings = [], scene.knowledge.register.meetings
    for meeting in scene.knowledge.interactions:
        beside = [w for w in scene.active if meeting in meetings[w.substance] and w.reference != order.replaces]
        if beside and _is_met(meeting, other.identity):
            company = [_Other(scene.words(w.reference), w.reference, Identity(words=w.substance)) for w in beside]
            findings.append(_met(scene, reference, meeting, [other, *company]))
    return tuple(findings)


def _duplicates(scene: Scene, regimen: Regimen) -> Said:
    """Another benzodiazepine, current or drafted, that nothing replaces. A rescue form is noted and not counted."""
    found = []
    if rescue := [w for w in (*scene.active, *regimen.drafts) if w.rescue]:
        texts = (
            "A rescue form is in the record; it is not added to the daily dose",
            "Rectal, nasal and buccal forms are for seizures.",
        )
        inputs = tuple(Input(scene.words(w.reference), w.reference) for w in rescue)
        found.append(scene.finding("rescue-form-noted", NOTE, regimen.order, texts, Because(inputs=inputs)))
    if not scene.of_class(regimen.substance, "benzodiazepine"):
        return tuple(found)
    others = [o for o in _beside(scene, regimen) if _another(scene, regimen, o)]
    if others:
        names = ", ".join(dict.fromkeys(o.identity.substance or o.words for o in others))
        texts = (
            f"Another benzodiazepine is taken: {shorten(names, 50)}",
            "Two benzodiazepines add up. A recorded switch (the new order replaces the old) is no duplicate.",
        )
        inputs = tuple(Input(o.words, o.reference) for o in others)
        found.append(scene.finding("benzodiazepine-duplicate", STOP, regimen.order, texts, Because(inputs=inputs)))
    return tuple(found)


def _another(scene: Scene, regimen: Regimen, other: _Other) -> bool:
    """A benzodiazepine that is still taken when this starts. Supply that ran out is no end: only a written end is."""
    if "benzodiazepine-code" not in other.identity.groups:
        return False
    written = scene.written.get(other.reference)
    return written is None or not (written.rescue or (written.ends is not None and written.ends < regimen.starts))


def _three(scene: Scene, regimen: Regimen, others: tuple[_Other, ...]) -> Said:
    """Three or more CNS-active medicines, this one counted."""
    active = scene.knowledge.register.cns_active
    taken = {_short(o): o for o in others if not active.isdisjoint(o.identity.groups)}
    if len(taken) + 1 < scene.rule("cns-active-count"):
        return SILENT
    birth = scene.case.birth
    old = birth is not None and scene.oldest_years >= scene.rule("older-adult-years")
    texts = (
        f"{len(taken) + 1} medicines that act on the brain at the same time",
        "So many together raise the risk of falls and fractures; the AGS Beers criteria say avoid in older adults.",
    )
    inputs = (Input(regimen.substance, regimen.order), *(Input(o.words, o.reference) for o in taken.values()))
    return (scene.finding("three-cns-active", WARN if old else NOTE, regimen.order, texts, Because(inputs=inputs)),)


def _unplaced(scene: Scene, regimen: Regimen) -> Said:
    """Medicines, or parts of them, that nothing in the knowledge recognises; and records whose code and words disagree."""
    odd = [(m, identity) for m, identity in scene.current if identity.unplaced or identity.problems]
    if not odd:
        return SILENT
    replaced = _replaced(scene)
    unplaced = [(p, m.reference) for m, identity in odd for p in identity.unplaced if m.reference not in replaced]
    found = []
    if unplaced:
        names = ", ".join(p for p, _ in unplaced)
        texts = (
            f"Not recognised: {shorten(names, 70)}",
            "These medicines could not be placed, so their interactions with this order are not checked.",
        )
        because = Because(inputs=tuple(Input(p, r) for p, r in unplaced))
        found.append(scene.finding("medicine-not-recognised", WARN, regimen.order, texts, because))
    for m, identity in odd:
        for problem in identity.problems[:1]:
            texts = (
                f"Code and words disagree: {m.medicine.words}",
                f"{problem[0].upper()}{problem[1:]}. Both readings were checked.",
            )
            because = Because(inputs=(Input(m.medicine.words, m.reference), Input(problem, m.reference)))
            found.append(scene.finding("code-text-disagree", WARN, regimen.order, texts, because))
    gaps = (NotChecked("interactions", "some medicines are not recognised"),) if unplaced else ()
    return (*found, *gaps)


def _replaced(scene: Scene) -> set[str]:
    return {o.replaces for o in scene.orders if o.replaces}


def _unknown(scene: Scene, regimen: Regimen) -> Said:
    """Lists that nobody filled in."""
    case, found, gaps = scene.case, list[Finding](), list[NotChecked]()
    if case.medicines_known is UNASKED and not case.medicines:
        texts = (
            "No medicine list in the record",
            "Nobody has recorded which other medicines are taken, not even that there are none.",
        )
        because = Because(inputs=(Input("no medicine list", case.patient),))
        found.append(scene.finding("medicines-unknown", WARN, regimen.order, texts, because))
        gaps.append(NotChecked("interactions", "no medicine list in the record"))
    if case.allergies_known is UNASKED and not case.allergies:
        texts = ("No allergy list in the record", "Nobody has recorded allergies, not even that there are none.")
        because = Because(inputs=(Input("no allergy list", case.patient),))
        found.append(scene.finding("allergies-unknown", WARN, regimen.order, texts, because))
        gaps.append(NotChecked("allergy-to-benzodiazepine", "no allergy list in the record"))
    if scene.told.alcohol is UNKNOWN:
        gaps.append(NotChecked("alcohol-together", "alcohol use not recorded"))
    return (*found, *gaps)


def order_not_recognised(scene: Scene, reference: str) -> Said:
    order = next(o for o in scene.orders if o.reference == reference)
    words = order.medicine.words or "no medicine named"
    texts = (
        f"Not recognised: {shorten(words, 70)}",
        "The order names no medicine that can be placed, so nothing about it is checked.",
    )
    because = Because(inputs=(Input(words, reference),))
    return (scene.finding("medicine-not-recognised", STOP, reference, texts, because),)


def code_and_text(scene: Scene, reference: str) -> Said:
    """An order whose code and words name different things must be chosen again: nobody can know which will be dispensed."""
    order = next(o for o in scene.orders if o.reference == reference)
    problems = scene.identity(order).problems
    if not problems:
        return SILENT
    texts = (f"Code and words disagree: {order.medicine.words}", f"{problems[0][0].upper()}{problems[0][1:]}.")
    because = Because(inputs=(Input(order.medicine.words, reference), *(Input(p, reference) for p in problems)))
    return (scene.finding("code-text-disagree", STOP, reference, texts, because),)
