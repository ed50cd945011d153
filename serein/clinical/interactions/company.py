"""What else is taken: other sedatives, other benzodiazepines, medicines that change the level, and what cannot be placed."""

from __future__ import annotations

from msgspec import Struct

from serein.clinical.case import UNKNOWN, YES, Known, MedicineUse
from serein.clinical.findings import Finding, Input, NotChecked, Severity
from serein.clinical.history import Regimen
from serein.clinical.knowledge.facts import Cite, Interaction
from serein.clinical.knowledge.names import says
from serein.clinical.knowledge.recognise import APART, Identity, Register, Ties
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene, shorten

WARN, STOP, NOTE = Severity.WARN, Severity.STOP, Severity.NOTE
UNASKED = Known.NO
_NOBODY: frozenset[str] = frozenset()
# Answers of the patient that stand for a group of medicines.
TOLD = (("alcohol", "alcohol", "drinks alcohol"), ("opioids", "opioid", "takes an opioid"))
MEALS = tuple(
    f"{when} {what}" for when in ("with", "after") for what in ("food", "a meal", "meals", "breakfast", "lunch", "dinner")
)


class _Other(Struct, frozen=True):
    """Something taken beside the regimen that matters to its substance, and how."""

    words: str
    reference: str
    identity: Identity
    ties: Ties


def company(scene: Scene, regimen: Regimen) -> Said:
    """Everything taken beside this regimen's substance."""
    register, beside = scene.knowledge.register, _beside(scene, regimen)
    others = (*beside, *_eaten(scene, regimen), *_told(scene, regimen))
    return (
        *[_met(scene, regimen.order, m, by) for m, by in _meetings(register, regimen.substance, others)],
        *register.blind[regimen.substance],
        *_duplicates(scene, regimen, beside),
        *_three(scene, regimen, others),
        *_unplaced(scene, regimen),
        *_unknown(scene, regimen),
    )


def _uses(scene: Scene, regimen: Regimen) -> list[tuple[MedicineUse, Identity]]:
    """Current medicines and other drafts, without what this proposal replaces and without the substance itself."""
    apart, own = _apart(scene, regimen), regimen.substance
    uses: tuple[tuple[MedicineUse, Identity], ...] = (*scene.current, *scene.proposed)
    return [(use, identity) for use, identity in uses if identity.substance != own and use.reference not in apart]


def _apart(scene: Scene, regimen: Regimen) -> frozenset[str]:
    return scene.replaced | {w.reference for w in regimen.before} if regimen.before else scene.replaced


def _beside(scene: Scene, regimen: Regimen) -> list[_Other]:
    """Those of them that matter."""
    ties, own = scene.knowledge.register.ties, regimen.substance
    apart = _apart(scene, regimen)
    uses: tuple[tuple[MedicineUse, Identity], ...] = (*scene.current, *scene.proposed)
    return [
        _Other(use.medicine.words, use.reference, identity, tied)
        for use, identity in uses
        if (tied := identity.ties.get(own) or ties(own, identity)) is not APART
        and identity.substance != own
        and use.reference not in apart
    ]


def _told(scene: Scene, regimen: Regimen) -> list[_Other]:
    """What the patient told of and no medicine taken beside stands for."""
    told = scene.told
    if told.alcohol is not YES and told.opioids is not YES:
        return []
    named = [(told.reference(name), group, words) for name, group, words in TOLD if getattr(told, name) is YES]
    groups = {g for _, identity in _uses(scene, regimen) for g in identity.groups}
    return [_named(scene, regimen, (words, words, reference), group) for reference, group, words in named if group not in groups]


def _eaten(scene: Scene, regimen: Regimen) -> list[_Other]:
    """Food that an instruction of these drafts names."""
    said = [(o.reference, d.text) for o in regimen.orders for d in o.dosages if d.text and says(MEALS, d.text)]
    return [_named(scene, regimen, (text, "food", reference), "food") for reference, text in said]


def _named(scene: Scene, regimen: Regimen, said: tuple[str, str, str], group: str) -> _Other:
    """Something that no list holds: the words for it, its name, and where it was read."""
    words, name, reference = said
    identity = Identity(words=name, names=frozenset({name}), groups=frozenset({group}))
    return _Other(words, reference, identity, scene.knowledge.register.ties(regimen.substance, identity))


