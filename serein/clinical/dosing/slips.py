"""Slips of the pen and of the menu: unreadable doses, misplaced points, wrong strengths, quantities that do not add up."""

from __future__ import annotations

import re
from decimal import Decimal

from serein.clinical.case import Order
from serein.clinical.dosing.person import bounds
from serein.clinical.dosing.regimen import summed
from serein.clinical.dosing.rings import Bounds
from serein.clinical.findings import Input, NotChecked, Severity
from serein.clinical.history import Regimen, Written
from serein.clinical.knowledge.amounts import in_mg
from serein.clinical.knowledge.facts import Product
from serein.clinical.knowledge.names import strengths
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene, together
from serein.clinical.quantities import Amount, Unit, plain

WARN, STOP = Severity.WARN, Severity.STOP
ML = Unit.ML
NO_QUANTITY = (NotChecked("quantity-mismatch", "no quantity is written"),)
NOT_COMPARED = (NotChecked("quantity-mismatch", "quantity, days or dose cannot be compared"),)
_VOLUME = re.compile(r"(?<![\w.,/])(\d{1,4}(?:\.\d{1,3})?)\s*ml\b", re.IGNORECASE)


def written_well(scene: Scene, regimen: Regimen) -> Said:
    """Every check on how the drafts of a regimen are written."""
    found = bounds(scene, regimen) if regimen.swallowed else None
    drafted = regimen.orders
    said = together([_each(scene, order, scene.written[order.reference]) for order in drafted])
    return said + goes_on_unread(scene, regimen) + tenfold_slip(scene, regimen, found)


def _each(scene: Scene, order: Order, read: Written) -> Said:
    return (
        *dose_unreadable(scene, order, read),
        *as_needed_without_maximum(scene, order, read),
        *concentration_mixup(scene, order, read),
        *dose_not_makeable(scene, order, read),
        *quantity_mismatch(scene, order, read),
        *text_slip(scene, order),
    )


def dose_unreadable(scene: Scene, order: Order, read: Written) -> Said:
    if not read.problems and (read.daily_mg is not None or not summed(read)):
        return SILENT
    why = "; ".join(dict.fromkeys(read.problems)) or "no daily dose"
    texts = (
        "The daily dose cannot be read from this order",
        f"{why[:1].upper()}{why[1:]}. What cannot be read cannot be checked.",
    )
    given = "; ".join(d.text for d in order.dosages if d.text) or "no instruction in words"
    because = Because(inputs=(Input(f"{why} ({given})"[:400], order.reference),))
    return (scene.finding("dose-unreadable", STOP, order.reference, texts, because),)


def goes_on_unread(scene: Scene, regimen: Regimen) -> Said:
    """An order that goes on beside the draft, and whose dose nobody can read: then the sum of the regimen is unknown."""
    unread = [w for w in regimen.continuing if w.daily_mg is None] if regimen.continuing else None
    if not unread:
        return SILENT
    texts = (
        "An order that goes on beside this one has no readable dose",
        "Doses of one substance are added; the sum is unknown. Replace the earlier order, or correct its dose.",
    )
    because = Because(inputs=tuple(Input(scene.words(w.reference), w.reference) for w in unread))
    return (scene.finding("dose-unreadable", STOP, regimen.order, texts, because),)


def as_needed_without_maximum(scene: Scene, order: Order, read: Written) -> Said:
    if not read.as_needed or read.capped:
        return SILENT
    texts = ("As needed, without a maximum for a period", "The order does not say how much may be taken in 24 hours at most.")
    because = Because(inputs=(Input("as needed, no maximum", order.reference),))
    return (scene.finding("as-needed-without-maximum", WARN, order.reference, texts, because),)


def concentration_mixup(scene: Scene, order: Order, read: Written) -> Said:
    identity = scene.identity(order)
    product = scene.knowledge.product(identity.product) if identity.product else None
    why = ""
    if product and product.concentrate:
        why = f"{product.name}, which is easily taken for a weaker solution"
    elif read.form == "oral-concentrate":
        why = "an oral concentrate"
    elif identity.mg_per_ml is None and _in_millilitres(order):
        why = "a dose in mL and no concentration"
    elif _mg_and_ml_disagree(order, identity.mg_per_ml):
        why = "mg and mL that do not fit the concentration"
    if not why:
        return SILENT
    texts = ("Easily given at the wrong strength", f"The order has {why}.")
    because = Because(inputs=(Input(order.medicine.words, order.reference), Input(why, order.reference)))
    return (scene.finding("concentration-mixup", WARN, order.reference, texts, because),)


