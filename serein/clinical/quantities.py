"""Quantities whose unit is their type. Decimal inside: a dose that went through a float is not the dose that was written.

Every constructor refuses what cannot be a quantity (negative, not finite, a float), so that a check never has to ask. Dataclasses, unlike the
rest of the core: `serein levels` needs them and nothing of msgspec, which takes some 50 ms to import.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum


class NotAQuantity(ValueError):
    """The text or number given is no usable quantity; the message says which and why."""


# A longer number is a slip or an attack: the largest true value here is a bottle in mL.
LONGEST_NUMBER = 24


def decimal(value: Decimal | int | str, what: str = "number") -> Decimal:
    """Exact Decimal of `value`. Refuses binary floats (pass the written text), NaN, infinities and absurd lengths.

    >>> decimal("2.5")
    Decimal('2.5')
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise NotAQuantity(f"{what}: {value!r} is not a decimal number")
    if isinstance(value, str) and not (value.isascii() and "_" not in value):
        # Decimal reads the digits of every script, and "1_0" as 10: what a person cannot see at a glance is not a dose.
        raise NotAQuantity(f"{what}: {value!r} is not written in plain digits")
    if len(str(value)) > LONGEST_NUMBER:
        raise NotAQuantity(f"{what}: too many digits")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise NotAQuantity(f"{what}: {value!r} is not a decimal number") from None
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        raise NotAQuantity(f"{what}: {value!r} is not a usable number")
    return number


def plain(number: Decimal) -> str:
    """The shortest plain text of a number, never scientific.

    >>> plain(Decimal("15.00")), plain(Decimal("2E+1"))
    ('15', '20')
    """
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


class Unit(StrEnum):
    """What an amount on an order may count."""

    MCG = "mcg"
    MG = "mg"
    G = "g"
    TABLET = "tablet"
    ML = "mL"


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a unit, as written on an order: 2 tablets, 5 mL, 10 mg."""

    value: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", decimal(self.value, "amount"))
        object.__setattr__(self, "unit", Unit(self.unit))
        if self.value < 0:
            raise NotAQuantity(f"amount: {plain(self.value)} is below zero")

    def __str__(self) -> str:
        plural = "s" if self.unit is Unit.TABLET and self.value != 1 else ""
        return f"{plain(self.value)} {self.unit.value}{plural}"


@dataclass(frozen=True, slots=True, order=True)
class Dose:
    """An amount of one substance in milligrams."""

    mg: Decimal

    def __post_init__(self) -> None:
        object.__setattr__(self, "mg", decimal(self.mg, "dose"))
        if self.mg < 0:
            raise NotAQuantity(f"dose: {plain(self.mg)} mg is below zero")

    def __add__(self, other: Dose) -> Dose:
        return Dose(self.mg + other.mg)

    def __str__(self) -> str:
        return f"{plain(self.mg)} mg"


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A length of time in hours."""

    hours: Decimal

    def __post_init__(self) -> None:
        object.__setattr__(self, "hours", decimal(self.hours, "interval"))
        if self.hours <= 0:
            raise NotAQuantity(f"interval: {plain(self.hours)} h is not above zero")

    @property
    def days(self) -> Decimal:
        """Length in days."""
        return self.hours / 24


@dataclass(frozen=True, slots=True)
class Span:
    """A closed range, low to high, of numbers that share a unit named by the field that holds it."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        # No limit on digits here: a range may be computed (a third has no end), only what is written down is measured.
        if not (
            isinstance(self.low, Decimal) and isinstance(self.high, Decimal) and self.low.is_finite() and self.high.is_finite()
        ):
            raise NotAQuantity(f"range: {self.low!r} to {self.high!r} is no range of finite decimals")
        if self.low > self.high:
            raise NotAQuantity(f"range: {plain(self.low)} is above {plain(self.high)}")

    def holds(self, value: Decimal) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return plain(self.low) if self.low == self.high else f"{plain(self.low)}–{plain(self.high)}"


@dataclass(frozen=True, slots=True)
class Concentration:
    """Strength of a liquid in mg per mL."""

    mg_per_ml: Decimal

    def __post_init__(self) -> None:
        object.__setattr__(self, "mg_per_ml", decimal(self.mg_per_ml, "concentration"))
        if self.mg_per_ml <= 0:
            raise NotAQuantity("concentration: not above zero")
