"""What a prescriber signs: one frozen content, one byte string for it, and the way back from the bytes to the screen.

What you see is what you sign: the page that asks for the signature, the pharmacist's page and the paper are all rendered from `read(bytes)`.
The bytes are RFC 8785 (canonical JSON), so that a verifier in another language gets the same ones. They hold no floats (a binary float does
not survive every reader: 2.62E20 comes back as an integer out of range), decimals stand as strings, text is NFC, and the first member names
the schema and its version, so that no other signed JSON can be taken for a prescription.

Fields: 21 CFR 1306.05(a). Nothing is ever truncated: what does not fit is refused (1311.170(e)).
"""

import hashlib
import json
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_type_hints
from uuid import UUID

import rfc8785

from . import words
from .plaintext import NotPlain, plain_text

SCHEMA = "serein.prescription/1"
LONGEST = {"directions": 1000, "address": 300, "name": 200, "given": 120, "family": 120, "clinic_address": 300}
LONGEST_OTHERWISE = 100
LARGEST_PAYLOAD = 16_384
MAY_BE_EMPTY = frozenset({"npi"})

STATEMENT_VERSION = "2026-11"
# 21 CFR 1311.140(a)(3), in substance. Shown above the password, and its digest is part of what is signed.
STATEMENT = (
    "By entering your password and your one-time code now, you legally sign this prescription and authorise that it be dispensed. "
    "Only the prescriber named on it may do this."
)


class NotAPrescription(ValueError):
    """The content or the bytes are no prescription that may be signed or shown. `field` names what is wrong; the message says why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.field, self.why = name, why


def statement_sha256() -> str:
    return hashlib.sha256(f"{STATEMENT_VERSION}\0{STATEMENT}".encode()).hexdigest()


def _check_text(where: str, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise NotAPrescription(where, "is not text")
    try:
        text = plain_text(value, longest=LONGEST.get(name, LONGEST_OTHERWISE), digits_only=name == "directions")
    except NotPlain as error:
        raise NotAPrescription(where, str(error)) from None
    if not text and name not in MAY_BE_EMPTY:
        raise NotAPrescription(where, "is missing")
    return text


class _Checked:
    """Every field is of its declared type; text is normalised when the value is made, so that equal content has equal bytes."""

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for one in fields(self):  # type: ignore[arg-type]
            value, kind = getattr(self, one.name), hints[one.name]
            where = f"{type(self).__name__}.{one.name}"
            if kind is str:
                value = _check_text(where, one.name, value)
                object.__setattr__(self, one.name, value)
            elif type(value) is not kind:
                raise NotAPrescription(where, "is missing" if value is None else f"is not a {kind.__name__}")


@dataclass(frozen=True)
class PatientLines(_Checked):
    id: UUID
    given: str
    family: str
    birth_date: date
    address: str


@dataclass(frozen=True)
class PrescriberLines(_Checked):
    """`dea` is the DEA registration number; `licence` the state licence's number as it was in force on the day."""

    id: UUID
    name: str
    address: str
    phone: str
    dea: str
    npi: str
    licence: str


@dataclass(frozen=True)
class ClinicLines(_Checked):
    id: UUID
    name: str
    clinic_address: str
    phone: str
    jurisdiction: str
    time_zone: str


@dataclass(frozen=True)
class MedicineLines(_Checked):
    """`drug` in plain lower case ("diazepam"; screens for staff add the tall-man letters), `strength` "5 mg", `form` "tablet"."""

    drug: str
    strength: str
    form: str
    product: str


