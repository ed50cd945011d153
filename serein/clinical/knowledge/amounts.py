"""Turns what an order says into mg a dose and mg a day. What cannot be read is a problem, not a zero."""

from __future__ import annotations

import functools
import math
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from serein.clinical.case import Dosage, Medicine, MedicineUse
from serein.clinical.history import Written
from serein.clinical.knowledge.names import form_of, words
from serein.clinical.knowledge.recognise import Identity
from serein.clinical.quantities import Amount, Span, Unit

if TYPE_CHECKING:
    from serein.clinical.knowledge.library import Knowledge

DAY_HOURS, WEEK, ONE = 24, Decimal(7), Decimal(1)
TABLET = Unit.TABLET
WEIGHTS = {Unit.MG: Decimal(1), Unit.G: Decimal(1000), Unit.MCG: Decimal("0.001")}
# A repeat count or length beyond this is a slip; dates must stay computable.
LONGEST_DAYS = Decimal(36_500)


class _Part(Struct, frozen=True):
    """One instruction read: mg a dose, doses a day, most mg a day, and when it holds."""

    single: Span | None
    times: Span | None
    daily: Decimal | None
    per_week: Decimal
    starts: date | None
    ends: date | None
    days: Decimal | None
    capped: bool


def in_mg(amount: Amount, identity: Identity) -> Decimal | None:
    """mg in an amount of this medicine; None when its strength is not known."""
    weight = WEIGHTS.get(amount.unit)
    if weight is not None:
        return amount.value * weight
    strength = identity.mg if amount.unit is TABLET else identity.mg_per_ml
    return None if strength is None else amount.value * strength


@functools.lru_cache
def _rhythm(times: Decimal, most: Decimal, hours: Decimal) -> tuple[Span, Decimal]:
    """Doses that can fall on one day, and days a week with a dose, of so many (to so many) doses in so many hours. Every 7 hours is up to
    4; once a week is 1 on its day: rounded up to whole doses, because a limit is judged on the fullest day, not on the average.

    Kept: a few rhythms are all that is written, and they tell nothing about anybody.
    """
    low, high = [(n * DAY_HOURS / hours).to_integral_value(ROUND_CEILING) for n in (times, most)]
    return Span(max(low, ONE), max(high, ONE)), min(WEEK, most * 7 * DAY_HOURS / hours)


def written(use: MedicineUse, identity: Identity, knowledge: Knowledge) -> Written:
    """What one order or medicine says, in mg."""
    problems: list[str] = []
    read = [_part(d, identity, problems) for d in use.dosages]
    got = [p for p in read if p]
    whole = got[0] if len(got) == 1 else _joined(got)
    if not use.dosages:
        problems.append("no dose is written")
    as_needed = [d.as_needed for d in use.dosages]
    begins, length, form = use.begins, _length(got), _form(use, identity, knowledge)
    # By place, in the order of its fields: eighteen names take a Struct ten times as long to sort out.
    return Written(
        use.reference,
        identity.substance,
        identity.product,
        form,
        whole.single,
        whole.times,
        None if problems else whole.daily,
        whole.per_week,
        True in as_needed,
        False not in [p.capped for p, asked in zip(read, as_needed, strict=True) if p and asked],
        length,
        _supply_days(use),
        begins,
        _end(use, got, last_day(begins, length)),
        use.prescriber,
        form == "rescue",
        use.source if isinstance(use, Medicine) else "order",
        tuple(problems),
    )


def _part(dosage: Dosage, identity: Identity, problems: list[str]) -> _Part | None:
    problems.extend(dosage.problems)
    low, high = dosage.low or dosage.high, dosage.high or dosage.low
    if low is None or high is None:
        problems.append("an instruction has no dose")
        return None
    high_mg = in_mg(high, identity)
    low_mg = high_mg if low is high else in_mg(low, identity)
    if low_mg is None or high_mg is None:
        problems.append(f"{high} has no known strength in mg")
        return None
    timing = dosage.timing
    times: Span | None = None
    per_week = WEEK  # unknown timing counts as daily: the reading that finds dependence
    if timing is not None:
        times, per_week = _rhythm(timing.times, timing.times_max or timing.times, timing.per.hours)
    cap = _cap(dosage, identity)
    daily = cap if times is None else times.high * high_mg
    if cap is not None and daily is not None and cap < daily:
        daily = cap
    if daily is None:
        problems.append("how often is not written" if not dosage.as_needed else "as needed, without how often or a maximum")
    single, capped = Span(low_mg, high_mg), cap is not None
    if dosage.most_days_a_week is not None:
        per_week = min(per_week, dosage.most_days_a_week)
    if timing is None:
        return _Part(single, times, daily, per_week, None, None, None, capped)
    return _Part(single, times, daily, per_week, timing.starts, timing.ends, timing.days_max or timing.days, capped)