def _in_millilitres(order: Order) -> bool:
    return True in [a.unit is ML for d in order.dosages for a in (d.low, d.high) if a]


def _mg_and_ml_disagree(order: Order, per_ml: Decimal | None) -> bool:
    if per_ml is None:
        return False
    for dosage in order.dosages:
        mg = [s for s, is_concentration in strengths(dosage.text) if not is_concentration]
        ml = [Decimal(v) for v in _VOLUME.findall(dosage.text)]
        if len(mg) == 1 and len(ml) == 1 and mg[0] != ml[0] * per_ml:
            return True
    return False


def dose_not_makeable(scene: Scene, order: Order, read: Written) -> Said:
    """Each single dose must be whole smallest parts of the product ordered, or, without a product, of some product."""
    if read.single_mg is None or not summed(read):
        return SILENT
    identity, known = scene.identity(order), scene.knowledge
    mine = (known.product(identity.product),) if identity.product else known.products_of(read.substance)
    if not mine:
        return (NotChecked("dose-not-makeable", f"no products of {read.substance} in the knowledge"),)
    if not identity.product and (identity.mg or identity.mg_per_ml):
        return _not_makeable(scene, order, "no product of this strength is known")
    low, high = read.single_mg.low, read.single_mg.high
    if True in [_makes(p, high) for p in mine] and (low is high or True in [_makes(p, low) for p in mine]):
        return SILENT
    return _not_makeable(scene, order, f"{read.single_mg} mg is no whole number of the smallest parts of {mine[0].name}")


def _makes(product: Product, mg: Decimal) -> bool:
    step = (product.mg or product.mg_per_ml or Decimal(0)) * (product.smallest or 1)
    return step > 0 and mg % step == 0


def _not_makeable(scene: Scene, order: Order, why: str) -> Said:
    texts = ("This dose cannot be made from the product ordered", f"{why[0].upper()}{why[1:]}.")
    because = Because(inputs=(Input(order.medicine.words, order.reference), Input(why, order.reference)))
    return (scene.finding("dose-not-makeable", WARN, order.reference, texts, because),)


def quantity_mismatch(scene: Scene, order: Order, read: Written) -> Said:
    supply = order.supply
    if supply is None or supply.quantity is None:
        return NO_QUANTITY
    days = supply.days if supply.days is not None else read.days
    mg = in_mg(Amount(supply.quantity, supply.unit), scene.identity(order)) if supply.unit else None
    if mg is None or days is None or read.daily_mg is None or not summed(read):
        return NOT_COMPARED
    slack = scene.rule("quantity-tolerance-percent") / 100
    most, least = _needed(order, read, days)
    if least * (1 - slack) <= mg <= most * (1 + slack):
        return _outlasts(scene, order, read)
    needed = plain(most) if most == least else f"{plain(least)} to {plain(most)}"
    texts = (
        f"The quantity is {plain(mg)} mg; {plain(days)} days need {needed} mg",
        "Quantity, days and dose do not fit one another.",
    )
    because = Because(inputs=(Input(f"{plain(supply.quantity)} for {plain(days)} days", order.reference),))
    return (scene.finding("quantity-mismatch", WARN, order.reference, texts, because),)


def _needed(order: Order, read: Written, days: Decimal) -> tuple[Decimal, Decimal]:
    """Most and least mg for so many days. As needed, or in dated steps, less than the fullest day's dose is no mismatch."""
    assert read.daily_mg is not None
    if (
        read.as_needed and read.days_per_week < 7
    ):  # the days of a week may all lie at its start: three days can hold three of four a week
        weeks, rest = divmod(days, 7)
        return read.daily_mg * (weeks * read.days_per_week + min(rest, read.days_per_week)), Decimal(0)
    most = read.daily_mg * days * max(read.days_per_week / 7, Decimal(1) / max(days, Decimal(1)))
    stepped = len(order.dosages) > 1 and any(d.timing and d.timing.starts for d in order.dosages)
    if read.as_needed or stepped:
        return most, Decimal(0)
    if read.single_mg is None or read.times is None or len(order.dosages) > 1:
        return most, most
    return most, min(most, most * read.single_mg.low * read.times.low / (read.single_mg.high * read.times.high or 1))