@dataclass(frozen=True)
class Content(_Checked):
    """A whole prescription. `quantity` counts `unit` ("tablet", "mL"). `draft_id` and `draft_version` say which draft was seen."""

    draft_id: UUID
    draft_version: int
    issued_on: date
    patient: PatientLines
    medicine: MedicineLines
    quantity: Decimal
    unit: str
    directions: str
    refills: int
    prescriber: PrescriberLines
    clinic: ClinicLines
    valid_from: date
    valid_until: date
    statement: str = field(default_factory=statement_sha256)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.quantity.is_finite() or self.quantity <= 0:
            raise NotAPrescription("Content.quantity", "is not above zero")
        try:
            words.quantity_in_words(self.quantity, self.unit)
        except words.NotWordable as error:
            raise NotAPrescription("Content.quantity", str(error)) from None
        if self.refills != 0:
            raise NotAPrescription("Content.refills", "refills are not offered yet: write one prescription for each fill")
        if not self.issued_on <= self.valid_from <= self.valid_until:
            raise NotAPrescription("Content.valid_from", "the days from issue to last fill are not in order")
        if self.patient.birth_date > self.issued_on:
            raise NotAPrescription("PatientLines.birth_date", "is after the day of issue")
        if not 0 < self.draft_version < 2**31:
            raise NotAPrescription("Content.draft_version", "is no version")

    @property
    def quantity_words(self) -> str:
        """42 (forty-two) tablets."""
        return words.quantity_in_words(self.quantity, self.unit)


@dataclass(frozen=True)
class SignedContent:
    """The content with the bytes that are signed for it and their digest in hex."""

    content: Content
    canonical: bytes
    sha256: str


def _to_json(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _to_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Decimal):
        return words.digits(value)
    return value if isinstance(value, int) else str(value)


def build(content: Content) -> SignedContent:
    """The bytes to show and to sign."""
    plain = {"schema": SCHEMA, "quantity_words": content.quantity_words, **_to_json(content)}
    canonical = rfc8785.dumps(plain)
    if len(canonical) > LARGEST_PAYLOAD:
        raise NotAPrescription("Content", "is too long to be signed")
    return SignedContent(content, canonical, hashlib.sha256(canonical).hexdigest())


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAPrescription("bytes", "a member stands twice")
    return found


def _no_float(text: str) -> None:
    raise NotAPrescription("bytes", f"the number {text[:20]} is not whole")


def _from_json(kind: type[Any], value: Any, where: str) -> Any:
    if issubclass(kind, _Checked):
        names = {one.name for one in fields(kind)}  # type: ignore[arg-type]
        if not isinstance(value, dict) or set(value) != names:
            raise NotAPrescription(where, "does not have exactly the members of this version")
        hints = get_type_hints(kind)
        return kind(**{name: _from_json(hints[name], value[name], f"{where}.{name}") for name in names})
    if kind is int:
        if type(value) is not int:
            raise NotAPrescription(where, "is not a whole number")
        return value
    if not isinstance(value, str):
        raise NotAPrescription(where, "is not text")
    makers: dict[Any, Any] = {UUID: UUID, date: date.fromisoformat, Decimal: Decimal, str: str}
    try:
        return makers[kind](value)
    except (ValueError, InvalidOperation):
        raise NotAPrescription(where, f"is not a {kind.__name__}") from None


def read(canonical: bytes) -> Content:
    """The content of signed bytes. Raises NotAPrescription unless they are exactly what `build` makes of that content: one content, one
    byte string, so nothing can hide in another spelling, a second member or a blank."""
    if len(canonical) > LARGEST_PAYLOAD:
        raise NotAPrescription("bytes", "too long")
    try:
        plain = json.loads(canonical.decode("utf-8"), object_pairs_hook=_pairs, parse_float=_no_float, parse_constant=_no_float)
    except NotAPrescription:
        raise
    except (ValueError, RecursionError):  # no UTF-8, no JSON, a number of 5,000 digits, 100,000 brackets
        raise NotAPrescription("bytes", "no JSON in UTF-8") from None
    if not isinstance(plain, dict) or plain.pop("schema", None) != SCHEMA:
        raise NotAPrescription("bytes", "not of this schema and version")
    plain.pop("quantity_words", None)
    content: Content = _from_json(Content, plain, "Content")
    if build(content).canonical != canonical:
        raise NotAPrescription("bytes", "not in canonical form")
    return content
