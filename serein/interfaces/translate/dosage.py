"""FHIR Dosage -> clinical.case.Dosage. What cannot be read becomes a `problem`, never a guess: an unreadable dose stops an order."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from serein.clinical.case import Concept, Dosage, NotACase, Timing
from serein.clinical.quantities import Amount, Interval, NotAQuantity, plain
from serein.interfaces.translate.node import Node
from serein.interfaces.translate.steps import Numbered, in_steps, names_a_moment
from serein.interfaces.translate.units import HOURS, Unreadable, period, read_amount, read_hours, rounded

# HL7 v3 GTSAbbreviation and the FHIR timing-abbreviation codes: (times, length, unit).
ABBREVIATIONS = {
    "QD": (1, 1, "d"), "BID": (2, 1, "d"), "TID": (3, 1, "d"), "QID": (4, 1, "d"), "AM": (1, 1, "d"), "PM": (1, 1, "d"),
    "BED": (1, 1, "d"), "HS": (1, 1, "d"), "QHS": (1, 1, "d"), "QOD": (1, 2, "d"), "WK": (1, 1, "wk"), "MO": (1, 1, "mo"),
    **{f"Q{hours}H": (1, hours, "h") for hours in (1, 2, 3, 4, 6, 8, 12, 24)},
}  # fmt: skip


@dataclass
class _Draft:
    """What has been read of one instruction so far."""

    problems: list[str] = field(default_factory=list)

    def good(self, read: Amount | Interval | Decimal | Unreadable) -> Amount | Interval | Decimal | None:
        if isinstance(read, Unreadable):
            self.problems.append(read.why)
            return None
        return read


@dataclass(frozen=True)
class _Bounds:
    days: Decimal | None = None
    days_max: Decimal | None = None
    starts: date | None = None
    ends: date | None = None


def read_dosages(node: Node, key: str, begins: date | None = None, supply_days: Decimal | None = None) -> tuple[Dosage, ...]:
    """Every instruction under `key`, in the order of `sequence`; steps that follow one another get their days, counted from `begins`.

    Raises BadInput for wrong types and impossible dates.
    """
    nodes = node.children(key)
    read = sorted((_numbered(d) for d in nodes), key=lambda n: n.sequence or 0)
    steps = in_steps(read, begins, supply_days)
    if steps is not None:
        node.trace.doubt(f"{node.what}.{key}", "read as steps that follow one another, by their sequence", f"{node.path}.{key}")
    return steps or tuple(n.dosage for n in read)


def _numbered(node: Node) -> Numbered:
    timing = node.child("timing")
    repeat = timing.child("repeat") if timing else None
    dosage = read_dosage(node)
    at_a_time = repeat is not None and (repeat.has("when") or repeat.has("timeOfDay"))
    return Numbered(node.whole("sequence"), at_a_time or names_a_moment(dosage.text), dosage)


def read_dosage(node: Node) -> Dosage:
    draft = _Draft()
    if node.has("modifierExtension"):
        node.doubt("modifierExtension", "changes the meaning in a way that no rule reads")
        draft.problems.append("a modifierExtension changes its meaning")
    low, high = _dose(node, draft)
    maximum, maximum_per = _maximum(node, draft)
    timing = _timing(node, draft)
    route = node.concept("route")
    text = node.text("text") or node.text("patientInstruction")
    for problem in draft.problems:
        node.trace.doubt(node.what, problem, node.path)
    return Dosage(
        text=text, low=low, high=high, timing=timing, as_needed=_as_needed(node), maximum=maximum, maximum_per=maximum_per,
        route=route.words if route else "", problems=tuple(draft.problems),
    )  # fmt: skip


def _as_needed(node: Node) -> bool:
    return bool(node.flag("asNeededBoolean")) or node.concept("asNeededCodeableConcept") is not None


def _dose(node: Node, draft: _Draft) -> tuple[Amount | None, Amount | None]:
    """(low, high) of the single dose. An ordered dose goes before a calculated one; two that differ are a problem."""
    rates = node.children("doseAndRate")
    ordered = [r for r in rates if _is_ordered(r)] or rates
    doses = {pair for rate in ordered if (pair := _one_dose(rate, draft)) != (None, None)}
    for rate in rates:
        if any(rate.has(key) for key in ("rateQuantity", "rateRange", "rateRatio")):
            draft.problems.append("a rate of infusion")
    if len(doses) > 1:
        draft.problems.append("several doses at once")
    return doses.pop() if len(doses) == 1 else (None, None)


def _is_ordered(rate: Node) -> bool:
    kind = rate.concept("type")
    return kind is not None and any(c.code == "ordered" for c in kind.codings)


def _one_dose(rate: Node, draft: _Draft) -> tuple[Amount | None, Amount | None]:
    if (quantity := rate.child("doseQuantity")) is not None:
        amount = _amount(quantity, draft)
        return amount, amount
    if (both := rate.child("doseRange")) is None:
        return None, None
    low_node, high_node = both.child("low"), both.child("high")
    low = _amount(low_node, draft) if low_node else None
    high = _amount(high_node, draft) if high_node else None
    if low is None or high is None:
        draft.problems.append("a dose range without both ends")
        return None, None
    if low.unit is not high.unit or low.value > high.value:
        draft.problems.append(f"the dose range {low} to {high} is not low to high in one unit")
        return None, None
    return low, high


def _amount(node: Node, draft: _Draft) -> Amount | None:
    read = draft.good(read_amount(node))
    return read if isinstance(read, Amount) else None


def _maximum(node: Node, draft: _Draft) -> tuple[Amount | None, Interval | None]:
    ratio = node.child("maxDosePerPeriod")
    if ratio is None:
        return None, None
    top, bottom = ratio.child("numerator"), ratio.child("denominator")
    amount = _amount(top, draft) if top else None
    hours = draft.good(read_hours(bottom)) if bottom else None
    if amount is None or not isinstance(hours, Decimal) or hours <= 0:
        draft.problems.append("a maximum that cannot be read")
        return None, None
    return amount, Interval(hours)


def _timing(node: Node, draft: _Draft) -> Timing | None:
    timing = node.child("timing")
    if timing is None:
        return None
    repeat = timing.child("repeat")
    rhythms = [r for r in (_coded(timing, draft), _repeated(repeat, draft) if repeat else None) if r]
    bounds = _bounds(repeat, draft) if repeat else _Bounds()
    if len({r[1].hours / r[0] for r in rhythms}) > 1:
        draft.problems.append("the timing's code and its repeat say different things")
        return None
    if not rhythms:
        # "As needed, at most 20 mg a day, for 10 days" has no rhythm and needs none.
        if not (_as_needed(node) and node.has("maxDosePerPeriod")):
            draft.problems.append("a timing without a rhythm that can be read")
        return None
    return _built(rhythms[-1], _counted(bounds, rhythms[-1], repeat), draft)


# times, per, times_max
Rhythm = tuple[Decimal, Interval, Decimal | None]


def _coded(timing: Node, draft: _Draft) -> Rhythm | None:
    code: Concept | None = timing.concept("code")
    if code is None:
        return None
    written = [c.code.upper() for c in code.codings if c.code] or [code.text.upper()]
    known = {ABBREVIATIONS[w] for w in written if w in ABBREVIATIONS}
    if len(known) != 1:
        draft.problems.append(f"the timing {code.words!r} is not known" if not known else "a timing with several meanings")
        return None
    times, length, unit = known.pop()
    return Decimal(times), Interval(length * HOURS[unit]), None


def _repeated(repeat: Node, draft: _Draft) -> Rhythm | None:
    """FHIR's `frequency` times per `period`; without them the listed times of day, or moments such as MORN and HS, per day."""
    listed = len(repeat.texts("timeOfDay")) or len(repeat.texts("when"))
    times, most = repeat.decimal("frequency"), repeat.decimal("frequencyMax")
    length, unit = repeat.decimal("period"), repeat.text("periodUnit")
    if repeat.has("periodMax"):
        # Every 4 to 6 hours may be every 4: limits are judged by the shorter.
        repeat.skip("periodMax")
    if length is None and not unit and listed:
        length, unit = Decimal(1), "d"
    if length is None:
        if times is not None:
            draft.problems.append("a frequency without a period")
        return None
    per = draft.good(period(length, unit))
    times = times if times is not None else Decimal(listed or 1)
    if not isinstance(per, Interval):
        return None
    if times <= 0 or (most is not None and most < times):
        draft.problems.append(f"a frequency of {plain(times)}" + (f" to {plain(most)}" if most is not None else ""))
        return None
    if listed and per.hours == 24 and times != listed:
        draft.problems.append(f"{plain(times)} times a day and {listed} times of day")
    return (*_on_days(repeat, times, per, draft), most)