def _cap(dosage: Dosage, identity: Identity) -> Decimal | None:
    """The written maximum in mg for 24 hours; a maximum for a shorter time is repeated, one for longer holds for each day too."""
    if dosage.maximum is None or dosage.maximum_per is None:
        return None
    mg = in_mg(dosage.maximum, identity)
    if mg is None:
        return None
    return mg * max(Decimal(1), (DAY_HOURS / dosage.maximum_per.hours).to_integral_value(ROUND_CEILING))


def _joined(read: list[_Part]) -> _Part:
    """Several instructions of one order (or none) as one: its single dose, times, fullest day and days a week."""
    daily = None if None in [p.daily for p in read] else _fullest_day(read)
    per_week = max([p.per_week for p in read], default=WEEK)
    return _Part(_single(read), _times(read), daily, per_week, None, None, None, False)


def _single(read: list[_Part]) -> Span | None:
    singles = [p.single for p in read if p.single]
    return Span(min(s.low for s in singles), max(s.high for s in singles)) if singles else None


def _fullest_day(read: list[_Part]) -> Decimal:
    """The most mg on any day. Steps that follow one another (dated) are not added; what overlaps is."""
    starts = {p.starts or date.min for p in read}
    days = (sum((p.daily or Decimal(0) for p in read if _holds(p, day)), Decimal(0)) for day in starts)
    return max(days, default=Decimal(0))


def _holds(part: _Part, day: date) -> bool:
    return (part.starts or date.min) <= day <= (part.ends or date.max)


def _times(read: list[_Part]) -> Span | None:
    known = [p.times for p in read if p.times]
    if not known or len(known) < len(read):
        return None
    return Span(sum((t.low for t in known), Decimal(0)), sum((t.high for t in known), Decimal(0)))


def _length(read: list[_Part]) -> Decimal | None:
    """Days that the instructions themselves last; None unless every one is bounded."""
    if len(read) == 1 and not read[0].ends:
        return read[0].days
    lengths = []
    for part in read:
        if part.days is not None:
            lengths.append(part.days)
        elif part.starts and part.ends:
            lengths.append(Decimal((part.ends - part.starts).days + 1))
        else:
            return None
    if all(p.starts and p.ends for p in read) and read:
        first, last = min(p.starts for p in read if p.starts), max(p.ends for p in read if p.ends)
        return Decimal((last - first).days + 1)
    return max(lengths, default=None)


def _supply_days(use: MedicineUse) -> Decimal | None:
    if use.supply is None or use.supply.days is None:
        return None
    return min(use.supply.days * (1 + (use.supply.repeats or 0)), LONGEST_DAYS)


def _end(use: MedicineUse, read: list[_Part], reckoned: date | None) -> date | None:
    """Last day of the instruction: written, else `reckoned` from its length. Supply is not an end: a refill may follow."""
    if use.ends:
        return use.ends
    ends = [p.ends for p in read]
    if ends and all(ends):
        return max(e for e in ends if e)
    return reckoned


def last_day(begins: date | None, days: Decimal | None) -> date | None:
    """The last of `days` days that begin on `begins`."""
    if begins is None or days is None:
        return None
    whole = math.ceil(min(days, LONGEST_DAYS))
    return date.fromordinal(begins.toordinal() + max(whole - 1, 0)) if begins.year < 9000 else None


def _form(use: MedicineUse, identity: Identity, knowledge: Knowledge) -> str:
    """What the medicine's own words say; an instruction or a record may add a route or a form."""
    added = [use.form, use.route, *[d.route for d in use.dosages]]
    if not any(added):
        return identity.form
    said = words(" ".join([*added[:2], identity.words, *added[2:], *[c.display for c in use.medicine.codings]]))
    return form_of(said, knowledge.product(identity.product).form if identity.product else "")
