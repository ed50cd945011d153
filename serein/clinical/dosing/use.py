"""What it is for, and for how long."""

from __future__ import annotations

from datetime import date

from serein.clinical.case import YES, Order
from serein.clinical.dosing.person import indications, person_inputs, populations
from serein.clinical.findings import Input, NotChecked, Purpose, Severity
from serein.clinical.history import Regimen
from serein.clinical.knowledge.amounts import last_day
from serein.clinical.knowledge.course import course
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene, together
from serein.clinical.quantities import plain

WARN, STOP, NOTE = Severity.WARN, Severity.STOP, Severity.NOTE


def rightly_used(scene: Scene, regimen: Regimen) -> Said:
    """Indication of each draft, setting of alcohol withdrawal, length of the course."""
    each = [_indication(scene, o, regimen.substance) + _setting(scene, o) for o in regimen.orders]
    return (each[0] if len(each) == 1 else together(each)) + duration_beyond_guidance(scene, regimen)


def _indication(scene: Scene, order: Order, substance: str) -> Said:
    if not order.reasons:
        texts = ("No reason is given for this order", "Limits depend on what it is for; the narrowest usual ones were used.")
        because = Because(inputs=(Input("no reason in the order", order.reference),))
        return (scene.finding("indication-missing", WARN, order.reference, texts, because),)
    limits = scene.knowledge.limits_of(substance)
    if limits is None or not limits.ranges:
        return (NotChecked("indication-not-labelled", f"no label of {substance} in the knowledge"),)
    if not scene.knowledge.labelled_uses(substance, scene.case.jurisdiction).isdisjoint(indications(scene, order)):
        return SILENT
    reasons = tuple(Input(r.words or "a reason without words", order.reference) for r in order.reasons)
    texts = (
        f"Not a labelled use of {substance} here: {reasons[0].what}",
        f"No label read for {scene.case.jurisdiction} names this reason for {substance}.",
    )
    return (scene.finding("indication-not-labelled", WARN, order.reference, texts, Because(inputs=reasons)),)


def _setting(scene: Scene, order: Order) -> Said:
    if "alcohol-withdrawal" not in indications(scene, order) or scene.told.alcohol_course is YES:
        return SILENT
    texts = (
        "For alcohol withdrawal, and no supervised course is recorded",
        "Repeat doses in alcohol withdrawal are judged only inside a supervised course.",
    )
    reason = next((r.words for r in order.reasons), "alcohol withdrawal")
    setting = Input("no supervised course", scene.told.reference("alcohol_course"))
    because = Because(inputs=(Input(reason, order.reference), setting))
    return (scene.finding("alcohol-withdrawal-setting", STOP, order.reference, texts, because),)


def duration_beyond_guidance(scene: Scene, regimen: Regimen) -> Said:
    """One finding: the highest threshold that the whole course, with what went before, will pass."""
    limits = scene.knowledge.limits_of(regimen.substance)
    if limits is None:
        return (NotChecked("duration-beyond-guidance", f"no durations of {regimen.substance} in the knowledge"),)
    before = course(scene, regimen.starts)
    since, until = before.since or regimen.starts, _until(regimen)
    days = ((until or regimen.starts) - since).days + (1 if until else 0)
    passed = [
        d
        for d in limits.durations
        if days > d.days
        and (not d.forms or {p.form for p in regimen.drafts} & set(d.forms))
        and (not d.jurisdictions or scene.case.jurisdiction in d.jurisdictions)
    ]
    unknown = (
        () if until else (NotChecked("duration-beyond-guidance", "the order has no end: only the time until now was judged"),)
    )
    if not passed:
        return unknown
    worst = max(passed, key=lambda d: d.days)
    texts = (f"The course goes beyond {worst.name}", f"{worst.says[0].upper()}{worst.says[1:]}.")
    own = Input(f"{regimen.substance} for more than {worst.name}", regimen.order)
    because = Because(inputs=(own, *before.inputs), cites=(worst.cite,))
    lowered = regimen.purpose is Purpose.DECREASE or scene.told.taper_runs is YES
    severity = NOTE if lowered else WARN
    return (scene.finding("duration-beyond-guidance", severity, regimen.order, texts, because), *unknown)


def _until(regimen: Regimen) -> date | None:
    """Last day of the longest draft: its instruction's end, else its supply's; None when one of them has neither."""
    ends = [d.ends or last_day(d.begins or regimen.starts, d.days or d.supply_days) for d in regimen.drafts]
    return ends[0] if len(ends) == 1 else None if None in ends else max([e for e in ends if e is not None])


def age_alone(scene: Scene, regimen: Regimen) -> Said:
    """What age by itself says: unknown, under six months, child, older."""
    birth = scene.case.birth
    if birth is None or scene.youngest_months < 0:
        texts = ("The patient's age is unknown", "Age decides dose and contraindications.")
        because = Because(inputs=(Input("no usable birth date", scene.case.patient),))
        return (scene.finding("age-unknown", STOP, regimen.order, texts, because),)
    child, older = "child" in populations(scene), scene.oldest_years >= scene.rule("older-adult-years")
    if not child and not older:
        return SILENT
    inputs, found = person_inputs(scene)[:1], []
    if scene.youngest_months < scene.rule("infant-months"):
        infant = scene.knowledge.rule("infant-months").says
        texts = (f"The patient is or may be {infant} old", f"The label forbids it {infant}.")
        found.append(scene.finding("under-six-months", STOP, regimen.order, texts, Because(inputs=inputs)))
    if child:
        texts = (
            f"The patient is or may be {scene.knowledge.rule('child-years').says} old",
            "Paradoxical reactions are commoner in the young; label doses are lower.",
        )
        found.append(scene.finding("child", WARN, regimen.order, texts, Because(inputs=inputs)))
    if older:
        texts = (
            f"The patient is or may be {plain(scene.rule('older-adult-years'))} or older",
            f"{_builds_up(scene, regimen)}Falls, fractures and confusion are commoner. AGS Beers: avoid, with exceptions."
            + _excepted(scene, regimen, "older-adult"),
        )
        found.append(scene.finding("older-adult", WARN, regimen.order, texts, Because(inputs=inputs)))
    return tuple(found)


def _builds_up(scene: Scene, regimen: Regimen) -> str:
    """Of a substance whose half-life rises with age, that it builds up; of others nothing like it is known."""
    known = scene.knowledge.substance(regimen.substance).half_life
    rises = known is not None and known.old_hours > known.young_hours
    return f"{regimen.substance.capitalize()} stays longer and builds up. " if rises else ""


def _excepted(scene: Scene, regimen: Regimen, code: str) -> str:
    """Why the finding may be acceptable for what this is given for, in words; '' when nothing lifts it."""
    given = {i for o in regimen.orders for i in indications(scene, o)}
    lifted = [e for e in scene.knowledge.exceptions if e.code == code and given & set(e.indications)]
    return "".join(f" Acceptable because {e.says}." for e in lifted)
