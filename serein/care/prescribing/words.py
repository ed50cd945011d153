"""Numbers and instructions in words, as they stand on what is signed: quantities in digits and words, halves as halves, never a fraction sign.

A fraction sign or a bare decimal on a prescription is a classic tenfold slip (".5" read as "5"), so tablets are never printed as decimals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_TO_NINE = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
ONES = (*_TO_NINE, *_TEENS)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
PARTS = {Decimal("0.25"): "a quarter", Decimal("0.5"): "half", Decimal("0.75"): "three quarters"}
TIMES = {
    "morning": "in the morning",
    "noon": "at noon",
    "afternoon": "in the afternoon",
    "evening": "in the evening",
    "night": "at night",
    "bedtime": "at bedtime",
}
COUNTED = {"tablet": "tablets", "capsule": "capsules"}
LARGEST = 9999


class NotWordable(ValueError):
    """This amount or time cannot be put into words that a pharmacist would read one way only."""


@dataclass(frozen=True)
class TimedDose:
    """So many units at one time of the day: `at` is a key of TIMES or a clock time such as 08:00."""

    at: str
    units: Decimal


@dataclass(frozen=True)
class Unit:
    """What is counted, and how much of the substance one holds (mg per tablet, mg per mL)."""

    name: str
    mg: Decimal


def digits(number: Decimal) -> str:
    """The shortest plain text: no trailing zero (2, never 2.0), a leading one (0.5, never .5)."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def number_in_words(number: Decimal) -> str:
    """12.5 -> twelve point five; 142 -> one hundred forty-two. At most 9999 and three places."""
    whole = int(number)
    if number < 0 or whole > LARGEST or number != round(number, 3):
        raise NotWordable(f"{digits(number)} cannot be written in words")
    rest = digits(number).partition(".")[2]
    return _whole(whole) + ("" if not rest else " point " + " ".join(ONES[int(one)] for one in rest))


def _whole(n: int) -> str:
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    size, name = (100, "hundred") if n < 1000 else (1000, "thousand")
    return f"{_whole(n // size)} {name}" + (f" {_whole(n % size)}" if n % size else "")


def plural(unit: str, number: Decimal) -> str:
    return COUNTED.get(unit, unit) if number != 1 else unit


def quantity_in_words(quantity: Decimal, unit: str) -> str:
    """42, tablet -> 42 (forty-two) tablets."""
    return f"{digits(quantity)} ({number_in_words(quantity)}) {plural(unit, quantity)}"


def units_in_words(units: Decimal, unit: str) -> str:
    """0.5 -> half a tablet; 1.5 -> 1 and a half tablets; 2.25 mL -> 2.25 mL."""
    if units <= 0:
        raise NotWordable(f"{digits(units)} {unit} is nothing to take")
    if unit not in COUNTED:
        return f"{digits(units)} {unit}"
    whole, part = divmod(units, 1)
    if part and part not in PARTS:
        raise NotWordable(f"{digits(units)} {COUNTED[unit]} cannot be made by halving or quartering")
    if not part:
        return f"{int(whole)} {plural(unit, units)}"
    if not whole:
        return f"half a {unit}" if part == Decimal("0.5") else f"{PARTS[part]} of a {unit}"
    return f"{int(whole)} and {'a half' if part == Decimal('0.5') else PARTS[part]} {COUNTED[unit]}"


def _amount(units: Decimal, unit: Unit) -> str:
    return f"{units_in_words(units, unit.name)} ({digits(units * unit.mg)} mg)"


def _when(at: str) -> str:
    if at in TIMES:
        return TIMES[at]
    hour, _, minute = at.partition(":")
    if len(at) == 5 and hour.isdecimal() and minute.isdecimal() and at.isascii() and int(hour) < 24 and int(minute) < 60:
        return f"at {at}"
    raise NotWordable(f"“{at}” is no time of the day")


def _days(days: int) -> str:
    if days <= 0:
        raise NotWordable("the number of days is not above zero")
    return f"for {days} day" + ("s" if days != 1 else "")


def regular_directions(doses: Sequence[TimedDose], unit: Unit, *, days: int) -> str:
    """Take half a tablet (2.5 mg) in the morning and 1 tablet (5 mg) at night, for 14 days."""
    if not doses:
        raise NotWordable("no dose is given")
    parts = [f"{_amount(dose.units, unit)} {_when(dose.at)}" for dose in doses]
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Take {listed}, {_days(days)}."


@dataclass(frozen=True)
class Most:
    """The most units in any 24 hours, and in any seven days."""

    day: Decimal
    week: Decimal


def as_needed_directions(dose: Decimal, unit: Unit, most: Most, *, days: int) -> str:
    """Take half a tablet (2.5 mg) when needed, at most 1 tablet (5 mg) in any 24 hours and 2 tablets (10 mg) in any 7 days, for 14 days."""
    if most.day < dose:
        raise NotWordable("the most in 24 hours is less than one dose")
    if not most.day <= most.week <= 7 * most.day:
        raise NotWordable("the most in 7 days does not fit the most in 24 hours")
    limits = f"at most {_amount(most.day, unit)} in any 24 hours and {_amount(most.week, unit)} in any 7 days"
    return f"Take {_amount(dose, unit)} when needed, {limits}, {_days(days)}."


def reserve_directions(units: Decimal, unit: str) -> str:
    """Of these, 7 (seven) tablets are a reserve: take them only when your clinic tells you to keep this dose for longer."""
    are = "is" if units == 1 and unit in COUNTED else "are"
    return f"Of these, {quantity_in_words(units, unit)} {are} a reserve: take them only when your clinic tells you to keep this dose for longer."
