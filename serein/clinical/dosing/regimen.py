"""Which orders are taken together, what was there before, and so what the new ones do: start, raise, keep, lower or bridge."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from serein.clinical.case import Order
from serein.clinical.findings import Purpose
from serein.clinical.history import NOT_SUMMED, Regimen, Written
from serein.clinical.knowledge.amounts import last_day
from serein.clinical.knowledge.facts import Substance
from serein.clinical.knowledge.scene import Scene
from serein.clinical.quantities import Span


def regimens(scene: Scene) -> tuple[Regimen, ...]:
    """One regimen for each substance that a draft names. Rescue forms and injections stand apart and are not summed."""
    drafted: dict[str, list[Order]] = defaultdict(list)
    for order, identity in scene.proposed:
        if identity.substance:
            drafted[identity.substance].append(order)
    return tuple([_regimen(scene, substance, tuple(orders)) for substance, orders in drafted.items()])


def _regimen(scene: Scene, substance: str, orders: tuple[Order, ...]) -> Regimen:
    drafts = tuple([scene.written[o.reference] for o in orders])
    starts = min([d.begins for d in drafts if d.begins], default=scene.on)
    if scene.none_before:
        return _first(substance, orders, drafts, starts)
    replaces = {o.replaces for o in orders if o.replaces}
    replaced = tuple(w for w in scene.active + scene.past if w.reference in replaces)
    own = tuple(w for w in scene.active if w.substance == substance and not w.rescue)
    continuing = tuple(
        w for w in own if w.source == "order" and w.reference not in scene.replaced and not _over(w, starts) and summed(w)
    )
    before = _before(scene, substance, starts, continuing + tuple(w for w in replaced if summed(w)))
    switched = tuple(sorted({w.substance for w in replaced if w.substance != substance}))
    total = _sum(tuple(w for w in drafts if summed(w)) + continuing)
    before_span = _in(scene, before, substance)
    ended = not continuing and not [w for w in replaced if not _over(w, starts)]
    return Regimen(
        substance=substance,
        orders=orders,
        drafts=drafts,
        continuing=continuing,
        before=before,
        replaced=replaced,
        starts=starts,
        purpose=_purpose(scene, drafts, total, before_span if before else None, ended),
        daily_mg=total,
        before_mg=before_span.high if before_span else None,
        switched_from=switched,
    )


def _first(substance: str, orders: tuple[Order, ...], drafts: tuple[Written, ...], starts: date) -> Regimen:
    """Where the record holds no benzodiazepine and no Z-drug, nothing goes on, nothing was there, and so this starts one."""
    return Regimen(
        substance=substance,
        orders=orders,
        drafts=drafts,
        continuing=(),
        before=(),
        replaced=(),
        starts=starts,
        purpose=Purpose.START,
        daily_mg=_sum(drafts if len(drafts) == 1 and summed(drafts[0]) else tuple([w for w in drafts if summed(w)])),
        before_mg=None,
    )


def summed(w: Written) -> bool:
    """Only what is swallowed on a schedule or as needed counts into the daily dose; rescue forms and injections do not."""
    return w.form not in NOT_SUMMED


def _sum(parts: tuple[Written, ...]) -> Decimal | None:
    if len(parts) == 1:
        return parts[0].daily_mg
    if not parts or any(p.daily_mg is None for p in parts):
        return None
    return sum((p.daily_mg for p in parts if p.daily_mg is not None), Decimal(0))


def ends_or_runs_out(w: Written) -> date | None:
    """Last day that is covered: the instruction's end, else the end of its supply."""
    return w.ends or last_day(w.begins, w.supply_days)


def _over(w: Written, starts: date) -> bool:
    """Over by the day the new order starts. A hand-over on the same day is no overlap."""
    last = ends_or_runs_out(w)
    return last is not None and last <= starts


def _before(scene: Scene, substance: str, starts: date, known: tuple[Written, ...]) -> tuple[Written, ...]:
    """The established regimen: what goes on or is replaced; else what the patient takes by their word; else what ended lately."""
    if known:
        return known
    gap = scene.rule("gap-days")
    stated = tuple(w for w in scene.active if w.substance == substance and w.source != "order" and summed(w))
    ended = [
        w
        for w in scene.active + scene.past
        if w.substance == substance and summed(w) and (e := ends_or_runs_out(w)) and 0 <= (starts - e).days <= gap
    ]
    if stated and not ended:
        return stated
    last = max((e for w in ended if (e := ends_or_runs_out(w))), default=None)
    return tuple(w for w in ended if (ends_or_runs_out(w) or date.min) == last)


def equivalent(substance: Substance, mg: Decimal) -> Span | None:
    """Range of mg diazepam that `mg` of a substance stands for, over all tables; None when no table has it.

    The tables differ by up to two times and neither is always lower, so the range is kept and never one number.
    """
    doses = [mg * 10 / d for e in substance.equivalents for d in (e.mg.low, e.mg.high)]
    return Span(min(doses), max(doses)) if doses else None


def _in(scene: Scene, before: tuple[Written, ...], substance: str) -> Span | None:
    """What was taken before, in mg of `substance`."""
    if not before:
        return None
    low = high = Decimal(0)
    target = equivalent(scene.knowledge.substance(substance), Decimal(1))
    for w in before:
        if w.daily_mg is None:
            return None
        if w.substance == substance:
            low, high = low + w.daily_mg, high + w.daily_mg
            continue
        diazepam = equivalent(scene.knowledge.substance(w.substance), w.daily_mg)
        if diazepam is None or target is None:
            return None
        low, high = low + diazepam.low / target.high, high + diazepam.high / target.low
    return Span(low, high)


def _purpose(scene: Scene, drafts: tuple[Written, ...], total: Decimal | None, before: Span | None, ended: bool) -> Purpose:
    if before is None:
        return Purpose.START
    if total is None or total > before.high:
        # An unreadable dose counts as a raise: the reading that keeps every stop in force.
        return Purpose.INCREASE
    if ended and all(_short(scene, d) for d in drafts):
        return Purpose.BRIDGE
    return Purpose.DECREASE if total < before.low else Purpose.SAME


def _short(scene: Scene, draft: Written) -> bool:
    length = draft.days if draft.days is not None else draft.supply_days
    return length is not None and length <= scene.rule("bridge-days")