def _outlasts(scene: Scene, order: Order, read: Written) -> Said:
    """Supply for longer than the instruction lasts."""
    slack = 1 + scene.rule("quantity-tolerance-percent") / 100
    if read.days is None or read.supply_days is None or read.supply_days <= read.days * slack:
        return SILENT
    texts = (
        f"Supply for {plain(read.supply_days)} days, instruction for {plain(read.days)}",
        "The fills together last longer than the course that is written.",
    )
    because = Because(inputs=(Input(f"supply {plain(read.supply_days)} days, course {plain(read.days)} days", order.reference),))
    return (scene.finding("quantity-mismatch", WARN, order.reference, texts, because),)


def text_slip(scene: Scene, order: Order) -> Said:
    """The instruction in words gives about ten times, or a tenth of, the coded dose."""
    for dosage in order.dosages:
        if not dosage.text:
            continue
        said = [s for s, is_concentration in strengths(dosage.text) if not is_concentration]
        amount = dosage.high or dosage.low
        # In "10 tablets of 2 mg" the words give the tablet's strength: only a dose coded as a weight can be compared.
        weight = amount if amount and amount.unit not in (Unit.TABLET, Unit.ML) else None
        coded = in_mg(weight, scene.identity(order)) if weight else None
        if coded and len(said) == 1 and said[0] > 0 and _tenfold(scene, coded, said[0]):
            texts = (
                f"The words say {plain(said[0])} mg, the code {plain(coded)} mg",
                "One of them has its decimal point misplaced.",
            )
            because = Because(
                inputs=(Input(dosage.text[:200], order.reference), Input(f"{plain(coded)} mg coded", order.reference))
            )
            return (scene.finding("tenfold-slip", STOP, order.reference, texts, because),)
    return SILENT


def _tenfold(scene: Scene, one: Decimal, other: Decimal) -> bool:
    high, low = max(one, other), min(one, other)
    return low > 0 and scene.rule("slip-low") <= high / low <= scene.rule("slip-high")


def tenfold_slip(scene: Scene, regimen: Regimen, found: Bounds | None) -> Said:
    """About ten times, or a tenth of, the dose before; or, on a start or increase above every label, ten times a label dose."""
    now, before = regimen.daily_mg, regimen.before_mg
    up = now is not None and before is not None and before > 0 and now / before >= scene.rule("slip-low")
    if now and before and not regimen.switched_from and (up or _tenfold(scene, now, before)):
        texts = (
            f"{plain(now)} mg a day after {plain(before)} mg looks like a misplaced point",
            "The dose is about ten times, or a tenth of, the dose before.",
        )
        inputs = (
            Input(f"{plain(now)} mg a day", regimen.order),
            Input(f"{plain(before)} mg a day before", regimen.before[0].reference),
        )
        return (scene.finding("tenfold-slip", STOP, regimen.order, texts, Because(inputs=inputs)),)
    if found is None or not regimen.purpose.raises:
        return SILENT
    highest = regimen.highest_mg
    if found.singles is None or highest is None:
        return SILENT
    low, high = found.singles.low, found.singles.high
    over = now is not None and found.absolute is not None and now > found.absolute.daily_mg
    # No upper end: what is more than ten times too much is no smaller slip.
    if over and highest > high and low <= highest / 10:
        return _looks_like(scene, regimen, highest, highest / 10, STOP)
    if 0 < highest < low and low <= highest * 10 <= high:
        return _looks_like(scene, regimen, highest, highest * 10, WARN)
    return SILENT


def _looks_like(scene: Scene, regimen: Regimen, written: Decimal, meant: Decimal, severity: Severity) -> Said:
    texts = (
        f"A single dose of {plain(written)} mg; was {plain(meant)} mg meant?",
        "The dose lies far outside the label range, as with a decimal point that slipped.",
    )
    because = Because(inputs=(Input(f"single dose {plain(written)} mg", regimen.order),))
    return (scene.finding("tenfold-slip", severity, regimen.order, texts, because),)