def _meetings(register: Register, substance: str, others: tuple[_Other, ...]) -> list[tuple[Interaction, list[_Other]]]:
    """Interactions of the substance that somebody among the others takes part in, in the knowledge's order."""
    met: dict[int, list[_Other]] = {}
    for other in others:
        for n in other.ties.met:
            met.setdefault(n, []).append(other)
    meetings = register.meetings[substance]
    return [(meetings[n], met[n]) for n in sorted(met)]


def _is_met(meeting: Interaction, identity: Identity) -> bool:
    return not identity.groups.isdisjoint(meeting.groups) or not identity.names.isdisjoint(meeting.medicines)


def _met(scene: Scene, order: str, meeting: Interaction, met: list[_Other]) -> Finding:
    names = _short(met[0]) if len(met) == 1 else ", ".join(dict.fromkeys([_short(o) for o in met]))
    inputs = tuple([Input(o.words, o.reference) for o in met])
    detail, cites = _sized(meeting, met) if meeting.sizes else (meeting.detail, meeting.cites)
    because = Because(inputs=inputs, cites=cites, suggestions=meeting.suggestions)
    texts = (f"With {shorten(names, 84 - len(meeting.effect))}: {meeting.effect}", detail)
    return scene.finding(meeting.code, meeting.severity, order, texts, because)


def _sized(meeting: Interaction, met: list[_Other]) -> tuple[str, tuple[Cite, ...]]:
    """How much each of them changes, where a source gives it, and who says so; of the others that it was not verified."""
    taken = _NOBODY.union(*[o.identity.names for o in met])
    known = [s for s in meeting.sizes if s.medicine in taken]
    sized = {s.medicine for s in known}
    others = dict.fromkeys([_short(o) for o in met if o.identity.names and sized.isdisjoint(o.identity.names)])
    said = [f"{s.medicine[0].upper()}{s.medicine[1:]}: {s.says}." for s in known]
    said += [f"Reported of {', '.join(others)}; the size was not verified."] if others else []
    return " ".join([meeting.detail, *said]), (*[s.cite for s in known], *meeting.cites)


def _short(other: _Other) -> str:
    return other.identity.short or other.words


def order_of_another(scene: Scene, reference: str) -> Said:
    """A draft of a medicine that is no benzodiazepine, judged beside the benzodiazepines that are taken."""
    order = next(o for o in scene.orders if o.reference == reference)
    other = _Other(order.medicine.words, order.reference, scene.identity(order), APART)
    findings, meetings = [], scene.knowledge.register.meetings
    for meeting in scene.knowledge.interactions:
        beside = [w for w in scene.active if meeting in meetings[w.substance] and w.reference != order.replaces]
        if beside and _is_met(meeting, other.identity):
            company = [_Other(scene.words(w.reference), w.reference, Identity(words=w.substance), APART) for w in beside]
            findings.append(_met(scene, reference, meeting, [other, *company]))
    return tuple(findings)


def _duplicates(scene: Scene, regimen: Regimen, beside: list[_Other]) -> Said:
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
    others = [o for o in beside if o.ties.benzodiazepine and _goes_on(scene, regimen, o)]
    if others:
        names = ", ".join(dict.fromkeys(o.identity.substance or o.words for o in others))
        texts = (
            f"Another benzodiazepine is taken: {shorten(names, 50)}",
            "Two benzodiazepines add up. A recorded switch (the new order replaces the old) is no duplicate.",
        )
        inputs = tuple(Input(o.words, o.reference) for o in others)
        found.append(scene.finding("benzodiazepine-duplicate", STOP, regimen.order, texts, Because(inputs=inputs)))
    return tuple(found)


def _goes_on(scene: Scene, regimen: Regimen, other: _Other) -> bool:
    """Still taken when this starts. Supply that ran out is no end: only a written end is."""
    written = scene.written.get(other.reference)
    return written is None or not (written.rescue or (written.ends is not None and written.ends < regimen.starts))


def _three(scene: Scene, regimen: Regimen, others: tuple[_Other, ...]) -> Said:
    """Three or more CNS-active medicines, this one counted."""
    taken = {_short(o): o for o in others if o.ties.active}
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
    odd = [(m, identity) for m, identity in scene.current if identity.odd]
    if not odd:
        return SILENT
    unplaced = [(p, m.reference) for m, identity in odd for p in identity.unplaced if m.reference not in scene.replaced]
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