def _on_days(repeat: Node, times: Decimal, per: Interval, draft: _Draft) -> tuple[Decimal, Interval]:
    days = len(set(repeat.texts("dayOfWeek")))
    if days and per.hours == 168 and times != days:
        draft.problems.append(f"{plain(times)} times a week on {days} named days")
    elif days and per.hours != 168:
        repeat.doubt("dayOfWeek", "read as every day, which counts too much rather than too little")
    return times, per


def _bounds(repeat: Node, draft: _Draft) -> _Bounds:
    if (length := repeat.child("boundsDuration")) is not None:
        return _Bounds(days=_days(length, draft))
    if (both := repeat.child("boundsRange")) is not None:
        low, high = both.child("low"), both.child("high")
        first, last = (_days(n, draft) if n else None for n in (low, high))
        return _Bounds(days=first or last, days_max=last)
    if (span := repeat.child("boundsPeriod")) is not None:
        start, end = span.moment("start"), span.moment("end")
        return _Bounds(starts=start.first if start else None, ends=end.last if end else None)
    return _Bounds()


def _days(node: Node, draft: _Draft) -> Decimal | None:
    hours = draft.good(read_hours(node))
    return rounded(hours / 24) if isinstance(hours, Decimal) else None


def _counted(bounds: _Bounds, rhythm: Rhythm, repeat: Node | None) -> _Bounds:
    """`count` doses at that rhythm last so many days, when nothing else bounds them."""
    if repeat is None:
        return bounds
    count, most = repeat.decimal("count"), repeat.decimal("countMax")
    if count is None or count <= 0 or bounds != _Bounds():
        return bounds
    one = rhythm[1].days / rhythm[0]
    return _Bounds(days=rounded(count * one), days_max=rounded(most * one) if most else None)


def _built(rhythm: Rhythm, bounds: _Bounds, draft: _Draft) -> Timing | None:
    times, per, most = rhythm
    try:
        return Timing(
            times=times,
            per=per,
            times_max=most,
            days=bounds.days,
            days_max=bounds.days_max,
            starts=bounds.starts,
            ends=bounds.ends,
        )
    except (NotACase, NotAQuantity) as error:
        draft.problems.append(str(error))
        return None
