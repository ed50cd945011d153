"""Two rings: the recommended range of the label, inside the highest dose of any label. A missing limit is said, never skipped."""

from __future__ import annotations

from decimal import Decimal

from serein.clinical.case import YES
from serein.clinical.dosing.person import bounds, needs_less, person_inputs
from serein.clinical.dosing.rings import Asked, Bounds, rings
from serein.clinical.findings import Input, NotChecked, Purpose, Severity
from serein.clinical.history import Regimen
from serein.clinical.knowledge.facts import Cite, Range
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene
from serein.clinical.knowledge.settling import half_life_hours, published_hours, settling_days
from serein.clinical.quantities import plain

WARN, STOP, NOTE = Severity.WARN, Severity.STOP, Severity.NOTE
START, INCREASE = Purpose.START, Purpose.INCREASE
NO_FREQUENCY = (NotChecked("frequency-out-of-range", "no label frequency for this use, or none is written"),)
# What cannot be judged either where no label of a substance was read, beside the absolute limit.
BLIND = ("dose-above-recommended", "start-dose-too-high", "frequency-out-of-range")


def dose_within_limits(scene: Scene, regimen: Regimen) -> Said:
    """Absolute and recommended rings, first dose, frequency, pace of increase."""
    if not regimen.swallowed:
        return _unknown(scene, regimen, "the limits in the knowledge are for use by mouth, and this is not")
    found = bounds(scene, regimen)
    if found is None or not found.known:
        why = f"no label limits of {regimen.substance} in the knowledge"
        gaps = tuple(NotChecked(code, why) for code in BLIND)
        return _unknown(scene, regimen, why) + gaps + increase_too_soon(scene, regimen)
    return (
        *_absolute(scene, regimen, found),
        *_recommended(scene, regimen, found),
        *_first_dose(scene, regimen, found),
        *_frequency(scene, regimen, found),
        *increase_too_soon(scene, regimen),
    )


def dose_inputs(scene: Scene, regimen: Regimen, *more: Input) -> tuple[Input, ...]:
    """The regimen's daily dose, its parts that go on beside the draft, and what else was used."""
    mg = "unread" if regimen.daily_mg is None else f"{plain(regimen.daily_mg)} mg"
    parts = [Input(scene.words(w.reference), w.reference) for w in regimen.continuing]
    return (Input(f"{regimen.substance} {mg} a day", regimen.order), *parts, *more)


def _unknown(scene: Scene, regimen: Regimen, why: str) -> Said:
    texts = (
        f"No limit is known for this {regimen.substance} order",
        f"{why[0].upper()}{why[1:]}. This is not the same as no limit.",
    )
    finding = scene.finding("dose-limit-unknown", WARN, regimen.order, texts, Because(inputs=dose_inputs(scene, regimen)))
    return (finding, NotChecked("dose-above-absolute", why))


def _repeats_in_course(scene: Scene, regimen: Regimen, found: Bounds) -> bool:
    """As-needed repeat doses inside a supervised alcohol-withdrawal course: the label repeats them and prints no daily maximum."""
    course = scene.told.alcohol_course is YES
    return course and "alcohol-withdrawal" in found.indications and all(d.as_needed for d in regimen.drafts)


def _absolute(scene: Scene, regimen: Regimen, found: Bounds) -> Said:
    said = SILENT
    if found.absolute is None:
        return _unknown(scene, regimen, f"no label limit for {found.population} patients")
    if found.guessed == "no label limit for the reason given" or (found.guessed and _reasons(scene, regimen)):
        why = f"no label gives a limit for the reason written; {plain(found.absolute.daily_mg)} mg of another use stands in"
        said += _unknown(scene, regimen, why)
    if regimen.daily_mg is None or regimen.daily_mg <= found.absolute.daily_mg:
        return said
    most = plain(found.absolute.daily_mg)
    if _repeats_in_course(scene, regimen, found):
        return said + _unknown(
            scene, regimen, f"repeat doses in alcohol withdrawal have no printed daily maximum; {most} mg is passed"
        )
    texts = (
        f"{plain(regimen.daily_mg)} mg a day is above the absolute limit of {most} mg",
        f"The highest oral daily dose that any cited label gives for this use and person: {found.absolute.says}.",
    )
    because = Because(inputs=dose_inputs(scene, regimen, *person_inputs(scene)), cites=(found.absolute.cite,))
    return (*said, scene.finding("dose-above-absolute", STOP, regimen.order, texts, because))


def _reasons(scene: Scene, regimen: Regimen) -> bool:
    return any(o.reasons for o in regimen.orders)


def _recommended(scene: Scene, regimen: Regimen, found: Bounds) -> Said:
    widest, said = found.daily, SILENT
    if widest is None:
        why = (
            "no recognised reason"
            if not found.indications
            else f"the label prints no daily range for {found.population} patients"
        )
        said = (NotChecked("dose-above-recommended", why),)
    if found.absolute and regimen.daily_mg is not None and regimen.daily_mg > found.absolute.daily_mg:
        return said
    if widest and widest.daily_mg and regimen.daily_mg is not None and regimen.daily_mg > widest.daily_mg.high:
        texts = (
            f"{plain(regimen.daily_mg)} mg a day is above the label range of {widest.daily_mg} mg",
            f"{widest.jurisdiction} label, {widest.indication}, {widest.population} patients: {widest.printed}.",
        )
        return said + _above(scene, regimen, texts, widest.cite)
    return said + _single_above(scene, regimen, found.single)


