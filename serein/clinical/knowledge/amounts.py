"""Turns what an order says into mg a dose and mg a day. What cannot be read is a problem, not a zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from serein.clinical.case import Dosage, Medicine, MedicineUse, Timing
from serein.clinical.history import Written
from serein.clinical.knowledge.names import words
from serein.clinical.knowledge.recognise import Identity
from serein.clinical.quantities import Amount, Span, Unit
from serein.clinical.swift import swift

if TYPE_CHECKING:
    from serein.clinical.knowledge.library import Knowledge

DAY_HOURS, WEEK, ONE = 24, Decimal(7), Decimal(1)
WEIGHTS = {Unit.MG: Decimal(1), Unit.G: Decimal(1000), Unit.MCG: Decimal("0.001")}
# A repeat count or length beyond this is a slip; dates must stay computable.
LONGEST_DAYS = 36_500
RESCUE = frozenset({"rectal", "nasal", "buccal", "intranasal", "diastat", "valtoco", "nayzilam", "buccolam", "stesolid"})
NOT_ORAL = frozenset({"injection", "injectable", "intravenous", "intramuscular", "iv", "im", "vial", "autoinjector"})
FORMS = (
    ("oral-concentrate", frozenset({"concentrate", "intensol"})),
    ("oral-suspension", frozenset({"suspension"})),
    ("oral-solution", frozenset({"solution", "syrup", "liquid", "drops"})),
    ("tablet", frozenset({"tablet", "tablets", "tab", "tabs", "capsule", "capsules", "pill", "pills"})),
)


@swift
@dataclass(frozen=True)
class _Part:
    """One instruction read: mg a dose, doses a day, most mg a day, and when it holds."""

    single: Span
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
    strength = identity.mg if amount.unit is Unit.TABLET else identity.mg_per_ml
    return None if strength is None else amount.value * strength


def times_a_day(timing: Timing) -> Span:
    """Doses that can fall on one day. Every 7 hours is up to 4; once a week is 1 on its day.

    Rounded up to whole doses: a limit is judged on the fullest day, not on the average.
    """
    most = timing.times_max or timing.times
    hours = timing.per.hours
    low = high = (timing.times * DAY_HOURS / hours).to_integral_value(ROUND_CEILING)
    if most is not timing.times:
        high = (most * DAY_HOURS / hours).to_integral_value(ROUND_CEILING)
    return Span(max(low, ONE), max(high, ONE))


def days_a_week(timing: Timing | None) -> Decimal:
    """Days a week with a dose, at most 7. Unknown timing counts as daily: the reading that finds dependence."""
    if timing is None:
        return Decimal(7)
    return min(Decimal(7), (timing.times_max or timing.times) * 7 * DAY_HOURS / timing.per.hours)


def written(use: MedicineUse, identity: Identity, knowledge: Knowledge) -> Written:
    """What one order or medicine says, in mg."""
    problems: list[str] = []
    read = [_part(d, identity, problems) for d in use.dosages]
    got = [p for p in read if p]
    if not use.dosages:
        problems.append("no dose is written")
    daily = _fullest_day(got) if got and not problems and all(p.daily is not None for p in got) else None
    form = _form(use, identity, knowledge)
    return Written(
        reference=use.reference,
        substance=identity.substance,
        product=identity.product,
        form=form,
        single_mg=_single(got),
        times=_times(got),
        daily_mg=daily,
        days_per_week=max([p.per_week for p in got], default=WEEK),
        as_needed=any(d.as_needed for d in use.dosages),
        capped=all(p.capped for p, d in zip(read, use.dosages, strict=True) if p and d.as_needed),
        days=_length(got),
        supply_days=_supply_days(use),
        begins=use.begins,
        ends=_end(use, got),
        prescriber=use.prescriber,
        rescue=form == "rescue",
        source=use.source if isinstance(use, Medicine) else "order",
        problems=tuple(problems),
    )


def _part(dosage: Dosage, identity: Identity, problems: list[str]) -> _Part | None:
    problems.extend(dosage.problems)
    low, high = dosage.low or dosage.high, dosage.high or dosage.low
    if low is None or high is None:
        problems.append("an instruction has no dose")
        return None
    low_mg, high_mg = in_mg(low, identity), in_mg(high, identity)
    if low_mg is None or high_mg is None:
        problems.append(f"{high} has no known strength in mg")
        return None
    timing = dosage.timing
    times = times_a_day(timing) if timing else None
    cap = _cap(dosage, identity)
    scheduled = None if times is None else times.high * high_mg
    daily = min((d for d in (scheduled, cap) if d is not None), default=None)
    if daily is None:
        problems.append("how often is not written" if not dosage.as_needed else "as needed, without how often or a maximum")
    return _Part(
        single=Span(low_mg, high_mg),
        times=times,
        daily=daily,
        per_week=min(days_a_week(timing), dosage.most_days_a_week or Decimal(7)),
        starts=timing.starts if timing else None,
        ends=timing.ends if timing else None,
        days=(timing.days_max or timing.days) if timing else None,
        capped=cap is not None,
    )


def _cap(dosage: Dosage, identity: Identity) -> Decimal | None:
    """The written maximum in mg for 24 hours; a maximum for a shorter time is repeated, one for longer holds for each day too."""
    if dosage.maximum is None or dosage.maximum_per is None:
        return None
    mg = in_mg(dosage.maximum, identity)
    if mg is None:
        return None
    return mg * max(Decimal(1), (DAY_HOURS / dosage.maximum_per.hours).to_integral_value(ROUND_CEILING))


def _single(read: list[_Part]) -> Span | None:
    if len(read) < 2:
        return read[0].single if read else None
    return Span(min(p.single.low for p in read), max(p.single.high for p in read))


def _fullest_day(read: list[_Part]) -> Decimal:
    """The most mg on any day. Steps that follow one another (dated) are not added; what overlaps is."""
    if len(read) == 1:
        return read[0].daily or Decimal(0)
    starts = {p.starts or date.min for p in read}
    return max(sum((p.daily or Decimal(0) for p in read if _holds(p, day)), Decimal(0)) for day in starts)


def _holds(part: _Part, day: date) -> bool:
    return (part.starts or date.min) <= day <= (part.ends or date.max)


def _times(read: list[_Part]) -> Span | None:
    known = [p.times for p in read if p.times]
    if len(read) == 1:
        return read[0].times
    if not known or len(known) < len(read):
        return None
    return Span(sum((t.low for t in known), Decimal(0)), sum((t.high for t in known), Decimal(0)))


def _length(read: list[_Part]) -> Decimal | None:
    """Days that the instructions themselves last; None unless every one is bounded."""
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
    return min(use.supply.days * (1 + (use.supply.repeats or 0)), Decimal(LONGEST_DAYS))


def _end(use: MedicineUse, read: list[_Part]) -> date | None:
    """Last day of the instruction: written, else from its length. Supply is not an end: a refill may follow."""
    if use.ends:
        return use.ends
    ends = [p.ends for p in read]
    if ends and all(ends):
        return max(e for e in ends if e)
    return last_day(use.begins, _length(read))


def last_day(begins: date | None, days: Decimal | None) -> date | None:
    """The last of `days` days that begin on `begins`."""
    if begins is None or days is None:
        return None
    whole = int(min(days, Decimal(LONGEST_DAYS)).to_integral_value(ROUND_CEILING))
    return begins + timedelta(days=max(whole - 1, 0)) if begins.year < 9000 else None


def _form(use: MedicineUse, identity: Identity, knowledge: Knowledge) -> str:
    said = set(words(" ".join([use.form, use.route, identity.words, *(d.route for d in use.dosages), *_displays(use)])))
    if RESCUE & said:
        return "rescue"
    if NOT_ORAL & said:
        return "injection"
    if identity.product:
        return knowledge.product(identity.product).form
    return next((form for form, signs in FORMS if signs & said), "")


def _displays(use: MedicineUse) -> Iterable[str]:
    return (c.display for c in use.medicine.codings)
