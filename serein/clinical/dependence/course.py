"""What a course must not do: overlap, run early, come from several hands, fall too fast, end in nothing, go unreviewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from serein.clinical.case import YES, MedicineUse, whole_months
from serein.clinical.dependence.likelihood import Dependence
from serein.clinical.findings import Input, NotChecked, Purpose, Severity
from serein.clinical.history import Regimen, Written
from serein.clinical.knowledge.amounts import last_day
from serein.clinical.knowledge.course import course
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene
from serein.clinical.quantities import plain

WARN, NOTE = Severity.WARN, Severity.NOTE
NO_EARLIER_SUPPLY = (NotChecked("early-request", "no earlier supply with a length in the record"),)
PRESCRIBER_UNNAMED = (NotChecked("several-prescribers", "not every order names its prescriber"),)
WATCHED = frozenset({"benzodiazepine-code", "opioid", "opioid-treatment"})


def course_of_treatment(scene: Scene, regimen: Regimen, found: Dependence) -> Said:
    if scene.none_before:  # then there is no earlier dose, supply or review to compare with
        return (
            *NO_EARLIER_SUPPLY,
            *several_prescribers(scene, regimen),
            *abrupt_stop(scene, regimen, found),
            *taper_missing(scene, regimen, found),
        )
    return (
        *established_dose_unknown(scene, regimen),
        *supply_overlap(scene, regimen),
        *early_request(scene, regimen),
        *several_prescribers(scene, regimen),
        *cut_too_fast(scene, regimen, found),
        *abrupt_stop(scene, regimen, found),
        *taper_missing(scene, regimen, found),
        *review_overdue(scene, regimen),
    )


def _runs_out(w: Written) -> date | None:
    """Last day covered by all fills."""
    return last_day(w.begins, w.supply_days)


def established_dose_unknown(scene: Scene, regimen: Regimen) -> Said:
    """The substance is taken already, by order or by word, and nobody can read how much: purpose and cuts cannot be judged."""
    here = {w.reference for w in regimen.before}
    own = [w for w in scene.active if w.substance == regimen.substance and not w.rescue and w not in regimen.continuing]
    unread = [w for w in own if w.daily_mg is None and (w.reference in here or w.source != "order")]
    if not unread:
        return SILENT
    texts = (
        f"{regimen.substance[0].upper()}{regimen.substance[1:]} is taken already, at a dose nobody can read",
        "Whether this order raises, keeps or lowers the dose cannot be judged; it counts as a start.",
    )
    inputs = tuple(Input(scene.words(w.reference), w.reference) for w in unread)
    gaps = (NotChecked("cut-too-fast", "the dose before cannot be read"),)
    return (scene.finding("established-dose-unknown", WARN, regimen.order, texts, Because(inputs=inputs)), *gaps)


def supply_overlap(scene: Scene, regimen: Regimen) -> Said:
    """An order of the same strength goes on and is not replaced: two strengths of one plan are not meant."""
    strengths = {d.product for d in regimen.drafts}
    doubled = [w for w in regimen.continuing if w.product in strengths or not w.product]
    if not doubled:
        return SILENT
    texts = (
        "An earlier order of the same product goes on and is not replaced",
        "Both supplies would be taken or kept at the same time; their doses were added.",
    )
    inputs = tuple(Input(scene.words(w.reference), w.reference) for w in doubled)
    return (scene.finding("supply-overlap", WARN, regimen.order, texts, Because(inputs=inputs)),)


def early_request(scene: Scene, regimen: Regimen) -> Said:
    """More than a week of the replaced supply would still be there, and the dose is not lowered or switched."""
    if regimen.purpose is Purpose.DECREASE or regimen.switched_from:
        return SILENT
    known = [(w, out) for w in (*regimen.replaced, *regimen.continuing) if (out := _runs_out(w))]
    if not known:
        return NO_EARLIER_SUPPLY
    w, out = max(known, key=lambda k: k[1])
    if (out - regimen.starts).days + 1 <= scene.rule("early-days"):
        return SILENT
    texts = (
        f"Asked for early: the earlier supply lasts until {out}",
        f"More than {plain(scene.rule('early-days'))} days of the earlier supply remain on the day this starts.",
    )
    because = Because(inputs=(Input(f"supply lasts until {out}", w.reference), Input(f"starts {regimen.starts}", regimen.order)))
    return (scene.finding("early-request", WARN, regimen.order, texts, because),)


def several_prescribers(scene: Scene, regimen: Regimen) -> Said:
    watched: list[MedicineUse] = [*regimen.orders]
    if not WATCHED.isdisjoint(scene.groups):
        watched[:0] = [m for m, identity in scene.current if not WATCHED.isdisjoint(identity.groups)]
    known = {u.prescriber: u for u in watched if u.prescriber}
    lately = _prescribed_lately(scene, regimen) | known if scene.before else known
    if len(lately) >= scene.rule("prescribers-count"):
        return _many_prescribers(scene, regimen, lately)
    if len(known) < 2:
        blind = not known or "" in [u.prescriber for u in watched]
        return PRESCRIBER_UNNAMED if blind else SILENT
    texts = (
        f"Benzodiazepines or opioids from {len(known)} prescribers at the same time",
        "A red flag in programme reviews; colleagues of one practice who cover for each other are a false one.",
    )
    inputs = tuple(Input(f"{u.medicine.words}, prescribed by {p}", u.reference) for p, u in sorted(known.items()))
    return (scene.finding("several-prescribers", WARN, regimen.order, texts, Because(inputs=inputs)),)


def _prescribed_lately(scene: Scene, regimen: Regimen) -> dict[str, MedicineUse]:
    """By prescriber: what was taken within the months of a multiple provider episode and has ended."""
    months = scene.rule("prescribers-months")
    past = [(m, m.ends or m.begins) for m, identity in scene.before if not WATCHED.isdisjoint(identity.groups) and m.prescriber]
    return {m.prescriber: m for m, last in past if last and whole_months(last, regimen.starts) < months}


def _many_prescribers(scene: Scene, regimen: Regimen, known: Mapping[str, MedicineUse]) -> Said:
    texts = (
        f"Benzodiazepines or opioids from {len(known)} prescribers within months",
        f"Counted in surveillance: {scene.knowledge.rule('prescribers-count').says}, with as many pharmacies, which the record does "
        "not name. Colleagues of one practice who cover for each other are no such episode.",
    )
    inputs = tuple(Input(f"{u.medicine.words}, prescribed by {p}", u.reference) for p, u in sorted(known.items()))
    return (scene.finding("several-prescribers", WARN, regimen.order, texts, Because(inputs=inputs)),)


def cut_too_fast(scene: Scene, regimen: Regimen, found: Dependence) -> Said:
    """More than 25 % within 14 days, counted from the highest dose in those days; small steps in the terminal zone are exempt."""
    if not found.probable or regimen.daily_mg is None:
        return SILENT
    if regimen.switched_from:
        return (NotChecked("cut-too-fast", "a switch of substance: the equivalence tables differ by up to two times"),)
    base = _highest_lately(scene, regimen)
    if base is None or base[0] <= regimen.daily_mg or base[0] == 0:
        return SILENT
    before, reference = base
    cut = before - regimen.daily_mg
    terminal = regimen.substance == "diazepam" and before <= scene.rule("terminal-mg") and cut <= scene.rule("terminal-cut-mg")
    if terminal or cut * 100 <= before * scene.rule("cut-percent"):
        return SILENT
    percent = plain((cut * 100 / before).quantize(Decimal(1)))
    texts = (
        f"From {plain(before)} to {plain(regimen.daily_mg)} mg a day is a cut of {percent} %",
        f"The guideline: {scene.knowledge.rule('taper-usual-percent').says}, {scene.knowledge.rule('cut-percent').says}.",
    )
    inputs = (Input(f"{plain(before)} mg a day before", reference), Input(f"{plain(regimen.daily_mg)} mg a day", regimen.order))
    return (scene.finding("cut-too-fast", WARN, regimen.order, texts, Because(inputs=inputs)),)


def _highest_lately(scene: Scene, regimen: Regimen) -> tuple[Decimal, str] | None:
    """The highest daily dose of the last 14 days: the regimen before, or one that ended within them."""
    window = scene.rule("cut-days")
    lately = [
        (w.daily_mg, w.reference)
        for w in scene.active + scene.past
        if w.substance == regimen.substance
        and w.daily_mg is not None
        and (e := w.ends or _runs_out(w))
        and 0 <= (regimen.starts - e).days < window
    ]
    now = [(regimen.before_mg, regimen.before[0].reference)] if regimen.before and regimen.before_mg is not None else []
    return max([*lately, *now], default=None)


def abrupt_stop(scene: Scene, regimen: Regimen, found: Dependence) -> Said:
    """The instruction itself ends, or a bridge-short supply without repeats does, and no draft follows. An ordinary month's supply
    is no end: the next order is written when it runs low. Nor is a short one while the steps of an agreed taper follow one another."""
    if not found.probable:
        return SILENT
    ends = [_end(scene, regimen, d) for d in regimen.drafts]
    stopped = regimen.daily_mg == 0
    if not stopped and (regimen.continuing or not ends or any(e is None for e in ends)):
        return SILENT
    last = max((e for e in ends if e), default=regimen.starts)
    texts = (
        f"The course ends on {last} with no successor" if not stopped else "The dose goes to nothing with no successor",
        "Dependence is likely: an abrupt stop can cause seizures and may be life-threatening.",
    )
    inputs = (Input(f"ends {last}, nothing follows", regimen.order), *found.inputs)
    return (scene.finding("abrupt-stop", WARN, regimen.order, texts, Because(inputs=inputs)),)


def _end(scene: Scene, regimen: Regimen, draft: Written) -> date | None:
    short = draft.supply_days is not None and draft.supply_days <= scene.rule("bridge-days")
    short = short and scene.told.taper_runs is not YES  # a taper's step is followed by the next
    return draft.ends or last_day(draft.begins or regimen.starts, draft.days or (draft.supply_days if short else None))


def replaced_by_another(scene: Scene, reference: str, found: Dependence) -> Said:
    """A draft of another kind of medicine replaces a benzodiazepine that somebody probably depends on."""
    order = next(o for o in scene.orders if o.reference == reference)
    gone = next(
        (w for w in scene.active if w.reference == order.replaces and scene.of_class(w.substance, "benzodiazepine")), None
    )
    others = any(w.substance and w.reference != order.replaces for w in scene.written.values() if w not in scene.past)
    if gone is None or not found.probable or others:
        return SILENT
    texts = (
        f"This replaces {gone.substance} at once, with no taper",
        "Dependence is likely: an abrupt stop can cause seizures and may be life-threatening.",
    )
    inputs = (Input(scene.words(gone.reference), gone.reference), *found.inputs)
    return (scene.finding("abrupt-stop", WARN, reference, texts, Because(inputs=inputs)),)


def taper_missing(scene: Scene, regimen: Regimen, found: Dependence) -> Said:
    told = scene.told
    if told.taper_plan is YES or not (found.probable or _long(scene, regimen)):
        return SILENT
    texts = (
        "No plan for reducing and ending is recorded",
        "The course is long enough for dependence; the boxed warning and the guideline ask for a gradual, planned taper.",
    )
    because = Because(inputs=(Input("no taper plan", told.reference("taper_plan")), *found.inputs))
    return (scene.finding("taper-missing", NOTE, regimen.order, texts, because),)


def _long(scene: Scene, regimen: Regimen) -> bool:
    """A month or more in all: from then on the guideline's table no longer calls dependence unlikely."""
    since = course(scene, regimen.starts).since or regimen.starts
    ends = [last_day(d.begins or regimen.starts, d.days or d.supply_days) or regimen.starts for d in regimen.drafts]
    until = ends[0] if len(ends) == 1 else max(ends)
    return whole_months(since, until) >= scene.rule("dependence-month")


def review_overdue(scene: Scene, regimen: Regimen) -> Said:
    taken = course(scene, regimen.starts)
    months = whole_months(taken.since, regimen.starts) if taken.since else 0
    if months < scene.rule("review-months"):
        return SILENT
    last = scene.told.last_review
    if last is None:
        return (NotChecked("review-overdue", "no date of the last reassessment in the record"),)
    if whole_months(last, regimen.starts) < scene.rule("review-months"):
        return SILENT
    texts = (
        f"Last reassessed on {last}: more than {plain(scene.rule('review-months'))} months ago",
        f"The guideline: {scene.knowledge.rule('review-months').says}.",
    )
    because = Because(inputs=(Input(f"last reassessment {last}", scene.told.reference("last_review")), *taken.inputs))
    return (scene.finding("review-overdue", WARN, regimen.order, texts, because),)