def _single_above(scene: Scene, regimen: Regimen, widest: Range | None) -> Said:
    highest = regimen.highest_mg
    if widest is None or widest.single_mg is None or highest is None or highest <= widest.single_mg.high:
        return SILENT
    texts = (
        f"A single dose of {plain(highest)} mg is above the label range of {widest.single_mg} mg",
        f"{widest.jurisdiction} label, {widest.indication}, {widest.population} patients: {widest.printed}.",
    )
    return _above(scene, regimen, texts, widest.cite)


def _above(scene: Scene, regimen: Regimen, texts: tuple[str, str], cite: Cite) -> Said:
    because = Because(inputs=dose_inputs(scene, regimen, *person_inputs(scene)), cites=(cite,))
    return (scene.finding("dose-above-recommended", WARN, regimen.order, texts, because),)


def _first_dose(scene: Scene, regimen: Regimen, found: Bounds) -> Said:
    if regimen.purpose is not START:
        return SILENT
    first = found.start
    if first is None:
        return _first_dose_standing_in(scene, regimen, found)
    if first.start_daily_mg is None:
        return SILENT
    single = regimen.highest_mg
    too_much = regimen.daily_mg is not None and regimen.daily_mg > first.start_daily_mg
    if not too_much and not (first.single_mg and single is not None and single > first.single_mg.high):
        return SILENT
    printed = (
        f"{plain(first.start_daily_mg)} mg a day"
        if too_much or not first.single_mg
        else f"{plain(first.single_mg.high)} mg at a time"
    )
    texts = (
        f"The first dose is above {printed} ({found.population} patients)",
        f"{first.jurisdiction} label: {first.printed}.",
    )
    because = Because(inputs=dose_inputs(scene, regimen, *person_inputs(scene)), cites=(first.cite,))
    return (scene.finding("start-dose-too-high", WARN, regimen.order, texts, because),)


def _first_dose_standing_in(scene: Scene, regimen: Regimen, found: Bounds) -> Said:
    """Where the label asks for a lower dose and prints no number: its first dose for debilitated people stands in, a day's dose only."""
    asks = needs_less(scene)
    if not asks:
        return SILENT
    first = rings(scene.knowledge, Asked(regimen.substance, scene.case.jurisdiction, "older", found.indications)).start
    if first is None or first.start_daily_mg is None or regimen.daily_mg is None or regimen.daily_mg <= first.start_daily_mg:
        return SILENT
    why, inputs = asks[0]
    texts = (
        f"The first dose is above {plain(first.start_daily_mg)} mg a day, and {why} asks for less",
        "Lower doses are asked for and no number is printed; the label's first dose for debilitated patients stands in: "
        f"{first.printed}.",
    )
    own = tuple(c for c in scene.knowledge.catalogue("start-dose-too-high").cites if c.source == "serein-rule")
    because = Because(inputs=dose_inputs(scene, regimen, *inputs), cites=(first.cite, *own))
    return (scene.finding("start-dose-too-high", WARN, regimen.order, texts, because),)


def _frequency(scene: Scene, regimen: Regimen, found: Bounds) -> Said:
    often = found.often_at_first if regimen.purpose is START else found.often
    times = [d.times for d in regimen.swallowed if d.times and not d.as_needed]
    if often is None or not times:
        return NO_FREQUENCY
    low, high = often.times.low, often.times.high
    # Two strengths may be taken together or apart: the most is that of one order, the least that of all together.
    most, least = times[0].high, times[0].low
    if len(times) > 1:
        most, least = max([t.high for t in times]), sum([t.low for t in times], Decimal(0))
    if most <= high and least >= low:
        return SILENT
    given = most if most > high else least
    doses = "1 dose" if given == 1 else f"{plain(given)} doses"
    texts = (
        f"{doses} a day, label {plain(low)} to {plain(high)}",
        f"{often.first.jurisdiction} label: {often.first.printed}.",
    )
    because = Because(inputs=(Input(f"{doses} a day", regimen.order),), cites=(often.first.cite,))
    return (scene.finding("frequency-out-of-range", WARN if most > high else NOTE, regimen.order, texts, because),)


def increase_too_soon(scene: Scene, regimen: Regimen) -> Said:
    """An increase before 90 % of steady state since the last change (3.32 half-lives)."""
    if regimen.purpose is not INCREASE:
        return SILENT
    known = half_life_hours(scene, regimen.substance)
    changed = max((w.begins for w in regimen.before if w.begins), default=None)
    if known is None or changed is None:
        return (NotChecked("increase-too-soon", "no half-life for this person, or no date of the last change"),)
    hours, inputs, cite = known
    settled, days = scene.knowledge.rule("steady-state-half-lives"), settling_days(scene, hours)
    if (regimen.starts - changed).days >= days:
        return SILENT
    texts = (
        f"Increase before the last change has settled ({plain(days)} days for this person)",
        f"Half-life taken as {plain(hours.quantize(Decimal(1)))} hours; {settled.says} takes {plain(settled.value)} half-lives."
        f"{published_hours(scene, regimen.substance)}",
    )
    since = Input(f"last change on {changed}", regimen.before[-1].reference)
    because = Because(inputs=(since, *person_inputs(scene), *inputs), cites=(cite, settled.cite))
    return (scene.finding("increase-too-soon", WARN, regimen.order, texts, because),)
